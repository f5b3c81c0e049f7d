//! Successes of trials whose probability is itself drawn from a beta distribution.

use super::{Distribution, discrete};
use crate::special::lbeta;

distribution! {
    /// Successes among trials where everyone has a probability of their own.
    ///
    /// Sums over counts: the time of a probability grows with the trials.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{BetaBinomial, Distribution};
    /// // With α = β = 1 every count is as likely.
    /// assert!((BetaBinomial::new(4.0, 1.0, 1.0)?.density(3.0) - 0.2).abs() < 1e-15);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    BetaBinomial { trials: count, alpha: positive, beta: positive }
}

impl BetaBinomial {
    fn sides(&self, x: f64) -> (f64, f64) {
        discrete::sides(x, self.trials, |k| {
            let sum = |from: f64, to: f64| {
                let count = (to - from) as u64 + 1;
                (0..count).map(|i| self.density(from + i as f64)).sum::<f64>().min(1.0)
            };
            // The shorter side is summed, but a small upper one always: 1 − P would lose it.
            if k < self.mean() {
                let low = sum(0.0, k);
                (low, 1.0 - low)
            } else {
                let high = sum(k + 1.0, self.trials);
                (1.0 - high, high)
            }
        })
    }
}

impl Distribution for BetaBinomial {
    fn log_density(&self, x: f64) -> f64 {
        discrete::log_density(x, self.trials, |k| {
            let rest = self.trials - k;
            let ways = -(self.trials + 1.0).ln() - lbeta(rest + 1.0, k + 1.0);
            ways + lbeta(k + self.alpha, rest + self.beta) - lbeta(self.alpha, self.beta)
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
        self.trials * self.alpha / (self.alpha + self.beta)
    }

    fn variance(&self) -> f64 {
        let sum = self.alpha + self.beta;
        self.mean() * self.beta / sum * (sum + self.trials) / (sum + 1.0)
    }
}
