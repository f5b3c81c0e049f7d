//! Comments in, one after the other, counts out.

use super::Comment;
use super::reader::{Reader, Reading};
use super::state::{Key, Monitored, NAMELESS, entry};
use crate::Result;
use crate::text::quotes;
use crate::text::sentiment::{Sentiment, Tone};
use brand_nn_kernels::threads;
use brand_nn_train::Date;
use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

/// What hears comments as they come.
///
/// A comment of an earlier day counts on its day, as long as that is kept: the clock may go
/// backwards. Comments of the same days give the same answers in any order, but for which of too
/// many names come first.
///
/// # Examples
/// ```
/// use brand_nn_marketing::monitor::{BrandMonitor, Comment, Pushed};
/// use brand_nn_marketing::text::sentiment::Lexicon;
///
/// let lexicon = Lexicon::new();
/// let mut listener = BrandMonitor::new(42).days(30).listen(&lexicon)?;
/// let comment = |text: &str, day| Comment::new(text).brand("Acme").day(day);
/// let first = listener.push(&comment("Good", "2024-05-06")?);
/// assert!(matches!(first, Pushed::Counted { ended: None }));
/// let next = listener.push(&comment("Bad", "2024-05-07")?);
/// assert!(matches!(next, Pushed::Counted { ended: Some(_) })); // time to look at the alerts
/// assert_eq!(listener.push(&comment("Fine", "2024-01-01")?), Pushed::Late);
/// assert_eq!(listener.push(&comment(" ", "2024-05-07")?), Pushed::Blank);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
pub struct Listener<'a> {
    reader: Reader<'a>,
    monitored: Monitored,
    known_ids: BTreeSet<u64>,
    /// Numbers of brands, channels and products by how columns write them.
    known_names: [BTreeMap<String, u16>; 3],
}

/// What became of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pushed {
    /// It counts on its day.
    Counted {
        /// The newest day until now, if this comment begins a newer one.
        ended: Option<Date>,
    },
    /// It counts in totals, as it has no day.
    Undated,
    /// It has no visible letter.
    Blank,
    /// A comment of its identity was heard not long before.
    Repeated,
    /// It is older than the days that are kept.
    Late,
    /// It is later than the last day that can be.
    Future,
}

/// So many identities are remembered.
const IDS: usize = 65_536;
/// So many ways to write a name are remembered.
const SPELLINGS: usize = 4096;
/// So many comments are read side by side.
const CHUNK: usize = 4096;

impl<'a> Listener<'a> {
    pub(super) fn new(monitored: Monitored, sentiment: &'a dyn Sentiment) -> Result<Self> {
        let reader = Reader::new(&monitored.monitor, sentiment)?;
        let known_ids = monitored.ids.iter().copied().collect();
        Ok(Self { reader, monitored, known_ids, known_names: Default::default() })
    }

    /// Hears one comment.
    pub fn push(&mut self, comment: &Comment) -> Pushed {
        let reading = self.reader.read(comment);
        self.add(comment, reading)
    }

    /// Hears many comments, which all threads read; the answers are those of [`push`](Self::push).
    pub fn push_all<C: Borrow<Comment> + Sync>(&mut self, comments: &[C]) {
        for chunk in comments.chunks(CHUNK) {
            let parts: Vec<&[C]> = chunk.chunks(256).collect();
            let reader = &self.reader;
            let read = |i: usize| {
                let comments = parts[i].iter().map(|comment| reader.read(comment.borrow()));
                comments.collect::<Vec<_>>()
            };
            let readings = threads::map(parts.len(), read);
            for (comment, reading) in chunk.iter().zip(readings.into_iter().flatten()) {
                self.add(comment.borrow(), reading);
            }
        }
    }

    /// What was heard until now.
    #[must_use]
    pub fn monitored(&self) -> &Monitored {
        &self.monitored
    }

    /// Ends listening.
    #[must_use]
    pub fn into_monitored(self) -> Monitored {
        self.monitored
    }

