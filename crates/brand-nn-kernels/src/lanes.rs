//! Loops over rows and blocks that become vector code once they are inlined into a kernel.

use crate::Real;
use crate::simd::{Lanes, Vector};
use crate::threads::for_each_chunk;

/// Elements that are computed together; a shorter end is padded.
pub(crate) const BLOCK: usize = 32;
/// Vectors that functions take side by side: with fewer the processor waits for its own results,
/// more don't fit into its registers.
pub(crate) const ABREAST: usize = 4;
/// Elements that stay in the first cache between two passes.
pub(crate) const CACHED: usize = 2048;
/// Short rows that take each step side by side: what a row ends a step with, a sum say, is a chain
/// of instructions, which those of the next rows fill.
pub(crate) const ROWS: usize = 8;
/// Elements of rows that one task has, about.
const TASK: usize = 1 << 14;
/// Elements below which rows stay on one thread.
const SERIAL: usize = 1 << 16;

/// Calls `f(rows of the inputs, the same rows of out)` for some rows of `len` elements at a time.
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
        let start = task * rows * len;
        f(inputs.map(|input| &input[start..start + out.len()]), out);
    });
}

/// How many rows of `len` elements take each step side by side: they stay in the first cache.
#[inline(always)]
pub(crate) fn rows_abreast(len: usize) -> usize {
    (CACHED / len.max(1)).clamp(1, ROWS)
}

/// The sum of `f(a, b)` over two slices, by [`Sums`].
#[inline(always)]
pub(crate) fn sum_each<T: Real, L: Lanes>(of: [&[T]; 2], f: impl Fn(T, T) -> T) -> T {
    let mut sums = Sums::<T, L>::new();
    let [(a, a_end), (b, b_end)] = of.map(|x| x.as_chunks::<BLOCK>());
    for (a, b) in a.iter().zip(b) {
        let mut terms = *a;
        for i in 0..BLOCK {
            terms[i] = f(a[i], b[i]);
        }
        sums.add(&terms);
    }
    let count = a_end.len().min(b_end.len());
    if count > 0 {
        let (a, b) = (padded(a_end, T::ZERO), padded(b_end, T::ZERO));
        let mut terms = a;
        for i in 0..BLOCK {
            terms[i] = if i < count { f(a[i], b[i]) } else { T::ZERO };
        }
        sums.add(&terms);
    }
    sums.total()
}

/// [`BLOCK`] sums side by side, which are added up in a fixed order: vectors by name, since of
/// plain loops that end in one number the compiler makes single additions.
struct Sums<T: Real, L: Lanes>([T::Wide<L>; BLOCK / 2]);

impl<T: Real, L: Lanes> Sums<T, L> {
    const LANES: usize = T::Wide::<L>::LANES;

    #[inline(always)]
    fn new() -> Sums<T, L> {
        // SAFETY: kernels run with their own instruction set.
        Sums([unsafe { T::Wide::<L>::splat(T::ZERO) }; BLOCK / 2])
    }

    #[inline(always)]
    fn add(&mut self, terms: &[T; BLOCK]) {
        for i in 0..BLOCK / Self::LANES {
            // SAFETY: kernels run with their own instruction set; i + 1 vectors fit into a block.
            self.0[i] =
                unsafe { self.0[i].add(T::Wide::<L>::load(terms.as_ptr().add(i * Self::LANES))) };
        }
    }

    /// Adds halves together until one is left.
    #[inline(always)]
    fn total(mut self) -> T {
        let mut count = BLOCK / Self::LANES;
        while count > 1 {
            count /= 2;
            for i in 0..count {
                // SAFETY: kernels run with their own instruction set.
                self.0[i] = unsafe { self.0[i].add(self.0[i + count]) };
            }
        }
        // SAFETY: as above.
        unsafe { self.0[0].sum() }
    }
}

/// The sum of a block, by [`Sums`].
#[inline(always)]
pub(crate) fn sum_lanes<T: Real, L: Lanes>(lanes: &[T; BLOCK]) -> T {
    let mut sums = Sums::<T, L>::new();
    sums.add(lanes);
    sums.total()
}

/// A block that begins with fewer elements than it has.
#[inline(always)]
fn padded<T: Real>(x: &[T], with: T) -> [T; BLOCK] {
    let mut block = [with; BLOCK];
    block[..x.len()].copy_from_slice(x);
    block
}

/// The largest element, −∞ of none; a NaN may be left out.
#[inline(always)]
pub(crate) fn largest<T: Real, L: Lanes>(x: &[T]) -> T {
    let (width, larger) = (T::Wide::<L>::LANES, |a: T, b: T| if b > a { b } else { a });
    if x.len() < width {
        return x.iter().fold(T::LOWEST, |a, &b| larger(a, b));
    }
    let mut lanes = [T::LOWEST; 16];
    // SAFETY: kernels run with their own instruction set; what is read ends with the slice or
    // before, and no vector has more than 16 lanes.
    unsafe {
        let at = |i: usize| T::Wide::<L>::load(x.as_ptr().add(i));
        let mut tops = [at(x.len() - width); 4];
        let whole = x.len() / (4 * width) * (4 * width);
        for i in (0..whole).step_by(4 * width) {
            for k in 0..4 {
                tops[k] = at(i + k * width).max(tops[k]);
            }
        }
        for i in (whole..x.len() - width).step_by(width) {
            tops[0] = at(i).max(tops[0]);
        }
        tops[0].max(tops[1]).max(tops[2].max(tops[3])).store(lanes.as_mut_ptr());
    }
    lanes[..width].iter().fold(T::LOWEST, |a, &b| larger(a, b))
}

