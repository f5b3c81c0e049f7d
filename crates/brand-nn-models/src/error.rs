//! The errors of the models crate: where, what came, what was expected, and one fix.

use brand_nn_autodiff::LoadReport;
use std::path::PathBuf;

/// What can go wrong with published models: their files, their settings, what they are asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file of a model can't be read, or is not what it should be.
    #[error("{}: {problem}; help: {help}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// How to mend it.
        help: &'static str,
    },
    /// A setting of a configuration lies outside its range.
    #[error("{place}: {setting} is {got}, expected {expected}; help: {help}")]
    Setting {
        /// The configuration or the method.
        place: &'static str,
        /// The setting's name, as files have it.
        setting: &'static str,
        /// The value that came.
        got: String,
        /// The values that are allowed.
        expected: String,
        /// How to mend it.
        help: &'static str,
    },
    /// The weights in a folder are not those of the model.
    #[error(
        "{}: the weights do not fit: {report}; help: open the folder as the model that it was \
         published for, with its own config.json",
        path.display()
    )]
    Weights {
        /// The folder.
        path: PathBuf,
        /// Everything that does not fit, at once.
        report: Box<LoadReport>,
    },
    /// A text can't be gone on from.
    #[error("prompt {number}: {problem}; help: {help}")]
    Prompt {
        /// The number of the prompt, from 0.
        number: usize,
        /// What is wrong with it.
        problem: String,
        /// How to mend it.
        help: &'static str,
    },
    /// From the tokenizer.
    #[error(transparent)]
    Text(#[from] brand_nn_text::Error),
    /// From training and the floors below: layers, gradients, tensors.
    #[error(transparent)]
    Train(#[from] brand_nn_train::Error),
}

impl Error {
    /// A setting out of its range.
    pub(crate) fn setting(
        place: &'static str,
        setting: &'static str,
        got: &dyn std::fmt::Display,
        expected: &str,
        help: &'static str,
    ) -> Self {
        let (got, expected) = (got.to_string(), expected.to_owned());
        Self::Setting { place, setting, got, expected, help }
    }
}

impl From<brand_nn_layers::Error> for Error {
    fn from(error: brand_nn_layers::Error) -> Self {
        Self::Train(error.into())
    }
}

impl From<brand_nn_autodiff::Error> for Error {
    fn from(error: brand_nn_autodiff::Error) -> Self {
        Self::Train(error.into())
    }
}

impl From<brand_nn_tensor::Error> for Error {
    fn from(error: brand_nn_tensor::Error) -> Self {
        Self::Train(error.into())
    }
}

/// A result whose error is this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
