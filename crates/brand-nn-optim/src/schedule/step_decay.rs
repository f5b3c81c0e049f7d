//! Rates that fall at once and stay: every so many steps, or at chosen steps.

use crate::{Range, Schedule, Setting};

/// A rate that falls by a factor every so many steps.
///
/// rate · factor^⌊step / every⌋.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Schedule, StepDecay};
///
/// let schedule = StepDecay::new(0.8, 30).factor(0.5);
/// assert_eq!([29, 30, 60].map(|step| schedule.rate(step)), [0.8, 0.4, 0.2]);
/// ```
#[doc(alias = "StepLR")]
#[derive(Clone, Copy, Debug)]
pub struct StepDecay {
    rate: f64,
    every: u64,
    factor: f64,
}

impl StepDecay {
    /// Begins with `rate`, which falls every `every` steps, to a tenth by default.
    #[must_use]
    pub fn new(rate: f64, every: u64) -> Self {
        Self { rate, every, factor: 0.1 }
    }

    /// What the rate is multiplied by each time; 0.1 by default.
    #[must_use]
    pub fn factor(self, factor: f64) -> Self {
        Self { factor, ..self }
    }
}

impl Schedule for StepDecay {
    fn rate(&self, step: u64) -> f64 {
        self.rate * self.factor.powf((step / self.every.max(1)) as f64)
    }

    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("learning_rate", self.rate, Range::Positive),
            Setting::new("every", self.every as f64, Range::AtLeastOne),
            Setting::new("factor", self.factor, Range::Positive),
        ]
    }
}

/// A rate that falls by a factor at each of some chosen steps.
///
/// rate · factor^(number of milestones ≤ step).
///
/// # Examples
/// ```
/// use brand_nn_optim::{MultiStep, Schedule};
///
/// let schedule = MultiStep::new(0.8, [30, 80]).factor(0.5);
/// assert_eq!([29, 30, 80].map(|step| schedule.rate(step)), [0.8, 0.4, 0.2]);
/// ```
#[doc(alias = "MultiStepLR")]
#[doc(alias = "PiecewiseConstantDecay")]
#[derive(Clone, Debug)]
pub struct MultiStep {
    rate: f64,
    milestones: Vec<u64>,
    factor: f64,
}

impl MultiStep {
    /// Begins with `rate`, which falls at every milestone, to a tenth by default.
    #[must_use]
    pub fn new(rate: f64, milestones: impl Into<Vec<u64>>) -> Self {
        Self { rate, milestones: milestones.into(), factor: 0.1 }
    }

    /// What the rate is multiplied by each time; 0.1 by default.
    #[must_use]
    pub fn factor(self, factor: f64) -> Self {
        Self { factor, ..self }
    }
}

impl Schedule for MultiStep {
    fn rate(&self, step: u64) -> f64 {
        let passed = self.milestones.iter().filter(|milestone| **milestone <= step).count();
        self.rate * self.factor.powf(passed as f64)
    }

    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("learning_rate", self.rate, Range::Positive),
            Setting::new("factor", self.factor, Range::Positive),
        ]
    }
}
