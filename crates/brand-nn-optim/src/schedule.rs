//! Learning rates as functions of the number of steps.

mod chained;
mod cosine;
mod cyclic;
mod exponential;
mod inverse_sqrt;
mod one_cycle;
mod plateau;
mod polynomial;
mod sequence;
mod step_decay;
mod warm_up;

pub use chained::Chained;
pub use cosine::{Cosine, CosineRestarts};
pub use cyclic::{Cyclic, CyclicMode};
pub use exponential::Exponential;
pub use inverse_sqrt::InverseSqrt;
pub use one_cycle::{Anneal, OneCycle};
pub use plateau::Plateau;
pub use polynomial::Polynomial;
pub use sequence::Sequence;
pub use step_decay::{MultiStep, StepDecay};
pub use warm_up::WarmUp;

use crate::{Range, Setting};

/// A learning rate as a function of the number of steps that were taken before.
///
/// A number is a constant schedule, so `Adam::new(1e-3)` reads well, and a closure `u64 → f64` is
/// a schedule too. A schedule has no state: the optimizer counts the steps, and what it saves of
/// itself has the count.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Cosine, Schedule};
///
/// let schedule = Cosine::new(0.1, 100).warm_up(10);
/// assert_eq!((schedule.rate(0), schedule.rate(9)), (0.01, 0.1));
/// assert!(schedule.rate(100) < 1e-9);
/// assert_eq!(1e-3.rate(7), 1e-3);
/// let halved = |step: u64| 0.1 * 0.5_f64.powi((step / 10) as i32);
/// assert_eq!(halved.rate(25), 0.025);
/// ```
#[doc(alias = "LambdaLR")]
#[doc(alias = "LRScheduler")]
pub trait Schedule: Send {
    /// The rate of the step that `step` others came before.
    fn rate(&self, step: u64) -> f64;

    /// Its settings with the values that they may have; an optimizer refuses others.
    fn settings(&self) -> Vec<Setting> {
        Vec::new()
    }
}

impl Schedule for f64 {
    fn rate(&self, _: u64) -> f64 {
        *self
    }

    fn settings(&self) -> Vec<Setting> {
        vec![Setting::new("learning_rate", *self, Range::Positive)]
    }
}

impl<F: Fn(u64) -> f64 + Send> Schedule for F {
    fn rate(&self, step: u64) -> f64 {
        self(step)
    }
}
