//! Half cosines from a peak down, once or again and again.

use crate::{Range, Schedule, Setting};
use std::f64::consts::PI;

/// Half a cosine from a peak down to zero, after a linear warm-up (Loshchilov and Hutter 2017).
///
/// end + (peak − end) · (1 + cos(π · step / steps)) / 2, and `end` from step number `steps` on.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Cosine, Schedule};
///
/// let schedule = Cosine::new(0.1, 110).warm_up(10).end(0.02);
/// assert_eq!(schedule.rate(4), 0.05);
/// assert!((schedule.rate(60) - 0.06).abs() < 1e-12);
/// assert_eq!(schedule.rate(1000), 0.02);
/// ```
#[doc(alias = "CosineAnnealingLR")]
#[doc(alias = "CosineDecay")]
#[derive(Clone, Copy, Debug)]
pub struct Cosine {
    peak: f64,
    end: f64,
    steps: u64,
    warm_up: u64,
}

impl Cosine {
    /// Goes from `peak` to zero in `steps` steps, the warm-up included.
    #[must_use]
    pub fn new(peak: f64, steps: u64) -> Self {
        Self { peak, end: 0.0, steps, warm_up: 0 }
    }

    /// Rises from `peak / steps` to the peak in the first `steps` steps.
    #[must_use]
    pub fn warm_up(self, steps: u64) -> Self {
        Self { warm_up: steps, ..self }
    }

    /// The rate to end with; 0 by default.
    #[must_use]
    pub fn end(self, end: f64) -> Self {
        Self { end, ..self }
    }
}

impl Schedule for Cosine {
    fn rate(&self, step: u64) -> f64 {
        if step < self.warm_up {
            return self.peak * (step + 1) as f64 / self.warm_up as f64;
        }
        let span = self.steps.saturating_sub(self.warm_up).max(1) as f64;
        falling(self.peak, self.end, (step - self.warm_up) as f64 / span)
    }

    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("peak", self.peak, Range::Positive),
            Setting::new("end", self.end, Range::NotNegative),
            Setting::new("steps", self.steps as f64, Range::AtLeastOne),
        ]
    }
}

/// The way from one rate to another along half a cosine, at a share of it.
pub(super) fn falling(from: f64, to: f64, share: f64) -> f64 {
    to + (from - to) * 0.5 * (1.0 + (PI * share.min(1.0)).cos())
}

/// Half cosines from a peak down that start anew, each longer than the one before (SGDR).
///
/// In the period number i, which has `period · growthⁱ` steps, the rate at its step number t is
/// end + (peak − end) · (1 + cos(π · t / length)) / 2. Loshchilov and Hutter 2017.
///
/// # Examples
/// ```
/// use brand_nn_optim::{CosineRestarts, Schedule};
///
/// let schedule = CosineRestarts::new(0.1, 10).growth(2);
/// assert_eq!([0, 10, 30].map(|step| schedule.rate(step)), [0.1; 3]); // 10, then 20, 40 … steps
/// assert!((schedule.rate(20) - 0.05).abs() < 1e-12);
/// ```
#[doc(alias = "CosineAnnealingWarmRestarts")]
#[doc(alias = "CosineDecayRestarts")]
#[derive(Clone, Copy, Debug)]
pub struct CosineRestarts {
    peak: f64,
    end: f64,
    period: u64,
    growth: u64,
}

impl CosineRestarts {
    /// Goes from `peak` to zero in `period` steps, and again.
    #[must_use]
    pub fn new(peak: f64, period: u64) -> Self {
        Self { peak, end: 0.0, period, growth: 1 }
    }

    /// How many times longer each period is than the one before; 1 by default.
    #[must_use]
    pub fn growth(self, growth: u64) -> Self {
        Self { growth, ..self }
    }

    /// The rate at the end of each period; 0 by default.
    #[must_use]
    pub fn end(self, end: f64) -> Self {
        Self { end, ..self }
    }
}

impl Schedule for CosineRestarts {
    fn rate(&self, step: u64) -> f64 {
        let (mut start, mut length) = (0_u64, self.period.max(1));
        if self.growth <= 1 {
            start = step - step % length;
        }
        while step - start >= length {
            start += length;
            length = length.saturating_mul(self.growth);
        }
        falling(self.peak, self.end, (step - start) as f64 / length as f64)
    }

    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("peak", self.peak, Range::Positive),
            Setting::new("end", self.end, Range::NotNegative),
            Setting::new("period", self.period as f64, Range::AtLeastOne),
            Setting::new("growth", self.growth as f64, Range::AtLeastOne),
        ]
    }
}
