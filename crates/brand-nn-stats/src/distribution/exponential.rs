//! The exponential distribution.

use super::{Distribution, constant, observed};
use crate::{Result, door};

distribution! {
    /// Waiting for what comes at a constant rate.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Distribution, Exponential};
    /// assert_eq!(Exponential::fit(&[1.0, 2.0, 9.0])?.mean(), 4.0);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    Exponential { rate: positive }
}

impl Exponential {
    /// The most likely rate, one over the mean.
    ///
    /// # Errors
    /// If there are no observations, one is negative or not finite, or all are 0.
    pub fn fit(x: &[f64]) -> Result<Self> {
        observed("Exponential::fit", x, door::NOT_NEGATIVE)?;
        let mean = super::mean(x);
        if mean > 0.0 { Self::new(1.0 / mean) } else { constant("Exponential::fit") }
    }
}

impl Distribution for Exponential {
    fn log_density(&self, x: f64) -> f64 {
        if x < 0.0 { f64::NEG_INFINITY } else { self.rate.ln() - self.rate * x }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { -(-self.rate * x).exp_m1() }
    }

    fn survival(&self, x: f64) -> f64 {
        if x < 0.0 { 1.0 } else { (-self.rate * x).exp() }
    }

    fn quantile(&self, p: f64) -> f64 {
        if (0.0..=1.0).contains(&p) { -(-p).ln_1p() / self.rate } else { f64::NAN }
    }

    fn mean(&self) -> f64 {
        1.0 / self.rate
    }

    fn variance(&self) -> f64 {
        1.0 / self.rate.powi(2)
    }
}
