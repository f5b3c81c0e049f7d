//! Whether a text follows another: what BERT learns of pairs before any task.

use super::head;
use crate::{
    Error, Result, Tokens,
    bert::{
        Bert, BertConfig, Family,
        encoder::{fresh, open},
    },
};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_layers::{self as layers, Call, Linear, Pass};
use brand_nn_train::Model;
use std::path::Path;

/// Whether the second text of a pair follows the first: class 0 if it does, 1 if it does not.
///
/// The first token's vector goes through the pooler and a map to two logits (Devlin and others 2019).
/// Of all families BERT alone has this head; [`sentence_pairs`](crate::sentence_pairs) makes its data.
///
/// # Shapes
/// [`Tokens`] of `[batch, time]` → `[batch, 2]`.
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, NextSentencePredictor, Tokens};
/// use brand_nn_layers::Pass;
/// use brand_nn_tensor::Tensor;
///
/// let model = NextSentencePredictor::from_config(&BertConfig::new(50, 8, 1), 42)?;
/// let pair = Tokens::new(Tensor::from([[2_i64, 7, 3, 8, 3]]));
/// assert_eq!(model.logits(&pair, &mut Pass::inference())?.shape()[..], [1, 2]);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "BertForNextSentencePrediction")]
#[derive(Debug)]
pub struct NextSentencePredictor {
    /// The encoder.
    pub encoder: Bert,
    /// The map to the two classes.
    pub classes: Linear,
}

head!(NextSentencePredictor(), logits, "a judge of pairs");

impl NextSentencePredictor {
    fn pending(config: &BertConfig) -> Result<Self> {
        let encoder = encoder_of_pairs(config)?;
        Ok(Self { classes: Linear::new(config.hidden_size, 2), encoder })
    }

    /// The logits of the two classes.
    ///
    /// # Errors
    /// As [`Bert::encode`].
    pub fn logits(&self, tokens: &Tokens, pass: &mut Pass) -> layers::Result<Var> {
        let pair = self.encoder.pooled(tokens, pass)?;
        self.classes.call(pair, pass)
    }
}

impl Params for NextSentencePredictor {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child(self.encoder.names().body, &self.encoder);
        visitor.child(CLASSES, &self.classes);
    }
}

/// The published name of the map to the two classes.
pub(super) const CLASSES: &str = "cls.seq_relationship";

/// An encoder with the pooler that judging pairs needs.
pub(super) fn encoder_of_pairs(config: &BertConfig) -> Result<Bert> {
    if config.model_type != Family::Bert {
        let (got, expected) =
            (format!("{:?}", config.model_type), "Bert, which alone has this head");
        let help = "put a SequenceClassifier of two classes on encoders of other families";
        return Err(Error::setting("config.json", "model_type", &got, expected, help));
    }
    Bert::pending(config, true)
}
