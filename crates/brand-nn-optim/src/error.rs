//! What can go wrong when parameters are updated.

/// The errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// From the floors below: parameters without values, shapes.
    #[error(transparent)]
    Autodiff(#[from] brand_nn_autodiff::Error),
    /// A setting is out of its range.
    #[error("{owner}: {setting} is {got}, expected {expected}")]
    Setting {
        /// The name of the optimizer, or of what else has the setting.
        owner: &'static str,
        /// The name of the setting.
        setting: &'static str,
        /// The value it has.
        got: f64,
        /// The values it may have.
        expected: &'static str,
    },
    /// A trainable parameter has no gradient.
    #[error(
        "{optimizer}: `{parameter}` is trainable but has no gradient; help: freeze it, \
         or say allow_missing() if the loss need not depend on it"
    )]
    NoGradient {
        /// The name of the optimizer.
        optimizer: &'static str,
        /// The name of the parameter.
        parameter: String,
    },
    /// A saved state does not belong to the optimizer or to the model.
    #[error(
        "{optimizer}: `{entry}` of the saved state is {got}, expected {expected}; help: load a \
         state into an optimizer with the same settings as the one that it was saved of"
    )]
    State {
        /// The name of the optimizer.
        optimizer: &'static str,
        /// What is wrong: the name of a tensor or of a word.
        entry: String,
        /// What it is.
        got: String,
        /// What it should be.
        expected: String,
    },
}

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
