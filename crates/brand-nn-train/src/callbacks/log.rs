//! A file with a line for each epoch, complete at any time.

use crate::{Epoch, Result, exact::State};
use brand_nn_tensor::io::{TensorFile, write_atomically};
use std::path::PathBuf;

/// Lines of text and the file that they are written to.
///
/// The whole file is written anew after each epoch and replaces the old one: a crash leaves no half
/// line, and a resumed training drops the lines of epochs that it runs again.
#[derive(Clone, Debug)]
pub(super) struct Log {
    path: PathBuf,
    pub(super) lines: Vec<String>,
}

impl Log {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, lines: Vec::new() }
    }

    pub(super) fn add(&mut self, line: String) -> Result<()> {
        self.lines.push(line);
        let text = self.lines.join("\n");
        Ok(write_atomically(&self.path, |out| writeln!(out, "{text}"))?)
    }

    pub(super) fn state(&self) -> TensorFile {
        self.lines.to_state()
    }

    pub(super) fn load_state(&mut self, owner: &'static str, state: &TensorFile) -> Result<()> {
        self.lines = Vec::from_state(owner, state)?;
        Ok(())
    }
}

/// The epoch's number from 1, its rate and its scores in order, each with its name.
pub(super) fn fields(epoch: &Epoch<'_>) -> Vec<(String, f64)> {
    let first = [("epoch", (epoch.number + 1) as f64), ("learning_rate", epoch.optimizer.rate())];
    let all = first.into_iter().chain(epoch.scores.iter());
    all.map(|(name, value)| (name.to_owned(), value)).collect()
}
