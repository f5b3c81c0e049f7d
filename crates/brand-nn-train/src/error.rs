//! The errors of the train crate: where, what came, what was expected, and one fix.

use std::path::PathBuf;

/// What can go wrong around a network: its data, its settings, its files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file can't be read as what it should be.
    #[error("{}{}{place}: {problem}; help: {help}", path.display(), comma(place))]
    File {
        /// The file.
        path: PathBuf,
        /// Where in it, such as `byte 17` or `row 3 (line 4)`; empty for the whole.
        place: String,
        /// What is wrong there.
        problem: String,
        /// How to mend it.
        help: &'static str,
    },
    /// A table lacks a column.
    #[error(
        "{}, header: no column {wanted}, expected among {}; help: {help}",
        path.display(), columns.join(", ")
    )]
    Column {
        /// The table's file.
        path: PathBuf,
        /// What was looked for.
        wanted: String,
        /// The columns that are there.
        columns: Vec<String>,
        /// How to mend it: the nearest name, if one is near.
        help: String,
    },
    /// A cell of a table holds what its column can't.
    #[error(
        "{}, row {row}{}, column {column}: got `{value}`, expected {expected}; help: {help}",
        path.display(), in_line(*line)
    )]
    Cell {
        /// The table's file.
        path: PathBuf,
        /// The row, counted from 1, the header left out.
        row: usize,
        /// The line of the file where the row begins, counted from 1; 0 if it is not known.
        line: u64,
        /// The column's name.
        column: String,
        /// What stands there.
        value: String,
        /// What may stand there.
        expected: &'static str,
        /// How to mend it.
        help: &'static str,
    },
    /// Data that is well formed and yet of no use for what was asked.
    #[error("{what}: got {got}, expected {expected}; help: {help}")]
    Data {
        /// The part of the data, or what was asked of it.
        what: &'static str,
        /// What came.
        got: String,
        /// What would do.
        expected: &'static str,
        /// How to mend it.
        help: &'static str,
    },
    /// A setting lies outside its range.
    #[error("{setting}: got {got}, expected {expected}; help: {help}")]
    Setting {
        /// The setting's name.
        setting: &'static str,
        /// The value that came.
        got: String,
        /// The values that are allowed.
        expected: &'static str,
        /// How to mend it.
        help: &'static str,
    },
    /// A loss or gradient is not a finite number; the weights are those of the last good step.
    #[error(
        "epoch {epoch}, step {step}: the loss is {loss} at rate {rate:e}, the norm of the gradient \
         {gradient_norm}, the first parameter that is not finite or gets such a gradient: \
         {parameter}; help: lower the learning rate, clip gradients, or look for NaN in the data"
    )]
    NotFinite {
        /// The epoch, from 1.
        epoch: usize,
        /// The batch in it, from 1.
        step: usize,
        /// The loss.
        loss: f64,
        /// The learning rate.
        rate: f64,
        /// The norm of all gradients together.
        gradient_norm: f64,
        /// The first parameter that is not finite, else the first with such a gradient.
        parameter: String,
    },
    /// A signal asked for an end: the step was finished and the checkpoint written.
    #[error(
        "signal {signal} after {steps} steps; help: start again with Checkpoint::resume to go on"
    )]
    Interrupted {
        /// The signal's number: 2 for Ctrl-C, 15 for a request to terminate.
        signal: i32,
        /// The steps that were taken.
        steps: u64,
    },
    /// A callback stopped the training with an error of its own.
    #[error("callback {callback}: {problem}")]
    Callback {
        /// The callback's name.
        callback: &'static str,
        /// Its own words.
        problem: String,
    },
    /// From the floor of the layers and below: shapes, gradients, parameters, architectures.
    #[error(transparent)]
    Layers(#[from] brand_nn_layers::Error),
    /// From the loss.
    #[error(transparent)]
    Loss(#[from] brand_nn_losses::Error),
    /// From metrics.
    #[error(transparent)]
    Stats(#[from] brand_nn_stats::Error),
    /// From the optimizer.
    #[error(transparent)]
    Optimizer(#[from] brand_nn_optim::Error),
}

impl Error {
    /// The code that a program should end with: 128 and the signal, else 1.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_train::Error;
    ///
    /// assert_eq!(Error::Interrupted { signal: 15, steps: 7 }.exit_code(), 143);
    /// ```
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Interrupted { signal, .. } => (128 + signal) as u8,
            _ => 1,
        }
    }
}

impl From<brand_nn_tensor::Error> for Error {
    fn from(error: brand_nn_tensor::Error) -> Self {
        Self::Layers(error.into())
    }
}

impl From<brand_nn_autodiff::Error> for Error {
    fn from(error: brand_nn_autodiff::Error) -> Self {
        Self::Layers(error.into())
    }
}

/// A result whose error is this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

fn in_line(line: u64) -> String {
    if line == 0 { String::new() } else { format!(" (line {line})") }
}

fn comma(place: &str) -> &'static str {
    if place.is_empty() { "" } else { ", " }
}
