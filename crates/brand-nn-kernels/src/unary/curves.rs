//! Value and slope of every row of the table, side by side.

use super::Curve;
use crate::Real;
use crate::simd::Lanes;

/// `Name |x| { f(x) } |x| { f′(x) }`, or with `|y|` the slope in terms of the value `y = f(x)`;
/// `constant(…)` writes a number of type `T`.
macro_rules! curves {
    ($of_value:literal: $($name:ident |$x:ident| { $value:expr } |$at:ident| { $slope:expr })*) => {$(
        pub(super) struct $name;

        impl<T: Real> Curve<T> for $name {
            const SLOPE_OF_VALUE: bool = $of_value;

            #[inline(always)]
            fn value<L: Lanes>($x: T) -> T {
                $value
            }

            #[inline(always)]
            fn slope<L: Lanes>($at: T) -> T {
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
    Sqrt |x| { x.root() } |y| { constant::<T>(0.5) / y }
    Rsqrt |x| { T::ONE / x.root() } |y| { constant::<T>(-0.5) * (y * y * y) }
    Reciprocal |x| { T::ONE / x } |y| { -(y * y) }
    Exp |x| { x.exponential::<L>() } |y| { y }
    Expm1 |x| { x.exponential_less_one::<L>() } |y| { y + T::ONE }
    Tanh |x| { x.hyperbolic_tangent::<L>() } |y| { (T::ONE - y) * (T::ONE + y) }
    Sigmoid |x| { x.logistic::<L>() } |y| { y * (T::ONE - y) }
    Relu |x| { positive_part(x) } |y| { positive_part(sign_of(y)) }
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
    Gelu |x| {{
        let (tail, _) = x.normal_tail_and_density::<L>();
        if x < T::ZERO { x * tail } else { x - x * tail }
    }} |x| {{
        let (tail, density) = x.normal_tail_and_density::<L>();
        let below = if x < T::ZERO { tail } else { T::ONE - tail };
        x.multiply_add::<L>(density, below)
    }}
    GeluTanh |x| { x * (gelu_inner::<T, L>(x) * constant(2.0)).logistic::<L>() } |x| {{
        let y = (gelu_inner::<T, L>(x) * constant(2.0)).logistic::<L>();
        let z = (gelu_inner::<T, L>(x) * constant(-2.0)).logistic::<L>();
        let inner = x * (constant::<T>(6.0 * GELU_CUBE * GELU_RATE) * x * x + constant(2.0 * GELU_RATE));
        y + inner * y * z
    }}
    Silu |x| { x * x.logistic::<L>() } |x| {{
        let (y, z) = (x.logistic::<L>(), (-x).logistic::<L>());
        y + x * y * z
    }}
    Floor |x| { x.floored::<L>() } |x| { level(x, 0.0) }
    Ceil |x| { -(-x).floored::<L>() } |x| { level(x, 0.0) }
    Round |x| { x.rounded::<L>() } |x| { level(x, 0.0) }
}

/// √(2/π), the rate of GELU's tanh formula.
const GELU_RATE: f64 = 0.797_884_560_802_865_4;
/// The weight of the cube in GELU's tanh formula.
const GELU_CUBE: f64 = 0.044_715;

/// `√(2/π) (x + 0.044715 x³)`; `½(1 + tanh u) = 1 / (1 + e^−2u)`.
#[inline(always)]
fn gelu_inner<T: Real, L: Lanes>(x: T) -> T {
    let cube = x * x * x;
    constant::<T>(GELU_RATE) * cube.multiply_add::<L>(constant(GELU_CUBE), x)
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

impl<T: Real> Curve<T> for Sin {
    const PERIODIC: bool = true;

    #[inline(always)]
    fn value<L: Lanes>(x: T) -> T {
        x.sine::<L>()
    }

    #[inline(always)]
    fn slope<L: Lanes>(x: T) -> T {
        x.cosine::<L>()
    }

    fn far_value(x: f64) -> f64 {
        x.sin()
    }

    fn far_slope(x: f64) -> f64 {
        x.cos()
    }
}

impl<T: Real> Curve<T> for Cos {
    const PERIODIC: bool = true;

    #[inline(always)]
    fn value<L: Lanes>(x: T) -> T {
        x.cosine::<L>()
    }

    #[inline(always)]
    fn slope<L: Lanes>(x: T) -> T {
        -x.sine::<L>()
    }

    fn far_value(x: f64) -> f64 {
        x.cos()
    }

    fn far_slope(x: f64) -> f64 {
        -x.sin()
    }
}
