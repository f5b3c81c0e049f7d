//! The element types that kernels compute on, in three sealed groups.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

mod sealed {
    /// Keeps the groups closed: unsafe code relies on what these types are.
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
    impl Sealed for i64 {}
    impl Sealed for i32 {}
    impl Sealed for i8 {}
    impl Sealed for u8 {}
    impl Sealed for u16 {}
    impl Sealed for bool {}
    impl Sealed for crate::Bf16 {}
}

/// A type that buffers hold: any value whose all-zero bytes are valid.
///
/// `u16` is the storage of 16-bit floats, `i8` and `Bf16` are those of packed matrices; arithmetic
/// on them does not exist here.
pub trait Plain:
    sealed::Sealed + Copy + Send + Sync + Default + PartialEq + Debug + 'static
{
    /// Whether every pattern of bytes is a value (false for `bool` alone).
    const ANY_BYTES: bool = true;
    /// Whether it is a float that kernels compute on.
    const FLOAT: bool = false;
}

impl Plain for f32 {
    const FLOAT: bool = true;
}
impl Plain for f64 {
    const FLOAT: bool = true;
}
impl Plain for i64 {}
impl Plain for i32 {}
impl Plain for i8 {}
impl Plain for u8 {}
impl Plain for u16 {}
impl Plain for crate::Bf16 {}
impl Plain for bool {
    const ANY_BYTES: bool = false;
}

/// A type with arithmetic: floats, and integers that wrap around.
pub trait Number:
    Plain + PartialOrd + crate::binary::Arithmetic + crate::reduce::Reductions
{
    /// Nought.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// The value that every other is at least: −∞ or the smallest integer.
    const LOWEST: Self;
    /// The value that every other is at most: +∞ or the largest integer.
    const HIGHEST: Self;

    /// `self + other`, wrapping for integers.
    fn plus(self, other: Self) -> Self;
    /// `self − other`, wrapping for integers.
    fn minus(self, other: Self) -> Self;
    /// `self · other`, wrapping for integers.
    fn times(self, other: Self) -> Self;
    /// `self / other`; integers round toward zero.
    ///
    /// # Panics
    /// On an integer division by zero.
    fn over(self, other: Self) -> Self;
    /// The remainder with the sign of the divisor, as Python's `%`.
    ///
    /// # Panics
    /// On an integer division by zero.
    fn modulo(self, other: Self) -> Self;
    /// `self` to the power of `other`; a negative integer power truncates `1 / self^n`.
    fn power(self, other: Self) -> Self;
    /// The value as `f64`, rounded where an `i64` does not fit.
    fn to_f64(self) -> f64;
    /// The nearest value of this type, saturating as Rust's `as`.
    fn from_f64(value: f64) -> Self;
    /// True for a NaN of a float, never for an integer.
    fn not_a_number(self) -> bool;

    /// The larger of the two; NaN if either is.
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        if self > other || self.not_a_number() { self } else { other }
    }

    /// The smaller of the two; NaN if either is.
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        if self < other || self.not_a_number() { self } else { other }
    }
}

macro_rules! integer {
    ($($t:ty),*) => {$(
        impl Number for $t {
            const ZERO: Self = 0;
            const ONE: Self = 1;
            const LOWEST: Self = <$t>::MIN;
            const HIGHEST: Self = <$t>::MAX;
            #[inline(always)]
            fn plus(self, other: Self) -> Self { self.wrapping_add(other) }
            #[inline(always)]
            fn minus(self, other: Self) -> Self { self.wrapping_sub(other) }
            #[inline(always)]
            fn times(self, other: Self) -> Self { self.wrapping_mul(other) }
            #[inline(always)]
            fn over(self, other: Self) -> Self {
                assert!(other != 0, "div: division of an integer by zero");
                self.wrapping_div(other)
            }
            #[inline(always)]
            fn modulo(self, other: Self) -> Self {
                assert!(other != 0, "rem: division of an integer by zero");
                let rest = self.wrapping_rem(other);
                #[allow(unused_comparisons, reason = "one macro serves signed and unsigned types")]
                if rest != 0 && (rest < 0) != (other < 0) { rest.wrapping_add(other) } else { rest }
            }
            #[inline(always)]
            fn power(self, other: Self) -> Self { integer_power(self, other) }
            #[inline(always)]
            fn to_f64(self) -> f64 { self as f64 }
            #[inline(always)]
            fn from_f64(value: f64) -> Self { value as Self }
            #[inline(always)]
            fn not_a_number(self) -> bool { false }
        }
    )*};
}

integer!(i64, i32, u8);

/// Square and multiply, wrapping; negative powers truncate toward zero.
fn integer_power<T: Number>(base: T, power: T) -> T {
    if power < T::ZERO {
        let odd = power.modulo(T::ONE.plus(T::ONE)) == T::ONE;
        let minus_one = T::ZERO.minus(T::ONE);
        return match base {
            b if b == T::ZERO => panic!("pow: zero to a negative integer power"),
            b if b == T::ONE || (b == minus_one && !odd) => T::ONE,
            b if b == minus_one => b,
            _ => T::ZERO,
        };
    }
    let two = T::ONE.plus(T::ONE);
    let (mut result, mut square, mut rest) = (T::ONE, base, power);
    while rest > T::ZERO {
        if rest.modulo(two) == T::ONE {
            result = result.times(square);
        }
        square = square.times(square);
        rest = rest.over(two);
    }
    result
}

/// A floating-point type, the only kind with gradients.
pub trait Real:
    Number
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + crate::math::Math
    + crate::gemm::Product
    + crate::unary::Unaries
{
}

impl Real for f32 {}
impl Real for f64 {}

macro_rules! float {
    ($($t:ty),*) => {$(
        impl Number for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const LOWEST: Self = <$t>::NEG_INFINITY;
            const HIGHEST: Self = <$t>::INFINITY;
            #[inline(always)]
            fn plus(self, other: Self) -> Self { self + other }
            #[inline(always)]
            fn minus(self, other: Self) -> Self { self - other }
            #[inline(always)]
            fn times(self, other: Self) -> Self { self * other }
            #[inline(always)]
            fn over(self, other: Self) -> Self { self / other }
            #[inline(always)]
            fn modulo(self, other: Self) -> Self {
                let rest = self % other;
                if rest != 0.0 && (rest < 0.0) != (other < 0.0) { rest + other } else { rest }
            }
            #[inline(always)]
            fn power(self, other: Self) -> Self { self.powf(other) }
            #[inline(always)]
            fn to_f64(self) -> f64 { f64::from(self) }
            #[inline(always)]
            fn from_f64(value: f64) -> Self { value as Self }
            #[inline(always)]
            fn not_a_number(self) -> bool { self.is_nan() }
        }
    )*};
}

float!(f32, f64);
