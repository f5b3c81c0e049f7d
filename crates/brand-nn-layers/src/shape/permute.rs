//! The axes of an example in another order.

use crate::{Layer, Pass, Result, door, recipe::refused};
use brand_nn_autodiff::{Error as AutodiffError, Params, Var, Visitor};
use brand_nn_tensor::Shape;

/// Puts the axes of each example into another order.
///
/// Axes are counted with the batch, which is axis 0 and stays first: `[2, 1]` makes
/// `[batch, time, features]` of `[batch, features, time]`, as a sequence needs on its way between
/// convolutions and recurrent layers. Keras counts in the same way.
///
/// # Shapes
/// `[batch, a, b, …]` → the same lengths in the order of `axes`.
///
/// # Errors
/// If an example has another number of axes. `init`, `build` and `load` refuse axes that are not
/// 1 to their number, each once.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Pass, Permute};
/// use brand_nn_tensor::Tensor;
///
/// let y = Permute::new([2, 1]).call(Tensor::zeros([5, 3, 8]), &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [5, 8, 3]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Permute {
    axes: Vec<usize>,
}

impl Permute {
    /// Makes the layer that puts `axes` in this order, 1 being the first after the batch.
    #[must_use]
    pub fn new(axes: impl Into<Vec<usize>>) -> Self {
        Self { axes: axes.into() }
    }
}

impl Params for Permute {
    fn visit(&self, _: &mut Visitor<'_>) {}

    fn check(&self) -> brand_nn_autodiff::Result<()> {
        if (1..=self.axes.len()).all(|axis| self.axes.contains(&axis)) {
            return Ok(());
        }
        Err(AutodiffError::Setting {
            place: "permute".into(),
            setting: "axes",
            got: format!("{:?}", self.axes),
            expected: "the numbers from 1 to that of the axes, each once",
            help: "the batch is axis 0 and stays; [2, 1] swaps the two axes of an example",
        })
    }
}

impl Layer for Permute {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        self.check()?;
        self.output_shape(&door::example("permute", input.shape())?)?;
        let axes: Vec<_> = [0].iter().chain(&self.axes).map(|&axis| axis as isize).collect();
        Ok(input.permute(&axes))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        self.check()?;
        if input.len() == self.axes.len() {
            return Ok(self.axes.iter().map(|axis| input[axis - 1]).collect());
        }
        let expected = format!("{} axes an example", self.axes.len());
        Err(refused("permute", input, expected, "name each axis of an example once"))
    }
}

/// A recipe for [`Permute`].
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, permute};
///
/// let network = Sequential::new().add(permute([2, 1])).build([3, 8])?;
/// assert_eq!(network.output_shape_of_example()[..], [8, 3]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn permute(axes: impl Into<Vec<usize>>) -> PermuteRecipe {
    PermuteRecipe { axes: axes.into() }
}

recipe! {
    /// The settings of a layer that reorders axes.
    PermuteRecipe = "permute";
    needs { axes: Vec<usize> }
    build(self, _input) {
        let layer = Permute::new(&self.axes[..]);
        layer.check()?;
        Ok(Box::new(layer))
    }
}
