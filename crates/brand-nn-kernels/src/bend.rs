//! Activations with settings: value and slope side by side, each in one pass.
//!
//! Their loops are compiled once, not for every instruction set: most of them are as fast as
//! memory without.

use crate::Real;
use crate::simd::Portable;

/// Elements below which an op stays on one thread.
const SERIAL: usize = 1 << 16;
/// Elements that one task of a parallel op has.
const TASK: usize = 1 << 14;

/// Calls `$callback!` with every activation: `(method, Variant(setting, …), "what it is")`.
#[macro_export]
macro_rules! bend_table {
    ($callback:ident) => {
        $callback! {
            (leaky_relu, LeakyRelu(slope), "`x` where it is positive, else `slope x`, also at 0.")
            (elu, Elu(alpha), "`x` where it is positive, else `α (e^x − 1)`; the slope at 0 is α.")
            (celu, Celu(alpha), "`x` where it is positive, else `α (e^(x/α) − 1)`, smooth at 0.")
            (selu, Selu(), "`1.05 x` above 0, else `1.76 (e^x − 1)`, to 17 digits.")
            (hardtanh, Hardtanh(low, high), "`x` between two bounds; from there on the slope is 0.")
            (relu6, Relu6(), "`x` between 0 and 6; from there on the slope is 0.")
            (hard_sigmoid, HardSigmoid(), "`x/6 + ½` between 0 and 1; at ±3 the slope is 0.")
            (hard_swish, HardSwish(), "`x` times its hard sigmoid; slope 0 at −3, 1 at 3.")
            (hard_shrink, HardShrink(width), "0 up to ±width, `x` beyond; slope 0 at ±width.")
            (soft_shrink, SoftShrink(width), "`x` moved toward 0 by the width, or 0.")
            (tanh_shrink, TanhShrink(), "`x − tanh(x)`.")
            (threshold, Threshold(limit, value), "`x` above the limit, else the value.")
            (softsign, Softsign(), "`x / (1 + |x|)`.")
            (mish, Mish(), "`x tanh(ln(1 + e^x))`, Misra 2019.")
        }
    };
}

macro_rules! bend_enum {
    ($(($method:ident, $variant:ident($($setting:ident),*), $doc:literal))*) => {
        /// A function of one element with settings.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Bend {
            $(
                #[doc = $doc]
                $variant {
                    $(
                        #[doc = concat!("The ", stringify!($setting), ".")]
                        $setting: f64,
                    )*
                },
            )*
        }

        impl Bend {
            /// The name of the method that tensors have for it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Bend::$variant { .. } => stringify!($method),)*
                }
            }
        }
    };
}

bend_table!(bend_enum);

/// `out = f(x)`.
///
/// # Panics
/// If the lengths differ or a setting makes no sense.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Bend, bend};
/// let mut out = [0.0_f32; 3];
/// bend(Bend::SoftShrink { width: 0.5 }, &[-2.0, 0.2, 1.0], &mut out);
/// assert_eq!(out, [-1.5, 0.0, 0.5]);
/// ```
#[track_caller]
pub fn bend<T: Real>(op: Bend, x: &[T], out: &mut [T]) {
    assert!(x.len() == out.len(), "{}: {} elements into {}", op.name(), x.len(), out.len());
    op.check();
    parallel(op, x, None, out);
}

/// `out = gradient · f′(x)`: the backward pass of [`bend`].
///
/// # Panics
/// If the lengths differ or a setting makes no sense.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Bend, bend_slope};
/// let mut out = [0.0_f32; 2];
/// bend_slope(Bend::LeakyRelu { slope: 0.5 }, &[-2.0, 1.0], &[10.0, 10.0], &mut out);
/// assert_eq!(out, [5.0, 10.0]);
/// ```
#[track_caller]
pub fn bend_slope<T: Real>(op: Bend, x: &[T], gradient: &[T], out: &mut [T]) {
    let (len, name) = (x.len(), op.name());
    let same = len == gradient.len() && len == out.len();
    assert!(
        same,
        "slope of {name}: {len} elements, {} gradients into {}",
        gradient.len(),
        out.len()
    );
    op.check();
    parallel(op, x, Some(gradient), out);
}

impl Bend {
    /// Panics if a setting makes no sense.
    #[track_caller]
    fn check(self) {
        match self {
            Bend::Celu { alpha } => {
                assert!(alpha > 0.0, "celu: alpha {alpha}, expected more than 0; help: try 1");
            }
            Bend::HardShrink { width } | Bend::SoftShrink { width } => {
                let name = self.name();
                assert!(width >= 0.0, "{name}: width {width}, expected 0 or more; help: try 0.5");
            }
            Bend::Hardtanh { low, high } => {
                assert!(
                    low <= high,
                    "hardtanh: {low} to {high}, expected low <= high; help: swap them"
                );
            }
            _ => (),
        }
    }
}

fn parallel<T: Real>(op: Bend, x: &[T], gradient: Option<&[T]>, out: &mut [T]) {
    let chunk = if x.len() < SERIAL { SERIAL } else { TASK };
    crate::for_each_chunk(out, chunk, |task, out| {
        let range = task * chunk..task * chunk + out.len();
        let gradient = gradient.map(|gradient| &gradient[range.clone()]);
        sweep(op, Job { x: &x[range], gradient, out });
    });
}

/// One task; with a gradient the op is the slope's.
struct Job<'a, T> {
    x: &'a [T],
    gradient: Option<&'a [T]>,
    out: &'a mut [T],
}

