//! All windows of images side by side, and added up again.

use super::{Window, add_columns, columns};
use crate::Real;
use crate::threads::for_each_chunk;

/// `out[plane, tap, o]`: what each tap of each place of the window reads, nought outside.
///
/// # Panics
/// If the lengths are not those of whole planes of the window.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Slide, Window, unfold};
/// let width = Slide { input: 3, output: 2, kernel: 2, stride: 1, dilation: 1, before: 0 };
/// let mut out = [0.0_f32; 4];
/// unfold(&Window { axes: [Slide::ONE, Slide::ONE, width] }, &[1.0, 2.0, 3.0], &mut out);
/// assert_eq!(out, [1.0, 2.0, 2.0, 3.0]);
/// ```
#[track_caller]
pub fn unfold<T: Real>(window: &Window, x: &[T], out: &mut [T]) {
    let (inputs, outputs) = (window.inputs(), window.outputs());
    check("unfold", window, x.len(), out.len());
    if out.is_empty() {
        return;
    }
    for_each_chunk(out, window.taps() * outputs, |plane, out| {
        columns(&x[plane * inputs..(plane + 1) * inputs], window, 0..outputs, out);
    });
}

/// Adds what [`unfold`] laid out up again: each input gets the sum of all taps that read it.
///
/// # Panics
/// As [`unfold`].
#[track_caller]
pub fn fold<T: Real>(window: &Window, x: &[T], out: &mut [T]) {
    let (inputs, size) = (window.inputs(), window.taps() * window.outputs());
    check("fold", window, out.len(), x.len());
    out.fill(T::ZERO);
    if x.is_empty() || out.is_empty() {
        return;
    }
    for_each_chunk(out, inputs, |plane, out| {
        let x = &x[plane * size..(plane + 1) * size];
        add_columns(x, window, 0..window.outputs(), out);
    });
}

#[track_caller]
fn check(op: &str, window: &Window, folded: usize, unfolded: usize) {
    window.check(op);
    let (inputs, size) = (window.inputs(), window.taps() * window.outputs());
    let planes = folded.checked_div(inputs).unwrap_or(0);
    assert!(
        folded == planes * inputs && (inputs == 0 || unfolded == planes * size),
        "{op}: {folded} elements in planes of {inputs}, {unfolded} in planes of {size}"
    );
}
