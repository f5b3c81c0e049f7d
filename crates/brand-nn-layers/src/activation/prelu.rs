//! The rectifier whose slope below zero is learned.

use crate::{
    Layer, Pass, Result, door,
    layer::same_type,
    recipe::{needs_axes, refused},
    setting,
};
use brand_nn_autodiff::{Init, Param, Params, Var, Visitor};
use brand_nn_tensor::Shape;

/// x where it is positive, else w x, with a learned slope w for each channel or for all.
///
/// He and others 2015. At 0 the slope is w. The type begins at 0.25 as in PyTorch.
///
/// # Shapes
/// `[batch, channels, …]`, which stays; `weight` is `[1]` or `[channels]`. With one slope,
/// examples may have any shape.
///
/// # Errors
/// If there are more slopes than one and other channels.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, Pass, Prelu};
/// use brand_nn_tensor::Tensor;
///
/// let y = Prelu::new(1).init(0)?.call(Tensor::from([[-2.0_f32, 3.0]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[-0.5_f32, 3.0]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "PReLU")]
#[derive(Debug)]
pub struct Prelu {
    /// `[1]` or `[channels]`.
    pub weight: Param,
}

impl Prelu {
    /// Makes the layer with `slopes` slopes: 1, or as many as there are channels.
    #[must_use]
    pub fn new(slopes: usize) -> Self {
        Self { weight: Param::new([slopes], Init::Constant(0.25)) }
    }
}

impl Params for Prelu {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("weight", &self.weight);
    }

    fn check(&self) -> brand_nn_autodiff::Result<()> {
        setting::at_least_one("prelu", "slopes", &self.weight.shape()[..])
    }
}

impl Layer for Prelu {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.output_shape(&door::example("prelu", input.shape())?)?;
        let weight = pass.var(&self.weight)?;
        same_type("prelu", &input, weight.dtype())?;
        Ok(input.prelu(&weight))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let slopes = self.weight.shape()[0];
        if slopes == 1 || input.first() == Some(&slopes) {
            return Ok(input.clone());
        }
        let expected = format!("[{slopes} channels, …] an example");
        Err(refused("prelu", input, expected, "one slope serves any number of channels"))
    }
}

/// A recipe for [`Prelu`] with one slope a channel that begins at 0, as Keras' do.
///
/// Keras has a slope for each element unless axes are shared; here all but the channels are.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, prelu};
///
/// let network = Sequential::new().add(prelu()).build([4, 10])?;
/// assert_eq!(network.num_params(), 4);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "PReLU")]
#[must_use]
pub fn prelu() -> PreluRecipe {
    PreluRecipe { init: Init::Zeros }
}

recipe! {
    /// The settings of a PReLU whose number of channels is found out when it is built.
    PreluRecipe = "prelu";
    defaults {
        /// How the slopes are drawn; zeros by default.
        init(Init): Init;
    }
    build(self, input) {
        let Some(&channels) = input.first() else {
            return Err(needs_axes("prelu", input, "[channels, …] an example"));
        };
        let layer = Prelu { weight: Param::new([channels], self.init.clone()) };
        layer.check()?;
        Ok(Box::new(layer))
    }
}
