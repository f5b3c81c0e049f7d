//! Shape and numbers: the n-dimensional array of brand-nn.

mod cast;
pub mod check;
mod compare;
mod create;
mod display;
mod dtype;
mod elementwise;
mod error;
mod fused;
mod index;
mod interop;
pub mod io;
mod join;
mod layout;
mod operators;
mod order;
mod product;
mod random;
mod reduce;
mod serde;
mod shape;
mod storage;
mod tensor;
mod view;

pub use create::Values;
pub use dtype::{DType, Element};
pub use error::{Error, Result};
pub use ndarray_rand::{rand::RngCore, rand_distr};
pub use operators::Scalar;
pub use random::Rng;
pub use shape::Shape;
pub use storage::{Float, Native};
pub use tensor::{Data, Tensor};
