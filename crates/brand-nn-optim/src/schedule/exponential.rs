//! A rate that falls by the same factor in every step.

use crate::{Range, Schedule, Setting};

/// A rate that falls by the same factor in every step.
///
/// rate · factorˢᵗᵉᵖ.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Exponential, Schedule};
///
/// assert_eq!(Exponential::new(0.8, 0.5).rate(3), 0.1);
/// ```
#[doc(alias = "ExponentialLR")]
#[doc(alias = "ExponentialDecay")]
#[derive(Clone, Copy, Debug)]
pub struct Exponential {
    rate: f64,
    factor: f64,
}

impl Exponential {
    /// Begins with `rate` and multiplies it by `factor` after every step.
    #[must_use]
    pub fn new(rate: f64, factor: f64) -> Self {
        Self { rate, factor }
    }
}

impl Schedule for Exponential {
    fn rate(&self, step: u64) -> f64 {
        self.rate * self.factor.powf(step as f64)
    }

    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("learning_rate", self.rate, Range::Positive),
            Setting::new("factor", self.factor, Range::Positive),
        ]
    }
}
