//! A rate that goes from one value to another along a power of the time, often linearly.

use crate::{Range, Schedule, Setting};

/// A rate that goes from one value to another along a power of the time; linearly by default.
///
/// end + (start − end) · (1 − step / steps)ᵖᵒʷᵉʳ, and `end` from step number `steps` on.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Polynomial, Schedule};
///
/// let linear = Polynomial::new(0.8, 100).end(0.2);
/// assert_eq!([0, 50, 100, 500].map(|step| linear.rate(step)), [0.8, 0.5, 0.2, 0.2]);
/// assert_eq!(Polynomial::new(0.8, 100).power(2.0).rate(50), 0.2);
/// ```
#[doc(alias = "PolynomialLR")]
#[doc(alias = "LinearLR")]
#[doc(alias = "PolynomialDecay")]
#[derive(Clone, Copy, Debug)]
pub struct Polynomial {
    start: f64,
    end: f64,
    steps: u64,
    power: f64,
}

impl Polynomial {
    /// Begins with `start` and is 0 after `steps` steps.
    #[must_use]
    pub fn new(start: f64, steps: u64) -> Self {
        Self { start, end: 0.0, steps, power: 1.0 }
    }

    /// The rate to end with; 0 by default. It may be above the first.
    #[must_use]
    pub fn end(self, end: f64) -> Self {
        Self { end, ..self }
    }

    /// The power of the way that is left; 1 by default.
    #[must_use]
    pub fn power(self, power: f64) -> Self {
        Self { power, ..self }
    }
}

impl Schedule for Polynomial {
    fn rate(&self, step: u64) -> f64 {
        let left = 1.0 - (step as f64 / self.steps.max(1) as f64).min(1.0);
        self.end + (self.start - self.end) * left.powf(self.power)
    }

    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("start", self.start, Range::NotNegative),
            Setting::new("end", self.end, Range::NotNegative),
            Setting::new("steps", self.steps as f64, Range::AtLeastOne),
            Setting::new("power", self.power, Range::Positive),
        ]
    }
}
