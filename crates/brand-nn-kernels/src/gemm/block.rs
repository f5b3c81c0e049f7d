//! One thread's share of a product: panels of B against rows of A, slab by slab.

use std::ops::Range;

use super::Job;
use super::packed::Panels;
use super::patches::Patches;
use super::tile::{Tile, Wide, panel, tile_height, tile_of};
use crate::simd::{Kernel, Lanes, Vector};
use crate::strided::transpose::{Rows, transpose};
use crate::{Buffer, Real};

/// Depth up to which a product spends its time on writing C.
const SHORT: usize = 64;
/// Panels of B beyond which rows of A are worth copying together.
const PACK_FROM: usize = 3;

/// Where a block's B comes from.
#[derive(Clone, Copy)]
pub(super) enum Right<'a, T: Real> {
    /// Straight from the job, whose rows of B are contiguous and whole vectors wide.
    Direct,
    /// From the job, whose rows of B are contiguous, through a copy of one panel.
    Copied,
    /// Panels, from this column of the packed matrix on.
    Packed(Panels<'a, T>, usize),
    /// From an image, through a copy of one panel.
    Patches(&'a Patches<'a, T>),
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
            let part = job.slab(start..end);
            // Writing C dominates short sums: its rows are then written one tile after the other.
            let is_short = job.k <= SHORT && matches!(right, Right::Packed(..));
            let count = if is_short { tile_count::<L>(job.m) } else { 1 };
            for rows in tiles::<T>(job.m, count) {
                // SAFETY: whoever made the job checked that its operands lie inside their data.
                unsafe { slab::<T, L>(&part.window(rows, 0..job.n), &right, start) };
            }
            start = end;
            if start >= job.k {
                break;
            }
        }
    }
}

/// How many tiles `m` rows are cut into.
#[inline(always)]
fn tile_count<L: Lanes>(m: usize) -> usize {
    m.div_ceil(L::ROWS).max(1)
}

/// The rows of each of `count` tiles, as equal as tiles of the type can be.
#[inline(always)]
fn tiles<T: Real>(m: usize, count: usize) -> impl Iterator<Item = Range<usize>> {
    let edge = move |tile: usize| {
        if T::VECTORS {
            m / count * tile + tile.min(m % count)
        } else {
            m.min(tile * m.div_ceil(count))
        }
    };
    (0..count).map(move |tile| edge(tile)..edge(tile + 1))
}

/// Adds one slab's products to C.
///
/// # Safety
/// The job's operands lie inside their data and C is this thread's own.
#[inline(always)]
unsafe fn slab<T: Real, L: Lanes>(job: &Job<T>, right: &Right<T>, start: usize) {
    let width = panel::<T, L>();
    let count = tile_count::<L>(job.m);
    let packed_a = wants_packing(job, width).then(|| pack_rows::<T, L>(job));
    let mut copy = match right {
        Right::Copied | Right::Patches(_) => Buffer::stale((job.k + 1) * width),
        _ => Buffer::default(),
    };
    let mut column = 0;
    while column < job.n {
        let columns = width.min(job.n - column);
        let (b, b_stride) = match right {
            Right::Direct => (job.b.wrapping_add(column), job.b_strides[0] as usize),
            // SAFETY: columns of B to `column + columns`, which the job checked.
            Right::Copied => unsafe { copy_panel::<T, L>(job, column, columns, &mut copy) },
            Right::Patches(patches) => {
                let (rows, columns) = (start..start + job.k, column..column + columns);
                // SAFETY: rows and columns of the job, whose B the patches are.
                unsafe { patches.panel::<Wide<T, L>>(rows, columns, &mut copy) }
            }
            Right::Packed(panels, first) => panels.panel(start, job.k, first + column),
        };
        for rows in tiles::<T>(job.m, count) {
            let (row, height) = (rows.start, rows.len());
            let (a, a_strides) = match &packed_a {
                Some(packed) => (packed[row * job.k..].as_ptr(), [1, height as isize]),
                None => (job.a.wrapping_offset(row as isize * job.a_strides[0]), job.a_strides),
            };
            let c = job.c.wrapping_offset(row as isize * job.c_strides[0]).wrapping_add(column);
            let (depth, c_stride, alpha, beta) = (job.k, job.c_strides[0], job.alpha, job.beta);
            let tile = Tile { depth, a, a_strides, b, b_stride, c, c_stride, columns, alpha, beta };
            // SAFETY: the tile is a window of the job.
            unsafe { any_tile::<T, L>(height, &tile) };
        }
        column += columns;
    }
}

