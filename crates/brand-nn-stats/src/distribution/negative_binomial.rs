//! The negative binomial distribution.

use super::{COUNT, Distribution, discrete, observed, spread};
use crate::optimize::root;
use crate::special::{beta_parts, digamma, log_beta_power};
use crate::{Error, Result};

distribution! {
    /// Failures before a number of successes; counts of people with gamma-distributed rates.
    ///
    /// P(k) = Γ(k + r) / (k! Γ(r)) pʳ (1 − p)ᵏ with r the size and p the probability.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Distribution, NegativeBinomial};
    /// let counts = NegativeBinomial::new(2.0, 0.25)?;
    /// assert_eq!((counts.mean(), counts.variance()), (6.0, 24.0));
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    NegativeBinomial { size: positive, probability: success }
}

impl NegativeBinomial {
    /// The most likely parameters: a root in the size, for p = r / (r + mean).
    ///
    /// # Errors
    /// If there are no observations, one is no count, or they vary no more than a Poisson count.
    pub fn fit(x: &[f64]) -> Result<Self> {
        let op = "NegativeBinomial::fit";
        observed(op, x, COUNT)?;
        let mean = super::mean(x);
        let varies = spread(x) > mean;
        if !varies {
            let case = "counts vary no more than their mean";
            return Err(Error::Undefined { op, case, help: "fit a Poisson distribution" });
        }
        // The slope of the likelihood in ln r, which is positive for small sizes.
        let slope = |log_size: f64| {
            let r = log_size.exp();
            let each = |x: &f64| digamma(x + r) - digamma(r);
            r * (crate::door::mean(x.iter().map(each)) - (mean / r).ln_1p())
        };
        let size = root(-20.0, 20.0, &slope)?.exp();
        Self::new(size, size / (size + mean))
    }

    fn sides(&self, x: f64) -> (f64, f64) {
        let p = self.probability;
        discrete::sides(x, f64::INFINITY, |k| beta_parts(self.size, k + 1.0, p, 1.0 - p))
    }
}

impl Distribution for NegativeBinomial {
    fn log_density(&self, x: f64) -> f64 {
        let (p, q) = (self.probability, 1.0 - self.probability);
        discrete::log_density(x, f64::INFINITY, |k| {
            if q == 0.0 {
                return if k == 0.0 { 0.0 } else { f64::NEG_INFINITY };
            }
            let power = log_beta_power(self.size, k + 1.0, p, q);
            power - (self.size + k).ln() - (-p).ln_1p()
        })
    }

    fn cdf(&self, x: f64) -> f64 {
        self.sides(x).0
    }

    fn survival(&self, x: f64) -> f64 {
        self.sides(x).1
    }

    fn quantile(&self, p: f64) -> f64 {
        discrete::quantile(self, p, f64::INFINITY)
    }

    fn mean(&self) -> f64 {
        self.size * (1.0 - self.probability) / self.probability
    }

    fn variance(&self) -> f64 {
        self.mean() / self.probability
    }
}
