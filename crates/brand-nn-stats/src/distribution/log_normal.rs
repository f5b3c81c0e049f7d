//! Numbers whose logarithm is normal.

use super::{Distribution, Normal, POSITIVE, observed};
use crate::Result;
use crate::special::{normal_cdf, normal_quantile};

distribution! {
    /// The distribution of e^z for normal z, of the mean and standard deviation of z.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Distribution, LogNormal};
    /// assert!((LogNormal::new(0.0, 1.0)?.mean() - 0.5_f64.exp()).abs() < 1e-15);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    LogNormal { log_mean: finite, log_standard_deviation: positive }
}

impl LogNormal {
    /// The most likely parameters, those of the normal fit of the logarithms.
    ///
    /// # Errors
    /// If there are no observations, one is not positive, or all are the same.
    pub fn fit(x: &[f64]) -> Result<Self> {
        observed("LogNormal::fit", x, POSITIVE)?;
        let logs: Vec<f64> = x.iter().map(|x| x.ln()).collect();
        let [log_mean, log_standard_deviation] = Normal::fit(&logs)?.parameters();
        Self::new(log_mean, log_standard_deviation)
    }

    /// How many deviations ln x lies above its mean.
    fn standard(&self, x: f64) -> f64 {
        (x.ln() - self.log_mean) / self.log_standard_deviation
    }
}

impl Distribution for LogNormal {
    fn log_density(&self, x: f64) -> f64 {
        if x <= 0.0 || x.is_infinite() {
            return f64::NEG_INFINITY;
        }
        let z = self.standard(x);
        let scale = x.ln() + self.log_standard_deviation.ln();
        -0.5 * (z * z + (2.0 * std::f64::consts::PI).ln()) - scale
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { normal_cdf(self.standard(x)) }
    }

    fn survival(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { normal_cdf(-self.standard(x)) }
    }

    fn quantile(&self, p: f64) -> f64 {
        (self.log_mean + self.log_standard_deviation * normal_quantile(p)).exp()
    }

    fn mean(&self) -> f64 {
        (self.log_mean + 0.5 * self.log_standard_deviation.powi(2)).exp()
    }

    fn variance(&self) -> f64 {
        self.mean().powi(2) * self.log_standard_deviation.powi(2).exp_m1()
    }
}
