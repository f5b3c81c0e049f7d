//! Any layer, on each step of a sequence by itself.

use crate::{
    Fields, Flow, FromSettings, Layer, Pass, Recipe, Registry, Result, Settings,
    flow::misfit,
    recipe::{describe, needs_axes},
};
use brand_nn_autodiff::{Params, Var};
use brand_nn_tensor::{Shape, Tensor};

/// Any layer, on each step of a sequence by itself.
///
/// All steps of all sequences are one batch for the layer. Steps that a mask excludes are left out
/// of it, so that they cost nothing and no statistics see them; their output is zero, and the mask
/// stays. [`Linear`](crate::Linear), which takes any number of axes, does not need it.
///
/// # Shapes
/// `[batch, time, …] → [batch, time, …]`, the rest as the layer makes it.
///
/// # Errors
/// If the input has fewer than two axes, or the layer refuses a step.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Flatten, Pass, TimeDistributed};
/// use brand_nn_tensor::Tensor;
///
/// let layer = TimeDistributed::new(Flatten);
/// let y = layer.call(Tensor::ones([2, 5, 3, 4]), &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [2, 5, 12]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Params)]
pub struct TimeDistributed {
    /// What is done to each step.
    pub layer: Box<dyn Layer>,
}

impl TimeDistributed {
    /// Makes the layer of the one that is applied to each step.
    #[must_use]
    pub fn new(layer: impl Layer + 'static) -> Self {
        Self { layer: Box::new(layer) }
    }
}

impl Layer for TimeDistributed {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        Ok(self.flow(input.into(), pass)?.value)
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        let Flow { value, mask } = input;
        let [batch, time, ref rest @ ..] = value.shape()[..] else {
            return Err(misfit("time_distributed", value.shape(), "[batch, time, …]"));
        };
        let made = self.layer.output_shape(&rest.into())?;
        let steps = value.reshape([&[batch * time], rest].concat());
        let outputs = match &mask {
            None => self.layer.forward(steps, pass)?,
            Some(mask) => {
                mask.require("time_distributed", value.shape())?;
                let real = Tensor::from(mask.places().concat());
                let outputs = self.layer.forward(steps.index_select(0, &real)?, pass)?;
                let whole = [&[batch * time], &made[..]].concat();
                let zeros = Var::from(Tensor::zeros_of(whole, outputs.dtype()));
                zeros.index_add(0, &real, &outputs)?
            }
        };
        let whole = [&[batch, time], &made[..]].concat();
        Ok(Flow { value: outputs.reshape(whole), mask })
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        let (&time, step) = input.split_first()?;
        self.layer.flops(&step.into())?.checked_mul(time as u64)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let Some((&time, step)) = input.split_first() else {
            return Err(needs_axes("time_distributed", input, "[time, …] an example"));
        };
        Ok([&[time], &self.layer.output_shape(&step.into())?[..]].concat().into())
    }
}

/// A recipe for [`TimeDistributed`] of the layer of another recipe.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense, time_distributed};
///
/// let network = Sequential::new().add(time_distributed(dense(4))).build([7, 3])?;
/// assert_eq!(network.output_shape_of_example()[..], [7, 4]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn time_distributed(recipe: impl Recipe + 'static) -> TimeDistributedRecipe {
    TimeDistributedRecipe { inner: Box::new(recipe) }
}

/// The recipe of what is done to each step.
pub struct TimeDistributedRecipe {
    inner: Box<dyn Recipe>,
}

impl Recipe for TimeDistributedRecipe {
    fn kind(&self) -> &'static str {
        "time_distributed"
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        let Some((_, step)) = input.split_first() else {
            return Err(needs_axes("time_distributed", input, "[time, …] an example"));
        };
        Ok(Box::new(TimeDistributed { layer: self.inner.build(&step.into())? }))
    }
}

impl Settings for TimeDistributedRecipe {
    fn settings(&self) -> Result<Fields> {
        let mut fields = Fields::default();
        fields.put("inner", &describe(&*self.inner)?)?;
        Ok(fields)
    }
}

impl FromSettings for TimeDistributedRecipe {
    fn from_settings(mut fields: Fields, registry: &Registry) -> Result<Self> {
        let inner = fields.take_recipe("inner", registry)?;
        fields.end()?;
        Ok(Self { inner })
    }
}
