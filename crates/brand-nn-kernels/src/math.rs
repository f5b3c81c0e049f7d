//! Functions of one number, written so that a loop over them becomes vector code.

use crate::simd::{Lanes, Vector};

mod double;
mod single;

/// Elementary functions for kernels, compiled per instruction set `L`.
///
/// For `f32` they are polynomials without branches; for `f64` mostly the standard library's.
pub trait Math: Sized {
    /// A register of this type.
    type Wide<L: Lanes>: Vector<Element = Self>;
    /// `self · b + c`, with one rounding where the hardware has it.
    fn multiply_add<L: Lanes>(self, b: Self, c: Self) -> Self;
    /// `|self|`.
    fn magnitude(self) -> Self;
    /// `self` with the sign of `sign`.
    fn with_sign(self, sign: Self) -> Self;
    /// The square root.
    fn root(self) -> Self;
    /// The largest integer that is not larger.
    fn floored<L: Lanes>(self) -> Self;
    /// The nearest integer, halves to the even one.
    fn rounded<L: Lanes>(self) -> Self;
    /// `e^self`.
    fn exponential<L: Lanes>(self) -> Self;
    /// `e^self − 1`, accurate near nought.
    fn exponential_less_one<L: Lanes>(self) -> Self;
    /// The natural logarithm.
    fn logarithm<L: Lanes>(self) -> Self;
    /// `ln(1 + self)`, accurate near nought.
    fn logarithm_of_one_plus<L: Lanes>(self) -> Self;
    /// The sine; `f32` only up to 2^20, see [`Math::FAR`].
    fn sine<L: Lanes>(self) -> Self;
    /// The cosine; `f32` only up to 2^20, see [`Math::FAR`].
    fn cosine<L: Lanes>(self) -> Self;
    /// The hyperbolic tangent.
    fn hyperbolic_tangent<L: Lanes>(self) -> Self;
    /// `1 / (1 + e^−self)`.
    fn logistic<L: Lanes>(self) -> Self;
    /// The error function.
    fn error_function<L: Lanes>(self) -> Self;
    /// The normal distribution's upper tail at `|self|`, and its density there.
    fn normal_tail_and_density<L: Lanes>(self) -> (Self, Self);
    /// Whether the functions below are polynomials, which vector instructions speed up.
    const VECTORS: bool;
    /// Beyond this magnitude sine and cosine come from the standard library.
    const FAR: Self;
}
