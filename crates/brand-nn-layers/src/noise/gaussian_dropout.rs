//! Dropout by normal factors in place of zeros and ones.

use crate::{
    Layer, Pass, Result, door,
    noise::{normal, rate},
    setting::{Setting, settings_only},
};
use brand_nn_autodiff::{Params, Var};
use brand_nn_tensor::Shape;

/// Multiplies by normal noise of mean 1 while training; a trip for inference changes nothing.
///
/// y = x N(1, p / (1 − p)): the variance that dropout with rate p has (Srivastava and others
/// 2014, section 10).
///
/// # Shapes
/// Any shape of floats, which stays.
///
/// # Errors
/// If the input has no floats. `init`, `build` and `load` refuse a rate outside `0.0..1.0`.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, GaussianDropout, Pass};
/// use brand_nn_tensor::{Rng, Tensor};
///
/// let (layer, x) = (GaussianDropout::new(0.2), Tensor::ones([10_000]));
/// let y = layer.call(&x, &mut Pass::training(&mut Rng::new(3)))?;
/// assert!((y.tensor().mean().item() - 1.0).abs() < 0.02);
/// assert!((y.tensor().std().item() - 0.5).abs() < 0.02); // √(0.2 / 0.8)
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct GaussianDropout {
    rate: Setting,
}

impl GaussianDropout {
    /// Makes the layer; the noise has the variance of dropout with the rate `share`.
    #[must_use]
    pub fn new(share: f64) -> Self {
        Self { rate: rate("gaussian_dropout", share) }
    }
}

settings_only!(GaussianDropout: rate);

impl Layer for GaussianDropout {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.check()?;
        door::floats("gaussian_dropout", &input)?;
        let Some(key) = pass.draw() else { return Ok(input) };
        let std = (self.rate.value / (1.0 - self.rate.value)).sqrt();
        let factors = normal(&input, std, key) + 1.0;
        Ok(input * Var::from(factors))
    }

    each_step!("gaussian_dropout");

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok(input.clone())
    }
}

/// A recipe for [`GaussianDropout`].
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense, gaussian_dropout};
///
/// let network = Sequential::new().add(gaussian_dropout(0.1)).add(dense(1)).build([3])?;
/// assert_eq!(network.num_params(), 4);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn gaussian_dropout(rate: f64) -> GaussianDropoutRecipe {
    GaussianDropoutRecipe { rate }
}

recipe! {
    /// The settings of a dropout by normal factors.
    GaussianDropoutRecipe = "gaussian_dropout";
    needs { rate: f64 }
    build(self, _input) {
        let layer = GaussianDropout::new(self.rate);
        layer.check()?;
        Ok(Box::new(layer))
    }
}
