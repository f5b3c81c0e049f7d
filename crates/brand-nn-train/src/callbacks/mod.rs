//! What may watch a training, act on it and stop it.
//!
//! | callback | what it does |
//! |---|---|
//! | [`EarlyStopping`] | stops when a score does not get better |
//! | [`ModelCheckpoint`] | writes the model's file, always or when a score is the best so far |
//! | [`ReduceLrOnPlateau`] | lowers the rate when a score does not get better |
//! | [`LrScheduler`] | sets the rate of each epoch |
//! | [`CsvLogger`], [`JsonLogger`] | writes the scores of each epoch to a file |
//! | [`TensorBoard`] | writes them for TensorBoard |
//! | `HtmlReport` | writes a page with the curves and what they mean, with the feature `report` |
//! | [`TerminateOnNan`] | ends the training without an error at a loss that is not finite |
//! | [`Ema`] | ends with the running average of the weights |
//!
//! They are asked in the order in which the plan names them. What a callback remembers is a part of
//! the training's [`Checkpoint`](crate::Checkpoint), so that a resumed training goes on as if it
//! had never stopped. One more is a file with a type, a line of `rooms!`, and a row of
//! `tests/suite/callbacks.rs`.

/// One line a room: its file and the names that it exports.
macro_rules! rooms {
    ($($file:ident: $($name:ident),+;)+) => {
        $(
            mod $file;
            pub use $file::{$($name),+};
        )+
    };
}

rooms! {
    csv_logger: CsvLogger;
    early_stopping: EarlyStopping;
    ema: Ema;
    json_logger: JsonLogger;
    lr_scheduler: LrScheduler;
    model_checkpoint: ModelCheckpoint;
    reduce_lr_on_plateau: ReduceLrOnPlateau;
    tensor_board: TensorBoard;
    terminate_on_nan: TerminateOnNan;
}

#[cfg(feature = "report")]
rooms! {
    html_report: HtmlReport;
}

mod log;
mod monitor;

use crate::{Error, ModelFile, Result, Scores};
use brand_nn_autodiff::{ParamSet, Params};
use brand_nn_optim::Optimizer;
use brand_nn_tensor::io::TensorFile;
use std::{ops::ControlFlow, path::Path};

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
///     fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
///         let done = epoch.scores["loss"] < self.0;
///         Ok(if done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
///     }
/// }
/// assert_eq!(GoodEnough(0.1).name(), "GoodEnough");
/// assert_eq!(GoodEnough(0.1).restored(), None);
/// ```
pub trait Callback: Send {
    /// The name under which its state is saved, and which errors say: that of its type.
    fn name(&self) -> &'static str {
        let path = std::any::type_name::<Self>();
        path.split('<').next().and_then(|path| path.rsplit("::").next()).unwrap_or(path)
    }

    /// Checks the settings before the first epoch.
    ///
    /// # Errors
    /// If one is out of range.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Prepares an epoch, the first being number 0.
    ///
    /// # Errors
    /// If it can't do its work; the training ends with that error.
    fn epoch_start(&mut self, number: usize, optimizer: &mut dyn Optimizer) -> Result<()> {
        let _ = (number, optimizer);
        Ok(())
    }

    /// Says what it thinks of a step that was taken.
    ///
    /// # Errors
    /// As [`epoch_start`](Self::epoch_start).
    fn step_end(&mut self, step: &mut TrainingStep<'_>) -> Result<ControlFlow<()>> {
        let _ = step;
        Ok(ControlFlow::Continue(()))
    }

    /// Says what it thinks of a finished epoch.
    ///
    /// # Errors
    /// As [`epoch_start`](Self::epoch_start).
    fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
        let _ = epoch;
        Ok(ControlFlow::Continue(()))
    }

    /// Whether this error of a step shall end the training as if all epochs were done.
    fn forgives(&self, error: &Error) -> bool {
        let _ = error;
        false
    }

    /// Puts things in order after the last epoch.
    ///
    /// # Errors
    /// If it can't do its work.
    fn fit_end(&mut self, model: &mut dyn Params) -> Result<()> {
        let _ = model;
        Ok(())
    }

    /// The epoch, from 0, whose weights it has put back.
    fn restored(&self) -> Option<usize> {
        None
    }

    /// All that it remembers; settings are not in it.
    fn state(&self) -> TensorFile {
        TensorFile::default()
    }

    /// Goes on from a saved state.
    ///
    /// # Errors
    /// If it is the state of something else.
    fn load_state(&mut self, state: TensorFile) -> Result<()> {
        let _ = state;
        Ok(())
    }
}

/// A step that was taken, as callbacks see it.
pub struct TrainingStep<'a> {
    /// The number of its epoch, from 0.
    pub epoch: usize,
    /// Its number in the whole training, from 0.
    pub number: u64,
    /// The mean loss of its examples.
    pub loss: f64,
    /// The norm of all gradients together, before clipping.
    pub gradient_norm: f64,
    /// The model as it is now.
    pub model: &'a mut dyn Params,
    /// The optimizer that took the step.
    pub optimizer: &'a mut dyn Optimizer,
}

/// A finished epoch, as callbacks see it.
pub struct Epoch<'a> {
    /// Its number, from 0.
    pub number: usize,
    /// Its scores; those of validation begin with `val_`.
    pub scores: &'a Scores,
    /// The model as it is now.
    pub model: &'a mut dyn Params,
    /// The optimizer, whose rate may be scaled.
    pub optimizer: &'a mut dyn Optimizer,
    pub(crate) file: &'a ModelFile,
    pub(crate) architecture: Option<&'a str>,
}

impl Epoch<'_> {
    /// Writes the model's file as [`Trainer::save`](crate::Trainer::save) does.
    ///
    /// # Errors
    /// If the file can't be written; then the old one is as it was.
    pub fn save(&self, path: &Path) -> Result<()> {
        let weights = ParamSet::all(&*self.model)?.to_file()?;
        self.file.write(path, self.architecture.map(str::to_owned), weights)
    }
}
