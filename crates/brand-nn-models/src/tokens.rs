//! What language models read: numbers of tokens, which of them are real, and their segments.

use brand_nn_autodiff::Var;
use brand_nn_layers::{Error, Mask, Result};
use brand_nn_tensor::{DType, Tensor};
use brand_nn_text::TokenBatch;
use brand_nn_train::Batch;

/// A batch of texts as numbers, ready for a model; made of a [`TokenBatch`] by `into()`.
///
/// # Examples
/// ```
/// use brand_nn_models::Tokens;
/// use brand_nn_tensor::Tensor;
///
/// let tokens = Tokens::new(Tensor::from([[5_i64, 6], [7, 8]]));
/// assert!(tokens.mask.all());
/// ```
#[derive(Batch, Clone, Debug, PartialEq)]
pub struct Tokens {
    /// i64 `[batch, time]`.
    pub ids: Tensor,
    /// bool `[batch, time]`, true where a token is real.
    pub mask: Tensor,
    /// i64 `[batch, time]`: 0 for the first text of a pair, 1 for the second.
    pub type_ids: Tensor,
}

impl Tokens {
    /// Numbers all of which are real, of one segment.
    #[must_use]
    pub fn new(ids: Tensor) -> Self {
        let shape = ids.shape();
        let type_ids = Tensor::zeros_of(shape, DType::I64);
        Self { mask: type_ids.equal_to(0.0), type_ids, ids }
    }

    /// The same without the steps at the end that are padding in every row.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        let time = self.ids.shape().get(1).copied().unwrap_or(0);
        let [mask, flags] = [&self.mask; 2];
        let real = |step: &usize| flags.select(1, *step).any();
        let kept = (0..time).rev().find(real).map_or(time.min(1), |last| last + 1);
        let cut = |tensor: &Tensor| tensor.slice(1, ..kept);
        Self { ids: cut(&self.ids), mask: cut(mask), type_ids: cut(&self.type_ids) }
    }

    /// The number of rows and of steps, if they fit a model.
    pub(crate) fn check(&self, place: &str, most: usize) -> Result<[usize; 2]> {
        let refuse = |expected: String, help| {
            Err(Error::Input { place: place.into(), got: self.ids.shape().clone(), expected, help })
        };
        let &[rows, time] = &self.ids.shape()[..] else {
            return refuse(
                "[batch, time] of ids".into(),
                "encode_padded of a tokenizer makes them",
            );
        };
        if time > most {
            let help = "give the tokenizer this max_length";
            return refuse(format!("[batch, time] of at most {most} tokens"), help);
        }
        if self.mask.shape() != self.ids.shape() || self.type_ids.shape() != self.ids.shape() {
            return refuse("ids, mask and type_ids of one shape".into(), "make them together");
        }
        Mask::new(self.mask.clone())?;
        Ok([rows, time])
    }

    /// The mask as numbers `[batch, time, 1]` of a value's type.
    pub(crate) fn weights(&self, like: &Var) -> Tensor {
        self.mask.to(like.dtype()).unsqueeze(-1)
    }
}

impl From<TokenBatch> for Tokens {
    fn from(TokenBatch { ids, mask, type_ids }: TokenBatch) -> Self {
        Self { ids, mask, type_ids }
    }
}
