//! What can go wrong when a loss is computed.

use brand_nn_tensor::Shape;

/// The errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// From the floors below: shapes, gradients.
    #[error(transparent)]
    Autodiff(#[from] brand_nn_autodiff::Error),
    /// The target does not belong to the prediction.
    #[error("{loss}: the target has shape {target}, the prediction {prediction}; help: {help}")]
    Target {
        /// The name of the loss.
        loss: &'static str,
        /// The target's shape.
        target: Shape,
        /// The prediction's shape.
        prediction: Shape,
        /// One way to fix it.
        help: &'static str,
    },
    /// A target, weight or setting has a value that the loss does not take.
    #[error("{loss}: {what} is {got}, expected {expected}; help: {help}")]
    Value {
        /// The name of the loss.
        loss: &'static str,
        /// What has the value.
        what: &'static str,
        /// The value.
        got: String,
        /// The values it may have.
        expected: &'static str,
        /// One way to fix it.
        help: &'static str,
    },
}

impl From<brand_nn_tensor::Error> for Error {
    fn from(error: brand_nn_tensor::Error) -> Self {
        Self::Autodiff(error.into())
    }
}

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
