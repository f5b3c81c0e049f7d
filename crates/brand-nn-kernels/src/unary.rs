//! Functions of one element, with their slopes: one row of the table each.

use std::marker::PhantomData;

use crate::Real;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::threads::{Parts, for_each};

mod curves;

/// Elements below which an op stays on one thread.
const SERIAL: usize = 1 << 17;
/// Elements that one task of a parallel op has.
const TASK: usize = 1 << 15;
/// Elements that are computed together; a shorter end is padded.
const BLOCK: usize = 32;

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

/// A function of one number, given as its value and its slope.
pub(crate) trait Curve<T> {
    /// `f(x)`.
    fn value<L: Lanes>(x: T) -> T;
    /// `f′(x)`.
    fn slope<L: Lanes>(x: T) -> T;
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

            /// The name of the method that tensors have for it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Unary::$variant => stringify!($method),)*
                }
            }
        }

        fn run<T: Real>(op: Unary, job: Job<T>) {
            match op {
                $(Unary::$variant => job.parallel::<curves::$variant>(),)*
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
    run(op, Job { x: Some(x), gradient: None, out });
}

/// `x = f(x)`.
pub fn unary_in_place<T: Real>(op: Unary, x: &mut [T]) {
    run(op, Job { x: None, gradient: None, out: x });
}

/// `out = gradient · f′(x)`: the backward pass of [`unary`].
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
pub fn unary_slope<T: Real>(op: Unary, x: &[T], gradient: &[T], out: &mut [T]) {
    let (len, name) = (x.len(), op.name());
    assert!(
        len == gradient.len() && len == out.len(),
        "slope of {name}: {len} elements, {} gradients into a slice of {}",
        gradient.len(),
        out.len()
    );
    run(op, Job { x: Some(x), gradient: Some(gradient), out });
}

/// One call: without `x` the op reads what it overwrites, with `gradient` it is the slope's.
struct Job<'a, T> {
    x: Option<&'a [T]>,
    gradient: Option<&'a [T]>,
    out: &'a mut [T],
}

impl<T: Real> Job<'_, T> {
    fn parallel<C: Curve<T>>(self) {
        let Job { x, gradient, out } = self;
        if out.len() < SERIAL {
            return sweep::<T, C>(Job { x, gradient, out });
        }
        let (len, parts) = (out.len(), Parts::new(out));
        for_each(len.div_ceil(TASK), |task| {
            let range = task * TASK..len.min((task + 1) * TASK);
            sweep::<T, C>(Job {
                x: x.map(|x| &x[range.clone()]),
                gradient: gradient.map(|gradient| &gradient[range.clone()]),
                // SAFETY: each task owns its range and runs once.
                out: unsafe { parts.range(range.clone()) },
            });
        });
    }
}

/// One task: whole blocks, then the end in a padded block.
fn sweep<T: Real, C: Curve<T>>(job: Job<T>) {
    match job {
        Job { x: None, out, .. } => dispatch(InPlace::<T, C> { x: out, curve: PhantomData }),
        Job { x: Some(x), gradient: None, out } => {
            dispatch(Value::<T, C> { x, out, curve: PhantomData });
        }
        Job { x: Some(x), gradient: Some(gradient), out } => {
            dispatch(Slope::<T, C> { x, gradient, out, curve: PhantomData });
        }
    }
}

struct Value<'a, T, C> {
    x: &'a [T],
    out: &'a mut [T],
    curve: PhantomData<C>,
}

impl<T: Real, C: Curve<T>> Kernel for Value<'_, T, C> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (blocks, rest) = self.x.as_chunks::<BLOCK>();
        let (outs, end) = self.out.as_chunks_mut::<BLOCK>();
        for (x, out) in blocks.iter().zip(outs) {
            values::<T, C, L>(x, out);
        }
        if !rest.is_empty() {
            let mut padded = [T::ONE; BLOCK];
            padded[..rest.len()].copy_from_slice(rest);
            let mut out = [T::ZERO; BLOCK];
            values::<T, C, L>(&padded, &mut out);
            end.copy_from_slice(&out[..end.len()]);
        }
    }
}

struct InPlace<'a, T, C> {
    x: &'a mut [T],
    curve: PhantomData<C>,
}

impl<T: Real, C: Curve<T>> Kernel for InPlace<'_, T, C> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (blocks, rest) = self.x.as_chunks_mut::<BLOCK>();
        let mut out = [T::ZERO; BLOCK];
        for x in blocks {
            values::<T, C, L>(x, &mut out);
            *x = out;
        }
        if !rest.is_empty() {
            let mut padded = [T::ONE; BLOCK];
            padded[..rest.len()].copy_from_slice(rest);
            values::<T, C, L>(&padded, &mut out);
            rest.copy_from_slice(&out[..rest.len()]);
        }
    }
}

struct Slope<'a, T, C> {
    x: &'a [T],
    gradient: &'a [T],
    out: &'a mut [T],
    curve: PhantomData<C>,
}

impl<T: Real, C: Curve<T>> Kernel for Slope<'_, T, C> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (blocks, rest) = self.x.as_chunks::<BLOCK>();
        let (gradients, rest_of_gradient) = self.gradient.as_chunks::<BLOCK>();
        let (outs, end) = self.out.as_chunks_mut::<BLOCK>();
        for ((x, gradient), out) in blocks.iter().zip(gradients).zip(outs) {
            slopes::<T, C, L>(x, gradient, out);
        }
        if !rest.is_empty() {
            let (mut padded, mut scale) = ([T::ONE; BLOCK], [T::ZERO; BLOCK]);
            padded[..rest.len()].copy_from_slice(rest);
            scale[..rest.len()].copy_from_slice(rest_of_gradient);
            let mut out = [T::ZERO; BLOCK];
            slopes::<T, C, L>(&padded, &scale, &mut out);
            end.copy_from_slice(&out[..end.len()]);
        }
    }
}

#[inline(always)]
fn values<T: Real, C: Curve<T>, L: Lanes>(x: &[T; BLOCK], out: &mut [T; BLOCK]) {
    for i in 0..BLOCK {
        out[i] = C::value::<L>(x[i]);
    }
    if C::PERIODIC {
        repair(x, out, C::far_value);
    }
}

#[inline(always)]
fn slopes<T: Real, C: Curve<T>, L: Lanes>(
    x: &[T; BLOCK],
    gradient: &[T; BLOCK],
    out: &mut [T; BLOCK],
) {
    for i in 0..BLOCK {
        out[i] = C::slope::<L>(x[i]);
    }
    if C::PERIODIC {
        repair(x, out, C::far_slope);
    }
    for i in 0..BLOCK {
        out[i] = gradient[i] * out[i];
    }
}

/// Computes anew what lies too far out for the reduction to quarter turns.
#[inline(always)]
fn repair<T: Real>(x: &[T; BLOCK], out: &mut [T; BLOCK], exact: fn(f64) -> f64) {
    let mut far = false;
    for x in x {
        far |= x.magnitude() > T::FAR;
    }
    if far {
        repair_each(x, out, exact);
    }
}

#[cold]
fn repair_each<T: Real>(x: &[T; BLOCK], out: &mut [T; BLOCK], exact: fn(f64) -> f64) {
    for (x, out) in x.iter().zip(out).filter(|(x, _)| x.magnitude() > T::FAR) {
        *out = T::from_f64(exact(x.to_f64()));
    }
}
