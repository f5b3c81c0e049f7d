//! Two linear maps with a bend between them: the part of a transformer without attention.

use crate::{
    Activation, Call, Dropout, Layer, Linear, Pass, Result,
    combine::{drawn, features},
    flops,
};
use brand_nn_autodiff::{Params, Var};
use brand_nn_tensor::Shape;

/// Two linear maps with an activation and dropout between them.
///
/// y = W₂ dropout(a(W₁ x + b₁)) + b₂, for each position by itself (Vaswani and others 2017). The
/// activation is [`Relu`](Activation::Relu) unless set, as in PyTorch's transformer layers.
///
/// # Shapes
/// `[…, features]`, which stays; `linear1.weight` is `[hidden, features]`, `linear2.weight`
/// `[features, hidden]`.
///
/// # Errors
/// If the last axis is not `features` long; `init`, `build` and `load` refuse a rate of dropout
/// outside `0.0..1.0`.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Activation, Call, FeedForward, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = FeedForward::new(4, 16).activation(Activation::Gelu).init(1)?;
/// let y = layer.call(Tensor::ones([2, 3, 4]), &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [2, 3, 4]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "Mlp")]
#[derive(Debug, Params)]
pub struct FeedForward {
    /// `[hidden, features]`, and its bias.
    pub linear1: Linear,
    /// `[features, hidden]`, and its bias.
    pub linear2: Linear,
    dropout: Dropout,
}

impl FeedForward {
    /// Makes the layer for `features` and `hidden` units between.
    #[must_use]
    pub fn new(features: usize, hidden: usize) -> Self {
        Self::of(Linear::new(features, hidden), Linear::new(hidden, features), Activation::Relu)
    }

    fn of(linear1: Linear, linear2: Linear, activation: Activation) -> Self {
        Self { linear1: linear1.activation(activation), linear2, dropout: Dropout::new(0.0) }
    }

    /// Sets the function between the two maps.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        Self { linear1: self.linear1.activation(activation), ..self }
    }

    /// Sets the share of hidden values that is dropped while training; none by default.
    #[must_use]
    pub fn dropout(self, rate: f64) -> Self {
        Self { dropout: Dropout::new(rate), ..self }
    }
}

impl Layer for FeedForward {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        let hidden = self.linear1.call(input, pass);
        let hidden = hidden.map_err(|error| error.at("feed_forward"))?;
        let kept = self.dropout.call(hidden, pass)?;
        self.linear2.call(kept, pass)
    }

    each_step!("feed_forward");

    fn flops(&self, input: &Shape) -> Option<u64> {
        flops::products(self, flops::rows(input))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let hidden = self.linear1.output_shape(input);
        self.linear2.output_shape(&hidden.map_err(|error| error.at("feed_forward"))?)
    }
}

/// A recipe for [`FeedForward`] with Keras' initial values: glorot uniform, zero bias.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, feed_forward, layer_norm, residual};
///
/// let block = residual(Sequential::new().add(layer_norm()).add(feed_forward(64).dropout(0.1)));
/// let network = Sequential::new().add(block).build([10, 16])?;
/// assert_eq!(network.num_params(), 32 + 16 * 64 + 64 + 64 * 16 + 16);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn feed_forward(hidden: usize) -> FeedForwardRecipe {
    FeedForwardRecipe { hidden, activation: Activation::Relu, dropout: 0.0 }
}

recipe! {
    /// The settings of a feed-forward block.
    FeedForwardRecipe = "feed_forward";
    needs { hidden: usize }
    defaults {
        /// The function between the two maps; relu by default.
        activation(Activation): Activation;
        /// The share of hidden values that is dropped while training; none by default.
        dropout(f64): f64;
    }
    build(self, input) {
        let features = features("feed_forward", self.hidden, input)?;
        let (first, second) =
            (drawn(features, self.hidden, true), drawn(self.hidden, features, true));
        let layer = FeedForward::of(first, second, self.activation).dropout(self.dropout);
        layer.dropout.check()?;
        Ok(Box::new(layer))
    }
}