/// A function of a number each of K vectors.
///
/// A closure, or a function that is handed on by its name, may be left outside of the kernel that
/// calls it, where it has no vectors and each multiply-add is a call: sixty times the time. What a
/// type of its own does is always part of the kernel.
pub(crate) trait Abreast<T, const K: usize> {
    /// `#[inline(always)]`, and so is all that it calls.
    fn at(&self, x: [T; K]) -> [T; K];
}

/// `out = f(x)`, or `out = f(out)` without `x`.
#[inline(always)]
pub(crate) fn map<T: Real, L: Lanes, const K: usize>(
    x: Option<&[T]>,
    out: &mut [T],
    f: &impl Abreast<T, K>,
) {
    visit::<T, L, K>(x, out, f, |_| ());
}

/// [`map`], and the sum of what it wrote as [`sum_each`] adds it up, bit for bit.
#[inline(always)]
pub(crate) fn map_and_sum<T: Real, L: Lanes, const K: usize>(
    x: Option<&[T]>,
    out: &mut [T],
    f: &impl Abreast<T, K>,
) -> T {
    let mut sums = Sums::<T, L>::new();
    visit::<T, L, K>(x, out, f, |written| written.iter().for_each(|block| sums.add(block)));
    sums.total()
}

/// The sum of `f(x)`, that of [`map_and_sum`].
#[inline(always)]
pub(crate) fn sum_of<T: Real, L: Lanes, const K: usize>(x: &[T], f: &impl Abreast<T, K>) -> T {
    let (mut sums, mut aside) = (Sums::<T, L>::new(), [T::ZERO; 4 * BLOCK]);
    for x in x.chunks(aside.len()) {
        let aside = &mut aside[..x.len()];
        visit::<T, L, K>(Some(x), aside, f, |written| {
            written.iter().for_each(|block| sums.add(block));
        });
    }
    sums.total()
}

/// [`map`] by blocks, each shown to `then` when it is written: whole ones first, then the end in a
/// padded one, so that no loop is scalar; behind the end `then` sees noughts.
#[inline(always)]
fn visit<T: Real, L: Lanes, const K: usize>(
    x: Option<&[T]>,
    out: &mut [T],
    f: &impl Abreast<T, K>,
    mut then: impl FnMut(&[[T; BLOCK]]),
) {
    let mut done = 0;
    if const { T::VECTORS && K > 1 && L::Single::LANES > BLOCK / K } {
        done = visit_whole::<T, { 2 * BLOCK / ABREAST }, K>(x, out, f, &mut then);
    }
    done += visit_blocks(x.map(|x| &x[done..]), &mut out[done..], f, &mut then);
    let end = &mut out[done..];
    if end.is_empty() {
        return;
    }
    let mut block = padded(x.map_or(&*end, |x| &x[done..]), T::ONE);
    if T::VECTORS {
        visit_blocks(None, &mut block, f, &mut |_| ());
    } else {
        let used = end.len().next_multiple_of(K);
        visit_whole::<T, 1, K>(None, &mut block[..used], f, &mut |_| ());
    }
    end.copy_from_slice(&block[..end.len()]);
    for (i, y) in block.iter_mut().enumerate() {
        *y = if i < end.len() { *y } else { T::ZERO };
    }
    then(&[block]);
}

/// [`visit_whole`] of blocks of [`BLOCK`] elements.
#[inline(always)]
fn visit_blocks<T: Real, const K: usize>(
    x: Option<&[T]>,
    out: &mut [T],
    f: &impl Abreast<T, K>,
    then: &mut impl FnMut(&[[T; BLOCK]]),
) -> usize {
    if K == 1 {
        visit_whole::<T, BLOCK, K>(x, out, f, then)
    } else {
        const { assert!(K == 1 || K == ABREAST) };
        visit_whole::<T, { BLOCK / ABREAST }, K>(x, out, f, then)
    }
}

/// [`visit`] of whole blocks of K runs of W elements; gives how many elements they have.
#[inline(always)]
fn visit_whole<T: Real, const W: usize, const K: usize>(
    x: Option<&[T]>,
    out: &mut [T],
    f: &impl Abreast<T, K>,
    then: &mut impl FnMut(&[[T; BLOCK]]),
) -> usize {
    let x = x.map(|x| x.as_chunks::<W>().0.as_chunks::<K>().0);
    let out = out.as_chunks_mut::<W>().0.as_chunks_mut::<K>().0;
    for (b, out) in out.iter_mut().enumerate() {
        let from = match x {
            Some(x) => x[b],
            None => *out,
        };
        // Aside, so that nothing that is read may be what is written.
        let mut to = [[T::ZERO; W]; K];
        for i in 0..W {
            let y = f.at(std::array::from_fn(|k| from[k][i]));
            for k in 0..K {
                to[k][i] = y[k];
            }
        }
        *out = to;
        then(out.as_flattened().as_chunks().0);
    }
    out.len() * W * K
}
