//! What can go wrong when parameters are updated.

/// The errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// From the floors below: parameters without values, shapes.
    #[error(transparent)]
    Autodiff(#[from] brand_nn_autodiff::Error),
    /// A setting is out of its range.
    #[error("{optimizer}: {setting} is {got}, expected {expected}")]
    Setting {
        /// The name of the optimizer.
        optimizer: &'static str,
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
}

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
