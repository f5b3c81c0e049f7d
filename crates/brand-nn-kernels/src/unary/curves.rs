//! Value and slope of every row of the table, side by side.

use super::Curve;
use crate::Real;
use crate::lanes::ABREAST;
use crate::simd::Lanes;

/// `Name |x| { f(x) } |x| { f′(x) }`, or with `|y|` the slope in terms of the value `y = f(x)`;
/// `constant(…)` writes a number of type `T`.
macro_rules! curves {
    ($of_value:literal: $($name:ident |$x:ident| { $value:expr } |$at:ident| { $slope:expr })*) => {
        arrays! { $of_value, 1:
            $($name |x| { one_by_one!(x, $x, $value) } |at| { one_by_one!(at, $at, $slope) })*
        }
    };
}

/// `value` for each `x` of an array. A closure might not be inlined, and would have no vectors.
macro_rules! one_by_one {
    ($array:ident, $x:ident, $value:expr) => {{
        let mut array = $array;
        for number in &mut array {
            let $x = *number;
            *number = $value;
        }
        array
    }};
}

/// [`curves!`] of arrays of K numbers, for functions that gain from several vectors at once.
macro_rules! abreast {
    ($of_value:literal: $($rows:tt)*) => {
        arrays! { $of_value, ABREAST: $($rows)* }
    };
}

macro_rules! arrays {
    ($of_value:literal, $abreast:tt:
        $($name:ident |$x:ident| { $value:expr } |$at:ident| { $slope:expr })*) => {$(
        pub(crate) struct $name;

        impl<T: Real> Curve<T> for $name {
            const SLOPE_OF_VALUE: bool = $of_value;
            const ABREAST: usize = $abreast;

            #[inline(always)]
            fn values<L: Lanes, const K: usize>($x: [T; K]) -> [T; K] {
                $value
            }

            #[inline(always)]
            fn slopes<L: Lanes, const K: usize>($at: [T; K]) -> [T; K] {
                $slope
            }
        }
    )*};
}

#[inline(always)]
fn constant<T: Real>(value: f64) -> T {
    T::from_f64(value)
}

/// The slope of a function that is straight around every `x`.
#[inline(always)]
fn level<T: Real>(_x: T, slope: f64) -> T {
    constant(slope)
}

/// −1, 0 or 1; NaN for NaN.
#[inline(always)]
fn sign_of<T: Real>(x: T) -> T {
    let one = T::ONE.with_sign(x);
    if x.magnitude() > T::ZERO { one } else { x }
}

/// `x` where it is positive, else 0; NaN stays.
#[inline(always)]
fn positive_part<T: Real>(x: T) -> T {
    if x < T::ZERO { T::ZERO } else { x }
}

curves! { true:
    Expm1 |x| { x.exponential_less_one::<L>() } |y| { y + T::ONE }
    Relu |x| { positive_part(x) } |y| { positive_part(sign_of(y)) }
}

abreast! { true:
    Sqrt |x| { x.map(T::root) } |y| { y.map(|y| constant::<T>(0.5) / y) }
    Rsqrt |x| { x.map(|x| T::ONE / x.root()) } |y| { y.map(|y| constant::<T>(-0.5) * (y * y * y)) }
    Reciprocal |x| { x.map(|x| T::ONE / x) } |y| { y.map(|y| -(y * y)) }
    Exp |x| { T::exponentials::<L, K>(x) } |y| { y }
    Tanh |x| { T::hyperbolic_tangents::<L, K>(x) } |y| { y.map(|y| (T::ONE - y) * (T::ONE + y)) }
    Sigmoid |x| { T::logistics::<L, K>(x) } |y| { y.map(|y| y * (T::ONE - y)) }
}

