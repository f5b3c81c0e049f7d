//! The gamma distribution.

use super::{Distribution, POSITIVE, constant, observed};
use crate::Result;
use crate::special::{digamma, gamma_p, gamma_p_inverse, gamma_q, log_gamma_power, trigamma};

distribution! {
    /// The gamma distribution of a shape and a rate (one over the scale).
    ///
    /// # Examples
    /// ```
    /// use brand_nn_stats::distribution::{Distribution, Gamma};
    /// let gamma = Gamma::new(3.0, 0.5)?;
    /// assert_eq!((gamma.mean(), gamma.variance()), (6.0, 12.0));
    /// # Ok::<(), brand_nn_stats::Error>(())
    /// ```
    Gamma { shape: positive, rate: positive }
}

impl Gamma {
    /// The most likely parameters: ln a − ψ(a) = ln x̄ − mean of ln x, by Newton's steps.
    ///
    /// # Errors
    /// If there are no observations, one is not positive, or all are the same.
    pub fn fit(x: &[f64]) -> Result<Self> {
        observed("Gamma::fit", x, POSITIVE)?;
        let mean = super::mean(x);
        let gap = -crate::door::mean(x.iter().map(|x| (x / mean).ln()));
        let varies = gap > 1e-14;
        if !varies {
            return constant("Gamma::fit");
        }
        // Minka, "Estimating a gamma distribution", 2002.
        let start = (3.0 - gap + ((gap - 3.0).powi(2) + 24.0 * gap).sqrt()) / (12.0 * gap);
        let step = |a: f64| {
            let inverse = 1.0 / a + (a.ln() - digamma(a) - gap) / (a * a * (1.0 / a - trigamma(a)));
            if inverse > 0.0 { 1.0 / inverse } else { 2.0 * a }
        };
        let shape = (0..50).fold(start, |a, _| step(a));
        Self::new(shape, shape / mean)
    }
}

impl Distribution for Gamma {
    fn log_density(&self, x: f64) -> f64 {
        if x <= 0.0 || x.is_infinite() {
            let at_zero = match self.shape {
                shape if shape < 1.0 => f64::INFINITY,
                shape if shape > 1.0 => f64::NEG_INFINITY,
                _ => self.rate.ln(),
            };
            return if x == 0.0 { at_zero } else { f64::NEG_INFINITY };
        }
        log_gamma_power(self.shape, self.rate * x) - x.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { gamma_p(self.shape, self.rate * x) }
    }

    fn survival(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { gamma_q(self.shape, self.rate * x) }
    }

    fn quantile(&self, p: f64) -> f64 {
        gamma_p_inverse(self.shape, p) / self.rate
    }

    fn mean(&self) -> f64 {
        self.shape / self.rate
    }

    fn variance(&self) -> f64 {
        self.shape / self.rate.powi(2)
    }
}
