//! How many texts praise and complain of each aspect, with intervals and passages.

use super::AspectReader;
use crate::Result;
use crate::text::quotes::{self, Quotes};
use crate::text::sentiment::{Sentiment, Tone};
use brand_nn_kernels::threads;
use brand_nn_report::{Bars, Finding, Format, Page};
use brand_nn_stats::hypothesis::{Proportion, wilson};
use serde::{Deserialize, Serialize};

/// What texts praise and complain of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AspectTable {
    texts: u64,
    aspects: Vec<AspectCount>,
}

/// How many texts speak of one aspect, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AspectCount {
    /// The aspect.
    pub aspect: String,
    /// Texts that praise it.
    pub praise: u64,
    /// Texts that complain of it.
    pub complaints: u64,
    /// Texts that only name it.
    pub neutral: u64,
    /// Wilson's interval of the share of all texts that complain of it, 95 %.
    pub complaint_interval: [f64; 2],
    /// Passages of praise, without personal data.
    pub praise_quotes: Vec<String>,
    /// Passages of complaint, without personal data.
    pub complaint_quotes: Vec<String>,
}

impl AspectCount {
    /// Texts that speak of it.
    #[must_use]
    pub fn texts(&self) -> u64 {
        self.praise + self.complaints + self.neutral
    }
}

/// Passages of each kind that are shown.
const QUOTES: usize = 3;

/// What a part of the texts says of one aspect: complaint, neither, praise.
#[derive(Clone, Default)]
struct Tally {
    counts: [u64; 3],
    /// The number that each passage draws, and its text and place.
    passages: [Vec<(u64, usize, std::ops::Range<usize>)>; 3],
}

impl AspectTable {
    pub(super) fn of<T: AsRef<str> + Sync>(
        reader: &AspectReader,
        texts: &[T],
        sentiment: &dyn Sentiment,
    ) -> Result<Self> {
        let starts: Vec<usize> = (0..texts.len()).step_by(CHUNK).collect();
        let parts = threads::map(starts.len(), |i| {
            let mut tallies = vec![Tally::default(); reader.names().len()];
            for (at, text) in texts.iter().enumerate().skip(starts[i]).take(CHUNK) {
                for opinion in reader.read(text.as_ref(), sentiment) {
                    let place = (quotes::number(0, text.as_ref()), at, opinion.range.clone());
                    tallies[opinion.aspect].add(opinion.tone(), place);
                }
            }
            tallies
        });
        let count = |(aspect, name): (usize, &String)| {
            let mut all = Tally::default();
            parts.iter().for_each(|part| all.join(&part[aspect]));
            let [complaints, neutral, praise] = all.counts;
            let share = Proportion::new(complaints, texts.len() as u64);
            Ok(AspectCount {
                aspect: name.clone(),
                praise,
                complaints,
                neutral,
                complaint_interval: wilson(share, 0.95)?,
                praise_quotes: all.quotes(Tone::Positive, texts),
                complaint_quotes: all.quotes(Tone::Negative, texts),
            })
        };
        let aspects = reader.names().iter().enumerate().map(count).collect::<Result<_>>()?;
        Ok(Self { texts: texts.len() as u64, aspects })
    }

    /// All aspects, in the order of the specification.
    #[must_use]
    pub fn aspects(&self) -> &[AspectCount] {
        &self.aspects
    }

    /// What most texts complain of, the worst first; aspects without a complaint are left out.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_marketing::text::aspect::{Aspects, retail_lexicon};
    ///
    /// let texts = ["快递太慢", "快递慢，质量不错", "包装破了", "slow shipping"];
    /// let table = Aspects::retail().fit(&texts, &retail_lexicon())?;
    /// let pain = table.pain_points(1);
    /// assert_eq!((&*pain[0].aspect, pain[0].complaints), ("delivery", 3));
    /// # Ok::<(), brand_nn_marketing::Error>(())
    /// ```
    #[must_use]
    pub fn pain_points(&self, most: usize) -> Vec<&AspectCount> {
        self.ranked(most, |aspect| aspect.complaints)
    }

