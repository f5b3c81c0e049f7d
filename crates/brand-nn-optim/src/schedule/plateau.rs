//! A rate that falls when a metric stops getting better.

use crate::{Optimizer, Range, Result, Setting};

/// Lowers an optimizer's rate when a metric stops getting better.
///
/// Show it the metric after every epoch. When it was not better than the best so far for more than
/// `patience` times, the rate falls by a factor; as PyTorch's ReduceLROnPlateau. A metric that is
/// not a number is not better.
///
/// # Examples
/// ```
/// use brand_nn_optim::{Adam, Optimizer, Plateau};
///
/// let (mut adam, mut plateau) = (Adam::new(0.1), Plateau::new().patience(1).factor(0.5));
/// for loss in [3.0, 2.0, 2.0, 2.0] {
///     plateau.observe(loss, &mut adam)?;
/// }
/// assert_eq!(adam.rate(), 0.05); // twice no better
/// # Ok::<(), brand_nn_optim::Error>(())
/// ```
#[doc(alias = "ReduceLROnPlateau")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plateau {
    factor: f64,
    patience: u64,
    threshold: f64,
    absolute: bool,
    rising: bool,
    cooldown: u64,
    least: f64,
    memory: Memory,
}

/// What a [`Plateau`] has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Memory {
    best: Option<f64>,
    bad: u64,
    resting: u64,
}

impl Default for Plateau {
    fn default() -> Self {
        Self::new()
    }
}

impl Plateau {
    /// Awaits a metric that falls, such as a loss.
    #[must_use]
    pub fn new() -> Self {
        Self {
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            absolute: false,
            rising: false,
            cooldown: 0,
            least: 0.0,
            memory: Memory::default(),
        }
    }

    /// What the rate is multiplied by; 0.1 by default.
    #[must_use]
    pub fn factor(self, factor: f64) -> Self {
        Self { factor, ..self }
    }

    /// How many times in a row the metric may be no better; 10 by default.
    #[must_use]
    pub fn patience(self, times: u64) -> Self {
        Self { patience: times, ..self }
    }

    /// The share of the best by which a value must be better; 1e-4 by default.
    #[must_use]
    pub fn threshold(self, share: f64) -> Self {
        Self { threshold: share, absolute: false, ..self }
    }

    /// The difference to the best by which a value must be better.
    #[must_use]
    pub fn absolute_threshold(self, difference: f64) -> Self {
        Self { threshold: difference, absolute: true, ..self }
    }

    /// Awaits a metric that rises, such as an accuracy.
    #[must_use]
    pub fn rising(self) -> Self {
        Self { rising: true, ..self }
    }

    /// How many values are not counted after the rate fell; 0 by default.
    #[must_use]
    pub fn cooldown(self, times: u64) -> Self {
        Self { cooldown: times, ..self }
    }

    /// The rate below which it does not go; 0 by default.
    #[must_use]
    pub fn least(self, rate: f64) -> Self {
        Self { least: rate, ..self }
    }

    /// Looks at a value of the metric and lowers the optimizer's rate if it is time.
    ///
    /// Returns whether it did. A change of less than 1e-8 is not made.
    ///
    /// # Errors
    /// If a setting is out of range.
    pub fn observe(&mut self, metric: f64, optimizer: &mut dyn Optimizer) -> Result<bool> {
        self.check()?;
        let due = self.is_due(metric);
        let rate = optimizer.rate();
        let lower = (rate * self.factor).max(self.least);
        let falls = due && rate - lower > 1e-8;
        if falls {
            optimizer.scale_rate(lower / rate);
        }
        Ok(falls)
    }

    /// What it has seen: the best value, and how many were no better or are not counted.
    #[must_use]
    pub fn state(&self) -> [f64; 3] {
        let Memory { best, bad, resting } = self.memory;
        [best.unwrap_or(f64::NAN), bad as f64, resting as f64]
    }

    /// Goes on from what another had seen.
    #[must_use]
    pub fn resume(self, [best, bad, resting]: [f64; 3]) -> Self {
        let best = Some(best).filter(|best| !best.is_nan());
        Self { memory: Memory { best, bad: bad as u64, resting: resting as u64 }, ..self }
    }

    fn check(&self) -> Result<()> {
        let settings = [
            Setting::new("factor", self.factor, Range::Share),
            Setting::new("threshold", self.threshold, Range::NotNegative),
            Setting::new("least", self.least, Range::NotNegative),
        ];
        settings.iter().try_for_each(|setting| setting.check("Plateau"))
    }

    /// Counts one more value, and says whether the rate should fall now.
    fn is_due(&mut self, metric: f64) -> bool {
        if self.is_better(metric) {
            (self.memory.best, self.memory.bad) = (Some(metric), 0);
        } else {
            self.memory.bad += 1;
        }
        if self.memory.resting > 0 {
            (self.memory.resting, self.memory.bad) = (self.memory.resting - 1, 0);
        }
        let due = self.memory.bad > self.patience;
        if due {
            (self.memory.resting, self.memory.bad) = (self.cooldown, 0);
        }
        due
    }

    fn is_better(&self, metric: f64) -> bool {
        let Some(best) = self.memory.best else { return !metric.is_nan() };
        let margin = if self.absolute { self.threshold } else { self.threshold * best };
        if self.rising { metric > best + margin } else { metric < best - margin }
    }
}
