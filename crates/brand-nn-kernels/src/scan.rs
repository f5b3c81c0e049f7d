//! What runs along an axis: each result is made of the one before it.

use crate::size::count;
use crate::threads::{Parts, for_each};
use crate::{Number, Real};

/// Elements below which a scan stays on one thread.
const SERIAL: usize = 1 << 16;

/// Running products along the middle axis of `[outer, len, inner]`.
///
/// # Panics
/// If a length does not match.
///
/// # Examples
/// ```
/// let mut out = [0; 3];
/// brand_nn_kernels::cumprod(&[2, 3, 4], [1, 3, 1], &mut out);
/// assert_eq!(out, [2, 6, 24]);
/// ```
#[track_caller]
pub fn cumprod<T: Number>(x: &[T], shape: [usize; 3], out: &mut [T]) {
    scan("cumprod", x, shape, out, &T::times);
}

/// Running `ln Σ e^x` along the middle axis of `[outer, len, inner]`, without overflow.
///
/// # Panics
/// If a length does not match.
///
/// # Examples
/// ```
/// let mut out = [0.0; 2];
/// brand_nn_kernels::logcumsumexp(&[1e4_f64, 1e4], [1, 2, 1], &mut out);
/// assert_eq!(out, [1e4, 1e4 + 2_f64.ln()]);
/// ```
#[track_caller]
pub fn logcumsumexp<T: Real>(x: &[T], shape: [usize; 3], out: &mut [T]) {
    scan("logcumsumexp", x, shape, out, &|a, b| T::from_f64(log_add_exp(a.to_f64(), b.to_f64())));
}

/// `ln(e^a + e^b)`, without overflow; −∞ of two −∞.
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_kernels::log_add_exp(-1e4, -1e4), -1e4 + 2_f64.ln());
/// ```
pub fn log_add_exp(a: f64, b: f64) -> f64 {
    if a == b {
        return a + std::f64::consts::LN_2;
    }
    a.larger(b) + (-(a - b).abs()).exp().ln_1p()
}

/// `y[t] = factor[t] · y[t − 1] + x[t]` along the middle axis of `[outer, len, inner]`; in
/// reverse `y[t + 1]` stands for `y[t − 1]`.
///
/// # Panics
/// If a length does not match.
///
/// # Examples
/// ```
/// let mut out = [0.0; 3];
/// let (factor, x) = ([9.0, 0.5, 0.5], [4.0_f32, 0.0, 1.0]);
/// brand_nn_kernels::recurrence(&factor, &x, [1, 3, 1], false, &mut out);
/// assert_eq!(out, [4.0, 2.0, 2.0]);
/// ```
#[track_caller]
pub fn recurrence<T: Real>(factor: &[T], x: &[T], shape: [usize; 3], reverse: bool, out: &mut [T]) {
    check("recurrence", factor.len(), shape, out.len());
    check("recurrence", x.len(), shape, out.len());
    let [_, len, inner] = shape;
    let parts = Parts::new(out);
    for_each_plane(shape, &|plane| {
        let range = plane * len * inner..(plane + 1) * len * inner;
        // SAFETY: each plane owns its elements and is visited once.
        let out = unsafe { parts.range(range.clone()) };
        let (factor, x) = (&factor[range.clone()], &x[range]);
        for step in 0..len {
            let t = if reverse { len - 1 - step } else { step };
            for i in t * inner..(t + 1) * inner {
                let before = match (step, reverse) {
                    (0, _) => T::ZERO,
                    (_, true) => factor[i] * out[i + inner],
                    (_, false) => factor[i] * out[i - inner],
                };
                out[i] = before + x[i];
            }
        }
    });
}

/// The largest (or smallest) element so far along the middle axis, and its position.
///
/// The last of equals; from the first NaN on it is the latest NaN, as in PyTorch.
///
/// # Panics
/// If a length does not match.
///
/// # Examples
/// ```
/// let (mut out, mut at) = ([0.0; 4], [0; 4]);
/// brand_nn_kernels::cumextreme(true, &[1.0, 3.0, 2.0, 3.0], [1, 4, 1], &mut out, &mut at);
/// assert_eq!((out, at), ([1.0, 3.0, 3.0, 3.0], [0, 1, 1, 3]));
/// ```
#[track_caller]
pub fn cumextreme<T: Number>(
    max: bool,
    x: &[T],
    shape: [usize; 3],
    out: &mut [T],
    positions: &mut [i64],
) {
    check("cumextreme", x.len(), shape, out.len());
    check("cumextreme", x.len(), shape, positions.len());
    let [_, len, inner] = shape;
    let (values, places) = (Parts::new(out), Parts::new(positions));
    for_each_plane(shape, &|plane| {
        let range = plane * len * inner..(plane + 1) * len * inner;
        let x = &x[range.clone()];
        // SAFETY: each plane owns its elements of both and is visited once.
        let (out, at) = unsafe { (values.range(range.clone()), places.range(range)) };
        for i in 0..len * inner {
            (out[i], at[i]) = (x[i], (i / inner) as i64);
            if i >= inner && !beats(max, x[i], out[i - inner]) {
                (out[i], at[i]) = (out[i - inner], at[i - inner]);
            }
        }
    });
}

/// Whether an element takes the place of the extreme so far.
fn beats<T: Number>(max: bool, new: T, old: T) -> bool {
    let farther = if max { new >= old } else { new <= old };
    new.not_a_number() || (!old.not_a_number() && farther)
}

#[track_caller]
fn scan<T: Number>(
    op: &str,
    x: &[T],
    shape: [usize; 3],
    out: &mut [T],
    f: &(dyn Fn(T, T) -> T + Sync),
) {
    check(op, x.len(), shape, out.len());
    let size = shape[1] * shape[2];
    let parts = Parts::new(out);
    for_each_plane(shape, &|plane| {
        // SAFETY: each plane owns its elements and is visited once.
        let out = unsafe { parts.range(plane * size..(plane + 1) * size) };
        out.copy_from_slice(&x[plane * size..(plane + 1) * size]);
        for i in shape[2]..size {
            out[i] = f(out[i - shape[2]], out[i]);
        }
    });
}

#[track_caller]
fn check(op: &str, x: usize, shape: [usize; 3], out: usize) {
    let size = count(op, &shape);
    assert!(x == size, "{op}: {x} elements for shape {shape:?}, expected {size}");
    assert!(out == size, "{op}: {out} results for shape {shape:?}, expected {size}");
}

fn for_each_plane([outer, len, inner]: [usize; 3], f: &(dyn Fn(usize) + Sync)) {
    match len * inner {
        0 => (),
        size if outer * size < SERIAL => (0..outer).for_each(f),
        _ => for_each(outer, f),
    }
}