curves! { false:
    Abs |x| { x.magnitude() } |x| { sign_of(x) }
    Sign |x| { sign_of(x) } |x| { level(x, 0.0) }
    Neg |x| { -x } |x| { level(x, -1.0) }
    Square |x| { x * x } |x| { x + x }
    Log |x| { x.logarithm::<L>() } |x| { T::ONE / x }
    Log1p |x| { x.logarithm_of_one_plus::<L>() } |x| { T::ONE / (T::ONE + x) }
    LogSigmoid |x| { -soft_plus::<T, L>(-x) } |x| { (-x).logistic::<L>() }
    Softplus |x| { soft_plus::<T, L>(x) } |x| { x.logistic::<L>() }
    Erf |x| { x.error_function::<L>() } |x| {
        constant::<T>(std::f64::consts::FRAC_2_SQRT_PI) * (-(x * x)).exponential::<L>()
    }
    Floor |x| { x.floored::<L>() } |x| { level(x, 0.0) }
    Ceil |x| { -(-x).floored::<L>() } |x| { level(x, 0.0) }
    Round |x| { x.rounded::<L>() } |x| { level(x, 0.0) }
}

abreast! { false:
    Gelu |x| { T::gelus::<L, K>(x) } |x| { T::gelu_slopes::<L, K>(x) }
    GeluTanh |x| {{
        let [y, _] = T::logistics_both::<L, K>(one_by_one!(x, x, gelu_inner::<T, L>(x)));
        std::array::from_fn(|k| x[k] * y[k])
    }} |x| {{
        let [y, z] = T::logistics_both::<L, K>(one_by_one!(x, x, gelu_inner::<T, L>(x)));
        let rate = constant::<T>(6.0 * GELU_CUBE * GELU_RATE);
        let inner = x.map(|x| x * (rate * x * x + constant(2.0 * GELU_RATE)));
        std::array::from_fn(|k| y[k] + inner[k] * y[k] * z[k])
    }}
    Silu |x| {{
        let [y, _] = T::logistics_both::<L, K>(x);
        std::array::from_fn(|k| x[k] * y[k])
    }} |x| {{
        let [y, z] = T::logistics_both::<L, K>(x);
        std::array::from_fn(|k| y[k] + x[k] * y[k] * z[k])
    }}
}

/// √(2/π), the rate of GELU's tanh formula.
const GELU_RATE: f64 = 0.797_884_560_802_865_4;
/// The weight of the cube in GELU's tanh formula.
const GELU_CUBE: f64 = 0.044_715;

/// `2 √(2/π) (x + 0.044715 x³)`; `½(1 + tanh u) = 1 / (1 + e^−2u)`.
#[inline(always)]
fn gelu_inner<T: Real, L: Lanes>(x: T) -> T {
    let cube = x * x * x;
    constant::<T>(GELU_RATE) * cube.multiply_add::<L>(constant(GELU_CUBE), x) * constant(2.0)
}

/// `max(x, 0) + ln(1 + e^−|x|)`.
#[inline(always)]
fn soft_plus<T: Real, L: Lanes>(x: T) -> T {
    positive_part(x) + (-x.magnitude()).exponential::<L>().logarithm_of_one_plus::<L>()
}

/// The sine of radians.
pub(super) struct Sin;
/// The cosine of radians.
pub(super) struct Cos;

/// The rows of sine and cosine: value and slope near, then far.
macro_rules! waves {
    ($($name:ident |$x:ident|
        { $value:expr, $slope:expr } { $far_value:expr, $far_slope:expr })*) => {$(
        impl<T: Real> Curve<T> for $name {
            const PERIODIC: bool = true;
            const ABREAST: usize = 1;

            #[inline(always)]
            fn values<L: Lanes, const K: usize>(x: [T; K]) -> [T; K] {
                one_by_one!(x, $x, $value)
            }

            #[inline(always)]
            fn slopes<L: Lanes, const K: usize>(x: [T; K]) -> [T; K] {
                one_by_one!(x, $x, $slope)
            }

            fn far_value($x: f64) -> f64 {
                $far_value
            }

            fn far_slope($x: f64) -> f64 {
                $far_slope
            }
        }
    )*};
}

waves! {
    Sin |x| { x.sine::<L>(), x.cosine::<L>() } { x.sin(), x.cos() }
    Cos |x| { x.cosine::<L>(), -x.sine::<L>() } { x.cos(), -x.sin() }
}
