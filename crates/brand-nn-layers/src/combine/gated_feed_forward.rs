//! A feed-forward block whose hidden units have gates.

use crate::{
    Activation, Call, Layer, Linear, Pass, Result,
    combine::{drawn, features},
    flops,
};
use brand_nn_autodiff::{Params, Var};
use brand_nn_tensor::Shape;

/// Two linear maps with gates between them, as in LLaMA and its kin.
///
/// y = D (a(G x) ⊗ U x) without biases (Shazeer 2020). The activation makes it SwiGLU
/// ([`Silu`](Activation::Silu), the default), GEGLU ([`Gelu`](Activation::Gelu)), ReGLU
/// ([`Relu`](Activation::Relu)), GLU ([`Sigmoid`](Activation::Sigmoid)) or bilinear
/// ([`Linear`](Activation::Linear)). For as many weights as a [`FeedForward`](crate::FeedForward)
/// has, take two thirds of its hidden units.
///
/// # Shapes
/// `[…, features]`, which stays; `gate_proj.weight` and `up_proj.weight` are
/// `[hidden, features]`, `down_proj.weight` `[features, hidden]`.
///
/// # Errors
/// If the last axis is not `features` long.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, GatedFeedForward, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = GatedFeedForward::new(4, 11).init(1)?;
/// let y = layer.call(Tensor::ones([2, 3, 4]), &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [2, 3, 4]);
/// assert_eq!(layer.params("*")?.count(), 3 * 4 * 11);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "SwiGLU")]
#[doc(alias = "GEGLU")]
#[derive(Debug, Params)]
pub struct GatedFeedForward {
    /// G, the gates: `[hidden, features]`.
    pub gate_proj: Linear,
    /// U, what they let through: `[hidden, features]`.
    pub up_proj: Linear,
    /// D, the way back: `[features, hidden]`.
    pub down_proj: Linear,
}

impl GatedFeedForward {
    /// Makes the layer for `features` and `hidden` units between, with SiLU for the gates.
    #[must_use]
    pub fn new(features: usize, hidden: usize) -> Self {
        let linear = |ins, outs| Linear::new(ins, outs).without_bias();
        Self::of([linear(features, hidden), linear(features, hidden), linear(hidden, features)])
    }

    fn of([gate_proj, up_proj, down_proj]: [Linear; 3]) -> Self {
        Self { gate_proj, up_proj, down_proj }.activation(Activation::Silu)
    }

    /// Sets the function of the gates.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        Self { gate_proj: self.gate_proj.activation(activation), ..self }
    }
}

impl Layer for GatedFeedForward {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        let gates = self.gate_proj.call(&input, pass);
        let gates = gates.map_err(|error| error.at("gated_feed_forward"))?;
        let open = gates * self.up_proj.call(input, pass)?;
        self.down_proj.call(open, pass)
    }

    each_step!("gated_feed_forward");

    fn flops(&self, input: &Shape) -> Option<u64> {
        flops::products(self, flops::rows(input))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let hidden = self.gate_proj.output_shape(input);
        self.down_proj.output_shape(&hidden.map_err(|error| error.at("gated_feed_forward"))?)
    }
}

/// A recipe for [`GatedFeedForward`] with glorot uniform weights.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Activation, Sequential, gated_feed_forward};
///
/// let geglu = gated_feed_forward(32).activation(Activation::Gelu);
/// let network = Sequential::new().add(geglu).build([10, 16])?;
/// assert_eq!(network.num_params(), 3 * 16 * 32);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "swiglu")]
#[doc(alias = "geglu")]
#[must_use]
pub fn gated_feed_forward(hidden: usize) -> GatedFeedForwardRecipe {
    GatedFeedForwardRecipe { hidden, activation: Activation::Silu }
}

recipe! {
    /// The settings of a feed-forward block with gates.
    GatedFeedForwardRecipe = "gated_feed_forward";
    needs { hidden: usize }
    defaults {
        /// The function of the gates; SiLU by default.
        activation(Activation): Activation;
    }
    build(self, input) {
        let features = features("gated_feed_forward", self.hidden, input)?;
        let linear = |ins, outs| drawn(ins, outs, false);
        let hidden = self.hidden;
        let sizes = [(features, hidden), (features, hidden), (hidden, features)];
        let layer = GatedFeedForward::of(sizes.map(|(ins, outs)| linear(ins, outs)));
        Ok(Box::new(layer.activation(self.activation)))
    }
}
