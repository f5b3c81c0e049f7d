//! Texts changed at random: synonyms, words left out, neighbours exchanged.

use std::collections::BTreeMap;

use brand_nn_tensor::Rng;

use crate::{Error, Result, TextSet};

/// Makes more texts of a few by small changes that leave their meaning.
///
/// Words are what spaces part. In this order each word is exchanged for a synonym, each is left out
/// (never the last one that is left), and neighbours change places, each with a chance of its own;
/// after Wei and Zou 2019. The words to exchange are yours: a brand's, a branch's, a language's.
///
/// # Examples
/// ```
/// use brand_nn_tensor::{Rng, Tensor};
/// use brand_nn_train::{TextAugmenter, TextSet};
///
/// let augmenter = TextAugmenter::new().synonyms([("great", ["superb"])], 1.0);
/// assert_eq!(augmenter.apply("Great brand", &mut Rng::new(1)), "superb brand");
///
/// let set = TextSet::new(vec!["great brand".into()], Tensor::from([1.0_f32]))?;
/// let more = augmenter.delete(0.5).augment(&set, 2, 42)?;
/// assert_eq!((more.len(), more.texts[0].as_str()), (3, "great brand"));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[doc(alias = "EDA")]
pub struct TextAugmenter {
    synonyms: BTreeMap<String, Vec<String>>,
    replace: f64,
    delete: f64,
    swap: f64,
}

impl TextAugmenter {
    /// Changes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Exchanges words for one of their synonyms, each with this chance.
    ///
    /// Words are looked up in lower case; what is put there is taken as it stands.
    #[must_use]
    pub fn synonyms<W: Into<String>, S: Into<String>>(
        mut self,
        words: impl IntoIterator<Item = (W, impl IntoIterator<Item = S>)>,
        chance: f64,
    ) -> Self {
        for (word, synonyms) in words {
            let known = self.synonyms.entry(word.into().to_lowercase()).or_default();
            known.extend(synonyms.into_iter().map(Into::into));
        }
        Self { replace: chance, ..self }
    }

    /// Leaves each word out with this chance.
    #[must_use]
    pub fn delete(self, chance: f64) -> Self {
        Self { delete: chance, ..self }
    }

    /// Lets each word change places with the next one with this chance.
    #[must_use]
    pub fn swap(self, chance: f64) -> Self {
        Self { swap: chance, ..self }
    }

    /// A changed text; chances below 0 count as 0, those above 1 as 1.
    #[must_use]
    pub fn apply(&self, text: &str, rng: &mut Rng) -> String {
        let words = text.split_whitespace().map(|word| self.replaced(word, rng));
        let mut words: Vec<&str> = words.collect();
        let mut left = words.len();
        words.retain(|_| {
            let goes = left > 1 && happens(self.delete, rng);
            left -= usize::from(goes);
            !goes
        });
        for place in 1..words.len() {
            if happens(self.swap, rng) {
                words.swap(place - 1, place);
            }
        }
        words.join(" ")
    }

    fn replaced<'a>(&'a self, word: &'a str, rng: &mut Rng) -> &'a str {
        let Some(synonyms) = self.synonyms.get(&word.to_lowercase()) else { return word };
        if synonyms.is_empty() || !happens(self.replace, rng) {
            return word;
        }
        &synonyms[(rng.next_u64() % synonyms.len() as u64) as usize]
    }

    /// A set with so many changed copies of each text behind the texts as they are.
    ///
    /// # Errors
    /// [`Error::Setting`] if a chance is not from 0 to 1.
    pub fn augment(&self, set: &TextSet, copies: usize, seed: u64) -> Result<TextSet> {
        let chances = [("synonyms", self.replace), ("delete", self.delete), ("swap", self.swap)];
        for (setting, chance) in chances {
            if !(0.0..=1.0).contains(&chance) {
                let (expected, help) = ("a chance from 0 to 1", "0.1 is usual");
                return Err(Error::Setting { setting, got: chance.to_string(), expected, help });
            }
        }
        let rows: Vec<usize> = (0..=copies).flat_map(|_| 0..set.len()).collect();
        let mut all = set.rows(&rows)?;
        let mut rng = Rng::keyed(seed, "augmented texts");
        for text in &mut all.texts[set.len()..] {
            *text = self.apply(text, &mut rng);
        }
        Ok(all)
    }
}

fn happens(chance: f64, rng: &mut Rng) -> bool {
    chance > 0.0 && ((rng.next_u64() >> 11) as f64) < chance * (1_u64 << 53) as f64
}
