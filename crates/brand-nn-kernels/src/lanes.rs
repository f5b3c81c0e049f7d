//! Loops over rows and blocks that become vector code once they are inlined into a kernel.

use crate::Real;
use crate::threads::for_each_chunk;
use crate::words::copy_words;

/// Elements that are computed together; a shorter end is padded.
pub(crate) const BLOCK: usize = 32;
/// Elements that stay in the first cache between two passes.
pub(crate) const CACHED: usize = 2048;
/// Elements of rows that one task has, about.
const TASK: usize = 1 << 14;
/// Elements below which rows stay on one thread.
const SERIAL: usize = 1 << 16;

/// Calls `f(rows of the inputs, row of out)` for every row of `len` elements.
#[track_caller]
pub(crate) fn map_rows<T: Real, const N: usize>(
    op: &str,
    inputs: [&[T]; N],
    len: usize,
    out: &mut [T],
    f: impl Fn([&[T]; N], &mut [T]) + Sync,
) {
    let size = out.len();
    let fits = if len == 0 { size == 0 } else { size.is_multiple_of(len) };
    assert!(fits, "{op}: {size} elements in rows of {len}");
    for input in inputs {
        assert!(input.len() == size, "{op}: {} elements beside {size}", input.len());
    }
    if size == 0 {
        return;
    }
    let rows = if size < SERIAL { size / len } else { TASK.div_ceil(len) };
    for_each_chunk(out, rows * len, |task, out| {
        for (i, out) in out.chunks_exact_mut(len).enumerate() {
            let start = (task * rows + i) * len;
            f(inputs.map(|input| &input[start..start + len]), out);
        }
    });
}

/// Folds `map(position, x)` over a slice, [`BLOCK`] lanes side by side, in a fixed order.
#[inline(always)]
pub(crate) fn fold_blocks<T: Real>(
    x: &[T],
    neutral: T,
    fold: impl Fn(T, T) -> T,
    map: impl Fn(usize, T) -> T,
) -> T {
    let (blocks, rest) = x.as_chunks::<BLOCK>();
    let mut lanes = [neutral; BLOCK];
    for (b, block) in blocks.iter().enumerate() {
        for i in 0..BLOCK {
            lanes[i] = fold(lanes[i], map(b * BLOCK + i, block[i]));
        }
    }
    let done = x.len() - rest.len();
    for (i, &x) in rest.iter().enumerate() {
        lanes[i] = fold(lanes[i], map(done + i, x));
    }
    fold_lanes(lanes, fold)
}

/// Folds halves together until one is left.
#[inline(always)]
fn fold_lanes<T: Real>(mut lanes: [T; BLOCK], fold: impl Fn(T, T) -> T) -> T {
    let mut width = BLOCK;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            lanes[i] = fold(lanes[i], lanes[i + width]);
        }
    }
    lanes[0]
}

/// `x = f(x)` and the sum of all: [`map_in_place`] and [`fold_blocks`] in one sweep, bit for bit.
#[inline(always)]
pub(crate) fn map_and_sum<T: Real>(x: &mut [T], f: impl Fn(T) -> T) -> T {
    let (blocks, end) = x.as_chunks_mut::<BLOCK>();
    let mut lanes = [T::ZERO; BLOCK];
    for block in blocks {
        for i in 0..BLOCK {
            block[i] = f(block[i]);
            lanes[i] = lanes[i] + block[i];
        }
    }
    if !end.is_empty() {
        map_in_place(end, f);
        for (lane, &x) in lanes.iter_mut().zip(&*end) {
            *lane = *lane + x;
        }
    }
    fold_lanes(lanes, add)
}

/// `x = f(x)`: whole blocks first, then the end in a padded block, so that no loop is scalar.
#[inline(always)]
pub(crate) fn map_in_place<T: Real>(x: &mut [T], f: impl Fn(T) -> T) {
    let (whole, end) = x.split_at_mut(x.len() / BLOCK * BLOCK);
    let mut padded = [T::ONE; BLOCK];
    padded[..end.len()].copy_from_slice(end);
    let rest = if end.is_empty() { 0 } else { BLOCK };
    for part in [whole, &mut padded[..rest]] {
        for x in part {
            *x = f(*x);
        }
    }
    end.copy_from_slice(&padded[..end.len()]);
}

/// `out = f(x)`, by a copy that stays in the cache.
#[inline(always)]
pub(crate) fn map<T: Real>(x: &[T], out: &mut [T], f: impl Fn(T) -> T) {
    for (x, out) in x.chunks(CACHED).zip(out.chunks_mut(CACHED)) {
        copy_words(x, out);
        map_in_place(out, &f);
    }
}

/// The sum, as a plain function.
#[inline(always)]
pub(crate) fn add<T: Real>(a: T, b: T) -> T {
    a + b
}

/// The larger one, NaN if either is.
#[inline(always)]
pub(crate) fn larger<T: Real>(a: T, b: T) -> T {
    a.larger(b)
}
