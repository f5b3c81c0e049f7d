//! Dropout that keeps mean and variance of self-normalising nets.

use crate::{
    Layer, Pass, Result, door,
    noise::rate,
    setting::{Setting, settings_only},
};
use brand_nn_autodiff::{Params, Var};
use brand_nn_tensor::{Shape, Tensor};

/// Sets random values to SELU's limit while training, and keeps mean 0 and variance 1.
///
/// With m = 1 for what is kept and 0 else, α = −λ α₀ = −1.758 the limit of
/// [`Selu`](crate::Activation::Selu) to the left and p the rate,
/// y = a (x m + α (1 − m)) + b, a = ((1 − p)(1 + p α²))^(−½), b = −a p α (Klambauer and others
/// 2017). A trip for inference changes nothing.
///
/// # Shapes
/// Any shape of floats, which stays.
///
/// # Errors
/// If the input has no floats. `init`, `build` and `load` refuse a rate outside `0.0..1.0`.
///
/// # Examples
/// ```
/// use brand_nn_layers::{AlphaDropout, Call, Pass};
/// use brand_nn_tensor::{Rng, Tensor};
///
/// let x = Tensor::randn([10_000], &mut Rng::new(1));
/// let y = AlphaDropout::new(0.2).call(x, &mut Pass::training(&mut Rng::new(3)))?;
/// assert!(y.tensor().mean().item().abs() < 0.05);
/// assert!((y.tensor().std().item() - 1.0).abs() < 0.05);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct AlphaDropout {
    rate: Setting,
}

/// SELU far to the left: −λ α₀.
const LIMIT: f64 = -1.758_099_340_847_376_6;

impl AlphaDropout {
    /// Makes the layer; `share` is the share of values that is set to the limit.
    #[must_use]
    pub fn new(share: f64) -> Self {
        Self { rate: rate("alpha_dropout", share) }
    }
}

settings_only!(AlphaDropout: rate);

impl Layer for AlphaDropout {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.check()?;
        door::floats("alpha_dropout", &input)?;
        let Some(key) = pass.draw() else { return Ok(input) };
        let rate = self.rate.value;
        let kept = Tensor::ones_like(input.tensor()).dropout(rate, key) * (1.0 - rate);
        let a = ((1.0 - rate) * (1.0 + rate * LIMIT * LIMIT)).sqrt().recip();
        let shift = (1.0 - &kept) * (a * LIMIT) - a * rate * LIMIT;
        Ok(input * Var::from(kept * a) + Var::from(shift))
    }

    each_step!("alpha_dropout");

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok(input.clone())
    }
}

/// A recipe for [`AlphaDropout`].
///
/// # Examples
/// ```
/// use brand_nn_layers::{Activation, Sequential, alpha_dropout, dense};
///
/// let hidden = dense(8).activation(Activation::Selu);
/// let network = Sequential::new().add(hidden).add(alpha_dropout(0.1)).build([3])?;
/// assert_eq!(network.output_shape_of_example()[..], [8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn alpha_dropout(rate: f64) -> AlphaDropoutRecipe {
    AlphaDropoutRecipe { rate }
}

recipe! {
    /// The settings of an alpha dropout.
    AlphaDropoutRecipe = "alpha_dropout";
    needs { rate: f64 }
    build(self, _input) {
        let layer = AlphaDropout::new(self.rate);
        layer.check()?;
        Ok(Box::new(layer))
    }
}
