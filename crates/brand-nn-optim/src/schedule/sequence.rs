//! Schedules one after the other.

use crate::{Schedule, Setting};

/// Schedules one after the other, each from its own beginning.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Exponential, Schedule, Sequence};
///
/// let schedule = Sequence::new(0.5).then(20, Exponential::new(0.8, 0.5));
/// assert_eq!([19, 20, 21].map(|step| schedule.rate(step)), [0.5, 0.8, 0.4]);
/// ```
#[doc(alias = "SequentialLR")]
#[doc(alias = "ConstantLR")]
pub struct Sequence {
    parts: Vec<(u64, Box<dyn Schedule>)>,
}

impl Sequence {
    /// Begins with a schedule.
    #[must_use]
    pub fn new(first: impl Schedule + 'static) -> Self {
        Self { parts: vec![(0, Box::new(first))] }
    }

    /// Goes on with another from step number `start` on, which is that one's first.
    #[must_use]
    pub fn then(mut self, start: u64, schedule: impl Schedule + 'static) -> Self {
        self.parts.push((start, Box::new(schedule)));
        self
    }
}

impl Schedule for Sequence {
    fn rate(&self, step: u64) -> f64 {
        let begun = self.parts.iter().rev().find(|(start, _)| *start <= step);
        begun.map_or(0.0, |(start, schedule)| schedule.rate(step - start))
    }

    fn settings(&self) -> Vec<Setting> {
        self.parts.iter().flat_map(|(_, schedule)| schedule.settings()).collect()
    }
}
