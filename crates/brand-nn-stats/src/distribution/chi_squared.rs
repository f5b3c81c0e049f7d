//! The χ² distribution.

use super::{Distribution, Gamma};
use crate::special::{gamma_p, gamma_p_inverse, gamma_q};

distribution! {
    /// The sum of squares of standard normal numbers, for degrees of freedom.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{ChiSquared, Distribution};
    /// assert!((ChiSquared::new(1.0)?.survival(3.841_458_820_694_124) - 0.05).abs() < 1e-14);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    ChiSquared { degrees: positive }
}

impl Distribution for ChiSquared {
    fn log_density(&self, x: f64) -> f64 {
        let gamma = Gamma::new(0.5 * self.degrees, 0.5);
        gamma.map_or(f64::NAN, |gamma| gamma.log_density(x))
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { gamma_p(0.5 * self.degrees, 0.5 * x) }
    }

    fn survival(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { gamma_q(0.5 * self.degrees, 0.5 * x) }
    }

    fn quantile(&self, p: f64) -> f64 {
        2.0 * gamma_p_inverse(0.5 * self.degrees, p)
    }

    fn mean(&self) -> f64 {
        self.degrees
    }

    fn variance(&self) -> f64 {
        2.0 * self.degrees
    }
}
