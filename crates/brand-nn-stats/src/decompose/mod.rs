//! Fewer columns that say nearly the same.

mod pca;

pub use pca::{FittedPca, Pca};
