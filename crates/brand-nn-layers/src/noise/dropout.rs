//! Zeros in random places while training, against overfitting.

use crate::{Flow, Layer, Pass, Recipe, Result};
use brand_nn_autodiff::{Error as AutodiffError, Params, Var};
use brand_nn_tensor::Shape;
use serde::{Deserialize, Serialize};

/// Puts zero in place of a share of the values while training, and scales up the others.
///
/// Each value is dropped with probability `rate` and else divided by 1 − rate, so that the
/// expectation stays (Srivastava and others 2014). A trip for inference changes nothing.
///
/// # Shapes
/// Any shape, which stays.
///
/// # Errors
/// `init`, `build` and `load` refuse a rate outside `0.0..1.0`.
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
    rate: f64,
}

impl Dropout {
    /// Makes the layer; `rate` is the share that is dropped.
    #[must_use]
    pub fn new(rate: f64) -> Self {
        Self { rate }
    }

    /// The rate with a key for this trip's mask, if it drops anything.
    pub(crate) fn key(&self, pass: &mut Pass) -> Option<(f64, [u64; 2])> {
        pass.draw().filter(|_| self.rate > 0.0).map(|key| (self.rate, key))
    }
}

impl Params for Dropout {
    fn visit(&self, _: &mut brand_nn_autodiff::Visitor<'_>) {}

    fn check(&self) -> brand_nn_autodiff::Result<()> {
        if (0.0..1.0).contains(&self.rate) {
            return Ok(());
        }
        Err(AutodiffError::Setting {
            place: "dropout".into(),
            setting: "rate",
            got: self.rate.to_string(),
            expected: "at least 0 and below 1",
            help: "the rate is the share that is dropped, not the share that is kept",
        })
    }
}

impl Layer for Dropout {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.check()?;
        Ok(match self.key(pass) {
            Some((rate, key)) => input.dropout(rate, key),
            None => input,
        })
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        input.each_step("dropout", |x| self.forward(x, pass))
    }

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

/// The settings of a dropout layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DropoutRecipe {
    rate: f64,
}

impl Recipe for DropoutRecipe {
    fn kind(&self) -> &'static str {
        "dropout"
    }

    fn build(&self, _: &Shape) -> Result<Box<dyn Layer>> {
        let layer = Dropout::new(self.rate);
        layer.check()?;
        Ok(Box::new(layer))
    }
}
