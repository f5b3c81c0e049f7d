//! What may watch a training and stop it.

use crate::{Error, Result, Scores};
use brand_nn_autodiff::{Param, ParamSet, Params};
use brand_nn_tensor::Tensor;
use std::ops::ControlFlow;

/// Watches a training and may stop it; every method has a default that goes on.
///
/// # Examples
/// ```
/// use brand_nn_train::{Callback, Epoch, Result};
/// use std::ops::ControlFlow;
///
/// /// Stops as soon as the loss is good enough.
/// struct GoodEnough(f64);
///
/// impl Callback for GoodEnough {
///     fn epoch_end(&mut self, epoch: &Epoch<'_>) -> Result<ControlFlow<()>> {
///         let done = epoch.scores["loss"] < self.0;
///         Ok(if done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
///     }
/// }
/// assert_eq!(GoodEnough(0.1).restored(), None);
/// ```
pub trait Callback: Send {
    /// Checks the settings before the first epoch.
    ///
    /// # Errors
    /// If one is out of range.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Says what it thinks of a finished epoch.
    ///
    /// # Errors
    /// If it can't do its work; the training ends with that error.
    fn epoch_end(&mut self, epoch: &Epoch<'_>) -> Result<ControlFlow<()>> {
        let _ = epoch;
        Ok(ControlFlow::Continue(()))
    }

    /// Puts things in order after the last epoch.
    ///
    /// # Errors
    /// If it can't do its work.
    fn fit_end(&mut self, model: &dyn Params) -> Result<()> {
        let _ = model;
        Ok(())
    }

    /// The epoch, from 0, whose weights it has put back.
    fn restored(&self) -> Option<usize> {
        None
    }
}

/// A finished epoch, as callbacks see it.
pub struct Epoch<'a> {
    /// Its number, from 0.
    pub number: usize,
    /// Its scores; those of validation begin with `val_`.
    pub scores: &'a Scores,
    /// The model as it is now.
    pub model: &'a dyn Params,
}

/// Stops when a score has not become better for some epochs.
///
/// Scores whose name ends in `loss` shall fall, all others shall rise. As in Keras the patience is
/// 0 by default, and the last weights stay unless [`restore_best`](Self::restore_best) is said.
///
/// # Examples
/// ```
/// use brand_nn_train::{EarlyStopping, Fit};
///
/// let stop = EarlyStopping::on("val_loss").patience(5).restore_best();
/// let plan = Fit::epochs(100).validation_split(0.1).callback(stop);
/// # let _ = plan;
/// ```
#[derive(Clone, Debug)]
pub struct EarlyStopping {
    score: String,
    patience: usize,
    min_delta: f64,
    start_epoch: usize,
    restore: bool,
    rising: bool,
    best: Option<Best>,
    restored: Option<usize>,
    waited: usize,
}

/// The best epoch so far.
#[derive(Clone, Debug)]
struct Best {
    value: f64,
    epoch: usize,
    weights: Vec<Tensor>,
}

impl EarlyStopping {
    /// Watches the score of a name, such as `val_loss` or `val_accuracy`.
    #[must_use]
    pub fn on(score: &str) -> Self {
        Self {
            score: score.to_owned(),
            patience: 0,
            min_delta: 0.0,
            start_epoch: 0,
            restore: false,
            rising: !score.ends_with("loss") && !score.ends_with("error"),
            best: None,
            restored: None,
            waited: 0,
        }
    }

    /// How many epochs without an improvement are borne; 0 by default.
    #[must_use]
    pub fn patience(self, epochs: usize) -> Self {
        Self { patience: epochs, ..self }
    }

    /// By how much a score must be better to count; 0 by default.
    #[must_use]
    pub fn min_delta(self, delta: f64) -> Self {
        Self { min_delta: delta.abs(), ..self }
    }

    /// The first epoch that is watched, from 0.
    #[must_use]
    pub fn start_epoch(self, epoch: usize) -> Self {
        Self { start_epoch: epoch, ..self }
    }

    /// Puts the weights of the best epoch back at the end, however the training ends.
    #[must_use]
    pub fn restore_best(self) -> Self {
        Self { restore: true, ..self }
    }

    /// Whether the score shall rise or fall, where its name does not say so.
    #[must_use]
    pub fn rising(self, rising: bool) -> Self {
        Self { rising, ..self }
    }

    fn is_better(&self, value: f64) -> bool {
        let Some(best) = &self.best else { return !value.is_nan() };
        let gain = if self.rising { value - best.value } else { best.value - value };
        gain > self.min_delta
    }
}

impl Callback for EarlyStopping {
    fn epoch_end(&mut self, epoch: &Epoch<'_>) -> Result<ControlFlow<()>> {
        if epoch.number < self.start_epoch {
            return Ok(ControlFlow::Continue(()));
        }
        let value = epoch.scores.get(&self.score).ok_or_else(|| Error::Callback {
            callback: "EarlyStopping",
            problem: format!(
                "there is no score `{}`, only {}; help: a score of validation begins with val_ \
                 and needs validation data",
                self.score,
                epoch.scores.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
            ),
        })?;
        if self.is_better(value) {
            let weights = if self.restore { values(epoch.model)? } else { Vec::new() };
            self.best = Some(Best { value, epoch: epoch.number, weights });
            self.waited = 0;
            return Ok(ControlFlow::Continue(()));
        }
        self.waited += 1;
        Ok(if self.waited >= self.patience.max(1) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    }

    fn fit_end(&mut self, model: &dyn Params) -> Result<()> {
        let Some(best) = self.best.take().filter(|_| self.restore) else { return Ok(()) };
        let set = ParamSet::all(model)?;
        set.iter().zip(best.weights).try_for_each(|(param, value)| param.set(value))?;
        self.restored = Some(best.epoch);
        Ok(())
    }

    fn restored(&self) -> Option<usize> {
        self.restored
    }
}

fn values(model: &dyn Params) -> Result<Vec<Tensor>> {
    Ok(ParamSet::all(model)?.iter().map(Param::value).collect::<Result<_, _>>()?)
}
