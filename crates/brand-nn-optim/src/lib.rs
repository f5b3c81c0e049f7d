//! Gradients in, better parameters out: optimizers, schedules, clipping.
//!
//! An [`Optimizer`] takes the [`Gradients`](brand_nn_autodiff::Gradients) of a loss and changes the
//! parameters of a model in place. It remembers by the parameters' names. Its learning rate is a
//! [`Schedule`]; a number is a constant one. Clipping is done on the gradients on their way:
//! `optimizer.step(&mut model, loss.backward()?.clip_norm(1.0))`.
//!
//! | optimizer | for |
//! |---|---|
//! | [`Adam`] | nearly everything; what Keras' tutorials use |
//! | [`AdamW`] | transformers and fine-tuning: its weight decay is kept apart |
//! | [`Sgd`] | convolutions with momentum, and convex problems |
//!
//! One more optimizer is one more file, a line below, and a row of `tests/golden.rs`.

mod adam;
mod error;
mod optimizer;
mod schedule;
mod sgd;

pub use adam::{Adam, AdamW};
pub use error::{Error, Result};
pub use optimizer::Optimizer;
pub use schedule::{Cosine, Schedule};
pub use sgd::Sgd;
