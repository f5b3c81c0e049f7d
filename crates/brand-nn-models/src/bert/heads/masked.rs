//! The token that stands behind a mask: what encoders are trained on before any task.

use super::head;
use crate::{
    Result, Tokens,
    bert::{
        Bert, BertConfig, activation,
        encoder::{fresh, open},
        names::MaskedNames,
    },
};
use brand_nn_autodiff::{Init, Param, Params, Var, Visitor};
use brand_nn_layers::{self as layers, Call, LayerNorm, Linear, Mask, Pass};
use brand_nn_train::Model;
use std::path::Path;

/// The token that stands behind a mask, by a head whose last weight is the table of tokens.
///
/// # Shapes
/// [`Tokens`] of `[batch, time]` → logits `[batch, time, vocab_size]`.
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, MaskedLanguageModel, Tokens};
/// use brand_nn_layers::Pass;
/// use brand_nn_tensor::Tensor;
///
/// let model = MaskedLanguageModel::from_config(&BertConfig::new(50, 8, 1), 42)?;
/// let logits = model.logits(&Tokens::new(Tensor::from([[2_i64, 4, 3]])), &mut Pass::inference())?;
/// assert_eq!(logits.shape()[..], [1, 3, 50]);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "BertForMaskedLM")]
#[derive(Debug)]
pub struct MaskedLanguageModel {
    /// The encoder.
    pub encoder: Bert,
    dense: Linear,
    norm: LayerNorm,
    decoder: Linear,
}

head!(MaskedLanguageModel(), logits, "a guesser of hidden tokens");

impl MaskedLanguageModel {
    fn pending(config: &BertConfig) -> Result<Self> {
        Self::around(Bert::pending(config, false)?)
    }

    /// The head on top of an encoder.
    pub(super) fn around(encoder: Bert) -> Result<Self> {
        let config = &encoder.config;
        let features = config.hidden_size;
        let bias = Param::new([config.vocab_size], Init::Zeros);
        Ok(Self {
            dense: Linear::new(features, features).activation(activation(&config.hidden_act)?),
            norm: LayerNorm::new(features).epsilon(config.layer_norm_eps),
            decoder: Linear::from_params(encoder.words.weight.tie(), Some(bias)),
            encoder,
        })
    }

    /// The logits of the tokens behind all steps.
    ///
    /// # Errors
    /// As [`Bert::encode`].
    pub fn logits(&self, tokens: &Tokens, pass: &mut Pass) -> layers::Result<Var> {
        self.guess(&self.encoder.encode(tokens, pass)?, pass)
    }

    /// The logits of the tokens behind the steps that are asked for, one below the other.
    ///
    /// They are few as a rule, which spares most of the head: the dearest part of a model with many
    /// words.
    ///
    /// # Shapes
    /// [`Tokens`] of `[batch, time]` and a mask of the same → `[asked, vocab_size]`.
    ///
    /// # Errors
    /// As [`Bert::encode_at`].
    ///
    /// # Examples
    /// ```
    /// use brand_nn_layers::{Mask, Pass};
    /// use brand_nn_models::{BertConfig, MaskedLanguageModel, Tokens};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let model = MaskedLanguageModel::from_config(&BertConfig::new(50, 8, 1), 42)?;
    /// let tokens = Tokens::new(Tensor::from([[2_i64, 4, 3]]));
    /// let hidden = Mask::of_ids(&tokens.ids, 2)?; // all but the first
    /// let logits = model.logits_at(&tokens, &hidden, &mut Pass::inference())?;
    /// assert_eq!(logits.shape()[..], [2, 50]);
    /// # Ok::<(), brand_nn_models::Error>(())
    /// ```
    pub fn logits_at(&self, tokens: &Tokens, asked: &Mask, pass: &mut Pass) -> layers::Result<Var> {
        self.guess(&self.encoder.encode_at(tokens, asked, pass)?, pass)
    }

    /// The logits of the tokens behind an encoder's vectors.
    pub(super) fn guess(&self, vectors: &Var, pass: &mut Pass) -> layers::Result<Var> {
        let vectors = self.dense.call(vectors, pass)?;
        let vectors = self.norm.call(vectors, pass)?;
        self.decoder.call(vectors, pass)
    }
}

impl Params for MaskedLanguageModel {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        let names = self.encoder.names();
        let MaskedNames { dense, norm, decoder, bias } = names.masked;
        visitor.child(names.body, &self.encoder);
        if let Some(name) = bias {
            visitor.child(name, &self.decoder.bias);
        }
        visitor.child(dense, &self.dense);
        visitor.child(norm, &self.norm);
        visitor.child(decoder, &self.decoder);
    }
}
