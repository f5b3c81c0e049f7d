//! A learning rate to begin with, found by a short training with rising rates.

use crate::{Batches, Callback, Error, Fit, Model, Result, Trainer, TrainingStep};
use std::{
    ops::ControlFlow,
    sync::{Arc, Mutex, PoisonError},
};

/// Finds a learning rate by a short training in which it rises at every step (Smith 2017).
///
/// | setting | by default |
/// |---|---|
/// | [`range`](Self::range) | 1e-7 to 10 |
/// | [`steps`](Self::steps) | 100 |
/// | [`batch_size`](Self::batch_size) | 32 |
/// | [`seed`](Self::seed) | 0; parameters that are pending are drawn of it |
///
/// The training ends early where the loss is four times its best. Weights and optimizer are put
/// back as they were.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense};
/// use brand_nn_losses::mse;
/// use brand_nn_optim::Sgd;
/// use brand_nn_tensor::{Rng, Tensor};
/// use brand_nn_train::{Model, RateFinder};
///
/// let x = Tensor::randn([256, 4], &mut Rng::new(1));
/// let data = (x.clone(), x.sum_axis(1));
/// let mut trainer = Sequential::new().add(dense(1)).build([4])?.compile(Sgd::new(1e-3), mse);
/// let curve = RateFinder::new().run(&mut trainer, &data)?;
/// let rate = curve.suggestion()?;
/// assert!((1e-3..1.0).contains(&rate), "{rate}");
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[doc(alias = "LRFinder")]
pub struct RateFinder {
    least: f64,
    most: f64,
    steps: u64,
    batch_size: usize,
    seed: u64,
}

impl Default for RateFinder {
    fn default() -> Self {
        Self { least: 1e-7, most: 10.0, steps: 100, batch_size: 32, seed: 0 }
    }
}

impl RateFinder {
    /// Has the usual settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The first and the last rate.
    #[must_use]
    pub fn range(self, least: f64, most: f64) -> Self {
        Self { least, most, ..self }
    }

    /// The number of steps from the first rate to the last.
    #[must_use]
    pub fn steps(self, steps: u64) -> Self {
        Self { steps, ..self }
    }

    /// The number of examples of a step.
    #[must_use]
    pub fn batch_size(self, size: usize) -> Self {
        Self { batch_size: size, ..self }
    }

    /// The seed of first values, order and dropout.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Trains with rising rates and puts everything back.
    ///
    /// # Errors
    /// If a setting is out of range, or the training fails.
    pub fn run<M: Model>(
        &self,
        trainer: &mut Trainer<M>,
        data: &impl Batches<Input = M::Input>,
    ) -> Result<RateCurve> {
        self.check()?;
        let seen = Arc::default();
        let sweep = Sweep { finder: *self, taken: 0, best: f64::INFINITY, seen: Arc::clone(&seen) };
        trainer.untouched(self.seed, |trainer| {
            trainer.optimizer.check()?;
            let now = trainer.optimizer.rate();
            trainer.optimizer.scale_rate(self.least / now);
            let plan = Fit::epochs(usize::MAX).batch_size(self.batch_size).seed(self.seed).quiet();
            trainer.fit(data, plan.max_steps(self.steps).callback(sweep))
        })?;
        let points = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
        let (rates, losses) = points.into_iter().unzip();
        Ok(RateCurve { rates, losses })
    }

    fn check(&self) -> Result<()> {
        let refuse = |setting, got: String, expected| {
            let help = "leave it out for the usual value";
            Err(Error::Setting { setting, got, expected, help })
        };
        if !(self.least > 0.0 && self.least < self.most && self.most.is_finite()) {
            let got = format!("{} to {}", self.least, self.most);
            return refuse("range", got, "two numbers above 0, the second the larger");
        }
        if self.steps < 20 {
            return refuse("steps", self.steps.to_string(), "at least 20");
        }
        Ok(())
    }
}

/// The losses of a training with rising rates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RateCurve {
    /// The rate of each step.
    pub rates: Vec<f64>,
    /// The loss of each step, before it was taken.
    pub losses: Vec<f64>,
}

impl RateCurve {
    /// The rate at which the smoothed loss falls the fastest, a good one to begin with.
    ///
    /// The losses are averaged with a decay of 0.9, and those before the tenth step and after the
    /// lowest are left out.
    ///
    /// # Errors
    /// If the loss nowhere falls.
    pub fn suggestion(&self) -> Result<f64> {
        let smooth = self.smoothed();
        let lowest = (0..smooth.len()).min_by(|&a, &b| smooth[a].total_cmp(&smooth[b]));
        let slope = |i: usize| {
            (smooth[i + 1] - smooth[i - 1]) / (self.rates[i + 1] / self.rates[i - 1]).ln()
        };
        let places = 10..lowest.unwrap_or(0).min(smooth.len().saturating_sub(1));
        let steepest = places.min_by(|&a, &b| slope(a).total_cmp(&slope(b)));
        let steepest = steepest.filter(|&place| slope(place) < 0.0);
        steepest.map(|place| self.rates[place]).ok_or_else(|| Error::Data {
            what: "the curve of losses",
            got: format!("{} steps in which the loss does not fall", self.losses.len()),
            expected: "a loss that falls before it rises",
            help: "give a wider range, or look for a mistake in data or model",
        })
    }

    /// The running mean of the losses, corrected for its beginning as Adam's.
    fn smoothed(&self) -> Vec<f64> {
        const DECAY: f64 = 0.9;
        let (mut mean, mut weight) = (0.0, 1.0);
        let next = |loss: &f64| {
            (mean, weight) = (DECAY * mean + (1.0 - DECAY) * loss, weight * DECAY);
            mean / (1.0 - weight)
        };
        self.losses.iter().map(next).collect()
    }
}

/// Raises the rate after each step, and notes losses.
struct Sweep {
    finder: RateFinder,
    taken: u64,
    best: f64,
    seen: Arc<Mutex<Vec<(f64, f64)>>>,
}

impl Sweep {
    fn rate(&self, step: u64) -> f64 {
        let RateFinder { least, most, steps, .. } = self.finder;
        least * (most / least).powf(step as f64 / (steps - 1) as f64)
    }
}

impl Callback for Sweep {
    fn step_end(&mut self, step: &mut TrainingStep<'_>) -> Result<ControlFlow<()>> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push((self.rate(self.taken), step.loss));
        self.taken += 1;
        self.best = self.best.min(step.loss);
        step.optimizer.scale_rate(self.rate(self.taken) / step.optimizer.rate());
        let over = step.loss > 4.0 * self.best;
        Ok(if over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn forgives(&self, error: &Error) -> bool {
        matches!(error, Error::NotFinite { .. })
    }
}
