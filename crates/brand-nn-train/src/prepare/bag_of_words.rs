//! Texts as counts of their words.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Input, Transformer, setting};
use crate::{Column, Result};

/// Counts the most frequent words of a column of texts, each a feature.
///
/// Words are runs of at least two letters, digits or `_`, in lower case. With
/// [`tf_idf`](Self::tf_idf) a count is weighted by how rare its word is, and a row has length 1:
/// tf · (ln((1 + n) / (1 + d)) + 1) for a word that d of n texts have, divided by the row's norm.
/// As scikit-learn's CountVectorizer and TfidfVectorizer. A missing text has no words.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{BagOfWords, Column, ColumnTransformer, Table};
///
/// let table = Table::new([("text", Column::from(vec!["Great, great brand", "bad brand"]))])?;
/// let features = ColumnTransformer::new().add(["text"], BagOfWords::new(1000)).fit(&table)?;
/// assert_eq!(features.names(), ["text:bad", "text:brand", "text:great"]);
/// assert_eq!(features.transform(&table)?.to_vec::<f32>(), [0.0, 1.0, 2.0, 1.0, 1.0, 0.0]);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "CountVectorizer")]
#[doc(alias = "TfidfVectorizer")]
pub struct BagOfWords {
    max_words: usize,
    pairs: bool,
    tf_idf: bool,
}

/// A word that was learnt, with its weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word, or two words with a space between.
    pub text: String,
    /// What its count is multiplied by.
    pub weight: f64,
}

impl BagOfWords {
    /// Keeps so many words, the most frequent; of equal ones those that come first by letters.
    #[must_use]
    pub fn new(max_words: usize) -> Self {
        Self { max_words, pairs: false, tf_idf: false }
    }

    /// Counts pairs of neighbours too.
    #[must_use]
    #[doc(alias = "ngram_range")]
    pub fn pairs(self) -> Self {
        Self { pairs: true, ..self }
    }

    /// Weighs a word by how rare it is, and brings each row to length 1.
    #[must_use]
    pub fn tf_idf(self) -> Self {
        Self { tf_idf: true, ..self }
    }

    fn words(&self, text: &str) -> Vec<String> {
        let lower = text.to_lowercase();
        let parts = lower.split(|c: char| !c.is_alphanumeric() && c != '_');
        let single: Vec<&str> = parts.filter(|word| word.chars().nth(1).is_some()).collect();
        let pairs = single.windows(2).filter(|_| self.pairs).map(|pair| pair.join(" "));
        single.iter().map(|&word| word.to_owned()).chain(pairs).collect()
    }

    fn weigh(&self, texts: usize, with_word: usize) -> f64 {
        if self.tf_idf { ((1 + texts) as f64 / (1 + with_word) as f64).ln() + 1.0 } else { 1.0 }
    }
}

impl Transformer for BagOfWords {
    type State = Vec<Word>;

    fn learn(&self, input: &Input<'_>, _: Option<&[f64]>) -> Result<Vec<Word>> {
        if self.max_words == 0 {
            return Err(setting("max_words", 0, "at least 1"));
        }
        // How often each word comes, and in how many texts.
        let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for text in (0..input.column.len()).filter_map(|row| input.category(row)) {
            let words = self.words(&text);
            for word in words.iter().collect::<BTreeSet<_>>() {
                counts.entry(word.clone()).or_default().1 += 1;
            }
            words.into_iter().for_each(|word| counts.entry(word).or_default().0 += 1);
        }
        let mut words: Vec<_> = counts.into_iter().collect();
        words.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        words.truncate(self.max_words);
        words.sort();
        let texts = input.column.len();
        let word = |(text, (_, with_word))| Word { text, weight: self.weigh(texts, with_word) };
        Ok(words.into_iter().map(word).collect())
    }

    fn apply(&self, state: &Vec<Word>, input: &Input<'_>) -> Result<Vec<(String, Column)>> {
        let places: BTreeMap<&str, usize> =
            state.iter().enumerate().map(|(place, word)| (word.text.as_str(), place)).collect();
        let mut features = vec![vec![Some(0.0); input.column.len()]; state.len()];
        let texts = (0..input.column.len()).map(|row| input.category(row).unwrap_or_default());
        for (row, text) in texts.enumerate() {
            let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
            for word in self.words(&text) {
                if let Some(&place) = places.get(word.as_str()) {
                    *counts.entry(place).or_default() += state[place].weight;
                }
            }
            let square: f64 = counts.values().map(|value| value * value).sum();
            let norm = if self.tf_idf { square.sqrt() } else { 1.0 };
            counts.iter().for_each(|(&place, value)| features[place][row] = Some(value / norm));
        }
        let name = |place: usize| format!("{}:{}", input.name, state[place].text);
        Ok(features.into_iter().enumerate().map(|(at, x)| (name(at), Column::F64(x))).collect())
    }
}
