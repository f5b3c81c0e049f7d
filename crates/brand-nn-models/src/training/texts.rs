//! What models learn from raw texts: the next token, or the tokens behind masks.

use super::hiding::Hiding;
use crate::{Error, Result, Tokens};
use brand_nn_tensor::{DType, Tensor};
use brand_nn_text::SubwordTokenizer;
use brand_nn_train::DataSet;

/// The target that does not count: give it to `CrossEntropy::ignore_index`.
pub const IGNORED: i64 = -100;

/// Texts one behind the other, an end token between, cut into rows of one length.
///
/// A row's targets are its tokens one step later; the last row is filled up with steps whose target is
/// [`IGNORED`].
///
/// # Shapes
/// [`Tokens`] of `[rows, length]` and i64 targets `[rows, length]`.
///
/// # Errors
/// If a length is 0, there is no text, or the tokenizer has no end token.
///
/// # Examples
/// ```
/// use brand_nn_models::{IGNORED, pack_texts};
/// use brand_nn_text::Subwords;
///
/// let texts = ["ab", "c"];
/// let tokenizer = Subwords::bpe(257).fit(&texts)?; // a token a byte
/// let (tokens, targets) = pack_texts(&tokenizer, &texts, 4)?;
/// assert_eq!(tokens.ids.shape()[..], [1, 4]); // a b end c, then the last end alone
/// assert_eq!(tokenizer.decode(&targets.to_vec::<i64>())?, "bc");
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
pub fn pack_texts(
    tokenizer: &SubwordTokenizer,
    texts: &[impl AsRef<str>],
    length: usize,
) -> Result<(Tokens, Tensor)> {
    let end = end_of(tokenizer)?;
    let stream = stream(tokenizer, texts, &[end])?;
    let starts = starts(&stream, length, 1)?;
    let row = |from: usize, start: usize, filler: i64| {
        let place = move |step| start + from + step;
        let at = |step| stream.get(place(step)).copied().unwrap_or(filler);
        (0..length).map(at).collect::<Vec<_>>()
    };
    let table = |from: usize, filler: i64| {
        let rows: Vec<_> = starts.iter().flat_map(|&start| row(from, start, filler)).collect();
        Tensor::new(rows, [starts.len(), length])
    };
    Ok((Tokens::new(table(0, end)?), table(1, IGNORED)?))
}

/// Rows of raw text some of whose tokens are hidden, others each time that they are asked for.
///
/// Of all tokens that are text 15 % are chosen; of these 8 in 10 become the mask, 1 in 10 any token,
/// and 1 in 10 stay (Devlin and others 2019). Choosing anew in each epoch is RoBERTa's improvement
/// (Liu and others 2019). Targets of tokens that were not chosen are [`IGNORED`].
///
/// # Examples
/// ```
/// use brand_nn_losses::CrossEntropy;
/// use brand_nn_models::{BertConfig, FineTune, IGNORED, MaskedLanguageModel, MaskedTexts};
/// use brand_nn_text::Subwords;
/// use brand_nn_train::Fit;
///
/// let texts = vec!["a great brand with great prices"; 20];
/// let tokenizer = Subwords::word_piece(60).fit(&texts)?;
/// let data = MaskedTexts::new(&tokenizer, &texts, 16)?.seed(1);
/// let config = BertConfig::new(tokenizer.vocabulary_size(), 16, 1);
/// let model = MaskedLanguageModel::from_config(&config, 1)?;
/// let loss = CrossEntropy::default().ignore_index(IGNORED);
/// let plan = Fit::epochs(2).batch_size(16).quiet();
/// let (_, history) = FineTune::new(3e-3).fit(model, &data, loss, plan)?;
/// assert!(history.last("loss").unwrap() < 5.0);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[derive(Debug)]
pub struct MaskedTexts {
    rows: Tensor,
    padding: i64,
    hiding: Hiding,
}

impl MaskedTexts {
    /// Cuts texts, one behind the other, into rows of `length` tokens.
    ///
    /// # Errors
    /// If a length is 0, there is no text, or the tokenizer has no mask.
    pub fn new(
        tokenizer: &SubwordTokenizer,
        texts: &[impl AsRef<str>],
        length: usize,
    ) -> Result<Self> {
        let hiding = Hiding::new(tokenizer)?;
        let ends: Vec<_> = tokenizer.end_id().into_iter().collect();
        let stream = stream(tokenizer, texts, &ends)?;
        let starts = starts(&stream, length, 0)?;
        let padding = tokenizer.pad_id();
        let at = |place: usize| stream.get(place).copied().unwrap_or(padding);
        let ids: Vec<_> =
            starts.iter().flat_map(|&start| (start..start + length).map(at)).collect();
        Ok(Self { rows: Tensor::new(ids, [starts.len(), length])?, padding, hiding })
    }

    /// The share of tokens that are chosen; 0.15 by default.
    #[must_use]
    pub fn share(mut self, share: f64) -> Self {
        self.hiding.share = share;
        self
    }

    /// The seed of all choices.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.hiding.seed = seed;
        self
    }
}

impl DataSet for MaskedTexts {
    type Input = Tokens;

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn batch(&self, rows: &[usize]) -> brand_nn_train::Result<(Tokens, Tensor)> {
        let whole = self.rows.rows(rows)?;
        let (ids, targets) = self.hiding.hide(&whole)?;
        let mask = whole.not_equal(&Tensor::scalar(self.padding));
        let type_ids = Tensor::zeros_of(whole.shape(), DType::I64);
        Ok((Tokens { ids, mask, type_ids }, targets))
    }
}

/// The token that ends a text.
pub(crate) fn end_of(tokenizer: &SubwordTokenizer) -> Result<i64> {
    let got = "one without an end token";
    tokenizer.end_id().ok_or_else(|| refused("tokenizer", &got, "one with <|endoftext|> or </s>"))
}

/// The tokens of all texts, however long they are, each followed by `ends`.
pub(crate) fn stream(
    tokenizer: &SubwordTokenizer,
    texts: &[impl AsRef<str>],
    ends: &[i64],
) -> Result<Vec<i64>> {
    let tokenizer = tokenizer.clone().special_tokens(false).stride(0);
    let mut stream = Vec::new();
    for text in texts {
        let windows = tokenizer.encode_windows(&[text])?;
        stream.extend(windows.into_iter().flat_map(|window| window.ids));
        stream.extend(ends);
    }
    Ok(stream)
}

/// Where rows begin that need so many tokens behind their last.
fn starts(stream: &[i64], length: usize, behind: usize) -> Result<Vec<usize>> {
    if length == 0 || stream.len() <= behind {
        let got = format!("a length of {length} for {} tokens", stream.len());
        return Err(refused("rows", &got, "a length of at least 1, and some text"));
    }
    Ok((0..stream.len() - behind).step_by(length).collect())
}

pub(crate) fn refused(setting: &'static str, got: &dyn std::fmt::Display, expected: &str) -> Error {
    let help = "learn a tokenizer with Subwords; 128 tokens a row are usual";
    Error::setting("texts", setting, got, expected, help)
}
