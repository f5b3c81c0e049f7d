//! Aspects that no list foresaw: what texts feel about where they name no known aspect.

use super::Aspects;
use super::clauses::BAND;
use crate::text::phrase::{KeyPhrases, Vocabulary};
use crate::text::sentiment::{Sentiment, Tone};
use crate::{Error, Result};

/// A word is learnt if so many more of its clauses feel something than clauses do in general.
const LIFT: f64 = 1.2;

impl Aspects {
    /// Adds phrases that stand in feeling clauses without a known aspect, each as its own aspect.
    ///
    /// Those that stand in most such clauses come first; a phrase must stand in `min_texts` of
    /// them, must not feel anything by itself, and more of its clauses must feel something than of
    /// others. Look at what was learnt before it is shown to others.
    ///
    /// # Errors
    /// If there is no known aspect, or `min_texts` is 0.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_marketing::text::aspect::{Aspects, retail_lexicon};
    ///
    /// let texts = ["The zipper is great", "I hate the zipper", "What a nice zipper", "I came",
    ///              "Monday again", "The price is fine"];
    /// let aspects = Aspects::retail().learn(&texts, &retail_lexicon(), 1, 3)?;
    /// assert_eq!(aspects.names().last(), Some("zipper"));
    /// # Ok::<(), brand_nn_marketing::Error>(())
    /// ```
    pub fn learn<T: AsRef<str> + Sync>(
        self,
        texts: &[T],
        sentiment: &dyn Sentiment,
        most: usize,
        min_texts: usize,
    ) -> Result<Self> {
        let reader = self.reader()?;
        let clauses: Vec<&str> =
            texts.iter().flat_map(|text| reader.without_aspect(text.as_ref())).collect();
        let feels = |text: &str| Tone::of(sentiment.polarity(text), BAND) != Tone::Neutral;
        let (feeling, plain): (Vec<&str>, Vec<&str>) =
            clauses.into_iter().partition(|clause| feels(clause));
        let vocabulary = match KeyPhrases::new().min_texts(min_texts).vocabulary(&feeling) {
            Err(Error::Empty { .. }) => return Ok(self),
            vocabulary => vocabulary?,
        };
        let general = feeling.len() as f64 / (feeling.len() + plain.len()) as f64;
        let among_plain = counts(&vocabulary, &plain);
        let terms = vocabulary.terms().iter().zip(among_plain);
        let mut learnt: Vec<_> = terms
            .filter(|(term, plain)| {
                let share = term.count as f64 / (term.count + plain) as f64;
                let lift = (LIFT * general).min((1.0 + general) / 2.0);
                share >= lift && !feels(&term.phrase)
            })
            .map(|(term, _)| (term.texts, term.phrase.clone()))
            .collect();
        learnt.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        learnt.truncate(most);
        learnt
            .into_iter()
            .try_fold(self, |aspects, (_, phrase)| aspects.aspect(phrase.clone(), [phrase]))
    }
}

fn counts(vocabulary: &Vocabulary, texts: &[&str]) -> Vec<u64> {
    let mut counts = vec![0; vocabulary.terms().len()];
    texts.iter().for_each(|text| vocabulary.each(text, |term| counts[term] += 1));
    counts
}
