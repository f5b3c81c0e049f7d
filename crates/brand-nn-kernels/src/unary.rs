//! Functions of one element, with their slopes: one row of the table each.

use std::marker::PhantomData;

use crate::Real;
use crate::lanes::{ABREAST, Abreast, CACHED, map};
use crate::simd::{Kernel, Lanes, Portable, dispatch};
use crate::threads::{Parts, for_each};

pub(crate) mod curves;

/// Elements below which an op stays on one thread.
const SERIAL: usize = 1 << 17;
/// Elements that one task of a parallel op has.
const TASK: usize = 1 << 15;

/// Calls `$callback!` with every unary op: `(method, Variant, "what it is")`.
#[macro_export]
macro_rules! unary_table {
    ($callback:ident) => {
        $callback! {
            (abs, Abs, "The absolute value; its slope at 0 is 0.")
            (sign, Sign, "−1, 0 or 1 by the sign, NaN for NaN; its slope is 0.")
            (neg, Neg, "The negative.")
            (square, Square, "The square.")
            (sqrt, Sqrt, "The square root.")
            (rsqrt, Rsqrt, "One over the square root.")
            (reciprocal, Reciprocal, "One over the value.")
            (exp, Exp, "`e^x`.")
            (expm1, Expm1, "`e^x − 1`, accurate near 0.")
            (log, Log, "The natural logarithm.")
            (log1p, Log1p, "`ln(1 + x)`, accurate near 0.")
            (sin, Sin, "The sine of radians.")
            (cos, Cos, "The cosine of radians.")
            (tanh, Tanh, "The hyperbolic tangent.")
            (sigmoid, Sigmoid, "The logistic function `1 / (1 + e^−x)`.")
            (log_sigmoid, LogSigmoid, "`−ln(1 + e^−x)`, without overflow.")
            (softplus, Softplus, "`ln(1 + e^x)`, without overflow.")
            (relu, Relu, "`max(x, 0)`, NaN for NaN; its slope at 0 is 0.")
            (erf, Erf, "The error function.")
            (gelu, Gelu, "`x Φ(x)`, Φ the normal distribution function: BERT's GELU.")
            (gelu_tanh, GeluTanh, "GELU by its tanh formula: GPT-2's.")
            (silu, Silu, "`x / (1 + e^−x)`, also called swish.")
            (floor, Floor, "The largest integer that is not larger; its slope is 0.")
            (ceil, Ceil, "The smallest integer that is not smaller; its slope is 0.")
            (round, Round, "The nearest integer, halves to the even one; its slope is 0.")
        }
    };
}

/// A function of one number, given as its values and its slopes at numbers side by side.
pub(crate) trait Curve<T> {
    /// `f(x)` of each.
    fn values<L: Lanes, const K: usize>(x: [T; K]) -> [T; K];
    /// `f′(x)` of each, in terms of `x` or of `f(x)`.
    fn slopes<L: Lanes, const K: usize>(at: [T; K]) -> [T; K];
    /// How many vectors are computed side by side: 1 or [`ABREAST`].
    const ABREAST: usize;
    /// Whether [`Curve::slopes`] takes `f(x)`, from which it is simpler.
    const SLOPE_OF_VALUE: bool = false;
    /// Whether values beyond [`Math::FAR`] need the two functions below.
    const PERIODIC: bool = false;
    /// `f(x)` for a periodic function at a far `x`.
    fn far_value(x: f64) -> f64 {
        x
    }
    /// `f′(x)` for a periodic function at a far `x`.
    fn far_slope(x: f64) -> f64 {
        x
    }
}

macro_rules! unary_enum {
    ($(($method:ident, $variant:ident, $doc:literal))*) => {
        /// A function of one element.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Unary {
            $(#[doc = $doc] $variant,)*
        }

        impl Unary {
            /// Every op of the table.
            pub const ALL: &'static [Unary] = &[$(Unary::$variant),*];

            /// Whether [`unary_slope`] wants the value `f(x)`, not `x`: where that is enough, `x`
            /// need not be kept.
            pub fn slope_of_value(self) -> bool {
                match self {
                    $(Unary::$variant => <curves::$variant as Curve<f64>>::SLOPE_OF_VALUE,)*
                }
            }

            /// The name of the method that tensors have for it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Unary::$variant => stringify!($method),)*
                }
            }
        }

        impl<T: Real> Job<'_, T> {
            /// Finds the op's code.
            fn run(self, op: Unary) {
                self.parallel(match op {
                    $(Unary::$variant => bend::<T, curves::$variant>,)*
                });
            }
        }
    };
}

