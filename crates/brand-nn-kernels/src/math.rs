//! Functions of one number, written so that a loop over them becomes vector code.

use crate::simd::{Lanes, Vector};

mod double;
mod single;

/// Elementary functions for kernels, compiled per instruction set `L`.
///
/// For `f32` they are polynomials without branches; for `f64` mostly the standard library's. The
/// busiest take K numbers side by side: a step of one waits for the step before, and while it does
/// the others' go on. The processor alone doesn't look that far ahead.
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
    /// `e^x` of each.
    fn exponentials<L: Lanes, const K: usize>(x: [Self; K]) -> [Self; K];
    /// `e^self`.
    #[inline(always)]
    fn exponential<L: Lanes>(self) -> Self {
        let [y] = Self::exponentials::<L, 1>([self]);
        y
    }
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
    /// The hyperbolic tangent of each.
    fn hyperbolic_tangents<L: Lanes, const K: usize>(x: [Self; K]) -> [Self; K];
    /// The hyperbolic tangent.
    #[inline(always)]
    fn hyperbolic_tangent<L: Lanes>(self) -> Self {
        let [y] = Self::hyperbolic_tangents::<L, 1>([self]);
        y
    }
    /// `1 / (1 + e^−x)` of each, and the same of each `−x`.
    fn logistics_both<L: Lanes, const K: usize>(x: [Self; K]) -> [[Self; K]; 2];
    /// `1 / (1 + e^−x)` of each.
    #[inline(always)]
    fn logistics<L: Lanes, const K: usize>(x: [Self; K]) -> [Self; K] {
        let [y, _] = Self::logistics_both::<L, K>(x);
        y
    }
    /// `1 / (1 + e^−self)`.
    #[inline(always)]
    fn logistic<L: Lanes>(self) -> Self {
        let [y] = Self::logistics::<L, 1>([self]);
        y
    }
    /// The error function.
    fn error_function<L: Lanes>(self) -> Self;
    /// `x Φ(x)` of each, Φ the normal distribution function.
    fn gelus<L: Lanes, const K: usize>(x: [Self; K]) -> [Self; K];
    /// The slope of `x Φ(x)` at each.
    fn gelu_slopes<L: Lanes, const K: usize>(x: [Self; K]) -> [Self; K];
    /// Whether the functions below are polynomials, which vector instructions speed up.
    const VECTORS: bool;
    /// Beyond this magnitude sine and cosine come from the standard library.
    const FAR: Self;
}
