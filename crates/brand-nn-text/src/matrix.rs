//! Texts as bags of words: a row a text, a column a word.

use std::collections::BTreeMap;

use brand_nn_tensor::Tensor;

use crate::FittedWordTokenizer;

/// What a cell of [`FittedWordTokenizer::encode_matrix`] says of a word in a text.
///
/// With `c` the times that the word stands in the text of `length` words, `N` the texts fitted on,
/// and `n` those of them with the word:
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatrixMode {
    /// 1 where the word stands in the text.
    Binary,
    /// `c`
    Count,
    /// `c / length`
    Frequency,
    /// `(1 + ln c) · ln(1 + N / (1 + n))`
    TfIdf,
}

impl FittedWordTokenizer {
    /// Each text as a bag of words; Keras' `texts_to_matrix`.
    ///
    /// # Shapes
    ///
    /// `n` texts → f32 `[n, num_words]`, or `[n, words + 1]` without `num_words`. Column 0 belongs
    /// to no word.
    ///
    /// # Panics
    ///
    /// If that many numbers are more than memory holds.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_text::{MatrixMode, WordTokenizer};
    ///
    /// let tokenizer = WordTokenizer::new().fit(&["good good value", "bad value"])?;
    /// let x = tokenizer.encode_matrix(&["good good bad"], MatrixMode::Count);
    /// assert_eq!(x.to_vec::<f32>(), [0.0, 2.0, 0.0, 1.0]); // good 1, value 2, bad 3
    /// # Ok::<(), brand_nn_text::Error>(())
    /// ```
    #[doc(alias = "texts_to_matrix")]
    #[must_use]
    pub fn encode_matrix(&self, texts: &[impl AsRef<str>], mode: MatrixMode) -> Tensor {
        let width = self.num_words.unwrap_or(self.vocabulary.index.len() + 1);
        let texts_by_index = self.vocabulary.texts_by_index();
        let mut cells = vec![0_f32; texts.len() * width];
        for (row, ids) in cells.chunks_exact_mut(width).zip(self.encode(texts)) {
            for (id, count) in counts(&ids) {
                if let Some(cell) = row.get_mut(id.unsigned_abs() as usize) {
                    let with_word = texts_by_index.get(&id).copied().unwrap_or(0);
                    *cell = self.cell(mode, count, ids.len(), with_word) as f32;
                }
            }
        }
        Tensor::new(cells, [texts.len(), width]).expect("rows of one width")
    }

    fn cell(&self, mode: MatrixMode, count: u32, length: usize, with_word: u64) -> f64 {
        let count = f64::from(count);
        match mode {
            MatrixMode::Binary => 1.0,
            MatrixMode::Count => count,
            MatrixMode::Frequency => count / length as f64,
            MatrixMode::TfIdf => {
                let rarity = self.document_count as f64 / (1 + with_word) as f64;
                (1.0 + count.ln()) * rarity.ln_1p()
            }
        }
    }
}

fn counts(ids: &[i64]) -> BTreeMap<i64, u32> {
    let mut counts = BTreeMap::new();
    for &id in ids {
        *counts.entry(id).or_insert(0) += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WordTokenizer;

    /// Expected are the rows of Keras' `texts_to_matrix`; good 1, value 2, bad 3, brand 4.
    #[track_caller]
    fn check(mode: MatrixMode, expected: [[f32; 5]; 3]) {
        let texts = ["good good value", "bad value", "good brand"];
        let tokenizer = WordTokenizer::new().fit(&texts).unwrap();
        let x = tokenizer.encode_matrix(&["good good bad", "value value value unknown", ""], mode);
        assert_eq!(x.dims::<2>().unwrap(), [3, 5]);
        for (got, expected) in x.to_vec::<f32>().iter().zip(expected.as_flattened()) {
            assert!((got - expected).abs() < 1e-6, "{mode:?}: {x}");
        }
    }

    #[test]
    fn every_mode_agrees_with_keras() {
        use MatrixMode::{Binary, Count, Frequency, TfIdf};
        check(Binary, [[0., 1., 0., 1., 0.], [0., 0., 1., 0., 0.], [0.; 5]]);
        check(Count, [[0., 2., 0., 1., 0.], [0., 0., 3., 0., 0.], [0.; 5]]);
        check(Frequency, [[0., 2. / 3., 0., 1. / 3., 0.], [0., 0., 1., 0., 0.], [0.; 5]]);
        let first = [0., 1.173_600_2, 0., 0.916_290_7, 0.];
        check(TfIdf, [first, [0., 0., 1.454_647_2, 0., 0.], [0.; 5]]);
    }

    #[test]
    fn num_words_sets_the_width() {
        let tokenizer = WordTokenizer::new().num_words(3).fit(&["a b c d"]).unwrap();
        let x = tokenizer.encode_matrix(&["a b c d"], MatrixMode::Binary);
        assert_eq!(x.to_vec::<f32>(), [0.0, 1.0, 1.0]);
    }
}
