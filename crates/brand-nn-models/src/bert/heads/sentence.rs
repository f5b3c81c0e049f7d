//! One vector for a text, near to those of texts that mean the same.

use super::head;
use crate::{
    Result, Tokens,
    bert::{
        Bert, BertConfig,
        encoder::{fresh, open},
    },
};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_layers::{self as layers, Pass};
use brand_nn_train::Model;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What makes one vector of a text's many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pooling {
    /// The mean over all tokens that are no padding: MiniLM and E5.
    #[default]
    #[serde(rename = "mean")]
    Mean,
    /// The vector of the first token: BGE.
    #[serde(rename = "cls")]
    First,
}

impl Pooling {
    /// The vectors `[batch, features]` of texts.
    pub(super) fn of(self, bert: &Bert, tokens: &Tokens, pass: &mut Pass) -> layers::Result<Var> {
        if self == Self::First {
            return bert.first(tokens, pass);
        }
        let vectors = bert.encode(tokens, pass)?;
        let real = tokens.weights(&vectors); // [batch, time, 1]
        let count = real.sum_axis(1).clamp(1.0, f64::INFINITY);
        Ok((vectors * &real).sum_axis(1) / count)
    }
}

/// One vector of length 1 for a text, near to those of texts that mean the same.
///
/// It owns nothing but its encoder. Train it with `InfoNce` on the vectors of pairs that belong
/// together.
///
/// # Shapes
/// [`Tokens`] of `[batch, time]` → `[batch, hidden_size]`.
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, Pooling, SentenceEncoder, Tokens};
/// use brand_nn_layers::Pass;
/// use brand_nn_tensor::Tensor;
///
/// let model = SentenceEncoder::from_config(&BertConfig::new(50, 8, 1), Pooling::Mean, 42)?;
/// let vectors = model.embed(&Tokens::new(Tensor::from([[2_i64, 7, 3]])), &mut Pass::inference())?;
/// assert!((vectors.tensor().norm().item() - 1.0).abs() < 1e-6);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "SentenceTransformer")]
#[derive(Debug)]
pub struct SentenceEncoder {
    /// The encoder.
    pub encoder: Bert,
    pooling: Pooling,
}

head!(SentenceEncoder(pooling: Pooling), embed, "an encoder of texts");

impl SentenceEncoder {
    fn pending(config: &BertConfig, pooling: Pooling) -> Result<Self> {
        Ok(Self { encoder: Bert::pending(config, false)?, pooling })
    }

    /// The vectors of the texts; of a text without a token they are zeros.
    ///
    /// # Errors
    /// As [`Bert::encode`].
    pub fn embed(&self, tokens: &Tokens, pass: &mut Pass) -> layers::Result<Var> {
        let tokens = tokens.trimmed();
        let text = self.pooling.of(&self.encoder, &tokens, pass)?;
        let length = text.square().sum_axes(&[-1], true).sqrt();
        Ok(&text / length.clamp(1e-12, f64::INFINITY))
    }
}

impl Params for SentenceEncoder {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.encoder.visit(visitor);
    }
}