unary_table!(unary_enum);

/// `out = f(x)`.
///
/// # Panics
/// If the lengths differ.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Unary, unary};
/// let mut out = [0.0_f32; 3];
/// unary(Unary::Relu, &[-1.0, 0.5, 2.0], &mut out);
/// assert_eq!(out, [0.0, 0.5, 2.0]);
/// ```
#[track_caller]
pub fn unary<T: Real>(op: Unary, x: &[T], out: &mut [T]) {
    let len = x.len();
    assert!(len == out.len(), "{}: {len} elements into a slice of {}", op.name(), out.len());
    T::run(op, Job { x: Some(x), slope: None, out });
}

/// `x = f(x)`.
pub fn unary_in_place<T: Real>(op: Unary, x: &mut [T]) {
    T::run(op, Job { x: None, slope: None, out: x });
}

/// `out = gradient · f′`: the backward pass of [`unary`], at `x` or at `f(x)` as
/// [`Unary::slope_of_value`] says.
///
/// # Panics
/// If the lengths differ.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Unary, unary_slope};
/// let mut out = [0.0_f32; 3];
/// unary_slope(Unary::Square, &[1.0, 2.0, 3.0], &[1.0, 1.0, 10.0], &mut out);
/// assert_eq!(out, [2.0, 4.0, 60.0]);
/// ```
#[track_caller]
pub fn unary_slope<T: Real>(op: Unary, at: &[T], gradient: &[T], out: &mut [T]) {
    let (len, name) = (at.len(), op.name());
    assert!(
        len == gradient.len() && len == out.len(),
        "slope of {name}: {len} elements, {} gradients into a slice of {}",
        gradient.len(),
        out.len()
    );
    T::run(op, Job { x: Some(at), slope: Some(Some(gradient)), out });
}

/// `gradient = gradient · f′`: [`unary_slope`] over the gradient's own memory.
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn unary_slope_in_place<T: Real>(op: Unary, at: &[T], gradient: &mut [T]) {
    let (len, name) = (at.len(), op.name());
    assert!(len == gradient.len(), "slope of {name}: {len} elements, {} gradients", gradient.len());
    T::run(op, Job { x: Some(at), slope: Some(None), out: gradient });
}

/// Types with unary ops; their code is made here once, not in every crate that calls them.
#[doc(hidden)]
pub trait Unaries: Sized {
    /// Runs one op.
    fn run(op: Unary, job: Job<Self>);
}

impl Unaries for f32 {
    fn run(op: Unary, job: Job<f32>) {
        job.run(op);
    }
}

impl Unaries for f64 {
    fn run(op: Unary, job: Job<f64>) {
        job.run(op);
    }
}

/// One call: without `x` the op reads what it overwrites. With `slope` it is the slope's, times
/// the gradient there, or without one times what it overwrites.
#[doc(hidden)]
#[derive(Debug)]
pub struct Job<'a, T> {
    x: Option<&'a [T]>,
    slope: Option<Option<&'a [T]>>,
    out: &'a mut [T],
}

/// A curve's own code: `out = f(x)`, or `out` = the slope there; without `x` of what `out` was.
type Bend<T> = fn(Option<&[T]>, &mut [T], bool);

impl<T: Real> Job<'_, T> {
    fn parallel(self, bend: Bend<T>) {
        let Job { x, slope, out } = self;
        if out.len() < SERIAL {
            return sweep(Job { x, slope, out }, bend);
        }
        let (len, parts) = (out.len(), Parts::new(out));
        for_each(len.div_ceil(TASK), |task| {
            let range = task * TASK..len.min((task + 1) * TASK);
            let slope = slope.map(|of| of.map(|gradient| &gradient[range.clone()]));
            let x = x.map(|x| &x[range.clone()]);
            // SAFETY: each task owns its range and runs once.
            let out = unsafe { parts.range(range) };
            sweep(Job { x, slope, out }, bend);
        });
    }
}

/// Elements that need no long scratch.
const FEW: usize = 32;

