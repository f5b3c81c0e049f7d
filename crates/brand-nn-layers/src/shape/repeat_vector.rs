//! A vector repeated as the steps of a sequence.

use crate::{Layer, Pass, Result, door, recipe::needs_axes, setting};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_tensor::Shape;

/// Repeats each example's vector as the steps of a sequence, for a decoder to read.
///
/// # Shapes
/// `[batch, features] → [batch, times, features]`.
///
/// # Errors
/// If an example is not a vector. `init`, `build` and `load` refuse 0 times.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Pass, RepeatVector};
/// use brand_nn_tensor::Tensor;
///
/// let y = RepeatVector::new(2).call(Tensor::from([[1.0, 7.0]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[[1.0, 7.0], [1.0, 7.0]]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RepeatVector {
    times: usize,
}

impl RepeatVector {
    /// Makes the layer for sequences of `times` steps.
    #[must_use]
    pub fn new(times: usize) -> Self {
        Self { times }
    }
}

impl Params for RepeatVector {
    fn visit(&self, _: &mut Visitor<'_>) {}

    fn check(&self) -> brand_nn_autodiff::Result<()> {
        setting::at_least_one("repeat_vector", "times", &[self.times])
    }
}

impl Layer for RepeatVector {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        self.check()?;
        let example = self.output_shape(&door::example("repeat_vector", input.shape())?)?;
        let shape = [&input.shape()[..1], &example[..]].concat();
        Ok(input.unsqueeze(1).expand(shape))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        match input[..] {
            [features] => Ok([self.times, features].into()),
            _ => Err(needs_axes("repeat_vector", input, "[features] an example")),
        }
    }
}

/// A recipe for [`RepeatVector`].
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, lstm, repeat_vector};
///
/// let coder = Sequential::new().add(lstm(8)).add(repeat_vector(5)).build([5, 3])?;
/// assert_eq!(coder.output_shape_of_example()[..], [5, 8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn repeat_vector(times: usize) -> RepeatVectorRecipe {
    RepeatVectorRecipe { times }
}

recipe! {
    /// The settings of a layer that repeats a vector.
    RepeatVectorRecipe = "repeat_vector";
    needs { times: usize }
    build(self, _input) {
        let layer = RepeatVector::new(self.times);
        layer.check()?;
        Ok(Box::new(layer))
    }
}
