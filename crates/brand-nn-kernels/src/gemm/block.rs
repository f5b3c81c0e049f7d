//! One thread's share of a product: panels of B against rows of A, slab by slab.

use std::ops::Range;

use super::Job;
use super::few::{self, FEW};
use super::packed::Panels;
use super::patches::{Patches, SLACK};
use super::tile::{Tile, Wide, panel, tile_height, tile_of};
use crate::simd::{Kernel, Lanes, Vector};
use crate::strided::transpose::{Rows, transpose};
use crate::{Buffer, Real};

/// Depth up to which a product spends its time on writing C.
const SHORT: usize = 64;
/// Panels of B beyond which columns of A are worth copying together.
const PACK_COLUMNS_FROM: usize = 7;
/// Panels of B beyond which rows of A are.
const PACK_ROWS_FROM: usize = 31;
/// Columns of A that are copied together: their lines stay in the first cache.
const TOGETHER: usize = 8;

/// Where a block's B comes from.
#[derive(Clone, Copy)]
pub(super) enum Right<'a, T: Real> {
    /// Straight from the job, whose rows of B are contiguous and whole vectors wide.
    Direct,
    /// From the job, whose rows or columns of B are contiguous, through a copy of one panel.
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
            let is_short = job.k <= SHORT && is_whole(&right);
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

/// Whether B is packed as it is computed with.
fn is_whole<T: Real>(right: &Right<T>) -> bool {
    matches!(right, Right::Packed(panels, _) if panels.is_whole())
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
    if let (Right::Packed(panels, first), 1..=FEW) = (right, job.m) {
        // SAFETY: vouched for by the caller; packed panels run with their own instruction set.
        return unsafe { few::product::<T, L>(job, panels, start, *first) };
    }
    let width = panel::<T, L>();
    let count = tile_count::<L>(job.m);
    let packed_a = wants_packing(job, width).then(|| pack_rows::<T, L>(job));
    let mut copy = match right {
        Right::Direct => Buffer::default(),
        _ if is_whole(right) => Buffer::default(),
        _ => Buffer::stale((job.k + 1) * width),
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
            Right::Packed(panels, first) => {
                // SAFETY: packed panels run with their own instruction set.
                unsafe { panels.panel::<Wide<T, L>>(start, job.k, first + column, &mut copy) }
            }
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
    let in_rows = column == 1;
    let apart = row.unsigned_abs() * size_of::<T>();
    let crowded = !in_rows || apart.is_multiple_of(2048);
    let panels = if in_rows { PACK_ROWS_FROM } else { PACK_COLUMNS_FROM };
    crowded && job.n > panels * width && job.m > 1
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
    let to = &mut to[..job.k * stride];
    let from = job.b.wrapping_offset(column as isize * job.b_strides[1]);
    if job.b_strides[1] == 1 {
        // SAFETY: `columns` elements of each row; `to` is whole vectors long.
        unsafe { copy_rows::<Wide<T, L>>(from, job.b_strides[0], columns, to, stride) };
    } else {
        let across = Rows { start: from, stride: job.b_strides[1], count: columns, len: job.k };
        // SAFETY: `columns` columns of B, each contiguous.
        unsafe { transpose::<Wide<T, L>>(across, to, stride) };
    }
    (to.as_ptr(), stride)
}

/// Copies `count` elements of each row, as many rows as `to` has, and fills the last vector with
/// noughts.
///
/// # Safety
/// The instruction set is there; each row has `count` elements, and `stride` is whole vectors of
/// them.
#[inline(always)]
pub(super) unsafe fn copy_rows<V: Vector>(
    from: *const V::Element,
    apart: isize,
    count: usize,
    to: &mut [V::Element],
    stride: usize,
) {
    let rows = to.len() / stride;
    let row = |p: usize| from.wrapping_offset(p as isize * apart);
    // SAFETY: `count` elements of each row p; `to` has as many rows, whole vectors long.
    unsafe {
        if count == 2 * V::LANES {
            for p in 0..rows {
                let (from, to) = (row(p), to.as_mut_ptr().add(p * stride));
                V::load(from).store(to);
                V::load(from.add(V::LANES)).store(to.add(V::LANES));
            }
        } else {
            for p in 0..rows {
                copy_row::<V>(row(p), count, to.as_mut_ptr().add(p * stride));
            }
        }
    }
}

/// Copies `count` elements and fills the last vector with noughts.
///
/// # Safety
/// The instruction set is there; `from` has `count` elements and `to` whole vectors of them.
#[inline(always)]
unsafe fn copy_row<V: Vector>(from: *const V::Element, count: usize, to: *mut V::Element) {
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
    let step = if job.a_strides[0] == 1 { TOGETHER } else { job.k };
    for start in (0..job.k).step_by(step) {
        let columns = start..job.k.min(start + step);
        for rows in tiles::<T>(job.m, tile_count::<L>(job.m)) {
            let to = &mut packed[rows.start * job.k..rows.end * job.k];
            // SAFETY: rows of the job and columns to k of A, which the job checked.
            unsafe { pack_tile::<T, L>(&job.window(rows, 0..job.n), columns.clone(), to) };
        }
    }
    packed
}

/// Copies some columns of the rows of one tile.
///
/// # Safety
/// A's elements may be read; `to` has as many.
#[inline(always)]
unsafe fn pack_tile<T: Real, L: Lanes>(job: &Job<T>, columns: Range<usize>, to: &mut [T]) {
    let [row_stride, col_stride] = job.a_strides;
    if col_stride == 1 {
        let rows = Rows { start: job.a, stride: row_stride, count: job.m, len: job.k };
        // SAFETY: promised by the caller.
        return unsafe { transpose::<Wide<T, L>>(rows, to, job.m) };
    }
    if row_stride == 1 {
        // SAFETY: promised by the caller.
        return unsafe { copy_columns::<Wide<T, L>>(job, columns, to) };
    }
    for p in columns {
        let from = job.a.wrapping_offset(p as isize * col_stride);
        for (j, x) in to[p * job.m..][..job.m].iter_mut().enumerate() {
            // SAFETY: row j < m, column p < k.
            *x = unsafe { *from.offset(j as isize * row_stride) };
        }
    }
}

/// Copies some columns of the rows of one tile, whose elements lie side by side.
///
/// # Safety
/// The instruction set is there, A's elements may be read; `to` has as many.
#[inline(always)]
unsafe fn copy_columns<V: Vector>(
    job: &Job<V::Element>,
    columns: Range<usize>,
    to: &mut [V::Element],
) {
    let apart = job.a_strides[1];
    let last = if apart >= SLACK as isize { job.k - 1 } else { 0 };
    for p in columns {
        let (from, to) = (job.a.wrapping_offset(p as isize * apart), &mut to[p * job.m..]);
        // Masks are slow: where columns follow, their copies overwrite a vector's surplus.
        let is_loose = p < last && to.len() >= job.m + SLACK;
        let (to, mut at) = (to.as_mut_ptr(), 0);
        // SAFETY: m elements of column p and their place. A surplus is less than `SLACK`, and a
        // column that begins as far behind and as much of `to` lie behind it where it may be.
        unsafe {
            while at + V::LANES <= job.m || is_loose && at < job.m {
                V::load(from.add(at)).store(to.add(at));
                at += V::LANES;
            }
            if at < job.m {
                V::load_first(from.add(at), job.m - at).store_first(to.add(at), job.m - at);
            }
        }
    }
}
