//! The scores of each epoch as a table.

use super::log::{Log, fields};
use crate::{Callback, Epoch, Result};
use brand_nn_tensor::io::TensorFile;
use std::{ops::ControlFlow, path::PathBuf};

/// Writes the scores of each epoch to a CSV file: epoch, learning rate, then the scores.
///
/// The file is complete after each epoch. A resumed training goes on in it, and runs of the same
/// plan write the same bytes.
///
/// # Examples
/// ```
/// use brand_nn_train::{CsvLogger, Fit};
///
/// assert!(Fit::epochs(3).callback(CsvLogger::new("scores.csv")).check().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct CsvLogger {
    log: Log,
}

impl CsvLogger {
    /// Writes to a file, which is replaced.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { log: Log::new(path.into()) }
    }
}

impl Callback for CsvLogger {
    fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
        let (names, values): (Vec<_>, Vec<_>) = fields(epoch).into_iter().unzip();
        if self.log.lines.is_empty() {
            self.log.lines.push(names.join(","));
        }
        let cells: Vec<_> = values.iter().map(f64::to_string).collect();
        self.log.add(cells.join(","))?;
        Ok(ControlFlow::Continue(()))
    }

    fn state(&self) -> TensorFile {
        self.log.state()
    }

    fn load_state(&mut self, state: TensorFile) -> Result<()> {
        self.log.load_state("CsvLogger", &state)
    }
}
