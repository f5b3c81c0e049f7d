//! Normal noise that is added while training.

use crate::{
    Layer, Pass, Result, door,
    noise::normal,
    setting::{Range, Setting, settings_only},
};
use brand_nn_autodiff::{Params, Var};
use brand_nn_tensor::Shape;

/// Adds normal noise of mean 0 while training; a trip for inference changes nothing.
///
/// y = x + N(0, std²): for small noise the same as a penalty on the slopes (Bishop 1995).
///
/// # Shapes
/// Any shape of floats, which stays.
///
/// # Errors
/// If the input has no floats. `init`, `build` and `load` refuse a `std` below 0.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, GaussianNoise, Pass};
/// use brand_nn_tensor::{Rng, Tensor};
///
/// let (layer, x) = (GaussianNoise::new(0.5), Tensor::zeros([10_000]));
/// let y = layer.call(&x, &mut Pass::training(&mut Rng::new(3)))?;
/// assert!((y.tensor().std().item() - 0.5).abs() < 0.02);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct GaussianNoise {
    std: Setting,
}

impl GaussianNoise {
    /// Makes the layer for noise of standard deviation `std`.
    #[must_use]
    pub fn new(std: f64) -> Self {
        Self { std: Setting::new("gaussian_noise", "std", Range::NotNegative, std) }
    }
}

settings_only!(GaussianNoise: std);

impl Layer for GaussianNoise {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.check()?;
        door::floats("gaussian_noise", &input)?;
        let Some(key) = pass.draw() else { return Ok(input) };
        let noise = normal(&input, self.std.value, key);
        Ok(input + Var::from(noise))
    }

    each_step!("gaussian_noise");

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok(input.clone())
    }
}

/// A recipe for [`GaussianNoise`].
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense, gaussian_noise};
///
/// let network = Sequential::new().add(gaussian_noise(0.1)).add(dense(1)).build([3])?;
/// assert_eq!(network.num_params(), 4);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn gaussian_noise(std: f64) -> GaussianNoiseRecipe {
    GaussianNoiseRecipe { std }
}

recipe! {
    /// The settings of a layer that adds normal noise.
    GaussianNoiseRecipe = "gaussian_noise";
    needs { std: f64 }
    build(self, _input) {
        let layer = GaussianNoise::new(self.std);
        layer.check()?;
        Ok(Box::new(layer))
    }
}
