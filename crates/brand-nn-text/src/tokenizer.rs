//! The plain specification of a word tokenizer; fitting it gives another type.

use crate::chars::{CharSet, KERAS_FILTERS};
use crate::splitter::Rules;
use crate::vocabulary::Vocabulary;
use crate::{Error, FittedWordTokenizer, Result, Splitter};

/// How texts become numbers of words: Keras' `Tokenizer`, not yet fitted.
///
/// The words of the texts are counted and numbered from 1, the most frequent first, words of equal
/// count in order of first sight; 0 is left for padding. On Chinese the words are found by a
/// dictionary instead of blanks, see [`Splitter`].
///
/// # Examples
///
/// ```
/// use brand_nn_text::WordTokenizer;
///
/// let texts = ["Good brand, good value", "Bad brand"];
/// let tokenizer = WordTokenizer::default().num_words(10_000).fit(&texts)?;
/// assert_eq!(tokenizer.encode(&["A good brand!"]), [[1, 2]]); // "a" was never seen
///
/// let x = tokenizer.encode_padded(&texts, 5);
/// assert_eq!(x.to_vec::<i64>(), [0, 1, 2, 1, 3, 0, 0, 0, 4, 2]);
/// # Ok::<(), brand_nn_text::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct WordTokenizer {
    num_words: Option<usize>,
    filters: Option<String>,
    lower: bool,
    split: String,
    oov_token: Option<String>,
    splitter: Option<Splitter>,
}

impl Default for WordTokenizer {
    fn default() -> Self {
        Self {
            num_words: None,
            filters: None,
            lower: true,
            split: " ".to_owned(),
            oov_token: None,
            splitter: None,
        }
    }
}

impl WordTokenizer {
    /// Keras' defaults, and the splitter that suits the texts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only words numbered below `num_words` are used: the `num_words - 1` most frequent.
    #[must_use]
    pub fn num_words(mut self, num_words: usize) -> Self {
        self.num_words = Some(num_words);
        self
    }

    /// Drops these characters and no others; words part there.
    ///
    /// By default [`KERAS_FILTERS`], with Chinese words [`CHINESE_FILTERS`](crate::CHINESE_FILTERS) too. Without effect on
    /// [`Splitter::Characters`], as in Keras.
    #[must_use]
    pub fn filters(mut self, filters: impl Into<String>) -> Self {
        self.filters = Some(filters.into());
        self
    }

    /// Whether texts are put into lower case first; yes by default.
    #[must_use]
    pub fn lower(mut self, lower: bool) -> Self {
        self.lower = lower;
        self
    }

    /// What stands between the words of [`Splitter::Whitespace`]; a blank by default.
    #[must_use]
    pub fn split(mut self, split: impl Into<String>) -> Self {
        self.split = split.into();
        self
    }

    /// Stands for words that have no number; without it they are left out.
    #[must_use]
    pub fn oov_token(mut self, oov_token: impl Into<String>) -> Self {
        self.oov_token = Some(oov_token.into());
        self
    }

    /// How texts are cut into words; by default [`Splitter::for_texts`] of the texts fitted on.
    #[must_use]
    pub fn splitter(mut self, splitter: Splitter) -> Self {
        self.splitter = Some(splitter);
        self
    }

    /// Every character is a word: short for [`Splitter::Characters`].
    #[must_use]
    pub fn char_level(self) -> Self {
        self.splitter(Splitter::Characters)
    }

    /// Counts and numbers the words of `texts`.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if `num_words` is 0 or `split` is empty.
    pub fn fit(&self, texts: &[impl AsRef<str>]) -> Result<FittedWordTokenizer> {
        self.check()?;
        let rules = self.rules(self.splitter.unwrap_or_else(|| Splitter::for_texts(texts)));
        Ok(FittedWordTokenizer {
            num_words: self.num_words,
            oov_token: self.oov_token.clone(),
            document_count: texts.len() as u64,
            vocabulary: Vocabulary::of(texts, &rules, self.oov_token.as_deref()),
            rules,
        })
    }

    fn check(&self) -> Result<()> {
        if self.num_words == Some(0) {
            return Err(Error::Setting {
                setting: "num_words",
                got: "0".to_owned(),
                expected: "1 or more",
                help: "leave num_words out to use every word",
            });
        }
        check_split(&self.split)
    }

    fn rules(&self, splitter: Splitter) -> Rules {
        let filters = match (&self.filters, splitter) {
            (Some(filters), _) => CharSet::new(filters),
            #[cfg(feature = "jieba")]
            (None, Splitter::Jieba) => {
                CharSet::new(&[KERAS_FILTERS, crate::CHINESE_FILTERS].concat())
            }
            (None, _) => CharSet::new(KERAS_FILTERS),
        };
        Rules { splitter, lower: self.lower, filters, split: self.split.clone() }
    }
}

/// An empty separator would part nothing.
pub(crate) fn check_split(split: &str) -> Result<()> {
    if split.is_empty() {
        return Err(Error::Setting {
            setting: "split",
            got: "an empty text".to_owned(),
            expected: "one character or more",
            help: "use char_level for a word a character",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(tokenizer: &WordTokenizer, expected: &str) {
        assert_eq!(tokenizer.fit(&["a"]).unwrap_err().to_string(), expected);
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        refused(
            &WordTokenizer::new().num_words(0),
            "num_words: got 0, expected 1 or more; help: leave num_words out to use every word",
        );
        refused(
            &WordTokenizer::new().split(""),
            "split: got an empty text, expected one character or more; \
             help: use char_level for a word a character",
        );
    }

    #[test]
    fn chinese_texts_are_not_cut_at_blanks() {
        let tokenizer = WordTokenizer::new().fit(&["质量很好。", "质量很差！"]).unwrap();
        assert_eq!(tokenizer.encode(&["质量"])[0].first(), Some(&1));
    }
}
