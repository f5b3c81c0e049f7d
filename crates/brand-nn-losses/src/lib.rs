//! Predictions and targets in, a loss out.
//!
//! Each loss is a type with settings and a function with defaults. [`Loss::each`] gives one number
//! an example, [`Loss::loss`] their mean. Losses of probabilities that were made by a sigmoid or a
//! softmax are computed of the logits, so they stay finite.
//!
//! | for | type | function |
//! |---|---|---|
//! | numbers | [`MeanSquaredError`] | [`mse`] |
//! | yes or no, from probabilities | [`BinaryCrossEntropy`] | [`binary_cross_entropy`] |
//! | yes or no, from logits | [`BinaryCrossEntropyWithLogits`] | [`bce_with_logits`] |
//! | one of several classes | [`CrossEntropy`] | [`cross_entropy`] |
//!
//! One more loss is one more file, a line below, and a row of `tests/golden.rs`.

mod binary_cross_entropy;
mod cross_entropy;
mod error;
mod loss;
mod mse;

pub use binary_cross_entropy::{
    BinaryCrossEntropy, BinaryCrossEntropyWithLogits, bce_with_logits, binary_cross_entropy,
};
pub use cross_entropy::{CrossEntropy, cross_entropy};
pub use error::{Error, Result};
pub use loss::{Loss, Reduction};
pub use mse::{MeanSquaredError, mse};
