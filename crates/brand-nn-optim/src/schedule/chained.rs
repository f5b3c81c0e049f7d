//! Schedules at the same time, multiplied.

use crate::{Schedule, Setting};

/// Schedules at the same time: the rate is their product.
///
/// The first has the rate, the others are factors, so they begin at or end with one.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Chained, Exponential, Schedule, WarmUp};
///
/// let schedule = Chained::new(WarmUp::new(2, 0.8)).times(Exponential::new(1.0, 0.5));
/// assert_eq!([0, 1, 2].map(|step| schedule.rate(step)), [0.4, 0.4, 0.2]);
/// ```
#[doc(alias = "ChainedScheduler")]
pub struct Chained {
    factors: Vec<Box<dyn Schedule>>,
}

impl Chained {
    /// Begins with a schedule.
    #[must_use]
    pub fn new(schedule: impl Schedule + 'static) -> Self {
        Self { factors: vec![Box::new(schedule)] }
    }

    /// Multiplies by one more.
    #[must_use]
    pub fn times(mut self, factor: impl Schedule + 'static) -> Self {
        self.factors.push(Box::new(factor));
        self
    }
}

impl Schedule for Chained {
    fn rate(&self, step: u64) -> f64 {
        self.factors.iter().map(|factor| factor.rate(step)).product()
    }

    fn settings(&self) -> Vec<Setting> {
        self.factors.iter().flat_map(|factor| factor.settings()).collect()
    }
}
