//! Functions that formulas need now and then: one call an element, through `f64`.
//!
//! They have no vector code of their own, so that a row costs nothing at compile time.

use crate::Real;

mod gamma;

pub use gamma::polygamma;

/// Elements below which an op stays on one thread.
const SERIAL: usize = 1 << 13;
/// Elements that one task of a parallel op has.
const TASK: usize = 1 << 11;

/// Calls `$callback!` with every special function: `(method, Variant, function, "what it is")`.
#[macro_export]
macro_rules! special_table {
    ($callback:ident) => {
        $callback! {
            (exp2, Exp2, f64::exp2, "`2^x`.")
            (log2, Log2, f64::log2, "The logarithm to base 2.")
            (log10, Log10, f64::log10, "The logarithm to base 10.")
            (tan, Tan, f64::tan, "The tangent of radians.")
            (asin, Asin, f64::asin, "The arc sine in radians, NaN outside −1 … 1.")
            (acos, Acos, f64::acos, "The arc cosine in radians, NaN outside −1 … 1.")
            (atan, Atan, f64::atan, "The arc tangent in radians.")
            (sinh, Sinh, f64::sinh, "The hyperbolic sine.")
            (cosh, Cosh, f64::cosh, "The hyperbolic cosine.")
            (asinh, Asinh, f64::asinh, "The inverse of the hyperbolic sine.")
            (acosh, Acosh, f64::acosh, "The inverse of the hyperbolic cosine, NaN below 1.")
            (atanh, Atanh, f64::atanh, "The inverse of the hyperbolic tangent, ±∞ at ±1.")
            (erfc, Erfc, libm::erfc, "`1 − erf(x)`, accurate where that is close to 0.")
            (lgamma, Lgamma, libm::lgamma, "`ln |Γ(x)|`, +∞ at 0 and the negative integers.")
            (digamma, Digamma, digamma, "`Γ′(x) / Γ(x)`; −∞ at 0, NaN at the negative integers.")
            (trunc, Trunc, f64::trunc, "The integer part; its slope is 0.")
            (frac, Frac, f64::fract, "What the integer part leaves, signed as `x`; its slope is 1.")
            (sinc, Sinc, sinc, "`sin(πx) / (πx)`, 1 at 0.")
        }
    };
}

macro_rules! special_enum {
    ($(($method:ident, $variant:ident, $function:expr, $doc:literal))*) => {
        /// A function of one element that has no vector code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Special {
            $(#[doc = $doc] $variant,)*
        }

        impl Special {
            /// The name of the method that tensors have for it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Special::$variant => stringify!($method),)*
                }
            }

            /// The function itself.
            ///
            /// # Examples
            /// ```
            /// use brand_nn_kernels::Special;
            /// assert_eq!(Special::Sinc.function()(0.0), 1.0);
            /// ```
            pub fn function(self) -> fn(f64) -> f64 {
                match self {
                    $(Special::$variant => $function,)*
                }
            }
        }
    };
}

special_table!(special_enum);

/// `out = f(x)`, each element through `f64`.
///
/// # Panics
/// If the lengths differ.
///
/// # Examples
/// ```
/// let mut out = [0.0_f32; 2];
/// brand_nn_kernels::map_each(&f64::exp2, &[3.0, -1.0], &mut out);
/// assert_eq!(out, [8.0, 0.5]);
/// ```
#[track_caller]
pub fn map_each<T: Real>(f: &(dyn Fn(f64) -> f64 + Sync), x: &[T], out: &mut [T]) {
    assert!(x.len() == out.len(), "map_each: {} elements into {}", x.len(), out.len());
    let chunk = if x.len() < SERIAL { SERIAL } else { TASK };
    crate::for_each_chunk(out, chunk, |task, out| {
        for (out, x) in out.iter_mut().zip(&x[task * chunk..]) {
            *out = T::from_f64(f(x.to_f64()));
        }
    });
}

fn digamma(x: f64) -> f64 {
    polygamma(0, x)
}

fn sinc(x: f64) -> f64 {
    let angle = std::f64::consts::PI * x;
    if angle == 0.0 { 1.0 } else { angle.sin() / angle }
}
