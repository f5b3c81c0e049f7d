//! Where in a passage the answer to a question begins and ends.

use super::head;
use crate::{
    Result, Tokens,
    bert::{
        Bert, BertConfig,
        encoder::{fresh, open},
    },
};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_layers::{self as layers, Call, Linear, Pass};
use brand_nn_train::Model;
use std::path::Path;

/// Where in a passage the answer to a question begins and ends.
///
/// Encode pairs of question and passage with the second cut into windows that overlap. The softmax
/// goes over the steps: train both ends with the cross-entropy of `logits.select(-1, 0)` and
/// `logits.select(-1, 1)`.
///
/// # Shapes
/// [`Tokens`] of `[batch, time]` → logits `[batch, time, 2]`: of the first token and the last.
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, QuestionAnswerer, Tokens};
/// use brand_nn_layers::Pass;
/// use brand_nn_tensor::Tensor;
///
/// let model = QuestionAnswerer::from_config(&BertConfig::new(50, 8, 1), 42)?;
/// let logits = model.logits(&Tokens::new(Tensor::from([[2_i64, 7, 3]])), &mut Pass::inference())?;
/// assert_eq!(logits.shape()[..], [1, 3, 2]);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "BertForQuestionAnswering")]
#[derive(Debug)]
pub struct QuestionAnswerer {
    /// The encoder.
    pub encoder: Bert,
    /// The map to both ends.
    pub ends: Linear,
}

head!(QuestionAnswerer(), logits, "a finder of answers");

impl QuestionAnswerer {
    fn pending(config: &BertConfig) -> Result<Self> {
        let ends = Linear::new(config.hidden_size, 2);
        Ok(Self { encoder: Bert::pending(config, false)?, ends })
    }

    /// The logits of both ends.
    ///
    /// # Errors
    /// As [`Bert::encode`].
    pub fn logits(&self, tokens: &Tokens, pass: &mut Pass) -> layers::Result<Var> {
        let vectors = self.encoder.encode(tokens, pass)?;
        self.ends.call(vectors, pass)
    }
}

impl Params for QuestionAnswerer {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child(self.encoder.names().body, &self.encoder);
        visitor.child("qa_outputs", &self.ends);
    }
}
