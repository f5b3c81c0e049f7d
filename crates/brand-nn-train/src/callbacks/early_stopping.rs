//! The end of a training whose score does not get better.

use super::monitor::{Best, Monitor};
use crate::{Callback, Epoch, Result, exact::State};
use brand_nn_autodiff::{ParamSet, Params, load_tensors};
use brand_nn_tensor::io::TensorFile;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Stops when a score has not become better for some epochs.
///
/// Scores whose name ends in `loss`, `error`, `mae`, `mse`, `rmse` or `brier` shall fall, all
/// others shall rise. As in Keras the patience is 0 by default, and the last weights stay unless
/// [`restore_best`](Self::restore_best) is said.
///
/// # Examples
/// ```
/// use brand_nn_train::{EarlyStopping, Fit};
///
/// let stop = EarlyStopping::on("val_loss").patience(5).restore_best();
/// let plan = Fit::epochs(100).validation_split(0.1).callback(stop);
/// assert!(plan.check().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct EarlyStopping {
    monitor: Monitor,
    patience: usize,
    baseline: Option<f64>,
    start_epoch: usize,
    restore: bool,
    weights: Option<TensorFile>,
    restored: Option<usize>,
    waited: usize,
}

/// What it remembers beside the best weights.
#[derive(Serialize, Deserialize)]
struct Memory {
    best: Option<Best>,
    waited: usize,
}

impl EarlyStopping {
    /// Watches the score of a name, such as `val_loss` or `val_accuracy`.
    #[must_use]
    pub fn on(score: &str) -> Self {
        Self {
            monitor: Monitor::on(score),
            patience: 0,
            baseline: None,
            start_epoch: 0,
            restore: false,
            weights: None,
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
    pub fn min_delta(mut self, delta: f64) -> Self {
        self.monitor.min_delta = delta.abs();
        self
    }

    /// A value that the score must be better than: until it is, the patience runs.
    #[must_use]
    pub fn baseline(self, value: f64) -> Self {
        Self { baseline: Some(value), ..self }
    }

    /// The first epoch that is watched, from 0.
    #[must_use]
    #[doc(alias = "start_from_epoch")]
    pub fn start_epoch(self, epoch: usize) -> Self {
        Self { start_epoch: epoch, ..self }
    }

    /// Puts the weights of the best epoch back at the end.
    #[must_use]
    #[doc(alias = "restore_best_weights")]
    pub fn restore_best(self) -> Self {
        Self { restore: true, ..self }
    }

    /// Whether the score shall rise or fall, where its name does not say so.
    #[must_use]
    #[doc(alias = "mode")]
    pub fn rising(mut self, rising: bool) -> Self {
        self.monitor.rising = rising;
        self
    }

    /// As in Keras: an epoch that beats the best but not the baseline is kept, yet waited for.
    fn beats_baseline(&self, value: f64) -> bool {
        self.baseline.is_none_or(|base| self.monitor.gain(base, value) > self.monitor.min_delta)
    }
}

impl Callback for EarlyStopping {
    fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
        if epoch.number < self.start_epoch {
            return Ok(ControlFlow::Continue(()));
        }
        let value = self.monitor.value("EarlyStopping", epoch)?;
        self.waited = self.waited.saturating_add(1);
        if self.monitor.improves(value, epoch.number) {
            if self.restore {
                self.weights = Some(ParamSet::all(&*epoch.model)?.to_file()?);
            }
            if self.beats_baseline(value) {
                self.waited = 0;
            }
        }
        let over = self.waited >= self.patience.max(1);
        Ok(if over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn fit_end(&mut self, model: &mut dyn Params) -> Result<()> {
        let (Some(weights), Some(best)) = (self.weights.take(), self.monitor.best) else {
            return Ok(());
        };
        load_tensors(model, weights.tensors, "the best epoch")?;
        self.restored = Some(best.epoch);
        Ok(())
    }

    fn restored(&self) -> Option<usize> {
        self.restored
    }

    fn state(&self) -> TensorFile {
        let memory = Memory { best: self.monitor.best, waited: self.waited };
        let weights = self.weights.clone().unwrap_or_default();
        TensorFile { tensors: weights.tensors, ..memory.to_state() }
    }

    fn load_state(&mut self, state: TensorFile) -> Result<()> {
        let memory = Memory::from_state("EarlyStopping", &state)?;
        (self.monitor.best, self.waited) = (memory.best, memory.waited);
        let weights = TensorFile { metadata: Default::default(), tensors: state.tensors };
        self.weights = (!weights.tensors.is_empty()).then_some(weights);
        Ok(())
    }
}
