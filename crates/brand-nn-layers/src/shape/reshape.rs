//! The values of an example under another shape.

use crate::{Layer, Pass, Result, door, recipe::refused};
use brand_nn_autodiff::{Error as AutodiffError, Params, Var, Visitor};
use brand_nn_tensor::Shape;

/// Gives each example another shape for the same values in the same order.
///
/// One length may be −1: it is what the others leave.
///
/// # Shapes
/// `[batch, …] → [batch, lengths …]`.
///
/// # Errors
/// If an example has another number of values. `init`, `build` and `load` refuse a second −1 and
/// numbers below.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Pass, Reshape};
/// use brand_nn_tensor::Tensor;
///
/// let y = Reshape::new([2, -1]).call(Tensor::zeros([5, 6]), &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [5, 2, 3]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "Unflatten")]
#[derive(Clone, Debug)]
pub struct Reshape {
    lengths: Vec<isize>,
}

impl Reshape {
    /// Makes the layer for examples of these `lengths`, the batch axis left out.
    #[must_use]
    pub fn new(lengths: impl Into<Vec<isize>>) -> Self {
        Self { lengths: lengths.into() }
    }

    /// The lengths for `size` values, if they fit.
    fn fill(&self, size: usize) -> Option<Shape> {
        let mut known = self.lengths.iter().filter(|len| **len >= 0);
        let known =
            known.try_fold(1, |product: usize, len| product.checked_mul(len.unsigned_abs()));
        let rest = size.checked_div(known?);
        let filled = self.lengths.iter().map(|&len| usize::try_from(len).ok().or(rest));
        filled.collect::<Option<Shape>>().filter(|shape| shape.size() == size)
    }
}

impl Params for Reshape {
    fn visit(&self, _: &mut Visitor<'_>) {}

    fn check(&self) -> brand_nn_autodiff::Result<()> {
        let open = self.lengths.iter().filter(|len| **len == -1).count();
        if open <= 1 && self.lengths.iter().all(|len| *len >= -1) {
            return Ok(());
        }
        Err(AutodiffError::Setting {
            place: "reshape".into(),
            setting: "lengths",
            got: format!("{:?}", self.lengths),
            expected: "lengths of 0 or more, one of them −1 at most",
            help: "−1 stands for what the other lengths leave",
        })
    }
}

impl Layer for Reshape {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        self.check()?;
        let example = self.output_shape(&door::example("reshape", input.shape())?)?;
        Ok(input.reshape([&input.shape()[..1], &example[..]].concat()))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        self.fill(input.size()).ok_or_else(|| {
            let expected = format!("as many values as {:?} an example", self.lengths);
            refused("reshape", input, expected, "−1 stands for what the other lengths leave")
        })
    }
}

/// A recipe for [`Reshape`].
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, reshape};
///
/// let network = Sequential::new().add(reshape([-1, 2])).build([6])?;
/// assert_eq!(network.output_shape_of_example()[..], [3, 2]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn reshape(lengths: impl Into<Vec<isize>>) -> ReshapeRecipe {
    ReshapeRecipe { lengths: lengths.into() }
}

recipe! {
    /// The settings of a layer that gives examples another shape.
    ReshapeRecipe = "reshape";
    needs { lengths: Vec<isize> }
    build(self, _input) {
        let layer = Reshape::new(&self.lengths[..]);
        layer.check()?;
        Ok(Box::new(layer))
    }
}
