//! Fisher's F distribution.

use super::Distribution;
use crate::special::{beta_log_odds, beta_parts, log_beta_power};

distribution! {
    /// The ratio of two mean squares, of the degrees of freedom above and below.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Distribution, FisherF};
    /// assert!((FisherF::new(2.0, 10.0)?.survival(4.102_821_015_130_4) - 0.05).abs() < 1e-13);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    FisherF { above: positive, below: positive }
}

impl FisherF {
    /// The share of the sum of squares that is above, and that below.
    fn shares(&self, x: f64) -> (f64, f64) {
        let ratio = self.above * x / self.below;
        if ratio.is_infinite() { (1.0, 0.0) } else { (ratio / (1.0 + ratio), 1.0 / (1.0 + ratio)) }
    }

    fn sides(&self, x: f64) -> (f64, f64) {
        let (above, below) = self.shares(if x < 0.0 { 0.0 } else { x });
        beta_parts(0.5 * self.above, 0.5 * self.below, above, below)
    }
}

impl Distribution for FisherF {
    fn log_density(&self, x: f64) -> f64 {
        if x <= 0.0 || x.is_infinite() {
            let at_zero = match self.above {
                above if above < 2.0 => f64::INFINITY,
                above if above > 2.0 => f64::NEG_INFINITY,
                _ => 0.0,
            };
            return if x == 0.0 { at_zero } else { f64::NEG_INFINITY };
        }
        let (above, below) = self.shares(x);
        log_beta_power(0.5 * self.above, 0.5 * self.below, above, below) - x.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.sides(x).0
    }

    fn survival(&self, x: f64) -> f64 {
        self.sides(x).1
    }

    fn quantile(&self, p: f64) -> f64 {
        self.below / self.above * beta_log_odds(0.5 * self.above, 0.5 * self.below, p).exp()
    }

    fn mean(&self) -> f64 {
        if self.below > 2.0 { self.below / (self.below - 2.0) } else { f64::INFINITY }
    }

    fn variance(&self) -> f64 {
        let (m, n) = (self.above, self.below);
        if n <= 4.0 {
            return if n > 2.0 { f64::INFINITY } else { f64::NAN };
        }
        2.0 * self.mean().powi(2) * (m + n - 2.0) / (m * (n - 4.0))
    }
}
