//! Key phrases: what texts speak of, and what one group of texts says more often than another.

mod contrast;
mod terms;

pub use contrast::{Contrast, Leaning};

use crate::text::sentiment::Tone;
use crate::{Error, Result, door};
use brand_nn_kernels::threads;
use brand_nn_report::{Bars, Page};
use serde::{Deserialize, Serialize};
pub(crate) use terms::Vocabulary;

/// What may be a phrase: its length, and in how many texts it must stand.
///
/// In English these are runs of one to three words that neither begin nor end with a word such as
/// "the". In Chinese they are runs of two to four characters that stand together more often than
/// their parts would by chance: count · all / (count of one part · count of the other) ≥ 10 however
/// they are parted. A run is left out where four of five times it is part of the same longer one.
/// Personal data is never part of a phrase.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::phrase::KeyPhrases;
///
/// let texts = ["The battery life is short", "battery life: poor", "I love the battery life",
///              "The screen is fine", "Nice screen", "a screen, at last"];
/// let phrases = KeyPhrases::new().fit(&texts)?;
/// assert_eq!(phrases.phrases()[0].phrase, "battery life");
/// assert_eq!(phrases.of_text("Battery life? And the screen!", 1), ["battery life"]);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPhrases {
    min_texts: usize,
}

impl Default for KeyPhrases {
    fn default() -> Self {
        Self { min_texts: 3 }
    }
}

/// A phrase, how often it stands, and its weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyPhrase {
    /// The phrase in lower case.
    pub phrase: String,
    /// How often it stands in all texts.
    pub count: u64,
    /// In how many texts it stands.
    pub texts: u64,
    /// Its count times ln(all texts / texts with it), times its number of words or characters.
    pub score: f64,
}

/// The phrases of many texts, those with the highest score first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhraseTable {
    texts: u64,
    phrases: Vec<KeyPhrase>,
}

const METHOD: &str = "key phrases";

impl KeyPhrases {
    /// Phrases that stand in three texts or more.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// In how many texts a phrase must stand.
    #[must_use]
    pub fn min_texts(self, min_texts: usize) -> Self {
        Self { min_texts }
    }

    /// The key phrases of all texts together, by TF-IDF (Salton and Buckley 1988).
    ///
    /// # Errors
    /// If no phrase stands in enough texts, or `min_texts` is 0.
    pub fn fit<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<PhraseTable> {
        let vocabulary = self.vocabulary(texts)?;
        let all = texts.len() as f64;
        let phrase = |term: &terms::Term| KeyPhrase {
            phrase: term.phrase.clone(),
            count: term.count,
            texts: term.texts,
            score: term.count as f64 * term.units as f64 * (all / term.texts as f64).ln(),
        };
        let mut phrases: Vec<_> = vocabulary.terms().iter().map(phrase).collect();
        phrases.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.phrase.cmp(&b.phrase)));
        Ok(PhraseTable { texts: texts.len() as u64, phrases })
    }

    /// Which phrases one group of texts uses more than another.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), or if a group is empty.
    pub fn contrast<T: AsRef<str> + Sync>(&self, these: &[T], those: &[T]) -> Result<Contrast> {
        if these.is_empty() || those.is_empty() {
            return Err(Error::Empty { what: "texts of a group", help: "bring two groups" });
        }
        let both: Vec<&str> = these.iter().chain(those).map(AsRef::as_ref).collect();
        let vocabulary = self.vocabulary(&both)?;
        let (these, those) = both.split_at(these.len());
        Ok(Contrast::of(&vocabulary, counts(&vocabulary, these), counts(&vocabulary, those)))
    }

    pub(crate) fn vocabulary<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Vocabulary> {
        let setting = ("min_texts", self.min_texts as f64);
        let range: (_, fn(f64) -> bool) = ("1 or more", |x| x >= 1.0);
        door::setting(METHOD, setting, range, "3 is usual")?;
        let vocabulary = Vocabulary::of(texts, self.min_texts as u64);
        if vocabulary.terms().is_empty() {
            let help = "bring more texts or lower min_texts";
            return Err(Error::Empty { what: "phrases that are frequent enough", help });
        }
        Ok(vocabulary)
    }
}

/// How often each term stands in some texts.
fn counts(vocabulary: &Vocabulary, texts: &[&str]) -> Vec<u64> {
    let parts: Vec<&[&str]> = texts.chunks(1024).collect();
    let parts = threads::map(parts.len(), |i| {
        let mut counts = vec![0_u64; vocabulary.terms().len()];
        for text in parts[i] {
            vocabulary.each(text, |term| counts[term] += 1);
        }
        counts
    });
    parts.into_iter().fold(vec![0; vocabulary.terms().len()], |mut sums, counts| {
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        sums
    })
}

impl PhraseTable {
    /// All phrases, those with the highest score first.
    #[must_use]
    pub fn phrases(&self) -> &[KeyPhrase] {
        &self.phrases
    }

    /// The phrases of one text that say most about it, by TF-IDF.
    #[must_use]
    pub fn of_text(&self, text: &str, most: usize) -> Vec<&str> {
        let counted = Vocabulary::from_phrases(self.phrases.iter().map(|p| &*p.phrase));
        let mut counts = vec![0_u64; self.phrases.len()];
        counted.each(text, |phrase| counts[phrase] += 1);
        let weight = |i: usize| {
            let KeyPhrase { score, count, .. } = self.phrases[i];
            counts[i] as f64 * score / count as f64
        };
        let mut found: Vec<usize> = (0..counts.len()).filter(|&i| counts[i] > 0).collect();
        found.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)).then(a.cmp(&b)));
        found.truncate(most);
        found.into_iter().map(|i| &*self.phrases[i].phrase).collect()
    }

    /// A page with the phrases that say most.
    #[must_use]
    pub fn report(&self) -> Page {
        let shown = &self.phrases[..self.phrases.len().min(20)];
        let figure = Bars::new("Key phrases", shown.iter().map(|p| &*p.phrase))
            .unit("count × words × ln(texts / texts with it)")
            .series("", shown.iter().map(|p| p.score));
        let row = |p: &KeyPhrase| [p.phrase.clone(), p.count.to_string(), p.texts.to_string()];
        Page::new("Key phrases")
            .figure(figure)
            .table(["phrase", "count", "texts"], shown.iter().map(row))
    }
}

/// The tone that a z-score of praise against complaint stands for, by 1.96.
fn leaning(z: f64) -> Tone {
    Tone::of(z, 1.96)
}
