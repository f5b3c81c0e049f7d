//! The settings that encoders and decoders share.

use super::residual::Residual;
use crate::{Activation, Dropout, LayerNorm, Linear, MultiHeadAttention};

/// The settings of a transformer's layers, with PyTorch's defaults.
///
/// A stack makes each of its layers of the same options.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Activation, TransformerEncoder, TransformerOptions};
///
/// let bert = TransformerOptions::new(12, 3072).activation(Activation::Gelu).epsilon(1e-12);
/// let encoder = TransformerEncoder::new(12, 768, &bert);
/// assert_eq!(encoder.params("*")?.count(), 85_054_464);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct TransformerOptions {
    heads: usize,
    hidden: usize,
    dropout: f64,
    attention_dropout: Option<f64>,
    hidden_dropout: Option<f64>,
    activation: Activation,
    norm_first: bool,
    epsilon: f64,
    bias: bool,
}

impl TransformerOptions {
    /// The heads of a layer's attention, and the hidden units between its linear maps.
    #[must_use]
    #[doc(alias = "nhead")]
    #[doc(alias = "dim_feedforward")]
    pub fn new(heads: usize, hidden: usize) -> Self {
        let (activation, norm_first) = (Activation::Relu, false);
        let (dropout, epsilon, bias) = (0.1, 1e-5, true);
        let (attention_dropout, hidden_dropout) = (None, None);
        Self {
            heads,
            hidden,
            dropout,
            attention_dropout,
            hidden_dropout,
            activation,
            norm_first,
            epsilon,
            bias,
        }
    }

    /// The share dropped while training, of attention's weights, hidden units and what is added on
    /// the way; 0.1 by default.
    #[must_use]
    pub fn dropout(self, rate: f64) -> Self {
        Self { dropout: rate, ..self }
    }

    /// The share of attention's weights that is dropped, where it is another.
    #[must_use]
    pub fn attention_dropout(self, rate: f64) -> Self {
        Self { attention_dropout: Some(rate), ..self }
    }

    /// The share of hidden units that is dropped, where it is another: none in BERT and GPT-2.
    #[must_use]
    pub fn hidden_dropout(self, rate: f64) -> Self {
        Self { hidden_dropout: Some(rate), ..self }
    }

    /// The function between the two linear maps; ReLU by default.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// Whether norms come before attention and maps (GPT-2) or after the sum (the paper, BERT).
    ///
    /// After, by default. With norms first a stack should end in a norm, and trains without warm-up
    /// (Xiong and others 2020).
    #[must_use]
    #[doc(alias = "pre_norm")]
    pub fn norm_first(self, on: bool) -> Self {
        Self { norm_first: on, ..self }
    }

    /// What norms add to the variance; 1e-5 by default.
    #[must_use]
    #[doc(alias = "layer_norm_eps")]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// Whether maps and norms have biases; yes by default.
    #[must_use]
    pub fn bias(self, bias: bool) -> Self {
        Self { bias, ..self }
    }

    pub(super) fn attention(&self, features: usize) -> MultiHeadAttention {
        let rate = self.attention_dropout.unwrap_or(self.dropout);
        let layer = MultiHeadAttention::new(features, self.heads).dropout(rate);
        if self.bias { layer } else { layer.without_bias() }
    }

    /// Both linear maps.
    pub(super) fn maps(&self, features: usize) -> [Linear; 2] {
        let map = |ins, outs| {
            let map = Linear::new(ins, outs);
            if self.bias { map } else { map.without_bias() }
        };
        let first = map(features, self.hidden).activation(self.activation);
        [first, map(self.hidden, features)]
    }

    pub(super) fn norm(&self, features: usize) -> LayerNorm {
        let norm = LayerNorm::new(features).epsilon(self.epsilon);
        if self.bias { norm } else { norm.without_bias() }
    }

    pub(super) fn residual(&self) -> Residual {
        let [dropout, inner] =
            [self.dropout, self.hidden_dropout.unwrap_or(self.dropout)].map(Dropout::new);
        Residual { dropout, inner, norm_first: self.norm_first, hidden: self.hidden }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FromSettings, Layer, Pass, Registry, Settings, TransformerEncoderLayer};
    use brand_nn_autodiff::Params;
    use brand_nn_tensor::{Rng, Tensor};

    /// Whether a layer of these options drops anything while training.
    #[track_caller]
    fn check(options: &TransformerOptions, drops: bool) {
        let layer = TransformerEncoderLayer::new(4, options).init(1).unwrap();
        let x = Tensor::randn([2, 3, 4], &mut Rng::new(2));
        let run = |mut pass: Pass| layer.forward(x.clone().into(), &mut pass).unwrap();
        let [plain, trained] = [run(Pass::inference()), run(Pass::training(&mut Rng::new(3)))];
        assert_eq!(plain.tensor() != trained.tensor(), drops, "{options:?}");
    }

    #[test]
    fn each_dropout_has_its_place() {
        let none = || TransformerOptions::new(2, 8).dropout(0.0);
        check(&none(), false);
        check(&none().attention_dropout(0.5), true);
        check(&none().hidden_dropout(0.5), true);
        check(&none().dropout(0.5).attention_dropout(0.0).hidden_dropout(0.0), true);
    }

    #[test]
    fn files_of_before_are_read() {
        let options = TransformerOptions::new(2, 8);
        let json = serde_json::to_string(&options.settings().unwrap()).unwrap();
        assert!(!json.contains("attention_dropout"), "{json}");
        let fields = serde_json::from_str(&json).unwrap();
        let read = TransformerOptions::from_settings(fields, &Registry::default());
        assert_eq!(read.unwrap(), options);
    }
}
