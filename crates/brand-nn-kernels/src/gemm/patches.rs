//! A right matrix that is never laid out: what a window sees of an image, place by place.

use std::ops::Range;

use super::block::Right;
use super::job::Job;
use super::packed::run;
use super::plan::pieces;
use super::{Mat, MatMut, check_inside};
use crate::Real;
use crate::simd::Vector;

/// Rows of C that share a panel: A's part of a slab stays in the second cache.
const ROWS: usize = 192;
/// Lanes of the widest vector: as many elements beyond the last are read, never used.
pub(crate) const SLACK: usize = 16;

/// Where a window stands over rows of planes: place `(d, h, w)` is element
/// `(d · widths[0] + h) · widths[1] + w` from the first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    /// Places along each axis, outermost first.
    pub(crate) counts: [usize; 3],
    /// Rows of a plane, elements of a row.
    pub(crate) widths: [usize; 2],
}

impl Places {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.counts.iter().product()
    }

    /// Elements from the first place to the last, both counted.
    pub(crate) fn reach(&self) -> usize {
        self.len().checked_sub(1).map_or(0, |last| self.at(last) + 1)
    }

    #[inline(always)]
    fn at(&self, place: usize) -> usize {
        let [_, height, width] = self.counts;
        let row = place / width;
        (row / height * self.widths[0] + row % height) * self.widths[1] + place % width
    }

    /// Calls `f(at, start, count)` for runs of places side by side: `count` of them from the
    /// `at`-th of `places` on are the elements from `start` on.
    #[inline(always)]
    pub(crate) fn runs(&self, places: Range<usize>, mut f: impl FnMut(usize, usize, usize)) {
        let mut place = places.start;
        while place < places.end {
            let left = self.counts[2] - place % self.counts[2];
            let count = left.min(places.end - place);
            f(place - places.start, self.at(place), count);
            place += count;
        }
    }
}

/// `B[p, o] = data[rows[p] + place o]`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Patches<'a, T> {
    /// The image, with [`SLACK`] elements beyond the last one that is seen.
    pub(crate) data: &'a [T],
    /// What each row of the matrix sees at the first place.
    pub(crate) rows: &'a [usize],
    /// The columns.
    pub(crate) places: Places,
}

/// `C = A B + β C` for a C that tasks share, given by its first element; on this thread.
///
/// # Panics
/// If the inner sizes differ, or a matrix to read leaves its data.
///
/// # Safety
/// C's `a.rows` rows of as many elements as there are places, `row_stride` apart, may be written,
/// and nobody else touches them meanwhile.
#[track_caller]
pub(crate) unsafe fn gemm_patches<T: Real>(
    a: Mat<T>,
    b: &Patches<T>,
    beta: T,
    c: *mut T,
    row_stride: usize,
) {
    let (k, n) = (b.rows.len(), b.places.len());
    assert!(a.cols == k, "gemm_patches: [{}, {}] · [{k}, {n}]", a.rows, a.cols);
    check_inside("A", a.data.len(), [a.rows, a.cols], [a.row_stride, a.col_stride]);
    let most = b.rows.iter().max().map_or(0, |row| row + b.places.reach() + SLACK);
    assert!(most <= b.data.len(), "gemm_patches: {most} elements of {}", b.data.len());
    let right = Mat { data: b.data, rows: k, cols: n, row_stride: 0, col_stride: 0 };
    let (row_stride, col_stride) = (row_stride as isize, 1);
    let nowhere = MatMut { data: &mut [], rows: a.rows, cols: n, row_stride, col_stride };
    let job = Job { c, ..Job::new(T::ONE, &a, &right, beta, &nowhere) };
    // SAFETY: A and B were checked above, the caller vouches for C.
    unsafe { T::patches_product(&job, b) };
}

/// Computes a checked product with an A of at least one column.
pub(super) fn product<T: Real>(job: &Job<T>, b: &Patches<T>) {
    let height = job.m.div_ceil(job.m.div_ceil(ROWS).max(1)).max(1);
    for rows in pieces(job.m, height) {
        run(job.window(rows, 0..job.n), Right::Patches(b));
    }
}

impl<T: Real> Patches<'_, T> {
    /// Copies some columns of some rows, as many as a panel has at most; gives the copy and its
    /// row stride. What lies beyond the columns in a row's last vector is arbitrary.
    ///
    /// # Safety
    /// The instruction set of `V` is there; rows and columns are the matrix's, which
    /// [`gemm_patches`] checked.
    #[inline(always)]
    pub(super) unsafe fn panel<V: Vector<Element = T>>(
        &self,
        rows: Range<usize>,
        columns: Range<usize>,
        to: &mut [T],
    ) -> (*const T, usize) {
        let stride = columns.len().next_multiple_of(V::LANES);
        assert!(rows.len() * stride + V::LANES <= to.len());
        let (mut moves, mut count) = ([(0, 0); 2 * SLACK], 0);
        self.places.runs(columns, |at, start, len| {
            for i in (0..len).step_by(V::LANES) {
                moves[count] = (start + i, at + i);
                count += 1;
            }
        });
        let (rows, to) = (&self.rows[rows], to.as_mut_ptr());
        // SAFETY: a move reads less than a vector beyond a place and writes less than one beyond
        // the row, both of which are there: `SLACK`, and the assertion above.
        unsafe {
            match count {
                2 => copy_rows::<V>(self.data, rows, [moves[0], moves[1]], to, stride),
                3 => copy_rows::<V>(self.data, rows, [moves[0], moves[1], moves[2]], to, stride),
                _ => copy_rows::<V>(self.data, rows, &moves[..count], to, stride),
            }
        }
        (to, stride)
    }
}

/// Copies each row vector by vector; a `(from, to)` later than another overwrites its surplus.
///
/// # Safety
/// The instruction set is there, and so are all elements of the vectors.
#[inline(always)]
unsafe fn copy_rows<V: Vector>(
    data: &[V::Element],
    rows: &[usize],
    moves: impl AsRef<[(usize, usize)]>,
    to: *mut V::Element,
    stride: usize,
) {
    for (p, &row) in rows.iter().enumerate() {
        for &(from, at) in moves.as_ref() {
            // SAFETY: promised by the caller.
            unsafe { V::load(data.as_ptr().add(row + from)).store(to.add(p * stride + at)) };
        }
    }
}
