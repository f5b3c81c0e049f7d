//! Softmax and its logarithm along the last axis, forward and backward.

use crate::Real;
use crate::lanes::{add, fold_blocks, larger, map, map_rows};
use crate::simd::{Kernel, Lanes, dispatch};

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
    map_rows("softmax", [x, x], len, out, |[x, _], out| dispatch(Softmax { x, out }));
}

/// `y = x − max − ln Σ e^(x − max)` for each row of `len` elements.
///
/// A row of −∞ alone gives noughts.
///
/// # Panics
/// As [`softmax`].
#[track_caller]
pub fn log_softmax<T: Real>(x: &[T], len: usize, out: &mut [T]) {
    map_rows("log_softmax", [x, x], len, out, |[x, _], out| dispatch(LogSoftmax { x, out }));
}

/// The gradient of [`softmax`]: `y (g − Σ y g)`.
///
/// # Panics
/// As [`softmax`].
#[track_caller]
pub fn softmax_backward<T: Real>(y: &[T], gradient: &[T], len: usize, out: &mut [T]) {
    map_rows("softmax_backward", [y, gradient], len, out, |[y, gradient], out| {
        dispatch(SoftmaxBackward { y, gradient, out });
    });
}

/// The gradient of [`log_softmax`]: `g − e^y Σ g`.
///
/// # Panics
/// As [`softmax`].
#[track_caller]
pub fn log_softmax_backward<T: Real>(y: &[T], gradient: &[T], len: usize, out: &mut [T]) {
    map_rows("log_softmax_backward", [y, gradient], len, out, |[y, gradient], out| {
        dispatch(LogSoftmaxBackward { y, gradient, out });
    });
}

/// The largest element of a row, and Σ e^(x − max); for a masked row 0 and 0.
///
/// With `out`, the exponentials are kept there.
#[inline(always)]
pub(crate) fn exponentials<T: Real, L: Lanes>(x: &[T], mut out: Option<&mut [T]>) -> (T, T) {
    let top = fold_blocks(x, T::LOWEST, larger, |_, x| x);
    let top = if top == T::LOWEST { T::ZERO } else { top };
    let sum = match &mut out {
        Some(out) => {
            map(x, out, |x| (x - top).exponential::<L>());
            fold_blocks(out, T::ZERO, add, |_, x| x)
        }
        None => fold_blocks(x, T::ZERO, add, |_, x| (x - top).exponential::<L>()),
    };
    (top, sum)
}

struct Softmax<'a, T> {
    x: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for Softmax<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (_, sum) = exponentials::<T, L>(self.x, Some(self.out));
        let scale = if sum == T::ZERO { T::ZERO } else { T::ONE / sum };
        self.out.iter_mut().for_each(|y| *y = *y * scale);
    }
}

struct LogSoftmax<'a, T> {
    x: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for LogSoftmax<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (top, sum) = exponentials::<T, L>(self.x, None);
        if sum == T::ZERO {
            return self.out.fill(T::ZERO);
        }
        let log = sum.logarithm::<L>();
        for (y, &x) in self.out.iter_mut().zip(self.x) {
            *y = (x - top) - log;
        }
    }
}

struct SoftmaxBackward<'a, T> {
    y: &'a [T],
    gradient: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for SoftmaxBackward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let SoftmaxBackward { y, gradient, out } = self;
        let dot = fold_blocks(y, T::ZERO, add, |i, y| y * gradient[i]);
        for ((out, &y), &g) in out.iter_mut().zip(y).zip(gradient) {
            *out = y * (g - dot);
        }
    }
}

struct LogSoftmaxBackward<'a, T> {
    y: &'a [T],
    gradient: &'a [T],
    out: &'a mut [T],
}

impl<T: Real> Kernel for LogSoftmaxBackward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let LogSoftmaxBackward { y, gradient, out } = self;
        let sum = fold_blocks(gradient, T::ZERO, add, |_, g| g);
        map(y, out, T::exponential::<L>);
        for (out, &g) in out.iter_mut().zip(gradient) {
            *out = g - *out * sum;
        }
    }
}
