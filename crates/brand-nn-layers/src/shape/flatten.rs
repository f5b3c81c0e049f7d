//! All axes of an example as one.

use crate::{Layer, Pass, Recipe, Result};
use brand_nn_autodiff::{Params, Var};
use brand_nn_tensor::Shape;

/// Lays all axes but the first out as one.
///
/// # Shapes
/// `[batch, a, b, …] → [batch, a · b · …]`.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Flatten, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let y = Flatten.call(Tensor::zeros([2, 3, 4]), &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [2, 12]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Flatten;

impl Params for Flatten {
    fn visit(&self, _: &mut brand_nn_autodiff::Visitor<'_>) {}
}

impl Layer for Flatten {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        let Some((&batch, rest)) = input.shape().split_first() else {
            return Err(crate::recipe::needs_axes("flatten", input.shape(), "[batch, …]"));
        };
        let width = rest.iter().product();
        Ok(input.reshape([batch, width]))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok([input.size()].into())
    }
}

/// A recipe for [`Flatten`].
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, flatten};
///
/// let network = Sequential::new().add(flatten()).build([3, 4])?;
/// assert_eq!(network.output_shape_of_example()[..], [12]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn flatten() -> FlattenRecipe {
    FlattenRecipe {}
}

/// The settings of a flattening layer: none.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct FlattenRecipe {}

impl Recipe for FlattenRecipe {
    fn kind(&self) -> &'static str {
        "flatten"
    }

    fn build(&self, _: &Shape) -> Result<Box<dyn Layer>> {
        Ok(Box::new(Flatten))
    }
}
