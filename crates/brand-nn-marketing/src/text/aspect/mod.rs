//! What is praised and what hurts: price, delivery, quality and other aspects of an offer.

mod clauses;
mod learn;
mod lexicon;
mod table;

pub use clauses::{AspectReader, Opinion};
pub(crate) use lexicon::chinese;
pub use lexicon::retail_lexicon;
pub use table::{AspectCount, AspectTable};

use crate::text::fold::folded;
use crate::text::redact::Redactor;
use crate::text::sentiment::Sentiment;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// The aspects to look for, each with the words that speak of it.
///
/// A text is cut into clauses at punctuation, at adversatives ("but", 但是) and where one aspect
/// follows another after "and". A [`Sentiment`] says how each clause feels, with its negations. A
/// clause that feels but names no aspect speaks of that of the clause before it, if that was
/// neutral: 物流，太慢了. Of several clauses on one aspect in a text, the strongest counts.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::aspect::{Aspects, retail_lexicon};
///
/// let aspects = Aspects::retail().aspect("app", ["app", "小程序"])?;
/// let reader = aspects.reader()?;
/// let text = "Great price, but delivery was late and the app is not good";
/// let found = reader.read(text, &retail_lexicon());
/// let tones: Vec<_> = found.iter().map(|o| (reader.name(o.aspect), o.polarity > 0.0)).collect();
/// assert_eq!(tones, [("price", true), ("delivery", false), ("app", false)]);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aspects {
    aspects: Vec<(String, Vec<String>)>,
}

impl Aspects {
    /// Aspects of shops, hotels and restaurants in English and Chinese, 22 of them.
    #[must_use]
    pub fn retail() -> Self {
        Self { aspects: lexicon::aspects() }
    }

    /// No aspects, for a list of your own.
    #[must_use]
    pub fn none() -> Self {
        Self { aspects: Vec::new() }
    }

    /// An aspect and its words; of a known aspect, more words. The last aspect given has a word.
    ///
    /// # Errors
    /// If the name or a word has no letter, or holds personal data.
    pub fn aspect<S: AsRef<str>>(
        mut self,
        name: impl Into<String>,
        words: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let name = name.into();
        let words: Vec<String> = words.into_iter().map(|word| word.as_ref().to_owned()).collect();
        for word in words.iter().chain([&name]) {
            self.check(word)?;
        }
        for (_, known) in &mut self.aspects {
            known.retain(|known| !words.iter().any(|word| folded(word) == folded(known)));
        }
        match self.aspects.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.extend(words),
            None => self.aspects.push((name, words)),
        }
        Ok(self)
    }

    /// The names of all aspects.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.aspects.iter().map(|(name, _)| &**name)
    }

    /// What finds opinions on the aspects in texts.
    ///
    /// # Errors
    /// If there is no aspect.
    pub fn reader(&self) -> Result<AspectReader> {
        if self.aspects.is_empty() {
            return Err(Error::Empty { what: "aspects", help: "begin with `Aspects::retail()`" });
        }
        Ok(AspectReader::new(self))
    }

    /// What many texts praise and complain of.
    ///
    /// # Errors
    /// If there is no aspect or no text.
    pub fn fit<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        sentiment: &dyn Sentiment,
    ) -> Result<AspectTable> {
        let reader = self.reader()?;
        if texts.is_empty() {
            return Err(Error::Empty { what: "texts", help: "bring what people wrote" });
        }
        AspectTable::of(&reader, texts, sentiment)
    }

    fn check(&self, word: &str) -> Result<()> {
        let (row, got) = (self.aspects.len() + 1, "[hidden]".to_owned());
        let refused = |expected, help| {
            Err(Error::Value { data: "aspects", row, column: "word", got, expected, help })
        };
        if !folded(word).iter().any(|c| c.is_alphanumeric()) {
            return refused("a word with a letter or digit", "write the word");
        }
        if !Redactor::new().find(word).is_empty() {
            return refused("a word without personal data", "leave out addresses and numbers");
        }
        Ok(())
    }
}
