//! What a tokenizer makes of a text: numbers, and where each comes from.

use crate::{PadOptions, pad_sequences};
use brand_nn_tensor::{DType, Tensor};
use std::ops::Range;

/// The tokens of a text or of a pair, one entry a token in each list.
///
/// # Examples
/// ```
/// use brand_nn_text::Subwords;
///
/// let text = "good value";
/// let encoding = Subwords::word_piece(40).fit(&[text, text])?.encode_one(text)?;
/// assert_eq!(encoding.tokens.first().unwrap(), "[CLS]");
/// assert_eq!(&text[encoding.offsets[1].clone()], "good");
/// assert_eq!(encoding.sequences[..2], [None, Some(0)]);
/// # Ok::<(), brand_nn_text::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// The numbers.
    pub ids: Vec<i64>,
    /// The tokens, as they stand in the vocabulary.
    pub tokens: Vec<String>,
    /// 0 for the first text of a pair and 1 for the second, as the template says: BERT's segments.
    pub type_ids: Vec<i64>,
    /// The bytes of the text that a token stands for; empty for those of the template.
    pub offsets: Vec<Range<usize>>,
    /// The number of the word that a token is of; none for those of the template.
    pub words: Vec<Option<u32>>,
    /// Which text of the pair a token is of; none for those of the template.
    pub sequences: Vec<Option<usize>>,
    /// The number of the text or pair among all that were encoded.
    pub text: usize,
}

impl Encoding {
    pub(super) fn of(whole: &tokenizers::Encoding, text: usize) -> Self {
        let longs = |values: &[u32]| values.iter().map(|&value| i64::from(value)).collect();
        let template = whole.get_special_tokens_mask();
        let own = |i: usize| template[i] == 0;
        let sequence = |i| own(i).then(|| whole.token_to_sequence(i).unwrap_or(0));
        Self {
            ids: longs(whole.get_ids()),
            tokens: whole.get_tokens().to_vec(),
            type_ids: longs(whole.get_type_ids()),
            offsets: whole.get_offsets().iter().map(|&(start, end)| start..end).collect(),
            words: whole.get_word_ids().to_vec(),
            sequences: (0..whole.len()).map(sequence).collect(),
            text,
        }
    }

    /// The number of tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// Rows of one length, as a network reads them.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenBatch {
    /// i64 `[n, time]`.
    pub ids: Tensor,
    /// bool `[n, time]`, true where a token is real.
    pub mask: Tensor,
    /// i64 `[n, time]`, the segment of each token.
    pub type_ids: Tensor,
}

impl TokenBatch {
    pub(super) fn new(encodings: &[Encoding], options: PadOptions) -> Self {
        let all = |of: &dyn Fn(&Encoding) -> Vec<i64>| encodings.iter().map(of).collect::<Vec<_>>();
        let zeros = PadOptions { value: 0, ..options };
        let ones = all(&|encoding| vec![1; encoding.len()]);
        Self {
            ids: pad_sequences(&all(&|encoding| encoding.ids.clone()), options),
            mask: pad_sequences(&ones, zeros).to(DType::Bool),
            type_ids: pad_sequences(&all(&|encoding| encoding.type_ids.clone()), zeros),
        }
    }
}
