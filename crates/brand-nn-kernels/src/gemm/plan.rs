//! Chooses how a product is computed, by its shape and strides alone.

use std::ops::Range;

use super::job::Job;
use super::packed::{PackedB, Panels, run};
use super::{dot, thin};
use crate::Real;
use crate::threads::for_each;

/// Multiply-adds below which a product stays on one thread: about 100 µs.
const SERIAL: usize = 1 << 22;
/// Rows of C beyond which B is packed even where tiles could read it as it is.
const PACK_ROWS: usize = 24;
/// Rows up to which `A Bᵀ` goes by dot products, without packing.
const DOT_ROWS: usize = 12;
/// Elements of B that are packed at once: the columns go in slabs of this size.
const SLAB: usize = 1 << 21;
/// Rows of C that one task computes.
const ROWS: usize = 96;
/// Columns of C that one task computes.
const COLUMNS: usize = 512;
/// Tasks that a parallel product has at least, if it is large enough.
const TASKS: usize = 8;

/// Computes a checked product.
///
/// # Safety
/// The operands lie inside their data and nobody else touches C.
pub(super) unsafe fn product<T: Real>(job: Job<T>) {
    if job.m == 0 || job.n == 0 {
        return;
    }
    let columns_lie_apart = job.c_strides[1] != 1 && job.c_strides[0] == 1;
    let is_column = job.n == 1 && job.m > 1;
    let job = if columns_lie_apart || is_column { job.transposed() } else { job };
    // SAFETY: vouched for by the caller; seen from the other side the operands are the same.
    unsafe {
        if job.k == 0 {
            return scale(&job);
        }
        match shape(&job) {
            Shape::Odd => T::product(job),
            Shape::Thin => thin::product(&job),
            Shape::Dots => dot::product(&job),
            Shape::Direct => blocks(&job, None),
            Shape::Packed => packed(&job),
        }
    }
}

/// The ways to compute a product.
enum Shape {
    /// Neither rows nor columns of C are contiguous.
    Odd,
    /// One row.
    Thin,
    /// A few rows of A against rows of Bᵀ.
    Dots,
    /// Tiles that read B as it is.
    Direct,
    /// Tiles that read a packed copy of B.
    Packed,
}

fn shape<T: Real>(job: &Job<T>) -> Shape {
    let [b_row, b_col] = job.b_strides;
    let few = job.m <= DOT_ROWS && job.a_strides[1] == 1;
    match () {
        () if few && b_row == 1 => Shape::Dots,
        () if job.c_strides[1] != 1 && job.n > 1 => Shape::Odd,
        () if job.m == 1 && b_col == 1 => Shape::Thin,
        () if b_col == 1 && b_row >= 0 && job.m <= PACK_ROWS => Shape::Direct,
        () => Shape::Packed,
    }
}

/// `C = β C`: the sum has no term.
///
/// # Safety
/// As [`product`].
unsafe fn scale<T: Real>(job: &Job<T>) {
    for i in 0..job.m as isize {
        for j in 0..job.n as isize {
            let c = job.c.wrapping_offset(i * job.c_strides[0] + j * job.c_strides[1]);
            // SAFETY: i < m and j < n, which the caller vouches for.
            unsafe { *c = if job.beta == T::ZERO { T::ZERO } else { job.beta * *c } };
        }
    }
}

/// Packs B, some columns at a time, and multiplies.
///
/// # Safety
/// As [`product`].
unsafe fn packed<T: Real>(job: &Job<T>) {
    let width = (SLAB / job.k).next_multiple_of(256);
    for columns in pieces(job.n, width) {
        let slab = job.window(0..job.m, columns);
        // SAFETY: a window of the job.
        unsafe {
            let b = PackedB::from_raw(slab.b, slab.k, slab.n, slab.b_strides);
            blocks(&slab, Some(Panels::new(&b)));
        }
    }
}

/// Cuts C into blocks, one task each, whose sizes depend on the shape alone.
///
/// # Safety
/// As [`product`]; columns of C are contiguous, and those of B unless it is packed.
pub(super) unsafe fn blocks<T: Real>(job: &Job<T>, panels: Option<Panels<T>>) {
    if job.m == 0 || job.n == 0 {
        return;
    }
    if job.k == 0 {
        // SAFETY: vouched for by the caller.
        return unsafe { scale(job) };
    }
    let (rows, columns) = block_size(job);
    let across = job.n.div_ceil(columns);
    for_each(job.m.div_ceil(rows) * across, |task| {
        let rows = piece(task / across, rows, job.m);
        let columns = piece(task % across, columns, job.n);
        run(job.window(rows, columns.clone()), panels, columns.start);
    });
}

/// Rows and columns of a block: halved until there are tasks enough.
fn block_size<T: Real>(job: &Job<T>) -> (usize, usize) {
    if job.work() < SERIAL {
        return (job.m, job.n);
    }
    let (mut rows, mut columns) = (ROWS.min(job.m), COLUMNS.min(job.n));
    while job.m.div_ceil(rows) * job.n.div_ceil(columns) < TASKS {
        if columns >= 128 && columns >= rows {
            columns = (columns / 2).next_multiple_of(64);
        } else if rows > 24 {
            rows = (rows / 2).next_multiple_of(12);
        } else {
            break;
        }
    }
    (rows, columns)
}

pub(super) fn pieces(len: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..len.div_ceil(size)).map(move |i| piece(i, size, len))
}

fn piece(index: usize, size: usize, end: usize) -> Range<usize> {
    index * size..end.min((index + 1) * size)
}

/// Whether a product is small enough for one thread.
pub(super) fn is_serial(work: usize) -> bool {
    work < SERIAL
}