impl<T: Real> Job<'_, T> {
    #[inline(always)]
    fn run(self, value: impl Fn(T) -> T, slope: impl Fn(T) -> T) {
        let Job { x, gradient, out } = self;
        match gradient {
            None => out.iter_mut().zip(x).for_each(|(out, &x)| *out = value(x)),
            Some(gradient) => {
                for ((out, &x), &gradient) in out.iter_mut().zip(x).zip(gradient) {
                    *out = gradient * slope(x);
                }
            }
        }
    }

    /// `above · x` where it is positive, else `alpha (e^(rate x) − 1)`.
    fn exponential_below(self, [above, alpha, rate]: [f64; 3]) {
        let [above, alpha, rate, steep] = [above, alpha, rate, alpha * rate].map(T::from_f64);
        let below = |x: T| alpha * (rate * x).exponential_less_one::<Portable>();
        self.run(
            |x| if x > T::ZERO { above * x } else { below(x) },
            |x| if x > T::ZERO { above } else { steep * (rate * x).exponential::<Portable>() },
        );
    }

    /// `x` between two bounds.
    fn clamped(self, low: f64, high: f64) {
        let (low, high) = (T::from_f64(low), T::from_f64(high));
        let inside = |x: T| if x <= low || x >= high { T::ZERO } else { T::ONE };
        self.run(|x| x.larger(low).smaller(high), inside);
    }
}

/// `1.0507` and `1.0507 · 1.6733` of Klambauer et al. 2017, "Self-normalizing neural networks".
const SELU: [f64; 2] = [1.050_700_987_355_480_5, 1.050_700_987_355_480_5 * 1.673_263_242_354_377_2];

fn sweep<T: Real>(op: Bend, job: Job<'_, T>) {
    let number = T::from_f64;
    match op {
        Bend::LeakyRelu { slope } => {
            let slope = number(slope);
            let tilt = |x: T| if x > T::ZERO { T::ONE } else { slope };
            job.run(|x| x * tilt(x), tilt);
        }
        Bend::Elu { alpha } => job.exponential_below([1.0, alpha, 1.0]),
        Bend::Celu { alpha } => job.exponential_below([1.0, alpha, 1.0 / alpha]),
        Bend::Selu {} => job.exponential_below([SELU[0], SELU[1], 1.0]),
        Bend::Hardtanh { low, high } => job.clamped(low, high),
        Bend::Relu6 {} => job.clamped(0.0, 6.0),
        Bend::HardSigmoid {} => {
            let sixth = number(1.0 / 6.0);
            job.run(six_steps, |x| if x.magnitude() < number(3.0) { sixth } else { T::ZERO });
        }
        Bend::HardSwish {} => job.run(
            |x| x * six_steps(x),
            |x| {
                let inner = x / number(3.0) + number(0.5);
                if x <= number(-3.0) {
                    T::ZERO
                } else if x < number(3.0) {
                    inner
                } else {
                    T::ONE
                }
            },
        ),
        Bend::HardShrink { width } => {
            let inside = |x: T| x.magnitude() <= number(width);
            job.run(
                |x| if inside(x) { T::ZERO } else { x },
                |x| if inside(x) { T::ZERO } else { T::ONE },
            );
        }
        Bend::SoftShrink { width } => {
            let width = number(width);
            job.run(
                |x| if x.magnitude() <= width { T::ZERO } else { x - width.with_sign(x) },
                |x| if x.magnitude() <= width { T::ZERO } else { T::ONE },
            );
        }
        Bend::Threshold { limit, value } => {
            let (limit, value) = (number(limit), number(value));
            job.run(
                |x| if x <= limit { value } else { x },
                |x| if x <= limit { T::ZERO } else { T::ONE },
            );
        }
        Bend::TanhShrink {} => job.run(
            |x| x - x.hyperbolic_tangent::<Portable>(),
            |x| {
                let tanh = x.hyperbolic_tangent::<Portable>();
                tanh * tanh
            },
        ),
        Bend::Softsign {} => job.run(
            |x| x / (T::ONE + x.magnitude()),
            |x| {
                let share = T::ONE / (T::ONE + x.magnitude());
                share * share
            },
        ),
        Bend::Mish {} => job.run(
            |x| x * mish_gate(x).0,
            |x| {
                let (gate, steepness) = mish_gate(x);
                gate + x * steepness
            },
        ),
    }
}

/// The hard sigmoid, `x/6 + ½` between 0 and 1.
#[inline(always)]
fn six_steps<T: Real>(x: T) -> T {
    let raised = (x + T::from_f64(3.0)).larger(T::ZERO).smaller(T::from_f64(6.0));
    raised / T::from_f64(6.0)
}

/// `tanh(ln(1 + e^x))` and its slope, of one exponential: with `n = e^x (e^x + 2)` they are
/// `n / (n + 2)` and `4 (n + 1) σ(x) / (n + 2)²`.
#[inline(always)]
fn mish_gate<T: Real>(x: T) -> (T, T) {
    let two = T::from_f64(2.0);
    // Beyond 20 the gate is 1 in either precision, and the square is far from overflow.
    let e = x.smaller(T::from_f64(20.0)).exponential::<Portable>();
    let n = e * (e + two);
    let logistic = e / (T::ONE + e);
    let share = two / (n + two);
    (n / (n + two), share * share * (n + T::ONE) * logistic)
}
