//! The scores of each epoch as a line of JSON.

use super::log::{Log, fields};
use crate::{Callback, Epoch, Result};
use brand_nn_tensor::io::TensorFile;
use std::{ops::ControlFlow, path::PathBuf};

/// Writes the scores of each epoch to a file, one JSON object a line.
///
/// A score that is not finite is `null`. The file is complete after each epoch, and a resumed
/// training goes on in it.
///
/// # Examples
/// ```
/// use brand_nn_train::{Fit, JsonLogger};
///
/// assert!(Fit::epochs(3).callback(JsonLogger::new("scores.jsonl")).check().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct JsonLogger {
    log: Log,
}

impl JsonLogger {
    /// Writes to a file, which is replaced.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { log: Log::new(path.into()) }
    }
}

impl Callback for JsonLogger {
    fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
        let number = |(name, value): (String, f64)| {
            let whole = name == "epoch";
            (name, if whole { (value as u64).into() } else { serde_json::Value::from(value) })
        };
        let object: serde_json::Map<_, _> = fields(epoch).into_iter().map(number).collect();
        self.log.add(serde_json::Value::from(object).to_string())?;
        Ok(ControlFlow::Continue(()))
    }

    fn state(&self) -> TensorFile {
        self.log.state()
    }

    fn load_state(&mut self, state: TensorFile) -> Result<()> {
        self.log.load_state("JsonLogger", &state)
    }
}
