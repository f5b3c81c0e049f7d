//! The model's file, written during the training.

use super::monitor::{Best, Monitor};
use crate::{Callback, Epoch, Error, Result, exact::State};
use brand_nn_tensor::io::TensorFile;
use std::{ops::ControlFlow, path::PathBuf};

/// Writes the model's file after epochs: the best one so far, or every so many.
///
/// The file is what [`Trainer::save`](crate::Trainer::save) writes, replaced as a whole or not at
/// all; `{epoch}` in its name stands for the epoch's number from 1, so that several are kept. To go
/// on with a training take a [`Checkpoint`](crate::Checkpoint), which also has the optimizer.
///
/// # Examples
/// ```
/// use brand_nn_train::{Fit, ModelCheckpoint};
///
/// let best = ModelCheckpoint::best("val_loss", "best.safetensors");
/// let all = ModelCheckpoint::every(5, "epoch-{epoch}.safetensors");
/// assert!(Fit::epochs(100).validation_split(0.1).callback(best).callback(all).check().is_ok());
/// assert!(Fit::epochs(1).callback(ModelCheckpoint::every(0, "x")).check().is_err());
/// ```
#[derive(Clone, Debug)]
pub struct ModelCheckpoint {
    path: PathBuf,
    when: When,
}

#[derive(Clone, Debug)]
enum When {
    Best(Monitor),
    Every(usize),
}

impl ModelCheckpoint {
    /// Writes the file whenever a score is better than ever before.
    ///
    /// Which scores shall fall is as for [`EarlyStopping`](crate::EarlyStopping).
    #[must_use]
    #[doc(alias = "save_best_only")]
    pub fn best(score: &str, path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), when: When::Best(Monitor::on(score)) }
    }

    /// Writes the file after every so many epochs.
    #[must_use]
    pub fn every(epochs: usize, path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), when: When::Every(epochs) }
    }

    /// Whether the score shall rise or fall, where its name does not say so.
    #[must_use]
    pub fn rising(mut self, rising: bool) -> Self {
        if let When::Best(monitor) = &mut self.when {
            monitor.rising = rising;
        }
        self
    }

    fn path_of(&self, epoch: usize) -> PathBuf {
        match self.path.to_str() {
            Some(path) => path.replace("{epoch}", &(epoch + 1).to_string()).into(),
            None => self.path.clone(),
        }
    }
}

impl Callback for ModelCheckpoint {
    fn check(&self) -> Result<()> {
        match self.when {
            When::Every(0) => Err(Error::Setting {
                setting: "every",
                got: "0".into(),
                expected: "at least 1 epoch",
                help: "1 writes the file after each epoch",
            }),
            _ => Ok(()),
        }
    }

    fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
        let due = match &mut self.when {
            When::Every(epochs) => (epoch.number + 1).is_multiple_of(*epochs),
            When::Best(monitor) => {
                let value = monitor.value("ModelCheckpoint", epoch)?;
                monitor.improves(value, epoch.number)
            }
        };
        if due {
            epoch.save(&self.path_of(epoch.number))?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn state(&self) -> TensorFile {
        match &self.when {
            When::Best(monitor) => monitor.best.to_state(),
            When::Every(_) => TensorFile::default(),
        }
    }

    fn load_state(&mut self, state: TensorFile) -> Result<()> {
        if let When::Best(monitor) = &mut self.when {
            monitor.best = Option::<Best>::from_state("ModelCheckpoint", &state)?;
        }
        Ok(())
    }
}
