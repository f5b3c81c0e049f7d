//! Sums and extremes along an axis, by a tree that depends on the shape alone.

use crate::simd::{Kernel, Lanes, dispatch};
use crate::size::count;
use crate::threads::{Parts, for_each};
use crate::{Buffer, Number};

mod position;

pub use position::{arg_reduce, cumsum};

/// Partial results that a row is folded into side by side.
const WIDTH: usize = 32;
/// Elements of a row that are folded before partial results meet in a tree.
const BLOCK: usize = 4096;
/// Rows of a column reduction that are folded before partial results meet in a tree.
const ROWS: usize = 64;
/// Elements below which a reduction stays on one thread.
const SERIAL: usize = 1 << 18;

/// How many elements become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduce {
    /// The sum; of nothing, 0.
    Sum,
    /// The sum over the count; of nothing, NaN. Integers round toward zero.
    Mean,
    /// The largest, NaN if any is; of nothing, −∞ or the smallest integer.
    Max,
    /// The smallest, NaN if any is; of nothing, +∞ or the largest integer.
    Min,
    /// The product; of nothing, 1.
    Prod,
}

impl Reduce {
    /// What changes no other element.
    fn neutral<T: Number>(self) -> T {
        match self {
            Reduce::Sum | Reduce::Mean => T::ZERO,
            Reduce::Max => T::LOWEST,
            Reduce::Min => T::HIGHEST,
            Reduce::Prod => T::ONE,
        }
    }

    #[inline(always)]
    fn fold<T: Number>(self, a: T, b: T) -> T {
        match self {
            Reduce::Sum | Reduce::Mean => a.plus(b),
            Reduce::Max => a.larger(b),
            Reduce::Min => a.smaller(b),
            Reduce::Prod => a.times(b),
        }
    }
}

/// Reduces the middle axis: `x` is `[outer, len, inner]`, `out` is `[outer, inner]`.
///
/// Partial results meet in a fixed tree: errors grow with the logarithm of `len`, and the bits
/// do not depend on the number of threads.
///
/// # Panics
/// If a length does not match.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Reduce, reduce};
/// let mut out = [0.0_f32; 2];
/// reduce(Reduce::Mean, &[1.0, 2.0, 3.0, 4.0], 1, 2, 2, &mut out);
/// assert_eq!(out, [2.0, 3.0]);
/// ```
#[track_caller]
pub fn reduce<T: Number>(
    op: Reduce,
    x: &[T],
    outer: usize,
    len: usize,
    inner: usize,
    out: &mut [T],
) {
    let results = count("reduce", &[outer, inner]);
    check("reduce", x.len(), [outer, len, inner], out.len(), results);
    if len == 0 || out.is_empty() {
        out.fill(op.neutral());
    } else {
        T::fold_axis(op, x, len, inner, out);
    }
    if op == Reduce::Mean {
        let count = T::from_f64(len as f64);
        out.iter_mut()
            .for_each(|x| *x = if len == 0 { T::from_f64(f64::NAN) } else { x.over(count) });
    }
}

/// Types with reductions; their code is made here once, not in every crate that calls it.
#[doc(hidden)]
pub trait Reductions: Sized {
    /// Folds the middle axis of `[outer, len, inner]`, which has at least one element.
    fn fold_axis(op: Reduce, x: &[Self], len: usize, inner: usize, out: &mut [Self]);
}

macro_rules! reductions {
    ($($t:ty)*) => {$(
        impl Reductions for $t {
            fn fold_axis(op: Reduce, x: &[Self], len: usize, inner: usize, out: &mut [Self]) {
                if inner == 1 { rows(op, x, len, out) } else { columns(op, x, len, inner, out) }
            }
        }
    )*};
}
reductions! { f32 f64 i64 i32 u8 }

/// Panics unless `x` and `out` have the lengths that the shape implies.
#[track_caller]
fn check(op: &str, x: usize, shape: [usize; 3], out: usize, expected: usize) {
    let size = count(op, &shape);
    assert!(x == size, "{op}: {x} elements for shape {shape:?}, expected {size}");
    assert!(out == expected, "{op}: {out} results for shape {shape:?}, expected {expected}");
}

/// Each row of `len` elements becomes one.
fn rows<T: Number>(op: Reduce, x: &[T], len: usize, out: &mut [T]) {
    let blocks = len.div_ceil(BLOCK);
    if blocks == 1 {
        let per_task = if x.len() < SERIAL { out.len() } else { (SERIAL / 4).div_ceil(len) };
        return crate::for_each_chunk(out, per_task, |task, out| {
            let start = task * per_task * len;
            dispatch(Fold { op, x: &x[start..start + out.len() * len], out });
        });
    }
    let mut partial = Buffer::stale(out.len() * blocks);
    let per_task = if x.len() < SERIAL { partial.len() } else { 8 };
    crate::for_each_chunk(&mut partial, per_task, |task, partial| {
        for (i, partial) in partial.iter_mut().enumerate() {
            let (row, block) = ((task * per_task + i) / blocks, (task * per_task + i) % blocks);
            let range = row * len + block * BLOCK..row * len + len.min((block + 1) * BLOCK);
            dispatch(Fold { op, x: &x[range], out: std::slice::from_mut(partial) });
        }
    });
    for (out, partial) in out.iter_mut().zip(partial.chunks_exact_mut(blocks)) {
        *out = tree(op, partial);
    }
}

