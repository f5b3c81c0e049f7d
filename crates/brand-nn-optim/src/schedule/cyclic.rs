//! A rate that goes up and down in triangles.

use crate::{Range, Schedule, Setting};

/// A rate that goes up and down in triangles between two values (Smith 2017).
///
/// low + (high − low) · height · shrink, with the height 0 at both ends of a cycle and 1 on top.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Cyclic, CyclicMode, Schedule};
///
/// let schedule = Cyclic::new(0.1, 0.5, 10).mode(CyclicMode::Halving);
/// assert_eq!(schedule.rate(0), 0.1);
/// assert!((schedule.rate(10) - 0.5).abs() < 1e-12);
/// assert!((schedule.rate(30) - 0.3).abs() < 1e-12); // the second triangle is half as high
/// ```
#[doc(alias = "CyclicLR")]
#[derive(Clone, Copy, Debug)]
pub struct Cyclic {
    low: f64,
    high: f64,
    up: u64,
    down: u64,
    mode: CyclicMode,
}

/// How the triangles of a [`Cyclic`] schedule shrink.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum CyclicMode {
    /// They do not.
    #[default]
    #[doc(alias = "triangular")]
    Constant,
    /// Each is half as high as the one before.
    #[doc(alias = "triangular2")]
    Halving,
    /// By this factor in every step.
    #[doc(alias = "exp_range")]
    Exponential(f64),
}

impl Cyclic {
    /// Rises from `low` to `high` in `up` steps and falls again in as many.
    #[must_use]
    pub fn new(low: f64, high: f64, up: u64) -> Self {
        Self { low, high, up, down: up, mode: CyclicMode::Constant }
    }

    /// The number of steps of the way down; as many as up by default.
    #[must_use]
    pub fn down(self, steps: u64) -> Self {
        Self { down: steps, ..self }
    }

    /// How the triangles shrink; not at all by default.
    #[must_use]
    pub fn mode(self, mode: CyclicMode) -> Self {
        Self { mode, ..self }
    }
}

impl Schedule for Cyclic {
    fn rate(&self, step: u64) -> f64 {
        let (up, down) = (self.up.max(1), self.down.max(1));
        let (cycle, place) = (step / (up + down), step % (up + down));
        let height = match place.checked_sub(up) {
            Some(fallen) => 1.0 - fallen as f64 / down as f64,
            None => place as f64 / up as f64,
        };
        let shrink = match self.mode {
            CyclicMode::Constant => 1.0,
            CyclicMode::Halving => 0.5_f64.powf(cycle as f64),
            CyclicMode::Exponential(factor) => factor.powf(step as f64),
        };
        self.low + (self.high - self.low) * height * shrink
    }

    fn settings(&self) -> Vec<Setting> {
        let factor = if let CyclicMode::Exponential(factor) = self.mode { factor } else { 1.0 };
        vec![
            Setting::new("low", self.low, Range::NotNegative),
            Setting::new("high", self.high, Range::Positive),
            Setting::new("up", self.up as f64, Range::AtLeastOne),
            Setting::new("down", self.down as f64, Range::AtLeastOne),
            Setting::new("factor", factor, Range::Positive),
        ]
    }
}
