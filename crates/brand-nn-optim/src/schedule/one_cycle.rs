//! One rise to a high rate and one long fall far below the first.

use super::cosine::falling;
use crate::{Range, Schedule, Setting};

/// One rise to a high rate and one long fall far below the first (Smith and Topin 2018).
///
/// From peak / 25 to the peak in the first 30 % of the steps, then down to peak / 250,000, each
/// along half a cosine; as PyTorch's OneCycleLR.
///
/// # Examples
/// ```
/// use brand_nn_optim::{OneCycle, Schedule};
///
/// let schedule = OneCycle::new(0.5, 101).rise(0.5);
/// assert!((schedule.rate(0) - 0.02).abs() < 1e-12);
/// assert!((schedule.rate(49) - 0.5).abs() < 1e-3);
/// assert!((schedule.rate(100) - 2e-6).abs() < 1e-12);
/// ```
#[doc(alias = "OneCycleLR")]
#[derive(Clone, Copy, Debug)]
pub struct OneCycle {
    peak: f64,
    steps: u64,
    rise: f64,
    anneal: Anneal,
    first_divisor: f64,
    last_divisor: f64,
    three_phases: bool,
}

/// The curve along which a rate goes from one value to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anneal {
    /// Half a cosine.
    #[default]
    Cosine,
    /// A straight line.
    Linear,
}

impl Anneal {
    fn between(self, from: f64, to: f64, share: f64) -> f64 {
        match self {
            Self::Cosine => falling(from, to, share),
            Self::Linear => from + (to - from) * share.min(1.0),
        }
    }
}

impl OneCycle {
    /// Has `steps` steps and reaches `peak` on the way.
    #[must_use]
    pub fn new(peak: f64, steps: u64) -> Self {
        Self {
            peak,
            steps,
            rise: 0.3,
            anneal: Anneal::Cosine,
            first_divisor: 25.0,
            last_divisor: 1e4,
            three_phases: false,
        }
    }

    /// The share of the steps in which the rate rises; 0.3 by default.
    #[must_use]
    pub fn rise(self, share: f64) -> Self {
        Self { rise: share, ..self }
    }

    /// The curve of each part; half a cosine by default.
    #[must_use]
    pub fn anneal(self, anneal: Anneal) -> Self {
        Self { anneal, ..self }
    }

    /// The peak over the first rate, and that over the last one; 25 and 10,000 by default.
    #[must_use]
    pub fn divisors(self, first: f64, last: f64) -> Self {
        Self { first_divisor: first, last_divisor: last, ..self }
    }

    /// Falls to the first rate in as many steps as it rose, and only then to the last one.
    #[must_use]
    pub fn three_phases(self) -> Self {
        Self { three_phases: true, ..self }
    }

    /// The parts, each as the step where it ends and the rate there.
    fn parts(&self) -> Vec<(f64, f64)> {
        let first = self.peak / self.first_divisor;
        let (top, end) = (self.rise * self.steps as f64 - 1.0, self.steps as f64 - 1.0);
        let mut parts = vec![(top, self.peak), (end, first / self.last_divisor)];
        if self.three_phases {
            parts.insert(1, (2.0 * top, first));
        }
        parts
    }
}

impl Schedule for OneCycle {
    fn rate(&self, step: u64) -> f64 {
        let step = step as f64;
        let (mut start, mut from) = (0.0, self.peak / self.first_divisor);
        for (end, to) in self.parts() {
            if step <= end {
                let share = if step == end { 1.0 } else { (step - start) / (end - start) };
                return self.anneal.between(from, to, share);
            }
            (start, from) = (end, to);
        }
        from
    }

    fn settings(&self) -> Vec<Setting> {
        let most = if self.three_phases { self.rise * 2.0 } else { self.rise };
        vec![
            Setting::new("peak", self.peak, Range::Positive),
            Setting::new("steps", self.steps as f64, Range::AtLeastOne),
            Setting::new("rise", most, Range::Unit),
            Setting::new("first_divisor", self.first_divisor, Range::Positive),
            Setting::new("last_divisor", self.last_divisor, Range::Positive),
        ]
    }
}
