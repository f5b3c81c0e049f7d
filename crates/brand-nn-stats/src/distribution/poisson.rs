//! The Poisson distribution.

use super::{COUNT, Distribution, constant, discrete, observed};
use crate::Result;
use crate::special::{gamma_p, gamma_q, log_gamma_power};

distribution! {
    /// Counts of what happens at a constant rate.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Distribution, Poisson};
    /// assert!((Poisson::new(2.0)?.density(0.0) - (-2.0_f64).exp()).abs() < 1e-16);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    Poisson { rate: positive }
}

impl Poisson {
    /// The most likely rate, the mean.
    ///
    /// # Errors
    /// If there are no observations, one is no count, or all are 0.
    pub fn fit(x: &[f64]) -> Result<Self> {
        observed("Poisson::fit", x, COUNT)?;
        let mean = super::mean(x);
        if mean > 0.0 { Self::new(mean) } else { constant("Poisson::fit") }
    }
}

impl Distribution for Poisson {
    fn log_density(&self, x: f64) -> f64 {
        discrete::log_density(x, f64::INFINITY, |k| {
            log_gamma_power(k + 1.0, self.rate) - self.rate.ln()
        })
    }

    fn cdf(&self, x: f64) -> f64 {
        discrete::sides(x, f64::INFINITY, |k| (gamma_q(k + 1.0, self.rate), 0.0)).0
    }

    fn survival(&self, x: f64) -> f64 {
        discrete::sides(x, f64::INFINITY, |k| (0.0, gamma_p(k + 1.0, self.rate))).1
    }

    fn quantile(&self, p: f64) -> f64 {
        discrete::quantile(self, p, f64::INFINITY)
    }

    fn mean(&self) -> f64 {
        self.rate
    }

    fn variance(&self) -> f64 {
        self.rate
    }
}
