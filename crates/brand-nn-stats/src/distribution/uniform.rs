//! The uniform distribution.

use super::{Distribution, constant, observed};
use crate::{Error, Result, door};

distribution! {
    /// Every number between two ends, each as likely as the others.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Distribution, Uniform};
    /// assert_eq!(Uniform::new(2.0, 6.0)?.cdf(3.0), 0.25);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    Uniform { low: finite, high: finite; ordered }
}

impl Uniform {
    fn ordered(&self) -> Result<()> {
        if self.low < self.high && (self.high - self.low).is_finite() {
            return Ok(());
        }
        let (op, setting, got) = ("Uniform", "high", self.high);
        let (expected, help) = ("above low, by a finite number", "swap the ends");
        Err(Error::Setting { op, setting, got, expected, help })
    }

    /// The most likely ends, the smallest and the largest observation.
    ///
    /// # Errors
    /// If there are no observations, one is not finite, or all are the same.
    pub fn fit(x: &[f64]) -> Result<Self> {
        observed("Uniform::fit", x, door::FINITE)?;
        let low = x.iter().copied().fold(f64::INFINITY, f64::min);
        let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if low == high { constant("Uniform::fit") } else { Self::new(low, high) }
    }

    fn width(&self) -> f64 {
        self.high - self.low
    }
}

impl Distribution for Uniform {
    fn log_density(&self, x: f64) -> f64 {
        let outside = x < self.low || x > self.high;
        if outside { f64::NEG_INFINITY } else { -self.width().ln() + 0.0 * x }
    }

    fn cdf(&self, x: f64) -> f64 {
        ((x - self.low) / self.width()).clamp(0.0, 1.0)
    }

    fn survival(&self, x: f64) -> f64 {
        ((self.high - x) / self.width()).clamp(0.0, 1.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        if (0.0..=1.0).contains(&p) { self.low + p * self.width() } else { f64::NAN }
    }

    fn mean(&self) -> f64 {
        self.low + 0.5 * self.width()
    }

    fn variance(&self) -> f64 {
        self.width().powi(2) / 12.0
    }
}
