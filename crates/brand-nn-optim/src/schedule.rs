//! Learning rates as functions of the number of steps.

/// A learning rate as a function of the number of steps that were taken before.
///
/// A number is a constant schedule, so `Adam::new(1e-3)` reads well.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Cosine, Schedule};
///
/// let schedule = Cosine::new(0.1, 100).warm_up(10);
/// assert_eq!((schedule.rate(0), schedule.rate(9)), (0.01, 0.1));
/// assert!(schedule.rate(100) < 1e-9);
/// assert_eq!(1e-3.rate(7), 1e-3);
/// ```
pub trait Schedule: Send {
    /// The rate of the step that `step` others came before.
    fn rate(&self, step: u64) -> f64;
}

impl Schedule for f64 {
    fn rate(&self, _: u64) -> f64 {
        *self
    }
}

/// Half a cosine from a peak down to zero, after a linear warm-up (Loshchilov and Hutter 2017).
#[derive(Clone, Copy, Debug)]
pub struct Cosine {
    peak: f64,
    steps: u64,
    warm_up: u64,
}

impl Cosine {
    /// Goes from `peak` to zero in `steps` steps, the warm-up included.
    #[must_use]
    pub fn new(peak: f64, steps: u64) -> Self {
        Self { peak, steps, warm_up: 0 }
    }

    /// Rises from `peak / steps` to the peak in the first `steps` steps.
    #[must_use]
    pub fn warm_up(self, steps: u64) -> Self {
        Self { warm_up: steps, ..self }
    }
}

impl Schedule for Cosine {
    fn rate(&self, step: u64) -> f64 {
        if step < self.warm_up {
            return self.peak * (step + 1) as f64 / self.warm_up as f64;
        }
        let span = self.steps.saturating_sub(self.warm_up).max(1) as f64;
        let share = ((step - self.warm_up) as f64 / span).min(1.0);
        self.peak * 0.5 * (1.0 + (std::f64::consts::PI * share).cos())
    }
}
