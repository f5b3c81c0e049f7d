//! A linear rise in front of any schedule.

use crate::{Range, Schedule, Setting};

/// A linear rise in front of any schedule (Goyal et al. 2017).
///
/// The first `steps` steps have the first rate of the schedule times (step + 1) / steps; then the
/// schedule runs from its beginning.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Exponential, Schedule, WarmUp};
///
/// let schedule = WarmUp::new(4, Exponential::new(0.8, 0.5));
/// assert_eq!([0, 3, 4, 5].map(|step| schedule.rate(step)), [0.2, 0.8, 0.8, 0.4]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WarmUp<S> {
    steps: u64,
    schedule: S,
}

impl<S: Schedule> WarmUp<S> {
    /// Puts a rise of `steps` steps in front of `schedule`.
    #[must_use]
    pub fn new(steps: u64, schedule: S) -> Self {
        Self { steps, schedule }
    }
}

impl<S: Schedule> Schedule for WarmUp<S> {
    fn rate(&self, step: u64) -> f64 {
        match step.checked_sub(self.steps) {
            Some(step) => self.schedule.rate(step),
            None => self.schedule.rate(0) * (step + 1) as f64 / self.steps as f64,
        }
    }

    fn settings(&self) -> Vec<Setting> {
        let mut settings = self.schedule.settings();
        settings.push(Setting::new("warm_up", self.steps as f64, Range::AtLeastOne));
        settings
    }
}
