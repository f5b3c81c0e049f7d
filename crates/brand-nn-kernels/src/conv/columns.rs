//! Windows laid out as the columns of a matrix, for products; and the way back.

use std::ops::Range;

use super::Window;
use crate::Real;
use crate::simd::{Kernel, Lanes, dispatch};

/// `to[tap, o]`: what each tap of each output reads in one channel, nought outside the input.
pub(super) fn columns<T: Real>(x: &[T], window: &Window, outputs: Range<usize>, to: &mut [T]) {
    dispatch(Columns { x, window, outputs, to });
}

/// Adds `from[tap, o]` to what each tap of each output reads; the opposite of [`columns`].
pub(super) fn add_columns<T: Real>(
    from: &[T],
    window: &Window,
    outputs: Range<usize>,
    x: &mut [T],
) {
    dispatch(AddColumns { from, window, outputs, x });
}

struct Columns<'a, T> {
    x: &'a [T],
    window: &'a Window,
    outputs: Range<usize>,
    to: &'a mut [T],
}

impl<T: Real> Kernel for Columns<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Columns { x, window, outputs, to } = self;
        if window.is_padded() {
            to.fill(T::ZERO);
        }
        let step = window.step();
        for (tap, to) in to.chunks_exact_mut(outputs.len()).enumerate() {
            window.runs(tap, outputs.clone(), |at, start, count| {
                let to = &mut to[at..at + count];
                if step == 1 {
                    to.copy_from_slice(&x[start..start + count]);
                } else {
                    to.iter_mut().zip(x[start..].iter().step_by(step)).for_each(|(a, &b)| *a = b);
                }
            });
        }
    }
}

struct AddColumns<'a, T> {
    from: &'a [T],
    window: &'a Window,
    outputs: Range<usize>,
    x: &'a mut [T],
}

impl<T: Real> Kernel for AddColumns<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let AddColumns { from, window, outputs, x } = self;
        let step = window.step();
        for (tap, from) in from.chunks_exact(outputs.len()).enumerate() {
            window.runs(tap, outputs.clone(), |at, start, count| {
                let from = &from[at..at + count];
                if step == 1 {
                    let x = &mut x[start..start + count];
                    x.iter_mut().zip(from).for_each(|(a, &b)| *a = *a + b);
                } else {
                    let x = x[start..].iter_mut().step_by(step);
                    x.zip(from).for_each(|(a, &b)| *a = *a + b);
                }
            });
        }
    }
}
