//! A fitted word tokenizer: texts to numbers and back.

use std::collections::BTreeMap;

use brand_nn_tensor::Tensor;

use crate::splitter::Rules;
use crate::vocabulary::Vocabulary;
use crate::{PadOptions, Splitter, pad_sequences};

/// Turns texts into numbers of words, and numbers back into words.
///
/// Made by [`WordTokenizer::fit`](crate::WordTokenizer::fit) or read by [`from_json`]. It behaves as
/// Keras' `Tokenizer` after `fit_on_texts`; serde and [`to_json`] write Keras' file format.
///
/// [`from_json`]: FittedWordTokenizer::from_json
/// [`to_json`]: FittedWordTokenizer::to_json
///
/// # Examples
///
/// ```
/// use brand_nn_text::WordTokenizer;
///
/// let tokenizer = WordTokenizer::new().oov_token("<unknown>").fit(&["so good", "so bad"])?;
/// let ids = tokenizer.encode(&["so so", "not good"]);
/// assert_eq!(ids, [[2, 2], [1, 3]]);
/// assert_eq!(tokenizer.decode(&ids), ["so so", "<unknown> good"]);
/// # Ok::<(), brand_nn_text::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "crate::keras::File", into = "crate::keras::File")]
pub struct FittedWordTokenizer {
    pub(crate) rules: Rules,
    pub(crate) num_words: Option<usize>,
    pub(crate) oov_token: Option<String>,
    pub(crate) document_count: u64,
    pub(crate) vocabulary: Vocabulary,
}

impl FittedWordTokenizer {
    /// The numbers of each text's words; Keras' `texts_to_sequences`.
    ///
    /// A word that was never seen, or numbered `num_words` or more, becomes the number of the
    /// `oov_token`; without one it is left out.
    #[doc(alias = "texts_to_sequences")]
    #[must_use]
    pub fn encode(&self, texts: &[impl AsRef<str>]) -> Vec<Vec<i64>> {
        texts.iter().map(|text| self.encode_one(text.as_ref())).collect()
    }

    /// The same as rows of one length, padded and cut at the front: what a network reads.
    ///
    /// # Shapes
    ///
    /// `n` texts → i64 `[n, length]`. [`pad_sequences`] on [`encode`](Self::encode) offers the
    /// other ends.
    ///
    /// # Panics
    ///
    /// If `n` × `length` numbers are more than memory holds.
    ///
    /// # Examples
    ///
    /// ```
    /// # use brand_nn_text::WordTokenizer;
    /// let tokenizer = WordTokenizer::new().fit(&["a b c"])?;
    /// let x = tokenizer.encode_padded(&["c", "c b a"], 2);
    /// assert_eq!(x.to_vec::<i64>(), [0, 3, 2, 1]);
    /// # Ok::<(), brand_nn_text::Error>(())
    /// ```
    #[must_use]
    pub fn encode_padded(&self, texts: &[impl AsRef<str>], length: usize) -> Tensor {
        pad_sequences(&self.encode(texts), PadOptions::to(length))
    }

    /// The words of each sequence, a blank between; Keras' `sequences_to_texts`.
    ///
    /// Numbers without a word become the `oov_token`; without one they are left out. 0 is padding
    /// and always left out (Keras writes the `oov_token` there).
    #[doc(alias = "sequences_to_texts")]
    #[must_use]
    pub fn decode(&self, sequences: &[impl AsRef<[i64]>]) -> Vec<String> {
        sequences.iter().map(|sequence| self.decode_one(sequence.as_ref())).collect()
    }

    /// The number of every word, also of those that `num_words` leaves out.
    #[must_use]
    pub fn word_index(&self) -> &BTreeMap<String, i64> {
        &self.vocabulary.index
    }

    /// How often a word stood in the texts fitted on.
    #[must_use]
    pub fn word_count(&self, word: &str) -> u64 {
        let words = &self.vocabulary.words;
        words.iter().find(|w| w.text == word).map_or(0, |w| w.count)
    }

    /// How many texts it was fitted on.
    #[must_use]
    pub fn document_count(&self) -> u64 {
        self.document_count
    }

    /// How texts are cut into words.
    #[must_use]
    pub fn splitter(&self) -> Splitter {
        self.rules.splitter
    }

    /// Every number is below this: the rows that an embedding needs.
    ///
    /// # Examples
    ///
    /// ```
    /// # use brand_nn_text::WordTokenizer;
    /// let texts = ["a b c d"]; // numbered 1 to 4, and 0 for padding
    /// assert_eq!(WordTokenizer::new().fit(&texts)?.vocabulary_size(), 5);
    /// assert_eq!(WordTokenizer::new().num_words(3).fit(&texts)?.vocabulary_size(), 3);
    /// # Ok::<(), brand_nn_text::Error>(())
    /// ```
    #[must_use]
    pub fn vocabulary_size(&self) -> usize {
        let last = self.vocabulary.by_index.keys().rev().find(|&&index| self.keeps(index));
        1 + last.copied().max(self.oov_index()).unwrap_or(0).unsigned_abs() as usize
    }

    fn encode_one(&self, text: &str) -> Vec<i64> {
        let mut ids = Vec::new();
        self.rules.each_word(text, &mut |word| ids.extend(self.id(word)));
        ids
    }

    fn id(&self, word: &str) -> Option<i64> {
        let known = self.vocabulary.index.get(word).copied();
        known.filter(|&index| self.keeps(index)).or_else(|| self.oov_index())
    }

    fn decode_one(&self, sequence: &[i64]) -> String {
        let words = sequence.iter().filter(|&&index| index != 0).filter_map(|&index| {
            let known = self.vocabulary.by_index.get(&index).filter(|_| self.keeps(index));
            known.or_else(|| self.vocabulary.by_index.get(&self.oov_index()?))
        });
        words.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    fn keeps(&self, index: i64) -> bool {
        self.num_words.is_none_or(|limit| index.unsigned_abs() < limit as u64)
    }

    fn oov_index(&self) -> Option<i64> {
        self.vocabulary.index.get(self.oov_token.as_deref()?).copied()
    }
}
