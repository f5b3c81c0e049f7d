//! Classes or a number for a whole text, or for a pair of texts.

use super::{Pooling, head};
use crate::{
    Result, Tokens,
    bert::{
        Bert, BertConfig, Family,
        encoder::{fresh, open, some_classes},
    },
};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_layers::{self as layers, Call, Dropout, Linear, Pass};
use brand_nn_train::Model;
use std::path::Path;

/// Classes for a whole text or a pair, or one number: sentiment, topic, likeness.
///
/// The first token's vector goes through the family's head, or [the mean](Self::pooling) of all
/// through the last map alone; with one class train it on numbers with a
/// squared loss. Its output are logits.
///
/// # Shapes
/// [`Tokens`] of `[batch, time]` → `[batch, classes]`.
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, SequenceClassifier, Tokens};
/// use brand_nn_layers::Pass;
/// use brand_nn_tensor::Tensor;
///
/// let model = SequenceClassifier::from_config(&BertConfig::new(50, 8, 1), 3, 42)?;
/// let logits = model.logits(&Tokens::new(Tensor::from([[2_i64, 7, 3]])), &mut Pass::inference())?;
/// assert_eq!(logits.shape()[..], [1, 3]);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "BertForSequenceClassification")]
#[derive(Debug)]
pub struct SequenceClassifier {
    /// The encoder.
    pub encoder: Bert,
    before: Option<Linear>,
    /// The map to the classes.
    pub classes: Linear,
    dropout: Dropout,
}

head!(SequenceClassifier(num_labels: usize), logits, "a classifier of so many classes");

impl SequenceClassifier {
    fn pending(config: &BertConfig, num_labels: usize) -> Result<Self> {
        some_classes(num_labels)?;
        let first = config.classifier_pooling == Pooling::First;
        let encoder = Bert::pending(config, first && config.model_type == Family::Bert)?;
        let features = config.hidden_size;
        let before = encoder.names().before.filter(|_| first);
        Ok(Self {
            before: before.map(|(_, bend)| Linear::new(features, features).activation(bend)),
            classes: Linear::new(features, num_labels),
            dropout: Dropout::new(config.hidden_dropout_prob),
            encoder,
        })
    }

    /// Reads the mean of all tokens instead of the first one's vector, or the other way round, without
    /// a map between: [`Pooling::Mean`] suits encoders of sentences, such as E5 and MiniLM, whose
    /// first token says little.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Params;
    /// use brand_nn_models::{BertConfig, Pooling, SequenceClassifier};
    ///
    /// let model = SequenceClassifier::from_config(&BertConfig::new(50, 8, 1), 3, 42)?;
    /// let model = model.pooling(Pooling::Mean);
    /// assert!(model.params("bert.pooler.*").is_err());
    /// # Ok::<(), brand_nn_models::Error>(())
    /// ```
    #[must_use]
    #[doc(alias = "classifier_pooling")]
    pub fn pooling(mut self, pooling: Pooling) -> Self {
        self.encoder.config.classifier_pooling = pooling;
        self.encoder.pooler = None;
        Self { before: None, ..self }
    }

    /// The logits of the classes.
    ///
    /// # Errors
    /// As [`Bert::encode`].
    pub fn logits(&self, tokens: &Tokens, pass: &mut Pass) -> layers::Result<Var> {
        let tokens = tokens.trimmed();
        let pooling = self.encoder.config.classifier_pooling;
        let text = pooling.of(&self.encoder, &tokens, pass)?;
        let mut text = match pooling {
            Pooling::First => self.encoder.pool(&text, pass)?,
            Pooling::Mean => text,
        };
        if let Some(before) = &self.before {
            text = before.call(text, pass)?;
        }
        let text = self.dropout.call(text, pass)?;
        self.classes.call(text, pass)
    }
}

impl Params for SequenceClassifier {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        let names = self.encoder.names();
        visitor.child(names.body, &self.encoder);
        if let Some((name, _)) = names.before {
            visitor.child(name, &self.before);
        }
        visitor.child(names.classes, &self.classes);
        visitor.child("dropout", &self.dropout);
    }
}
