//! The geometric distribution.

use super::{COUNT, Distribution, discrete, observed};
use crate::Result;

distribution! {
    /// Failures before the first success, from 0; trials are one more.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Distribution, Geometric};
    /// assert!((Geometric::new(0.5)?.survival(2.0) - 0.125).abs() < 1e-15);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    Geometric { probability: success }
}

impl Geometric {
    /// The most likely probability, 1 / (1 + mean).
    ///
    /// # Errors
    /// If there are no observations or one is no count.
    pub fn fit(x: &[f64]) -> Result<Self> {
        observed("Geometric::fit", x, COUNT)?;
        Self::new(1.0 / (1.0 + super::mean(x)))
    }

    /// ln of the probability of more than k failures.
    fn log_survival(&self, k: f64) -> f64 {
        (k + 1.0) * (-self.probability).ln_1p()
    }
}

impl Distribution for Geometric {
    fn log_density(&self, x: f64) -> f64 {
        discrete::log_density(x, f64::INFINITY, |k| {
            let before = if k == 0.0 { 0.0 } else { self.log_survival(k - 1.0) };
            before + self.probability.ln()
        })
    }

    fn cdf(&self, x: f64) -> f64 {
        discrete::sides(x, f64::INFINITY, |k| (-self.log_survival(k).exp_m1(), 0.0)).0
    }

    fn survival(&self, x: f64) -> f64 {
        discrete::sides(x, f64::INFINITY, |k| (0.0, self.log_survival(k).exp())).1
    }

    fn quantile(&self, p: f64) -> f64 {
        discrete::quantile(self, p, f64::INFINITY)
    }

    fn mean(&self) -> f64 {
        (1.0 - self.probability) / self.probability
    }

    fn variance(&self) -> f64 {
        self.mean() / self.probability
    }
}
