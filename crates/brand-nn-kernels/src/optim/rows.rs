//! A step of Adam over the rows of a table that have a gradient.

use super::{AdamStep, Factors};
use crate::Real;
use crate::simd::{Kernel, Lanes, dispatch, prefetch};
use crate::size::count;
use crate::threads::{Parts, for_each};
use std::ops::Range;

/// Elements that one task steps, about.
const TASK: usize = 1 << 14;
/// How many rows ahead memory is asked for: a row is stepped in a fraction of the time it takes.
const AHEAD: usize = 12;
/// Elements whose loop is unrolled: the vectors of a short row are few, and never a remainder.
const BLOCK: usize = 16;

/// A gradient that is zero but for some rows of a table.
#[derive(Clone, Copy, Debug)]
pub struct RowValues<'a, T> {
    /// The rows' numbers, each once and rising.
    pub ids: &'a [i64],
    /// The elements of a row.
    pub width: usize,
    /// The gradients of the rows, one after the other.
    pub values: &'a [T],
}

/// Steps the rows of weights `w` and moments `m`, `v` that have a gradient, as
/// [`adam`](crate::adam) does; the others stay as they are.
///
/// # Panics
/// If the lengths differ, are not whole rows, or the ids are not rising or beyond the last row.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{AdamStep, RowValues, adam_rows};
/// let (mut w, mut m, mut v) = ([1.0_f64; 4], [0.0; 4], [0.0; 4]);
/// let rows = RowValues { ids: &[1], width: 2, values: &[5.0, -3.0] };
/// adam_rows(&AdamStep::new(0.5, 0.9, 0.999, 0.0, 1), &mut w, rows, &mut m, &mut v);
/// assert_eq!(w[..2], [1.0, 1.0]);
/// assert!((w[2] - 0.5).abs() < 1e-12 && (w[3] - 1.5).abs() < 1e-12);
/// ```
#[track_caller]
pub fn adam_rows<T: Real>(
    step: &AdamStep,
    w: &mut [T],
    rows: RowValues<T>,
    m: &mut [T],
    v: &mut [T],
) {
    check(&rows, [w.len(), m.len(), v.len()]);
    let RowValues { ids, width, values } = rows;
    if width == 0 {
        return;
    }
    let (w, m, v) = (Parts::new(w), Parts::new(m), Parts::new(v));
    let per_task = (TASK / width).max(1);
    for_each(ids.len().div_ceil(per_task), |task| {
        let part = task * per_task..ids.len().min((task + 1) * per_task);
        let whole = span(&ids[part.clone()], width);
        let (ids, g) = (&ids[part.clone()], &values[part.start * width..part.end * width]);
        // SAFETY: ids rise strictly, so the spans of different tasks are disjoint; each runs once.
        let (w, m, v) =
            unsafe { (w.range(whole.clone()), m.range(whole.clone()), v.range(whole.clone())) };
        dispatch(AdamRows { step, ids, width, before: whole.start, w, g, m, v });
    });
}

/// The elements from the first row of some to the last.
fn span(ids: &[i64], width: usize) -> Range<usize> {
    let end = |id: &i64| (*id as usize + 1) * width;
    ids.first().map_or(0..0, |first| end(first) - width..ids.last().map_or(0, end))
}

#[track_caller]
fn check<T>(rows: &RowValues<T>, [w, m, v]: [usize; 3]) {
    let RowValues { ids, width, values } = *rows;
    let expected = count("adam_rows", &[ids.len(), width]);
    assert!(
        values.len() == expected && m == w && v == w,
        "adam_rows: {} gradients for {} rows of {width}, {w} weights, {m} and {v} moments",
        values.len(),
        ids.len()
    );
    assert!(
        if width == 0 { w == 0 } else { w.is_multiple_of(width) },
        "adam_rows: a table of {w} weights has no rows of {width}"
    );
    let table = w.checked_div(width).unwrap_or(usize::MAX);
    let within = |&id: &i64| usize::try_from(id).is_ok_and(|id| id < table);
    assert!(
        ids.first().is_none_or(within) && ids.last().is_none_or(within) && ids.is_sorted_by(rises),
        "adam_rows: {} ids that do not rise within {table} rows",
        ids.len()
    );
}

fn rises(before: &i64, after: &i64) -> bool {
    before < after
}

struct AdamRows<'a, T> {
    step: &'a AdamStep,
    ids: &'a [i64],
    width: usize,
    /// The elements of the table before `w`, `m` and `v`.
    before: usize,
    w: &'a mut [T],
    g: &'a [T],
    m: &'a mut [T],
    v: &'a mut [T],
}

impl<T: Real> Kernel for AdamRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let AdamRows { step, ids, width, before, w, g, m, v } = self;
        let factors = Factors::<T>::new(step);
        let place = |id: i64| id as usize * width - before;
        for (i, g) in g.chunks_exact(width).enumerate() {
            if let Some(&later) = ids.get(i + AHEAD) {
                let later = place(later)..place(later) + width;
                [&*w, m, v].iter().for_each(|table| prefetch::<T, L>(&table[later.clone()]));
            }
            let row = place(ids[i])..place(ids[i]) + width;
            sweep(&factors, &mut w[row.clone()], g, &mut m[row.clone()], &mut v[row]);
        }
    }
}

/// One row, block by block.
#[inline(always)]
fn sweep<T: Real>(factors: &Factors<T>, w: &mut [T], g: &[T], m: &mut [T], v: &mut [T]) {
    let ((w, w_rest), (g, g_rest)) = (w.as_chunks_mut::<BLOCK>(), g.as_chunks::<BLOCK>());
    let ((m, m_rest), (v, v_rest)) = (m.as_chunks_mut::<BLOCK>(), v.as_chunks_mut::<BLOCK>());
    for (((w, g), m), v) in w.iter_mut().zip(g).zip(m).zip(v) {
        factors.sweep(w, g, m, v);
    }
    factors.sweep(w_rest, g_rest, m_rest, v_rest);
}
