//! One thread's share of a product: panels of B against rows of A, slab by slab.

use super::Job;
use super::packed::Panels;
use super::tile::{Tile, Wide, panel, tile_of};
use crate::simd::{Kernel, Lanes, Vector};
use crate::{Buffer, Real};

/// Panels of B beyond which rows of A are worth copying together.
const PACK_FROM: usize = 3;

/// Where a block's B comes from.
#[derive(Clone, Copy)]
pub(super) enum Right<'a, T: Real> {
    /// Straight from the job, whose rows of B are contiguous.
    Direct,
    /// Panels, from this column of the packed matrix on.
    Packed(Panels<'a, T>, usize),
}

/// Computes a job whose columns of C are contiguous.
pub(super) struct Block<'a, T: Real> {
    pub(super) job: Job<T>,
    pub(super) right: Right<'a, T>,
}

/// The depth of the slabs that a sum over `k` is cut into.
pub(super) fn slab_depth<T: Real, L: Lanes>(k: usize) -> usize {
    let most = L::DEPTH / size_of::<T>();
    k.div_ceil(k.div_ceil(most).max(1)).next_multiple_of(8).max(8)
}

impl<T: Real> Kernel for Block<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Block { job, right } = self;
        let depth = slab_depth::<T, L>(job.k);
        let mut start = 0;
        loop {
            let end = job.k.min(start + depth);
            // SAFETY: whoever made the job checked that its operands lie inside their data.
            unsafe { slab::<T, L>(&job.slab(start..end), &right, start) };
            start = end;
            if start >= job.k {
                break;
            }
        }
    }
}

/// Rows of the tiles that `m` rows are cut into, as equal as can be.
#[inline(always)]
fn tile_rows<L: Lanes>(m: usize) -> usize {
    m.div_ceil(m.div_ceil(L::ROWS).max(1))
}

/// Adds one slab's products to C.
///
/// # Safety
/// The job's operands lie inside their data and C is this thread's own.
#[inline(always)]
unsafe fn slab<T: Real, L: Lanes>(job: &Job<T>, right: &Right<T>, start: usize) {
    let width = panel::<T, L>();
    let rows = tile_rows::<L>(job.m);
    let packed_a = wants_packing(job, width).then(|| pack_rows(job, rows));
    let mut column = 0;
    while column < job.n {
        let columns = width.min(job.n - column);
        let (b, b_stride, whole) = match right {
            Right::Direct => {
                (job.b.wrapping_add(column), job.b_strides[0] as usize, columns == width)
            }
            Right::Packed(panels, first) => {
                let (panel, stride) = panels.panel(start, job.k, first + column);
                (panel, stride, true)
            }
        };
        let mut row = 0;
        while row < job.m {
            let height = rows.min(job.m - row);
            let (a, a_strides) = match &packed_a {
                Some(packed) => (packed[row * job.k..].as_ptr(), [1, height as isize]),
                None => (job.a.wrapping_offset(row as isize * job.a_strides[0]), job.a_strides),
            };
            let c = job.c.wrapping_offset(row as isize * job.c_strides[0]).wrapping_add(column);
            let (depth, c_stride, alpha, beta) = (job.k, job.c_strides[0], job.alpha, job.beta);
            let tile = Tile { depth, a, a_strides, b, b_stride, c, c_stride, columns, alpha, beta };
            // SAFETY: the tile is a window of the job.
            unsafe { any_tile::<T, L>(height, whole, &tile) };
            row += height;
        }
        column += columns;
    }
}

/// Chooses the copy of the innermost loop by the tile's shape.
///
/// # Safety
/// As [`tile_of`]; `whole` says that rows of B are readable beyond `columns`, up to whole vectors.
#[inline(always)]
unsafe fn any_tile<T: Real, L: Lanes>(rows: usize, whole: bool, tile: &Tile<T>) {
    let lanes = <Wide<T, L> as Vector>::LANES;
    // SAFETY: vouched for by the caller.
    unsafe {
        match (tile.columns > lanes, whole || tile.columns == lanes) {
            (true, true) => tile_of::<L, Wide<T, L>, 2, false>(rows, tile),
            (true, false) => tile_of::<L, Wide<T, L>, 2, true>(rows, tile),
            (false, true) => tile_of::<L, Wide<T, L>, 1, false>(rows, tile),
            (false, false) => tile_of::<L, Wide<T, L>, 1, true>(rows, tile),
        }
    }
}

/// Whether tiles would read A faster from a copy.
///
/// They do where its rows are not contiguous, or lie a multiple of 1 KiB apart so that they
/// fight for the same lines of the cache, and the copy is read often enough.
fn wants_packing<T>(job: &Job<T>, width: usize) -> bool {
    let [row, column] = job.a_strides;
    let apart = row.unsigned_abs() * size_of::<T>();
    let crowded = column != 1 || apart.is_multiple_of(1024);
    crowded && job.n > PACK_FROM * width && job.m > 1
}

/// Copies A so that each tile's `rows` elements of one column lie side by side.
fn pack_rows<T: Real>(job: &Job<T>, rows: usize) -> Buffer<T> {
    let mut packed = Buffer::stale(job.m * job.k);
    let [row_stride, col_stride] = job.a_strides;
    for (i, tile) in packed.chunks_mut((rows * job.k).max(1)).enumerate() {
        let height = tile.len() / job.k;
        let from = job.a.wrapping_offset((i * rows) as isize * row_stride);
        for (p, column) in tile.chunks_exact_mut(height).enumerate() {
            let from = from.wrapping_offset(p as isize * col_stride);
            for (j, x) in column.iter_mut().enumerate() {
                // SAFETY: row i·rows + j < m and column p < k of A, which the job checked.
                *x = unsafe { *from.offset(j as isize * row_stride) };
            }
        }
    }
    packed
}
