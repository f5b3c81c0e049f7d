//! Slices in, slices out: the arithmetic under brand-nn, and its only unsafe code.
//!
//! Every kernel is a function on slices with sizes and strides. It checks its bounds at the
//! entry, also in release builds, and panics with the sizes. Results never depend on the number
//! of threads; [`mod@reference`] holds the plain loops that the kernels are checked against.

#![allow(unsafe_code, reason = "this crate fences it off for all others")]
#![allow(clippy::needless_range_loop, reason = "indexed loops over lanes become vector code")]

mod attention;
mod bend;
mod binary;
mod blend;
mod conv;
mod cross_entropy;
mod dropout;
mod element;
mod error;
mod float16;
mod gemm;
mod gru;
mod index;
mod lanes;
mod lstm;
mod math;
pub mod memory;
mod norm;
mod optim;
mod pool;
mod random;
mod reduce;
pub mod reference;
mod rotary;
mod scan;
mod simd;
mod size;
mod softmax;
mod special;
mod strided;
pub mod threads;
mod unary;
mod window;
mod words;

pub use attention::{Attention, AttentionSaved, AttentionSlopes, attention, attention_backward};
pub use bend::{Bend, bend, bend_slope};
pub use binary::{
    Binary, Compare, binary, binary_in_place, binary_scalar, binary_scalar_in_place, compare,
    scalar_binary, scalar_binary_in_place, select, zip_each,
};
pub use blend::Blend;
pub use conv::{
    ConvMethod, Convolution, conv, conv_backward_data, conv_backward_weight, fold, unfold,
};
pub use cross_entropy::{CrossEntropy, Targets};
pub use dropout::dropout;
pub use element::{Number, Plain, Real};
pub use error::{Error, Result};
pub use float16::{Bf16, F16, round_to_bf16, widen_bf16};
pub use gemm::{
    Factor, Mat, MatMut, Mats, Narrow, PackedB, Then, affine, gemm, gemm_batched, gemm_packed,
};
#[cfg(feature = "blas")]
pub use gemm::{blas, set_blas};
pub use gru::{GruStep, gru_cell, gru_cell_backward};
pub use index::{gather_rows, scatter_add_rows, sum_duplicate_rows};
pub use lstm::{LstmStep, lstm_cell, lstm_cell_backward};
pub use memory::Buffer;
pub use norm::{Norm, NormSaved, norm, norm_backward};
pub use optim::{AdamStep, RowValues, SgdStep, adam, adam_rows, sgd, step_each};
pub use pool::{Span, Spans, gather_planes, max_pool, scatter_planes};
pub use random::{fill_bits, fill_normal, fill_uniform, philox};
pub use reduce::{Reduce, arg_reduce, cumsum, reduce};
pub use rotary::{Pairs, Rotary, rotary};
pub use scan::{cumextreme, cumprod, log_add_exp, logcumsumexp, recurrence};
pub use simd::{Isa, isa, set_isa};
pub use softmax::{log_softmax, log_softmax_backward, softmax, softmax_backward};
pub use special::{Special, map_each, polygamma};
pub use strided::{Convert, View, convert, copy, copy_into};
pub use threads::for_each_chunk;
pub use unary::{Unary, unary, unary_in_place, unary_slope, unary_slope_in_place};
pub use window::{Slide, Window};
