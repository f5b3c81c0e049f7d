//! The batch size with which the most examples a second are trained on.

use crate::{Batches, Error, Fit, Model, Result, Trainer};
use std::{fmt, time::Instant};

/// Measures how many examples a second are trained on, for batch sizes that double.
///
/// On a CPU a larger batch is faster until the caches are full. The sizes go from
/// [`least`](Self::least) to [`most`](Self::most) (8 to 512 by default), or to half of the data,
/// with some [`steps`](Self::steps) each. Weights and optimizer are put back as they were. Larger
/// batches take fewer steps an epoch and want a higher rate: measure both before you choose.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense};
/// use brand_nn_losses::mse;
/// use brand_nn_optim::Sgd;
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{BatchSizeFinder, Model};
///
/// let data = (Tensor::ones([100, 4]), Tensor::ones([100]));
/// let mut trainer = Sequential::new().add(dense(1)).build([4])?.compile(Sgd::new(0.1), mse);
/// let sizes = BatchSizeFinder::new().least(8).run(&mut trainer, &data)?;
/// assert_eq!(sizes.measured.iter().map(|(size, _)| *size).collect::<Vec<_>>(), [8, 16, 32]);
/// assert!(sizes.suggestion() >= 8);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BatchSizeFinder {
    least: usize,
    most: usize,
    steps: u64,
    seed: u64,
}

impl Default for BatchSizeFinder {
    fn default() -> Self {
        Self { least: 8, most: 512, steps: 5, seed: 0 }
    }
}

impl BatchSizeFinder {
    /// Has the usual settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The first size that is measured.
    #[must_use]
    pub fn least(self, size: usize) -> Self {
        Self { least: size, ..self }
    }

    /// The size above which none is measured.
    #[must_use]
    pub fn most(self, size: usize) -> Self {
        Self { most: size, ..self }
    }

    /// The steps that are timed of each size, after one that is not.
    #[must_use]
    pub fn steps(self, steps: u64) -> Self {
        Self { steps, ..self }
    }

    /// The seed that pending parameters are drawn of.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Trains some steps with each size and puts everything back.
    ///
    /// # Errors
    /// If a setting is out of range, the data are too few, or a training fails.
    pub fn run<M: Model>(
        &self,
        trainer: &mut Trainer<M>,
        data: &impl Batches<Input = M::Input>,
    ) -> Result<BatchSizes> {
        let largest = data.num_examples().map_or(usize::MAX, |count| count / 2).min(self.most);
        if self.least == 0 || self.least > largest || self.steps == 0 {
            return Err(Error::Setting {
                setting: "least, most and steps",
                got: format!("{} to {largest} in {} steps", self.least, self.steps),
                expected: "sizes from 1 to half of the data, and at least one step",
                help: "leave them out for the usual values, or give more data",
            });
        }
        let doubled = |size: &usize| size.checked_mul(2);
        let sizes = std::iter::successors(Some(self.least), doubled);
        let measured = sizes
            .take_while(|&size| size <= largest)
            .map(|size| Ok((size, self.speed(trainer, data, size)?)))
            .collect::<Result<_>>()?;
        Ok(BatchSizes { measured })
    }

    /// Examples a second.
    fn speed<M: Model>(
        &self,
        trainer: &mut Trainer<M>,
        data: &impl Batches<Input = M::Input>,
        size: usize,
    ) -> Result<f64> {
        let plan = |steps| {
            let plan = Fit::epochs(usize::MAX).batch_size(size).seed(self.seed);
            plan.max_steps(steps).quiet()
        };
        trainer.untouched(self.seed, |trainer| {
            trainer.fit(data, plan(1))?;
            let begun = Instant::now();
            trainer.fit(data, plan(self.steps))?;
            let seconds = begun.elapsed().as_secs_f64().max(1e-9);
            Ok((size as u64 * self.steps) as f64 / seconds)
        })
    }
}

/// Batch sizes with the examples a second that were trained on.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchSizes {
    /// Each size with its speed.
    pub measured: Vec<(usize, f64)>,
}

impl BatchSizes {
    /// The smallest size that is within a tenth of the fastest.
    #[must_use]
    pub fn suggestion(&self) -> usize {
        let fastest = self.measured.iter().map(|(_, speed)| *speed).fold(0.0, f64::max);
        let good = self.measured.iter().find(|(_, speed)| *speed >= 0.9 * fastest);
        good.map_or(1, |(size, _)| *size)
    }
}

/// A line a size: `32: 10,400 examples/s`.
impl fmt::Display for BatchSizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.measured
            .iter()
            .try_for_each(|(size, speed)| writeln!(f, "{size}: {speed:.0} examples/s"))
    }
}
