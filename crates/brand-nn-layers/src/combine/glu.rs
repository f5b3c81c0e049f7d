//! Half of the features as gates of the other half.

use crate::{Layer, Pass, Result, door, recipe::refused};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_tensor::Shape;

/// The first half of an axis times the sigmoid of the second (Dauphin and others 2017).
///
/// # Shapes
/// The [axis](Self::axis), by default the last, becomes half as long.
///
/// # Errors
/// If the axis has an odd length, is the batch or is not there, or the input has no floats.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Glu, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let y = Glu::new().call(Tensor::from([[3.0, 0.0]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[1.5]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "GLU")]
#[derive(Clone, Debug)]
pub struct Glu {
    axis: isize,
}

impl Glu {
    /// Makes the layer for the last axis.
    #[must_use]
    pub fn new() -> Self {
        Self { axis: -1 }
    }

    /// Sets the axis, counted with the batch: 1 for the channels of images, −1 for the last.
    #[must_use]
    pub fn axis(self, axis: isize) -> Self {
        Self { axis }
    }
}

impl Default for Glu {
    fn default() -> Self {
        Self::new()
    }
}

impl Params for Glu {
    fn visit(&self, _: &mut Visitor<'_>) {}
}

impl Layer for Glu {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        door::floats("glu", &input)?;
        self.output_shape(&door::example("glu", input.shape())?)?;
        Ok(input.glu(self.axis))
    }

    each_step!("glu");

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let place = if self.axis < 0 { self.axis + input.len() as isize } else { self.axis - 1 };
        let len = usize::try_from(place).ok().and_then(|place| input.get(place));
        let Some(len) = len.filter(|len| len.is_multiple_of(2)) else {
            let expected =
                format!("an even number along axis {}, which is not the batch", self.axis);
            return Err(refused("glu", input, expected, "the second half are gates of the first"));
        };
        let halved = |(at, &all)| if at as isize == place { len / 2 } else { all };
        Ok(input.iter().enumerate().map(halved).collect())
    }
}

/// A recipe for [`Glu`] over the last axis.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense, glu};
///
/// let network = Sequential::new().add(dense(8)).add(glu()).build([3])?;
/// assert_eq!(network.output_shape_of_example()[..], [4]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn glu() -> GluRecipe {
    GluRecipe { axis: -1 }
}

recipe! {
    /// The settings of a gated linear unit.
    GluRecipe = "glu";
    defaults {
        /// The axis, counted with the batch; the last by default.
        axis(isize): isize;
    }
    build(self, _input) { Ok(Box::new(Glu::new().axis(self.axis))) }
}
