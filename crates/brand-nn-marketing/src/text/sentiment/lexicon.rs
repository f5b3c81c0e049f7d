//! Sentiment by words of known valence and a few rules, which needs no examples.

use super::{Sentiment, Shares, chinese, english};
use crate::{Error, Result, door};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sentiment by words of known valence and rules for what stands around them.
///
/// For English these are VADER's rules and words (Hutto and Gilbert 2014, "VADER: A Parsimonious
/// Rule-based Model for Sentiment Analysis of Social Media Text"), with the same numbers to the
/// fourth decimal. One thing differs: where the original finds a word before a "but" by its value,
/// and so at times weighs the wrong one, every word is weighed once here. For Chinese there are a
/// lexicon of comments on goods and services, degree words (很, 有点), negations (不, 没有), turns
/// (但是, 不过) and wishes (如果, 希望).
///
/// A lexicon knows no irony and no trade. Words that mean something in yours can be given.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::sentiment::{Lexicon, Sentiment};
///
/// let lexicon = Lexicon::new();
/// assert_eq!(lexicon.polarity("VADER is smart, handsome, and funny."), 0.8316);
/// assert!(lexicon.polarity("性价比很高，下次还会来！") > 0.7);
/// assert!(lexicon.polarity("一点也不好用") < 0.0);
///
/// let coffee = Lexicon::new().word("sour", 1.5)?;
/// assert!(coffee.polarity("Pleasantly sour") > 0.0);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lexicon {
    language: Option<Language>,
    words: BTreeMap<String, f64>,
}

/// A language whose words the lexicon knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// By VADER.
    English,
    /// By the lexicon of this crate.
    Chinese,
}

impl Lexicon {
    /// Chinese where most letters are Chinese characters, English elsewhere.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One language, whatever the script of a text.
    #[must_use]
    pub fn language(self, language: Language) -> Self {
        Self { language: Some(language), ..self }
    }

    /// A word of your trade and its valence, −4 to 4; it comes before the word that is known.
    ///
    /// English words are compared in lower case, without the punctuation around them. A Chinese
    /// word may be of any length.
    ///
    /// # Errors
    /// If the valence is not within −4 to 4, or the word is empty.
    pub fn word(mut self, word: impl Into<String>, valence: f64) -> Result<Self> {
        let range: (_, fn(f64) -> bool) = ("-4 to 4", |x| (-4.0..=4.0).contains(&x));
        door::setting("lexicon", ("valence", valence), range, "scale it: 4 is the best praise")?;
        let word = word.into().trim().to_lowercase();
        if word.is_empty() {
            return Err(Error::Empty { what: "letters of a word", help: "write the word" });
        }
        self.words.insert(word, valence);
        Ok(self)
    }

    /// What share of an English text is complaint, neither and praise, and how it feels in all.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_marketing::text::sentiment::Lexicon;
    ///
    /// let shares = Lexicon::new().english("The plot was good, but the dialog is not great.");
    /// assert_eq!((shares.negative, shares.positive), (0.309, 0.136));
    /// ```
    #[must_use]
    pub fn english(&self, text: &str) -> Shares {
        english::score(text, &self.words)
    }
}

impl Sentiment for Lexicon {
    fn polarity(&self, text: &str) -> f64 {
        match self.language.unwrap_or_else(|| Language::of(text)) {
            Language::English => english::score(text, &self.words).compound,
            Language::Chinese => chinese::score(text, &self.words),
        }
    }
}

impl Language {
    /// A Chinese character counts as much as four letters: about a word of each.
    fn of(text: &str) -> Self {
        let han = text.chars().filter(|&c| chinese::is_han(c)).count();
        let other = text.chars().filter(|&c| c.is_alphabetic() && !chinese::is_han(c)).count();
        if han > 0 && 4 * han >= other { Self::Chinese } else { Self::English }
    }
}
