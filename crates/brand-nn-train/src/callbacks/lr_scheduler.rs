//! The rate of each epoch by a schedule.

use crate::{Callback, Error, Result};
use brand_nn_optim::{Optimizer, Schedule};

/// Sets the learning rate at the start of each epoch; a schedule then counts epochs.
///
/// The optimizer's own rate should be constant: its changes within an epoch are kept on top. A
/// schedule that counts steps belongs into the optimizer: `Adam::new(Cosine::new(1e-3, 10_000))`.
///
/// # Examples
/// ```
/// use brand_nn_train::{Fit, LrScheduler};
///
/// let halved = |epoch: u64| 0.1 * 0.5_f64.powi(epoch as i32);
/// assert!(Fit::epochs(10).callback(LrScheduler::new(halved)).check().is_ok());
/// ```
#[doc(alias = "LearningRateScheduler")]
pub struct LrScheduler {
    schedule: Box<dyn Schedule>,
}

impl LrScheduler {
    /// Takes the rate of epoch number n, from 0, for each of its steps.
    #[must_use]
    pub fn new(schedule: impl Schedule + 'static) -> Self {
        Self { schedule: Box::new(schedule) }
    }
}

impl Callback for LrScheduler {
    fn check(&self) -> Result<()> {
        self.schedule.settings().iter().try_for_each(|s| Ok(s.check("LrScheduler")?))
    }

    fn epoch_start(&mut self, number: usize, optimizer: &mut dyn Optimizer) -> Result<()> {
        let rate = self.schedule.rate(number as u64);
        let factor = rate / optimizer.rate();
        if !factor.is_finite() || factor <= 0.0 {
            return Err(Error::Callback {
                callback: "LrScheduler",
                problem: format!(
                    "the rate of epoch {} is {rate} after {}, expected numbers above 0; \
                     help: end a training with Fit::epochs",
                    number + 1,
                    optimizer.rate()
                ),
            });
        }
        optimizer.scale_rate(factor);
        Ok(())
    }
}