    /// What most texts praise, the best first; aspects without praise are left out.
    #[must_use]
    pub fn strengths(&self, most: usize) -> Vec<&AspectCount> {
        self.ranked(most, |aspect| aspect.praise)
    }

    fn ranked(&self, most: usize, count: impl Fn(&AspectCount) -> u64) -> Vec<&AspectCount> {
        let mut ranked: Vec<_> = self.aspects.iter().filter(|a| count(a) > 0).collect();
        ranked.sort_by_key(|aspect| std::cmp::Reverse(count(aspect)));
        ranked.truncate(most);
        ranked
    }

    /// A page with praise and complaint of each aspect, passages, and what hurts most.
    #[must_use]
    pub fn report(&self) -> Page {
        let mut named: Vec<_> = self.aspects.iter().filter(|a| a.texts() > 0).collect();
        named.sort_by_key(|aspect| std::cmp::Reverse(aspect.texts()));
        let share = |count: u64| count as f64 / self.texts as f64;
        let figure = Bars::new("Share of texts", named.iter().map(|a| &*a.aspect))
            .format(Format::Percent)
            .series("praise", named.iter().map(|a| share(a.praise)))
            .series_with_intervals(
                "complaint",
                named.iter().map(|a| {
                    let [low, high] = a.complaint_interval;
                    (share(a.complaints), low, high)
                }),
            );
        let rows = self.pain_points(5).into_iter().chain(self.strengths(5));
        let rows = rows.flat_map(|a| {
            let quotes = a.complaint_quotes.iter().map(|quote| ("complaint", quote));
            let quotes = quotes.chain(a.praise_quotes.iter().map(|quote| ("praise", quote)));
            quotes.map(|(kind, quote)| [a.aspect.clone(), kind.to_owned(), quote.clone()])
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort();
        rows.dedup();
        Page::new("What is praised and what hurts")
            .findings(self.pain_points(3).into_iter().map(|aspect| self.finding(aspect)))
            .figure(figure)
            .table(["aspect", "kind", "passage"], rows)
    }

    fn finding(&self, aspect: &AspectCount) -> Finding {
        let percent = |share| Format::Percent.text(share, 1);
        let [low, high] = aspect.complaint_interval;
        let claim = format!("{} is complained of", aspect.aspect);
        let evidence = format!(
            "{} of {} texts ({} to {})",
            aspect.complaints,
            self.texts,
            percent(low),
            percent(high)
        );
        Finding::watch(claim, evidence).next("read the passages before anything is changed")
    }
}

const CHUNK: usize = 256;

impl Tally {
    fn add(&mut self, tone: Tone, place: (u64, usize, std::ops::Range<usize>)) {
        self.counts[tone as usize] += 1;
        let passages = &mut self.passages[tone as usize];
        if tone != Tone::Neutral {
            passages.push(place);
            if passages.len() > 4 * QUOTES {
                passages.sort_by_key(|(number, at, _)| (*number, *at));
                passages.dedup_by_key(|(number, _, _)| *number);
                passages.truncate(2 * QUOTES);
            }
        }
    }

    fn join(&mut self, other: &Self) {
        for tone in 0..3 {
            self.counts[tone] += other.counts[tone];
            self.passages[tone].extend(other.passages[tone].iter().cloned());
        }
    }

    fn quotes<T: AsRef<str>>(&self, tone: Tone, texts: &[T]) -> Vec<String> {
        let mut quotes = Quotes::default();
        for (number, text, range) in &self.passages[tone as usize] {
            quotes.offer(*number, QUOTES, || quotes::passage(texts[*text].as_ref(), range));
        }
        quotes.texts().map(str::to_owned).collect()
    }
}