    fn add(&mut self, comment: &Comment, reading: Option<Reading>) -> Pushed {
        let pushed = self.judge(comment, reading.is_none());
        let heard = &mut self.monitored.heard;
        let count = match pushed {
            Pushed::Counted { .. } => &mut heard.counted,
            Pushed::Undated => &mut heard.undated,
            Pushed::Blank => &mut heard.blank,
            Pushed::Repeated => &mut heard.repeated,
            Pushed::Late => &mut heard.late,
            Pushed::Future => &mut heard.future,
        };
        *count += 1;
        if let (Pushed::Counted { .. } | Pushed::Undated, Some(reading)) = (pushed, reading) {
            self.remember(comment);
            self.forget(comment.date);
            self.count(comment, &reading);
        }
        pushed
    }

    fn judge(&self, comment: &Comment, is_blank: bool) -> Pushed {
        let Monitored { monitor, days, .. } = &self.monitored;
        if is_blank {
            return Pushed::Blank;
        }
        if !comment.id.is_empty() && self.known_ids.contains(&identity(comment)) {
            return Pushed::Repeated;
        }
        let Some(date) = comment.date else { return Pushed::Undated };
        let newest = days.keys().next_back().copied();
        if monitor.until.is_some_and(|until| date > until) {
            Pushed::Future
        } else if newest.is_some_and(|newest| newest.days() - date.days() >= monitor.days as i64) {
            Pushed::Late
        } else {
            Pushed::Counted { ended: newest.filter(|newest| date > *newest) }
        }
    }

    fn remember(&mut self, comment: &Comment) {
        if comment.id.is_empty() {
            return;
        }
        let id = identity(comment);
        self.known_ids.insert(id);
        self.monitored.ids.push_back(id);
        if self.monitored.ids.len() > IDS {
            self.monitored.ids.pop_front().into_iter().for_each(|id| {
                self.known_ids.remove(&id);
            });
        }
    }

    /// Leaves out days that are too old beside a new one.
    fn forget(&mut self, date: Option<Date>) {
        let days = &mut self.monitored.days;
        let Some(date) = date.filter(|date| !days.contains_key(date)) else { return };
        let kept = self.monitored.monitor.days as i64;
        days.retain(|day, _| date.days() - day.days() < kept);
    }

    fn count(&mut self, comment: &Comment, reading: &Reading) {
        let brands: Vec<u16> = match &*reading.brands {
            [] => vec![self.number(0, &comment.brand)],
            named => named.iter().map(|&name| self.named(name)).collect(),
        };
        let (channel, product) =
            (self.number(1, &comment.channel), self.number(2, &comment.product));
        for brand in brands {
            let opinions = reading.opinions.iter().map(|opinion| (opinion.aspect, opinion.tone));
            let cells = match comment.date {
                Some(date) => self.monitored.days.entry(date).or_default(),
                None => &mut self.monitored.undated,
            };
            let key: Key = [brand, channel, product];
            cells.cell(key).add(reading.tone, opinions);
            self.keep(brand, comment, reading);
        }
    }

    fn keep(&mut self, brand: u16, comment: &Comment, reading: &Reading) {
        let most = self.monitored.monitor.quotes;
        for opinion in reading.opinions.iter().filter(|opinion| opinion.tone != Tone::Neutral) {
            let Some(number) = opinion.number else { continue };
            let quotes = entry(&mut self.monitored.quotes, &(brand, opinion.aspect, opinion.tone));
            quotes.offer(number, most, || quotes::passage(&comment.text, &opinion.range));
        }
    }

    /// The number of a brand that the text names.
    fn named(&mut self, name: usize) -> u16 {
        let name = self.reader.brand(name).to_owned();
        self.number(0, &name)
    }

    /// The number of what stands in a column.
    fn number(&mut self, list: usize, column: &str) -> u16 {
        if column.trim().is_empty() {
            return NAMELESS;
        }
        let known = &mut self.known_names[list];
        if let Some(number) = known.get(column) {
            return *number;
        }
        let name = if list == 0 { self.reader.meant(column) } else { column };
        let number = self.monitored.names[list].number(name);
        if known.len() >= SPELLINGS {
            known.clear();
        }
        known.insert(column.to_owned(), number);
        number
    }
}

fn identity(comment: &Comment) -> u64 {
    quotes::number(0, &comment.id)
}
