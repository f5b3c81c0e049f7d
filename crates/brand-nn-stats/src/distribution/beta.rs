//! The beta distribution.

use super::{Distribution, constant, observed, spread};
use crate::Result;
use crate::special::{beta_i, beta_i_inverse, beta_parts, digamma, log_beta_power, trigamma};

distribution! {
    /// A share between 0 and 1, as seen after α − 1 successes and β − 1 failures.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Beta, Distribution};
    /// let share = Beta::new(1.0 + 7.0, 1.0 + 3.0)?;
    /// assert!((share.mean() - 2.0 / 3.0).abs() < 1e-15);
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    Beta { alpha: positive, beta: positive }
}

impl Beta {
    /// The most likely parameters, by Newton's steps from the moments' ones.
    ///
    /// # Errors
    /// If there are no observations, one is not between 0 and 1, or all are the same.
    pub fn fit(x: &[f64]) -> Result<Self> {
        let op = "Beta::fit";
        observed(op, x, ("a number above 0 and below 1", |x| x > 0.0 && x < 1.0))?;
        let (mean, variance) = (super::mean(x), spread(x));
        let varies = variance > 1e-20;
        if !varies {
            return constant(op);
        }
        let logs = crate::door::mean(x.iter().map(|x| x.ln()));
        let others = crate::door::mean(x.iter().map(|x| (-x).ln_1p()));
        let size = (mean * (1.0 - mean) / variance - 1.0).max(1e-3);
        let start = [mean * size, (1.0 - mean) * size];
        let [alpha, beta] = (0..200).fold(start, |at, _| newton(at, [logs, others]));
        Self::new(alpha, beta)
    }
}

/// A step towards ψ(α) − ψ(α + β) = mean of ln x, and β's alike with 1 − x.
fn newton([a, b]: [f64; 2], [logs, others]: [f64; 2]) -> [f64; 2] {
    let (sum, curve) = (digamma(a + b), trigamma(a + b));
    let [f, g] = [logs - digamma(a) + sum, others - digamma(b) + sum];
    let [p, q] = [trigamma(a) - curve, trigamma(b) - curve];
    let determinant = p * q - curve * curve;
    let step = [(q * f + curve * g) / determinant, (curve * f + p * g) / determinant];
    let bound = |x: f64, step: f64| if x + step > 0.1 * x { x + step } else { 0.1 * x };
    [bound(a, step[0]), bound(b, step[1])]
}

impl Distribution for Beta {
    fn log_density(&self, x: f64) -> f64 {
        if x <= 0.0 || x >= 1.0 {
            let power = if x == 0.0 { self.alpha } else { self.beta };
            return match power {
                _ if x != 0.0 && x != 1.0 => f64::NEG_INFINITY,
                power if power < 1.0 => f64::INFINITY,
                power if power > 1.0 => f64::NEG_INFINITY,
                _ => (self.alpha + self.beta - 1.0).ln(),
            };
        }
        log_beta_power(self.alpha, self.beta, x, 1.0 - x) - x.ln() - (-x).ln_1p()
    }

    fn cdf(&self, x: f64) -> f64 {
        beta_i(self.alpha, self.beta, x.clamp(0.0, 1.0))
    }

    fn survival(&self, x: f64) -> f64 {
        let x = x.clamp(0.0, 1.0);
        beta_parts(self.alpha, self.beta, x, 1.0 - x).1
    }

    fn quantile(&self, p: f64) -> f64 {
        beta_i_inverse(self.alpha, self.beta, p)
    }

    fn mean(&self) -> f64 {
        self.alpha / (self.alpha + self.beta)
    }

    fn variance(&self) -> f64 {
        let sum = self.alpha + self.beta;
        self.alpha / sum * (self.beta / sum) / (sum + 1.0)
    }
}
