//! A formula as a layer.

use crate::{Layer, Pass, Result, door, recipe::refused};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_tensor::Shape;

/// A function of a batch.
type Function = Box<dyn Fn(Var) -> Result<Var> + Send + Sync>;
/// A function of an example's shape.
type ShapeFunction = Box<dyn Fn(&Shape) -> Result<Shape> + Send + Sync>;

/// A formula without parameters as a layer, for places that take layers.
///
/// A formula that changes shapes says so by [`shape`](Self::shape). As code is no data, a lambda
/// has no recipe: a struct with a recipe of its own can be saved with a network.
///
/// # Shapes
/// `[batch, …]`, which stays unless `shape` says else.
///
/// # Errors
/// What the function returns; also if its result has not the shape that was said.
///
/// # Panics
/// Where the function does: tensors panic at shapes and types that do not fit, so a formula for
/// strangers' inputs looks at them first.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Lambda, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let mean = Lambda::new(|x| Ok(x.mean_axis(1))).shape(|example| Ok(example[1..].into()));
/// let y = mean.call(Tensor::from([[[1.0, 2.0], [3.0, 6.0]]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[2.0, 4.0]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
pub struct Lambda {
    function: Function,
    shape: ShapeFunction,
}

impl Lambda {
    /// Makes a layer of a function that keeps shapes.
    #[must_use]
    pub fn new(function: impl Fn(Var) -> Result<Var> + Send + Sync + 'static) -> Self {
        Self { function: Box::new(function), shape: Box::new(|example| Ok(example.clone())) }
    }

    /// Says what the function makes of an example's shape, the batch axis left out.
    #[must_use]
    pub fn shape(self, shape: impl Fn(&Shape) -> Result<Shape> + Send + Sync + 'static) -> Self {
        Self { shape: Box::new(shape), ..self }
    }
}

impl std::fmt::Debug for Lambda {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lambda")
    }
}

impl Params for Lambda {
    fn visit(&self, _: &mut Visitor<'_>) {}
}

impl Layer for Lambda {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        let example = self.output_shape(&door::example("lambda", input.shape())?)?;
        let expected: Shape = [&input.shape()[..1], &example[..]].concat().into();
        let output = (self.function)(input)?;
        if output.shape() == &expected {
            return Ok(output);
        }
        let expected = format!("{expected} of its function's result");
        Err(refused("lambda", output.shape(), expected, "say the shape with .shape(…)"))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        (self.shape)(input)
    }
}
