//! The Weibull distribution.

use super::{Distribution, POSITIVE, constant, observed};
use crate::Result;
use crate::special::gamma;

distribution! {
    /// Lifetimes whose hazard is a power of age: rising for shapes above 1, falling below.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Distribution, Weibull};
    /// assert!((Weibull::new(2.0, 3.0)?.survival(3.0) - (-1.0_f64).exp()).abs() < 1e-15);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    Weibull { shape: positive, scale: positive }
}

impl Weibull {
    /// The most likely parameters: Σ xᵏ ln x / Σ xᵏ − 1 / k = mean of ln x, by Newton's steps.
    ///
    /// # Errors
    /// If there are no observations, one is not positive, or all are the same.
    pub fn fit(x: &[f64]) -> Result<Self> {
        observed("Weibull::fit", x, POSITIVE)?;
        let largest = x.iter().copied().fold(0.0, f64::max);
        let logs: Vec<f64> = x.iter().map(|x| (x / largest).ln()).collect();
        let mean = super::mean(&logs);
        let spread = super::spread(&logs).sqrt();
        let varies = spread > 1e-14;
        if !varies {
            return constant("Weibull::fit");
        }
        let sums = |k: f64| {
            logs.iter().fold([0.0; 3], |[a, b, c], log| {
                let power = (k * log).exp();
                [a + power, b + power * log, c + power * log * log]
            })
        };
        let step = |k: f64| {
            let [a, b, c] = sums(k);
            let gap = b / a - 1.0 / k - mean;
            let next = k - gap / (c / a - (b / a).powi(2) + 1.0 / (k * k));
            if next > 0.0 { next } else { 0.5 * k }
        };
        let shape = (0..100).fold(std::f64::consts::PI / (6.0_f64.sqrt() * spread), |k, _| step(k));
        let power = sums(shape)[0] / x.len() as f64;
        Self::new(shape, largest * power.powf(1.0 / shape))
    }

    /// −ln of the survival at x > 0.
    fn hazard_until(&self, x: f64) -> f64 {
        (x / self.scale).powf(self.shape)
    }
}

impl Distribution for Weibull {
    fn log_density(&self, x: f64) -> f64 {
        if x < 0.0 || (x == 0.0 && self.shape == 1.0) {
            return if x < 0.0 { f64::NEG_INFINITY } else { -self.scale.ln() };
        }
        let ratio = x / self.scale;
        let log = self.shape.ln() - self.scale.ln();
        log + (self.shape - 1.0) * ratio.ln() - self.hazard_until(x)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -(-self.hazard_until(x)).exp_m1() }
    }

    fn survival(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { (-self.hazard_until(x)).exp() }
    }

    fn quantile(&self, p: f64) -> f64 {
        let inside = (0.0..=1.0).contains(&p);
        if inside { self.scale * (-(-p).ln_1p()).powf(1.0 / self.shape) } else { f64::NAN }
    }

    fn mean(&self) -> f64 {
        self.scale * gamma(1.0 + 1.0 / self.shape)
    }

    fn variance(&self) -> f64 {
        self.scale.powi(2) * gamma(1.0 + 2.0 / self.shape) - self.mean().powi(2)
    }
}
