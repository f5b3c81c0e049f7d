//! Softmax and its logarithm along the last axis, forward and backward.

use std::marker::PhantomData;

use crate::Real;
use crate::lanes::{
    ABREAST, Abreast, ROWS, largest, map_and_sum, map_rows, rows_abreast, sum_each, sum_of,
};
use crate::simd::{Kernel, Lanes, dispatch};
use crate::unary::{curves::Exp, map_values};

/// `y = e^(x − max) / Σ e^(x − max)` for each row of `len` elements.
///
/// A row of −∞ alone (everything masked) gives noughts.
///
/// # Panics
/// If the lengths differ or are no multiple of `len`.
///
/// # Examples
/// ```
/// let mut out = [0.0_f32; 2];
/// brand_nn_kernels::softmax(&[1e4, 1e4], 2, &mut out);
/// assert_eq!(out, [0.5, 0.5]);
/// ```
#[track_caller]
pub fn softmax<T: Real>(x: &[T], len: usize, out: &mut [T]) {
    map_rows("softmax", [x, x], len, out, |[x, _], out| dispatch(Softmax { len, x, out }));
}

/// `y = x − max − ln Σ e^(x − max)` for each row of `len` elements.
///
/// A row of −∞ alone gives noughts.
///
/// # Panics
/// As [`softmax`].
#[track_caller]
pub fn log_softmax<T: Real>(x: &[T], len: usize, out: &mut [T]) {
    map_rows("log_softmax", [x, x], len, out, |[x, _], out| dispatch(LogSoftmax { len, x, out }));
}

/// The gradient of [`softmax`]: `y (g − Σ y g)`.
///
/// # Panics
/// As [`softmax`].
#[track_caller]
pub fn softmax_backward<T: Real>(y: &[T], gradient: &[T], len: usize, out: &mut [T]) {
    map_rows("softmax_backward", [y, gradient], len, out, |[y, gradient], out| {
        dispatch(SoftmaxBackward { len, y, gradient, out });
    });
}

/// The gradient of [`log_softmax`]: `g − e^y Σ g`.
///
/// # Panics
/// As [`softmax`].
#[track_caller]
pub fn log_softmax_backward<T: Real>(y: &[T], gradient: &[T], len: usize, out: &mut [T]) {
    map_rows("log_softmax_backward", [y, gradient], len, out, |[y, gradient], out| {
        dispatch(LogSoftmaxBackward { len, y, gradient, out });
    });
}

/// The largest element of a row, and Σ e^(x − max); for a masked row 0 and 0.
///
/// With `out`, the exponentials are kept there.
#[inline(always)]
pub(crate) fn exponentials<T: Real, L: Lanes>(x: &[T], out: Option<&mut [T]>) -> (T, T) {
    let top = top_of::<T, L>(x);
    let powers = Powers::<T, L>::against(top);
    let sum = match out {
        Some(out) => map_and_sum::<T, L, ABREAST>(Some(x), out, &powers),
        None => sum_of::<T, L, ABREAST>(x, &powers),
    };
    (top, sum)
}

/// e^(x − top).
pub(crate) struct Powers<T, L> {
    top: T,
    set: PhantomData<L>,
}

impl<T, L> Powers<T, L> {
    #[inline(always)]
    pub(crate) fn against(top: T) -> Self {
        Powers { top, set: PhantomData }
    }
}

impl<T: Real, L: Lanes> Abreast<T, ABREAST> for Powers<T, L> {
    #[inline(always)]
    fn at(&self, x: [T; ABREAST]) -> [T; ABREAST] {
        T::exponentials::<L, ABREAST>(x.map(|x| x - self.top))
    }
}

/// The largest element of a row, 0 for a masked one.
#[inline(always)]
fn top_of<T: Real, L: Lanes>(x: &[T]) -> T {
    let top = largest::<T, L>(x);
    if top == T::LOWEST { T::ZERO } else { top }
}

struct Softmax<'a, T> {
    len: usize,
    x: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for Softmax<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Softmax { len, x, out } = self;
        let some = len * rows_abreast(len);
        for (x, out) in x.chunks(some).zip(out.chunks_mut(some)) {
            let (mut tops, mut scales) = ([T::ZERO; ROWS], [T::ZERO; ROWS]);
            for (top, x) in tops.iter_mut().zip(x.chunks_exact(len)) {
                *top = top_of::<T, L>(x);
            }
            let rows = x.chunks_exact(len).zip(out.chunks_exact_mut(len));
            for ((&top, scale), (x, out)) in tops.iter().zip(&mut scales).zip(rows) {
                let powers = Powers::<T, L>::against(top);
                let sum = map_and_sum::<T, L, ABREAST>(Some(x), out, &powers);
                *scale = if sum == T::ZERO { T::ZERO } else { T::ONE / sum };
            }
            for (&scale, out) in scales.iter().zip(out.chunks_exact_mut(len)) {
                out.iter_mut().for_each(|y| *y = *y * scale);
            }
        }
    }
}

struct LogSoftmax<'a, T> {
    len: usize,
    x: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for LogSoftmax<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        for (x, out) in self.x.chunks_exact(self.len).zip(self.out.chunks_exact_mut(self.len)) {
            let (top, sum) = exponentials::<T, L>(x, Some(out));
            if sum == T::ZERO {
                out.fill(T::ZERO);
                continue;
            }
            let log = sum.logarithm::<L>();
            for (y, &x) in out.iter_mut().zip(x) {
                *y = (x - top) - log;
            }
        }
    }
}

struct SoftmaxBackward<'a, T> {
    len: usize,
    y: &'a [T],
    gradient: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for SoftmaxBackward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let SoftmaxBackward { len, y, gradient, out } = self;
        let rows = y.chunks_exact(len).zip(gradient.chunks_exact(len));
        for ((y, gradient), out) in rows.zip(out.chunks_exact_mut(len)) {
            let dot = sum_each::<T, L>([y, gradient], |y, g| y * g);
            for ((out, &y), &g) in out.iter_mut().zip(y).zip(gradient) {
                *out = y * (g - dot);
            }
        }
    }
}

struct LogSoftmaxBackward<'a, T> {
    len: usize,
    y: &'a [T],
    gradient: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for LogSoftmaxBackward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let LogSoftmaxBackward { len, y, gradient, out } = self;
        let rows = y.chunks_exact(len).zip(gradient.chunks_exact(len));
        for ((y, gradient), out) in rows.zip(out.chunks_exact_mut(len)) {
            let sum = sum_each::<T, L>([gradient, gradient], |g, _| g);
            map_values::<T, L, Exp, ABREAST>(Some(y), out);
            for (out, &g) in out.iter_mut().zip(gradient) {
                *out = g - *out * sum;
            }
        }
    }
}