/// Neighbours meet, then their results, until one is left.
fn tree<T: Number>(op: Reduce, partial: &mut [T]) -> T {
    let mut count = partial.len();
    while count > 1 {
        for i in 0..count / 2 {
            partial[i] = op.fold(partial[2 * i], partial[2 * i + 1]);
        }
        if count % 2 == 1 {
            partial[count / 2] = partial[count - 1];
        }
        count = count.div_ceil(2);
    }
    partial[0]
}

/// Each row of elements, as many as there are results, becomes one.
struct Fold<'a, T> {
    op: Reduce,
    x: &'a [T],
    out: &'a mut [T],
}

impl<T: Number> Kernel for Fold<'_, T> {
    type Output = ();
    const WIDE: bool = T::FLOAT;

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Fold { op, x, out } = self;
        match op {
            Reduce::Sum | Reduce::Mean => fold_rows(x, out, T::ZERO, T::plus),
            Reduce::Max => fold_rows(x, out, T::LOWEST, T::larger),
            Reduce::Min => fold_rows(x, out, T::HIGHEST, T::smaller),
            Reduce::Prod => fold_rows(x, out, T::ONE, T::times),
        }
    }
}

#[inline(always)]
fn fold_rows<T: Number>(x: &[T], out: &mut [T], neutral: T, f: impl Fn(T, T) -> T) {
    let rows = x.chunks_exact(x.len() / out.len());
    for (out, x) in out.iter_mut().zip(rows) {
        *out = fold(x, neutral, &f);
    }
}

#[inline(always)]
fn fold<T: Number>(x: &[T], neutral: T, f: impl Fn(T, T) -> T) -> T {
    let (blocks, rest) = x.as_chunks::<WIDTH>();
    let mut lanes = [neutral; WIDTH];
    for block in blocks {
        for i in 0..WIDTH {
            lanes[i] = f(lanes[i], block[i]);
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane = f(*lane, x);
    }
    let mut width = WIDTH;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            lanes[i] = f(lanes[i], lanes[i + width]);
        }
    }
    lanes[0]
}

/// Each column of `len` rows becomes one element.
fn columns<T: Number>(op: Reduce, x: &[T], len: usize, inner: usize, out: &mut [T]) {
    let blocks = len.div_ceil(ROWS);
    let outer = out.len() / inner;
    if blocks == 1 {
        let tasks = if x.len() < SERIAL { 1 } else { outer };
        let per_task = outer.div_ceil(tasks);
        return crate::for_each_chunk(out, per_task * inner, |task, out| {
            let planes = x[task * per_task * len * inner..].chunks_exact(len * inner);
            out.chunks_exact_mut(inner).zip(planes).for_each(|(out, x)| add_rows(op, x, out));
        });
    }
    let mut partial = Buffer::stale(outer * blocks * inner);
    let parts = Parts::new(&mut partial);
    let block = |task: usize| {
        let (plane, block) = (task / blocks, task % blocks);
        let first = (plane * len + block * ROWS) * inner;
        let end = (plane * len + len.min((block + 1) * ROWS)) * inner;
        // SAFETY: each task owns one row of partial results and runs once.
        add_rows(op, &x[first..end], unsafe { parts.range(task * inner..(task + 1) * inner) });
    };
    if x.len() < SERIAL {
        (0..outer * blocks).for_each(block);
    } else {
        for_each(outer * blocks, block);
    }
    for (out, partial) in out.chunks_exact_mut(inner).zip(partial.chunks_exact_mut(blocks * inner))
    {
        column_tree(op, partial, inner, out);
    }
}

/// Neighbouring rows meet, then their results, until one is left.
fn column_tree<T: Number>(op: Reduce, partial: &mut [T], inner: usize, out: &mut [T]) {
    let rows = partial.len() / inner;
    let mut gap = 1;
    while gap < rows {
        for pair in partial.chunks_mut(2 * gap * inner).filter(|pair| pair.len() > gap * inner) {
            let (left, right) = pair.split_at_mut(gap * inner);
            dispatch(Meet { op, x: &right[..inner], out: &mut left[..inner] });
        }
        gap *= 2;
    }
    out.copy_from_slice(&partial[..inner]);
}

/// Folds consecutive rows into `out`.
fn add_rows<T: Number>(op: Reduce, x: &[T], out: &mut [T]) {
    let (first, rest) = x.split_at(out.len());
    out.copy_from_slice(first);
    for row in rest.chunks_exact(out.len()) {
        dispatch(Meet { op, x: row, out });
    }
}

/// `out = fold(out, x)`, element by element.
struct Meet<'a, T> {
    op: Reduce,
    x: &'a [T],
    out: &'a mut [T],
}

impl<T: Number> Kernel for Meet<'_, T> {
    type Output = ();
    const WIDE: bool = T::FLOAT;

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Meet { op, x, out } = self;
        match op {
            Reduce::Sum | Reduce::Mean => meet(x, out, T::plus),
            Reduce::Max => meet(x, out, T::larger),
            Reduce::Min => meet(x, out, T::smaller),
            Reduce::Prod => meet(x, out, T::times),
        }
    }
}

#[inline(always)]
fn meet<T: Number>(x: &[T], out: &mut [T], f: impl Fn(T, T) -> T) {
    for (out, &x) in out.iter_mut().zip(x) {
        *out = f(*out, x);
    }
}
