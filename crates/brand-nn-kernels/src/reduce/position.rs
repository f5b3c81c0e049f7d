//! Where the extreme lies along an axis, and running sums.

use super::check;
use crate::Number;
use crate::size::count;
use crate::threads::{Parts, for_each};

/// Elements below which a kernel of this file stays on one thread.
const SERIAL: usize = 1 << 16;

/// The position of the largest (or smallest) element along the middle axis.
///
/// The first one on ties; a NaN counts as more extreme than anything, as in NumPy.
///
/// # Panics
/// If a length does not match, or the axis is empty.
///
/// # Examples
/// ```
/// let mut out = [0];
/// brand_nn_kernels::arg_reduce(true, &[1.0_f32, 7.0, 7.0], 1, 3, 1, &mut out);
/// assert_eq!(out, [1]);
/// ```
#[track_caller]
pub fn arg_reduce<T: Number>(
    max: bool,
    x: &[T],
    outer: usize,
    len: usize,
    inner: usize,
    out: &mut [i64],
) {
    let results = count("arg_reduce", &[outer, inner]);
    check("arg_reduce", x.len(), [outer, len, inner], out.len(), results);
    assert!(len > 0 || out.is_empty(), "arg_reduce: an empty axis has no extreme element");
    if out.is_empty() {
        return;
    }
    let parts = Parts::new(out);
    for_each_plane(outer, x.len(), |plane| {
        // SAFETY: each plane owns its `inner` results and is visited once.
        let out = unsafe { parts.range(plane * inner..(plane + 1) * inner) };
        let x = &x[plane * len * inner..(plane + 1) * len * inner];
        for (column, out) in out.iter_mut().enumerate() {
            *out = extreme(max, x[column..].iter().step_by(inner).copied()) as i64;
        }
    });
}

fn extreme<T: Number>(max: bool, values: impl Iterator<Item = T>) -> usize {
    let mut best: Option<(usize, T)> = None;
    for (i, x) in values.enumerate() {
        let Some((_, champion)) = best else {
            best = Some((i, x));
            continue;
        };
        if champion.not_a_number() {
            break;
        }
        if x.not_a_number() || (if max { x > champion } else { x < champion }) {
            best = Some((i, x));
        }
    }
    best.map_or(0, |(i, _)| i)
}

/// Running sums along the middle axis of `[outer, len, inner]`.
///
/// # Panics
/// If a length does not match.
///
/// # Examples
/// ```
/// let mut out = [0; 3];
/// brand_nn_kernels::cumsum(&[1, 2, 3], 1, 3, 1, &mut out);
/// assert_eq!(out, [1, 3, 6]);
/// ```
#[track_caller]
pub fn cumsum<T: Number>(x: &[T], outer: usize, len: usize, inner: usize, out: &mut [T]) {
    check("cumsum", x.len(), [outer, len, inner], out.len(), x.len());
    if out.is_empty() {
        return;
    }
    let (size, parts) = (len * inner, Parts::new(out));
    for_each_plane(outer, x.len(), |plane| {
        // SAFETY: each plane owns its elements and is visited once.
        let out = unsafe { parts.range(plane * size..(plane + 1) * size) };
        out.copy_from_slice(&x[plane * size..(plane + 1) * size]);
        for i in inner..size {
            out[i] = out[i - inner].plus(out[i]);
        }
    });
}

fn for_each_plane(outer: usize, size: usize, f: impl Fn(usize) + Sync) {
    if size < SERIAL { (0..outer).for_each(f) } else { for_each(outer, f) }
}
