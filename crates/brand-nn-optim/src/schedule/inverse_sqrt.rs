//! A linear warm-up, then a fall with the square root of the time: the Transformer's schedule.

use crate::{Range, Schedule, Setting};

/// A linear warm-up to a peak, then a fall with the square root of the time.
///
/// peak · min(t / warm_up, √(warm_up / t)), with t = step + 1. Vaswani et al. 2017.
///
/// # Examples
/// ```
/// use brand_nn_optim::{InverseSqrt, Schedule};
///
/// let schedule = InverseSqrt::new(0.1, 100);
/// assert_eq!([49, 99, 399].map(|step| schedule.rate(step)), [0.05, 0.1, 0.05]);
/// let paper = InverseSqrt::noam(512, 4000);
/// assert!((paper.rate(3999) - 6.987_712e-4).abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct InverseSqrt {
    peak: f64,
    warm_up: u64,
}

impl InverseSqrt {
    /// Rises to `peak` in `warm_up` steps.
    #[must_use]
    pub fn new(peak: f64, warm_up: u64) -> Self {
        Self { peak, warm_up }
    }

    /// The rate of the paper, size^−½ · min(t^−½, t · warm_up^−1½), for a model of width `size`.
    #[must_use]
    pub fn noam(size: usize, warm_up: u64) -> Self {
        Self { peak: (size as f64 * warm_up as f64).powf(-0.5), warm_up }
    }
}

impl Schedule for InverseSqrt {
    fn rate(&self, step: u64) -> f64 {
        let (t, warm_up) = (step as f64 + 1.0, self.warm_up as f64);
        self.peak * (t / warm_up).min((warm_up / t).sqrt())
    }

    fn settings(&self) -> Vec<Setting> {
        vec![
            Setting::new("warm_up", self.warm_up as f64, Range::AtLeastOne),
            Setting::new("peak", self.peak, Range::Positive),
        ]
    }
}