/// One task, a piece that stays in the cache at a time.
fn sweep<T: Real>(job: Job<T>, bend: Bend<T>) {
    let Job { x, slope, out } = job;
    if let (Some(x), Some(None)) = (x, slope) {
        return match out.len() {
            0..=FEW => times_slopes::<T, FEW>(x, out, bend),
            _ => times_slopes::<T, CACHED>(x, out, bend),
        };
    }
    for (i, out) in out.chunks_mut(CACHED).enumerate() {
        let range = i * CACHED..i * CACHED + out.len();
        bend(x.map(|x| &x[range.clone()]), out, slope.is_some());
        let gradient = slope.flatten().map(|gradient| &gradient[range]);
        gradient.into_iter().for_each(|by| dispatch(Scale { x: out, by }));
    }
}

/// `out = out · f′(x)`, with the slopes of a piece aside.
fn times_slopes<T: Real, const PIECE: usize>(x: &[T], out: &mut [T], bend: Bend<T>) {
    let mut slopes = [T::ZERO; PIECE];
    for (x, out) in x.chunks(PIECE).zip(out.chunks_mut(PIECE)) {
        let slopes = &mut slopes[..x.len()];
        bend(Some(x), slopes, true);
        dispatch(Scale { x: out, by: slopes });
    }
}

/// [`Bend`] of a curve, by vectors where the type has them.
fn bend<T: Real, C: Curve<T>>(x: Option<&[T]>, out: &mut [T], slope: bool) {
    let piece = Piece::<T, C> { x, out, slope, curve: PhantomData };
    if const { T::VECTORS } {
        dispatch(piece);
    } else {
        piece.run::<Portable>();
    }
}

/// `x = x · by`.
struct Scale<'a, T> {
    x: &'a mut [T],
    by: &'a [T],
}

impl<T: Real> Kernel for Scale<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        for (x, &by) in self.x.iter_mut().zip(self.by) {
            *x = by * *x;
        }
    }
}

/// One call of [`bend`].
struct Piece<'a, T, C> {
    x: Option<&'a [T]>,
    out: &'a mut [T],
    slope: bool,
    curve: PhantomData<C>,
}

impl<T: Real, C: Curve<T>> Kernel for Piece<'_, T, C> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Piece { x, out, slope, .. } = self;
        if const { C::PERIODIC } && x.unwrap_or(out).iter().any(|x| x.magnitude() > T::FAR) {
            let exact = if slope { C::far_slope } else { C::far_value };
            x.into_iter().for_each(|x| out.copy_from_slice(x));
            out.iter_mut().for_each(|x| *x = T::from_f64(exact(x.to_f64())));
        } else if const { C::ABREAST == 1 } {
            map_curve::<T, L, C, 1>(x, out, slope);
        } else {
            map_curve::<T, L, C, ABREAST>(x, out, slope);
        }
    }
}

/// Values or slopes, K vectors at a time.
#[inline(always)]
fn map_curve<T: Real, L: Lanes, C: Curve<T>, const K: usize>(
    x: Option<&[T]>,
    out: &mut [T],
    slope: bool,
) {
    if slope {
        map::<T, L, K>(x, out, &Slopes::<C, L>(PhantomData));
    } else {
        map_values::<T, L, C, K>(x, out);
    }
}

/// Values, K vectors at a time: `out = f(x)`, or `out = f(out)` without `x`.
#[inline(always)]
pub(crate) fn map_values<T: Real, L: Lanes, C: Curve<T>, const K: usize>(
    x: Option<&[T]>,
    out: &mut [T],
) {
    map::<T, L, K>(x, out, &Values::<C, L>(PhantomData));
}

/// A curve's values by an instruction set.
struct Values<C, L>(PhantomData<(C, L)>);

impl<T: Real, C: Curve<T>, L: Lanes, const K: usize> Abreast<T, K> for Values<C, L> {
    #[inline(always)]
    fn at(&self, x: [T; K]) -> [T; K] {
        C::values::<L, K>(x)
    }
}

/// A curve's slopes by an instruction set.
struct Slopes<C, L>(PhantomData<(C, L)>);

impl<T: Real, C: Curve<T>, L: Lanes, const K: usize> Abreast<T, K> for Slopes<C, L> {
    #[inline(always)]
    fn at(&self, x: [T; K]) -> [T; K] {
        C::slopes::<L, K>(x)
    }
}
