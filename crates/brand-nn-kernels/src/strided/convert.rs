//! Conversions between element types, as Rust's `as` does them.

use crate::Plain;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::threads::for_each_chunk;

/// Elements that one task of a parallel conversion has.
const TASK: usize = 1 << 17;

/// A number as it passes from one type to another.
///
/// Integers go by `i64`, floats by themselves, so that no digit is lost that both types have.
pub trait Convert<B> {
    /// `self as B`; to `bool`: whether it is not nought.
    fn convert(self) -> B;
}

macro_rules! conversions {
    ($($a:ident: $($b:ident)*;)*) => {$($(
        impl Convert<$b> for $a {
            #[inline(always)]
            #[allow(clippy::cast_lossless, reason = "one macro serves all pairs")]
            fn convert(self) -> $b {
                self as $b
            }
        }
    )*)*};
}

conversions! {
    f32: f32 f64 i64 i32 u8;
    f64: f32 f64 i64 i32 u8;
    i64: f32 f64 i64 i32 u8;
    i32: f32 f64 i64 i32 u8;
    u8: f32 f64 i64 i32 u8;
    bool: i64 i32 u8 bool;
    u16: u16;
}

macro_rules! with_bool {
    ($($t:ident $zero:literal;)*) => {$(
        impl Convert<bool> for $t {
            #[inline(always)]
            fn convert(self) -> bool {
                self != $zero
            }
        }
    )*};
}

with_bool! {
    f32 0.0;
    f64 0.0;
    i64 0;
    i32 0;
    u8 0;
}

impl Convert<f32> for bool {
    #[inline(always)]
    fn convert(self) -> f32 {
        f32::from(u8::from(self))
    }
}

impl Convert<f64> for bool {
    #[inline(always)]
    fn convert(self) -> f64 {
        f64::from(u8::from(self))
    }
}

/// `to = from as B`: saturating to integers, NaN to 0; to `bool` whether it is not 0.
///
/// # Panics
/// If the lengths differ.
///
/// # Examples
/// ```
/// let mut to = [0_u8; 3];
/// brand_nn_kernels::convert(&[1.9_f32, -5.0, 300.0], &mut to);
/// assert_eq!(to, [1, 0, 255]);
/// ```
#[track_caller]
pub fn convert<A: Plain + Convert<B>, B: Plain>(from: &[A], to: &mut [B]) {
    assert!(from.len() == to.len(), "convert: {} elements into {}", from.len(), to.len());
    for_each_chunk(to, TASK, |i, to| {
        dispatch(Cast { from: &from[i * TASK..i * TASK + to.len()], to });
    });
}

struct Cast<'a, A, B> {
    from: &'a [A],
    to: &'a mut [B],
}

impl<A: Plain + Convert<B>, B: Plain> Kernel for Cast<'_, A, B> {
    type Output = ();
    const WIDE: bool = false; // as fast as memory without

    #[inline(always)]
    fn run<L: Lanes>(self) {
        for (to, &from) in self.to.iter_mut().zip(self.from) {
            *to = from.convert();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<A: Plain + Convert<B>, B: Plain>(from: &[A], expected: &[B]) {
        let mut to = vec![B::default(); from.len()];
        convert(from, &mut to);
        assert_eq!(to, expected);
    }

    #[test]
    fn casts_saturate() {
        check(&[f32::NAN, 1e30, -1e30, -0.9], &[0_i64, i64::MAX, i64::MIN, 0]);
        check(&[i64::MAX, (1 << 53) + 1], &[i64::MAX as f64, (1_i64 << 53) as f64]);
        check(&[i64::MAX, -1], &[-1_i32, -1]);
        check(&[0.0_f64, -0.0, f64::NAN, 2.0], &[false, false, true, true]);
        check(&[true, false], &[1.0_f32, 0.0]);
        check(&[300_i32], &[44_u8]);
    }
}
