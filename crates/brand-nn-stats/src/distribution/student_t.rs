//! Student's t distribution.

use super::Distribution;
use crate::special::{beta_log_odds, beta_parts, lbeta};

distribution! {
    /// A mean over its estimated error, for degrees of freedom ν.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Distribution, StudentT};
    /// assert!((StudentT::new(9.0)?.quantile(0.975) - 2.262_157_162_798_205).abs() < 1e-12);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    StudentT { degrees: positive }
}

impl StudentT {
    /// The probability beyond |t| on one side, I_{ν / (ν + t²)}(ν / 2, 1 / 2) / 2.
    fn tail(&self, t: f64) -> f64 {
        let ratio = t * t / self.degrees;
        if ratio.is_infinite() {
            return 0.0;
        }
        let (x, y) = (1.0 / (1.0 + ratio), ratio / (1.0 + ratio));
        0.5 * beta_parts(0.5 * self.degrees, 0.5, x, y).0
    }
}

impl Distribution for StudentT {
    fn log_density(&self, t: f64) -> f64 {
        let scale = 0.5 * self.degrees.ln() + lbeta(0.5, 0.5 * self.degrees);
        -scale - 0.5 * (self.degrees + 1.0) * (t / self.degrees * t).ln_1p()
    }

    fn cdf(&self, t: f64) -> f64 {
        if t > 0.0 { 1.0 - self.tail(t) } else { self.tail(t) }
    }

    fn survival(&self, t: f64) -> f64 {
        self.cdf(-t)
    }

    fn quantile(&self, p: f64) -> f64 {
        if p == 0.5 {
            return 0.0;
        }
        let tail = p.min(1.0 - p);
        let log_odds = beta_log_odds(0.5 * self.degrees, 0.5, 2.0 * tail);
        let size = (self.degrees * (-log_odds).exp()).sqrt();
        if p < 0.5 { -size } else { size }
    }

    /// 0, for more than one degree of freedom.
    fn mean(&self) -> f64 {
        if self.degrees > 1.0 { 0.0 } else { f64::NAN }
    }

    fn variance(&self) -> f64 {
        match self.degrees {
            degrees if degrees > 2.0 => degrees / (degrees - 2.0),
            degrees if degrees > 1.0 => f64::INFINITY,
            _ => f64::NAN,
        }
    }
}
