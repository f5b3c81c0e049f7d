//! A class for each token of a text: names, products, parts of speech.

use super::head;
use crate::{
    Result, Tokens,
    bert::{
        Bert, BertConfig,
        encoder::{fresh, open, some_classes},
    },
};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_layers::{self as layers, Call, Dropout, Linear, Pass};
use brand_nn_train::Model;
use std::path::Path;

/// A class for each token: names of brands, products and places in a text.
///
/// Train it with targets `[batch, time]` where padding has the number that
/// `CrossEntropy::ignore_index` leaves out.
///
/// # Shapes
/// [`Tokens`] of `[batch, time]` → logits `[batch, time, classes]`.
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, TokenClassifier, Tokens};
/// use brand_nn_layers::Pass;
/// use brand_nn_tensor::Tensor;
///
/// let model = TokenClassifier::from_config(&BertConfig::new(50, 8, 1), 5, 42)?;
/// let logits = model.logits(&Tokens::new(Tensor::from([[2_i64, 7, 3]])), &mut Pass::inference())?;
/// assert_eq!(logits.shape()[..], [1, 3, 5]);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "BertForTokenClassification")]
#[derive(Debug)]
pub struct TokenClassifier {
    /// The encoder.
    pub encoder: Bert,
    /// The map to the classes.
    pub classes: Linear,
    dropout: Dropout,
}

head!(TokenClassifier(num_labels: usize), logits, "a classifier of tokens");

impl TokenClassifier {
    fn pending(config: &BertConfig, num_labels: usize) -> Result<Self> {
        some_classes(num_labels)?;
        let classes = Linear::new(config.hidden_size, num_labels);
        let dropout = Dropout::new(config.hidden_dropout_prob);
        Ok(Self { encoder: Bert::pending(config, false)?, classes, dropout })
    }

    /// The logits of each token's classes.
    ///
    /// # Errors
    /// As [`Bert::encode`].
    pub fn logits(&self, tokens: &Tokens, pass: &mut Pass) -> layers::Result<Var> {
        let vectors = self.encoder.encode(tokens, pass)?;
        let vectors = self.dropout.call(vectors, pass)?;
        self.classes.call(vectors, pass)
    }
}

impl Params for TokenClassifier {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child(self.encoder.names().body, &self.encoder);
        visitor.child("classifier", &self.classes);
        visitor.child("dropout", &self.dropout);
    }
}