/// Chooses the copy of the innermost loop by the tile's shape.
///
/// # Safety
/// As [`tile_of`]; rows of B are readable up to whole vectors.
#[inline(always)]
unsafe fn any_tile<T: Real, L: Lanes>(rows: usize, tile: &Tile<T>) {
    let mut tile = *tile;
    let mut left = rows;
    while left > 0 {
        let height = tile_height::<T>(left);
        // SAFETY: vouched for by the caller.
        unsafe {
            if tile.columns > <Wide<T, L> as Vector>::LANES {
                tile_of::<L, Wide<T, L>, 2>(height, &tile);
            } else {
                tile_of::<L, Wide<T, L>, 1>(height, &tile);
            }
        }
        tile.a = tile.a.wrapping_offset(height as isize * tile.a_strides[0]);
        tile.c = tile.c.wrapping_offset(height as isize * tile.c_stride);
        left -= height;
    }
}

/// Whether tiles would read A faster from a copy.
///
/// They do where its rows are not contiguous, or lie a multiple of 2 KiB apart so that they
/// fight for the same lines of the cache, and the copy is read often enough.
fn wants_packing<T>(job: &Job<T>, width: usize) -> bool {
    let [row, column] = job.a_strides;
    let apart = row.unsigned_abs() * size_of::<T>();
    let crowded = column != 1 || apart.is_multiple_of(2048);
    crowded && job.n > PACK_FROM * width && job.m > 1
}

/// Copies some columns of B, as many as a panel has at most; gives the copy and its row stride.
///
/// # Safety
/// The columns may be read.
#[inline(always)]
unsafe fn copy_panel<T: Real, L: Lanes>(
    job: &Job<T>,
    column: usize,
    columns: usize,
    to: &mut [T],
) -> (*const T, usize) {
    let lanes = <Wide<T, L> as Vector>::LANES;
    let stride = columns.next_multiple_of(lanes);
    assert!(job.k * stride <= to.len());
    for p in 0..job.k {
        let from = job.b.wrapping_offset(p as isize * job.b_strides[0]).wrapping_add(column);
        // SAFETY: `columns` elements of row p, and p · stride + stride ≤ to.len().
        unsafe { copy_row::<Wide<T, L>>(from, columns, to.as_mut_ptr().add(p * stride)) };
    }
    (to.as_ptr(), stride)
}

/// Copies `count` elements and fills the last vector with noughts.
///
/// # Safety
/// The instruction set is there; `from` has `count` elements and `to` whole vectors of them.
#[inline(always)]
pub(super) unsafe fn copy_row<V: Vector>(
    from: *const V::Element,
    count: usize,
    to: *mut V::Element,
) {
    let mut at = 0;
    // SAFETY: promised by the caller.
    unsafe {
        while at + V::LANES <= count {
            V::load(from.add(at)).store(to.add(at));
            at += V::LANES;
        }
        if at < count {
            V::load_first(from.add(at), count - at).store(to.add(at));
        }
    }
}

/// Copies A so that each tile's elements of one column lie side by side.
#[inline(always)]
fn pack_rows<T: Real, L: Lanes>(job: &Job<T>) -> Buffer<T> {
    let mut packed = Buffer::stale(job.m * job.k);
    for rows in tiles::<T>(job.m, tile_count::<L>(job.m)) {
        let to = &mut packed[rows.start * job.k..rows.end * job.k];
        // SAFETY: rows of the job and columns to k of A, which the job checked.
        unsafe { pack_tile::<T, L>(&job.window(rows, 0..job.n), to) };
    }
    packed
}

/// Copies the rows of one tile.
///
/// # Safety
/// A's elements may be read; `to` has as many.
#[inline(always)]
unsafe fn pack_tile<T: Real, L: Lanes>(job: &Job<T>, to: &mut [T]) {
    let [row_stride, col_stride] = job.a_strides;
    if col_stride == 1 {
        let rows = Rows { start: job.a, stride: row_stride, count: job.m, len: job.k };
        // SAFETY: promised by the caller.
        return unsafe { transpose(rows, to, job.m) };
    }
    for (p, to) in to.chunks_exact_mut(job.m).enumerate() {
        let from = job.a.wrapping_offset(p as isize * col_stride);
        if row_stride == 1 {
            // SAFETY: column p of A and its place, m elements each.
            unsafe { copy_part::<Wide<T, L>>(from, job.m, to.as_mut_ptr()) };
            continue;
        }
        for (j, x) in to.iter_mut().enumerate() {
            // SAFETY: row j < m, column p < k.
            *x = unsafe { *from.offset(j as isize * row_stride) };
        }
    }
}

/// Copies `count` elements and nothing beyond.
///
/// # Safety
/// The instruction set is there; both places have `count` elements.
#[inline(always)]
unsafe fn copy_part<V: Vector>(from: *const V::Element, count: usize, to: *mut V::Element) {
    let mut at = 0;
    // SAFETY: promised by the caller.
    unsafe {
        while at + V::LANES <= count {
            V::load(from.add(at)).store(to.add(at));
            at += V::LANES;
        }
        if at < count {
            V::load_first(from.add(at), count - at).store_first(to.add(at), count - at);
        }
    }
}
