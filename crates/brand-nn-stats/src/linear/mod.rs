//! Small dense matrices in f64: equations, least squares and eigenvalues.
//!
//! For a handful to a few hundred columns, as regressions have; tensors have their own in
//! `brand_nn_tensor::linalg`.

mod cholesky;
mod eigen;
mod least_squares;
mod matrix;
mod solve;

pub use cholesky::Cholesky;
pub use eigen::{SymmetricEigen, symmetric_eigen};
pub use least_squares::{Qr, least_squares, nonnegative_least_squares};
pub use matrix::Matrix;
pub(crate) use matrix::{add_scaled, dot, norm};
pub use solve::{inverse, solve};
