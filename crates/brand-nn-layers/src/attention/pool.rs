//! The steps of a sequence as one vector, each with a learned share.

use super::Attended;
use crate::{
    Activation, Flow, Layer, Linear, Mask, Pass, Recipe, Result, flops,
    sequence::{features_of, one_example, real_steps, shares, three_axes},
    setting::positive,
};
use brand_nn_autodiff::{self as autodiff, Init, Param, Params, Var, Visitor};
use brand_nn_tensor::{Shape, Tensor};

const PLACE: &str = "attention_pool";

/// The steps of a sequence as one vector, each with a share that its content earns.
///
/// Σ αₜ xₜ with α = softmax(vᵀ tanh(W x + b)) over the steps: the word attention of Yang and others
/// 2016. `hidden` is W and b, `context` is v. A sequence without a real step gives zeros.
///
/// # Shapes
/// `[batch, time, features] → [batch, features]`, with weights `[batch, time]`.
///
/// # Errors
/// If the input has other axes or features; `init`, `build` and `load` refuse no units.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{AttentionPool, Call, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = AttentionPool::new(2, 4).init(42)?;
/// layer.context.weight.set(Tensor::zeros([1, 4]))?; // all steps are worth the same: the mean
/// let y = layer.call(Tensor::from([[[1.0_f32, 2.0], [3.0, 6.0]]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[2.0_f32, 4.0]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct AttentionPool {
    /// `[units, features]`, followed by tanh.
    pub hidden: Linear,
    /// `[1, units]`.
    pub context: Linear,
}

impl AttentionPool {
    /// Makes the layer for steps of `features`, valued by `units` hidden numbers.
    #[must_use]
    pub fn new(features: usize, units: usize) -> Self {
        let hidden = Linear::new(features, units).activation(Activation::Tanh);
        Self { hidden, context: Linear::new(units, 1).without_bias() }
    }

    /// Pools the steps that are real; `real` is bool `[batch, time]`, by default all are.
    ///
    /// # Errors
    /// If a shape or type does not fit, or a parameter is pending.
    pub fn pool(&self, input: &Var, real: Option<&Tensor>, pass: &mut Pass) -> Result<Attended> {
        self.check()?;
        let steps = three_axes(PLACE, input.shape(), self.hidden.weight.shape()[1])?;
        real.map_or(Ok(()), |real| real_steps(PLACE, real, steps))?;
        let hidden = self.hidden.forward(input.clone(), pass)?;
        let weights = shares(&self.context.forward(hidden, pass)?.squeeze(-1), real);
        Ok(Attended { output: weights.unsqueeze(1).matmul(input).squeeze(1), weights })
    }
}

impl Params for AttentionPool {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("hidden", &self.hidden);
        visitor.child("context", &self.context);
    }

    fn check(&self) -> autodiff::Result<()> {
        positive(PLACE, "units", self.hidden.weight.shape()[0])
    }
}

impl Layer for AttentionPool {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        Ok(self.pool(&input, None, pass)?.output)
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        let Flow { value, mask } = input;
        Ok(self.pool(&value, mask.as_ref().map(Mask::steps), pass)?.output.into())
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        flops::products(self, *input.first()?)?.checked_add((input.size() as u64).checked_mul(2)?)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let features = self.hidden.weight.shape()[1];
        one_example(PLACE, input, features).map(|_| [features].into())
    }
}

/// A recipe for [`AttentionPool`] with Keras' initial values: glorot uniform, zero bias.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, attention_pool};
///
/// let network = Sequential::new().add(attention_pool(16)).build([10, 8])?;
/// assert_eq!(network.num_params(), 16 * 8 + 16 + 16);
/// assert_eq!(network.output_shape_of_example()[..], [8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn attention_pool(units: usize) -> AttentionPoolRecipe {
    AttentionPoolRecipe { units }
}

/// The settings of a pool by attention whose number of features is found out when it is built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct AttentionPoolRecipe {
    units: usize,
}

impl Recipe for AttentionPoolRecipe {
    fn kind(&self) -> &'static str {
        PLACE
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        positive(PLACE, "units", self.units)?;
        let features = features_of(PLACE, input)?;
        let weight = |outs, ins| Param::new([outs, ins], Init::GlorotUniform);
        let bias = Param::new([self.units], Init::Zeros);
        let hidden = Linear::from_params(weight(self.units, features), Some(bias));
        let context = Linear::from_params(weight(1, self.units), None);
        Ok(Box::new(AttentionPool { hidden: hidden.activation(Activation::Tanh), context }))
    }
}
