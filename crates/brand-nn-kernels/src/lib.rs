//! Slices in, slices out: the arithmetic under brand-nn, and its only unsafe code.
//!
//! Every kernel is a function on slices with sizes and strides. It checks its bounds at the
//! entry, also in release builds, and panics with the sizes. Results never depend on the number
//! of threads; [`mod@reference`] holds the plain loops that the kernels are checked against.

#![allow(unsafe_code, reason = "this crate fences it off for all others")]

mod element;
mod error;
mod math;
pub mod memory;
pub mod reference;
mod simd;
mod strided;
pub mod threads;
mod unary;

pub use element::{Number, Plain, Real};
pub use error::{Error, Result};
pub use memory::Buffer;
pub use simd::{Isa, isa, set_isa};
pub use strided::{View, copy, copy_into};
pub use threads::for_each_chunk;
pub use unary::{Unary, unary, unary_in_place, unary_slope};
