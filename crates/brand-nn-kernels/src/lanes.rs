//! Loops over rows and blocks that become vector code once they are inlined into a kernel.

use crate::Real;
use crate::threads::for_each_chunk;

/// Elements that are computed together; a shorter end is padded.
pub(crate) const BLOCK: usize = 32;
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
    let mut width = BLOCK;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            lanes[i] = fold(lanes[i], lanes[i + width]);
        }
    }
    lanes[0]
}

/// `out = f(x)`, whole blocks first, then the end in a padded block.
#[inline(always)]
pub(crate) fn map_blocks<T: Real>(x: &[T], out: &mut [T], f: impl Fn(T) -> T) {
    let (blocks, rest) = x.as_chunks::<BLOCK>();
    let (outs, end) = out.as_chunks_mut::<BLOCK>();
    for (x, out) in blocks.iter().zip(outs) {
        for i in 0..BLOCK {
            out[i] = f(x[i]);
        }
    }
    if !rest.is_empty() {
        let (mut padded, mut out) = ([T::ONE; BLOCK], [T::ZERO; BLOCK]);
        padded[..rest.len()].copy_from_slice(rest);
        for i in 0..BLOCK {
            out[i] = f(padded[i]);
        }
        end.copy_from_slice(&out[..end.len()]);
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
