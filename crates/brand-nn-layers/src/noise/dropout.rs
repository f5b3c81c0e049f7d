//! Zeros in random places while training, against overfitting.

use crate::{
    Layer, Pass, Result, door,
    noise::rate,
    setting::{Setting, settings_only},
};
use brand_nn_autodiff::{Params, Var};
use brand_nn_tensor::Shape;

/// Puts zero in place of a share of the values while training, and scales up the others.
///
/// Each value is dropped with probability `rate` and else divided by 1 − rate, so that the
/// expectation stays (Srivastava and others 2014). A trip for inference changes nothing.
///
/// # Shapes
/// Any shape of floats, which stays.
///
/// # Errors
/// If the input has no floats. `init`, `build` and `load` refuse a rate outside `0.0..1.0`.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Dropout, Pass};
/// use brand_nn_tensor::{Rng, Tensor};
///
/// let y = Dropout::new(0.25).call(Tensor::ones([8]), &mut Pass::training(&mut Rng::new(3)))?;
/// let (zero, kept) = (y.tensor().equal_to(0.0), y.tensor().greater_than(1.33));
/// assert!(zero.or(&kept).all());
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct Dropout {
    rate: Setting,
}

impl Dropout {
    /// Makes the layer; `share` is the share that is dropped.
    #[must_use]
    pub fn new(share: f64) -> Self {
        Self { rate: rate("dropout", share) }
    }

    /// The rate with a key for this trip's mask, if it drops anything.
    pub(crate) fn key(&self, pass: &mut Pass) -> Option<(f64, [u64; 2])> {
        let rate = self.rate.value;
        pass.draw().filter(|_| rate > 0.0).map(|key| (rate, key))
    }
}

settings_only!(Dropout: rate);

impl Layer for Dropout {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.check()?;
        door::floats("dropout", &input)?;
        Ok(match self.key(pass) {
            Some((rate, key)) => input.dropout(rate, key),
            None => input,
        })
    }

    each_step!("dropout");

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok(input.clone())
    }
}

/// A recipe for [`Dropout`].
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dropout};
///
/// let error = Sequential::new().add(dropout(1.0)).build([3]).unwrap_err();
/// assert!(error.to_string().contains("rate is 1"));
/// ```
#[must_use]
pub fn dropout(rate: f64) -> DropoutRecipe {
    DropoutRecipe { rate }
}

recipe! {
    /// The settings of a dropout layer.
    DropoutRecipe = "dropout";
    needs { rate: f64 }
    build(self, _input) {
        let layer = Dropout::new(self.rate);
        layer.check()?;
        Ok(Box::new(layer))
    }
}
