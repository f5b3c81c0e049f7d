//! The binomial distribution.

use super::{Distribution, discrete};
use crate::special::{beta_parts, log_beta_power};

distribution! {
    /// Successes among independent trials of one probability.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Binomial, Distribution};
    /// assert!((Binomial::new(4.0, 0.5)?.density(2.0) - 0.375).abs() < 1e-15);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    Binomial { trials: count, probability: share }
}

impl Binomial {
    fn sides(&self, x: f64) -> (f64, f64) {
        discrete::sides(x, self.trials, |k| {
            let (p, q) = (self.probability, 1.0 - self.probability);
            beta_parts(self.trials - k, k + 1.0, q, p)
        })
    }
}

impl Distribution for Binomial {
    fn log_density(&self, x: f64) -> f64 {
        let (p, q) = (self.probability, 1.0 - self.probability);
        discrete::log_density(x, self.trials, |k| {
            if p == 0.0 || q == 0.0 {
                let certain = if p == 0.0 { 0.0 } else { self.trials };
                return if k == certain { 0.0 } else { f64::NEG_INFINITY };
            }
            let power = log_beta_power(k + 1.0, self.trials - k + 1.0, p, q);
            power - (self.trials + 1.0).ln() - p.ln() - (-p).ln_1p()
        })
    }

    fn cdf(&self, x: f64) -> f64 {
        self.sides(x).0
    }

    fn survival(&self, x: f64) -> f64 {
        self.sides(x).1
    }

    fn quantile(&self, p: f64) -> f64 {
        discrete::quantile(self, p, self.trials)
    }

    fn mean(&self) -> f64 {
        self.trials * self.probability
    }

    fn variance(&self) -> f64 {
        self.mean() * (1.0 - self.probability)
    }
}
