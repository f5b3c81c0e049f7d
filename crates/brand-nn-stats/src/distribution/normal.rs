//! The normal distribution.

use super::{Distribution, constant, observed, spread};
use crate::special::{normal_cdf, normal_quantile};
use crate::{Result, door};

distribution! {
    /// The normal distribution of a mean and a standard deviation.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Distribution, Normal};
    /// let fitted = Normal::fit(&[1.0, 3.0, 5.0])?;
    /// assert_eq!(fitted.mean(), 3.0);
    /// assert!((fitted.variance() - 8.0 / 3.0).abs() < 1e-14);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    #[doc(alias = "Gaussian")]
    Normal { mean: finite, standard_deviation: positive }
}

impl Normal {
    /// The most likely parameters, the mean and the root of the mean square around it.
    ///
    /// # Errors
    /// If there are no observations, one is not finite, or all are the same.
    pub fn fit(x: &[f64]) -> Result<Self> {
        observed("Normal::fit", x, door::FINITE)?;
        let variance = spread(x);
        if variance > 0.0 {
            Self::new(super::mean(x), variance.sqrt())
        } else {
            constant("Normal::fit")
        }
    }

    fn standard(&self, x: f64) -> f64 {
        (x - self.mean) / self.standard_deviation
    }
}

impl Distribution for Normal {
    fn log_density(&self, x: f64) -> f64 {
        let z = self.standard(x);
        -0.5 * (z * z + (2.0 * std::f64::consts::PI).ln()) - self.standard_deviation.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        normal_cdf(self.standard(x))
    }

    fn survival(&self, x: f64) -> f64 {
        normal_cdf(-self.standard(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mean + self.standard_deviation * normal_quantile(p)
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.standard_deviation * self.standard_deviation
    }
}
