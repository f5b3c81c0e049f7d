//! Chooses how a product is computed, by its shape and strides alone.

use std::ops::Range;

use super::affine::Ending;
use super::block::Right;
use super::job::Job;
use super::packed::{PackedB, Panels, run};
use super::{dot, thin};
use crate::index::add;
use crate::threads::{count, for_each, for_each_chunk, is_ready};
use crate::{Buffer, Real};

/// Multiply-adds below which a product stays on one thread: about 100 µs.
const SERIAL: usize = 1 << 22;
/// The same on a thread of the pool, where shares are handed out within a microsecond.
const SERIAL_INSIDE: usize = 1 << 20;
/// Rows of C up to which tiles read B as it is; beyond, panels are copied to lie together.
const DIRECT_ROWS: usize = 24;
/// Bytes of a B, with what lies between rows, that tiles read as it is: it stays in the first cache.
const DIRECT_BYTES: usize = 20 << 10;
/// Rows of C beyond which all of B is packed once.
const PACK_ROWS: usize = 192;
/// Rows up to which `A Bᵀ` goes by dot products, without packing.
const DOT_ROWS: usize = 12;
/// Columns that are whole vectors on every instruction set.
const VECTOR: usize = 16;
/// Elements of B that are packed at once: the columns go in slabs of this size.
const SLAB: usize = 1 << 20;
/// Rows and columns of C that one task computes, at most.
pub(super) const BLOCK: (usize, usize) = (144, 512);
/// Rows and elements of a C that counts as small.
const SMALL: (usize, usize) = (384, 1 << 17);
/// Depth of the parts that a long sum is cut into, at least.
const DEEP: usize = 512;
/// Tasks that a large product has at least, if there are threads for them.
const TASKS: usize = 8;

/// Computes a checked product, and what follows it.
///
/// # Safety
/// The operands lie inside their data and nobody else touches C; columns of C are contiguous if
/// anything follows.
pub(super) unsafe fn product<T: Real>(job: Job<T>, then: Ending<T>) {
    if job.m == 0 || job.n == 0 {
        return;
    }
    let columns_lie_apart = job.c_strides[1] != 1 && job.c_strides[0] == 1;
    let is_column = job.n == 1 && job.m > 1;
    // SAFETY: vouched for by the caller; seen from the other side the operands are the same.
    unsafe {
        if columns_lie_apart || is_column {
            upright(&job.transposed(), Ending::none());
            then.apply_to_all(&job);
        } else {
            upright(&job, then);
        }
    }
}

/// Computes a product that is seen from its better side.
///
/// # Safety
/// As [`product`].
unsafe fn upright<T: Real>(job: &Job<T>, then: Ending<T>) {
    // SAFETY: vouched for by the caller.
    unsafe {
        #[cfg(feature = "blas")]
        if let Some(layouts) = super::blas::layouts(job) {
            super::blas::product(job, layouts);
            return then.apply_to_all(job);
        }
        match shape(job) {
            _ if job.k == 0 => scale(job),
            Shape::Odd => apart(job),
            Shape::Thin => thin::product(job),
            Shape::Dots => dot::product(job),
            Shape::Deep => deep(job),
            Shape::Rows => return in_rows(job, then),
            Shape::Packed => return packed(job, then),
        }
        then.apply_to_all(job);
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
    /// A small C that sums up much: parts of the sum side by side.
    Deep,
    /// Tiles that read B as it is, or panel by panel.
    Rows,
    /// Tiles that read a packed copy of B.
    Packed,
}

fn shape<T: Real>(job: &Job<T>) -> Shape {
    let [b_row, b_col] = job.b_strides;
    let few = job.m <= DOT_ROWS && job.a_strides[1] == 1;
    let in_rows = b_col == 1 && b_row >= 0 || b_row == 1 && b_col >= 0;
    match () {
        () if few && b_row == 1 => Shape::Dots,
        () if job.c_strides[1] != 1 && job.n > 1 => Shape::Odd,
        () if job.m == 1 && b_col == 1 => Shape::Thin,
        () if in_rows && is_deep(job) => Shape::Deep,
        () if in_rows && job.m <= PACK_ROWS => Shape::Rows,
        () => Shape::Packed,
    }
}

/// Computes a product by tiles that read B as it is or through a small copy.
///
/// # Safety
/// As [`product`]; columns of C are contiguous, and rows or columns of B.
unsafe fn in_rows<T: Real>(job: &Job<T>, then: Ending<T>) {
    let row = job.b_strides[0].unsigned_abs().saturating_mul(size_of::<T>());
    let is_small = job.k.saturating_mul(row) <= DIRECT_BYTES;
    let direct =
        (job.m <= DIRECT_ROWS || is_small) && job.n.is_multiple_of(VECTOR) && job.b_strides[1] == 1;
    // SAFETY: vouched for by the caller.
    unsafe { blocks(job, if direct { Right::Direct } else { Right::Copied }, then) };
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

/// Whether C is small beside the sums that make it, as gradients of weights are.
fn is_deep<T>(job: &Job<T>) -> bool {
    job.m <= SMALL.0
        && job.m * job.n <= SMALL.1
        && job.k >= 2 * DEEP
        && job.m * job.n * job.k >= SERIAL
}

/// Sums parts of the depth on their own, then adds up the parts in order.
///
/// # Safety
/// As [`product`]; columns of B and C are contiguous.
unsafe fn deep<T: Real>(job: &Job<T>) {
    let count = (job.k / DEEP).min(TASKS);
    let depth = job.k.div_ceil(count).next_multiple_of(8);
    let (size, n) = (job.m * job.n, job.n);
    let parts: Vec<Range<usize>> = pieces(job.k, depth).collect();
    let mut sums = Buffer::stale(parts.len() * size);
    for_each_chunk(&mut sums, size, |i, sum| {
        let (c, c_strides) = (sum.as_mut_ptr(), [n as isize, 1]);
        let part = Job { c, c_strides, beta: T::ZERO, ..job.slab(parts[i].clone()) };
        run(part, Right::Copied);
    });
    let (total, rest) = sums.split_at_mut(size);
    rest.chunks_exact(size).for_each(|part| add(part, total));
    // SAFETY: vouched for by the caller.
    unsafe { hand_over(job, total) };
}

/// Computes a product whose C has neither contiguous rows nor columns, beside it.
///
/// # Safety
/// As [`product`].
unsafe fn apart<T: Real>(job: &Job<T>) {
    let mut sums = Buffer::stale(job.m * job.n);
    let (c, c_strides) = (sums.as_mut_ptr(), [job.n as isize, 1]);
    // SAFETY: the job into a C of its own; the caller vouches for the other.
    unsafe {
        product(Job { c, c_strides, beta: T::ZERO, ..*job }, Ending::none());
        hand_over(job, &sums);
    }
}

/// `C = sums + β C`, for sums row by row.
///
/// # Safety
/// As [`product`].
pub(super) unsafe fn hand_over<T: Real>(job: &Job<T>, sums: &[T]) {
    for (row, sums) in sums.chunks_exact(job.n).enumerate() {
        let c = job.c.wrapping_offset(row as isize * job.c_strides[0]);
        for (j, &sum) in sums.iter().enumerate() {
            // SAFETY: row < m and j < n, which the caller vouches for.
            unsafe {
                let c = c.offset(j as isize * job.c_strides[1]);
                *c = if job.beta == T::ZERO { sum } else { sum + job.beta * *c };
            }
        }
    }
}

/// Packs B, some columns at a time, and multiplies.
///
/// # Safety
/// As [`product`].
unsafe fn packed<T: Real>(job: &Job<T>, then: Ending<T>) {
    let width = (SLAB / job.k).next_multiple_of(256);
    for columns in pieces(job.n, width) {
        let (then, slab) = (then.at(0, columns.start), job.window(0..job.m, columns));
        // SAFETY: a window of the job.
        unsafe {
            let b = PackedB::from_raw(slab.b, slab.k, slab.n, slab.b_strides);
            blocks(&slab, Right::Packed(Panels::new(&b), 0), then);
        }
    }
}

/// Cuts C into blocks, one task each, whose sizes depend on the shape alone, and does to each
/// what follows.
///
/// # Safety
/// As [`product`]; columns of C are contiguous, and those of B unless it is packed.
pub(super) unsafe fn blocks<T: Real>(job: &Job<T>, right: Right<T>, then: Ending<T>) {
    if job.m == 0 || job.n == 0 {
        return;
    }
    if job.k == 0 {
        // SAFETY: vouched for by the caller.
        return unsafe {
            scale(job);
            then.apply_to_all(job);
        };
    }
    for_each_block(job, BLOCK, |rows, columns| {
        let right = match right {
            Right::Packed(panels, first) => Right::Packed(panels, first + columns.start),
            other => other,
        };
        let then = then.at(rows.start, columns.start);
        let block = job.window(rows, columns);
        run(block, right);
        // SAFETY: the task's own window of C, and its product is done.
        unsafe { then.apply(&block) };
    });
}

/// Calls `f` with the rows and columns of each block of C; every block is a task.
pub(super) fn for_each_block<T: Real>(
    job: &Job<T>,
    most: (usize, usize),
    f: impl Fn(Range<usize>, Range<usize>) + Sync,
) {
    let (rows, columns) = block_size(job, most);
    let across = job.n.div_ceil(columns);
    for_each(job.m.div_ceil(rows) * across, |task| {
        f(piece(task / across, rows, job.m), piece(task % across, columns, job.n));
    });
}

/// Rows and columns of a block: halved until there are tasks enough.
///
/// Threads may count here, since what an element of C sums up to does not depend on its block.
fn block_size<T: Real>(job: &Job<T>, most: (usize, usize)) -> (usize, usize) {
    let tasks = wanted_tasks(job.work());
    if job.work() < SERIAL && tasks == 1 {
        return (job.m, job.n);
    }
    // Blocks of rows are as equal as tiles allow.
    let rows = job.m.div_ceil(job.m.div_ceil(most.0)).next_multiple_of(12);
    let (mut rows, mut columns) = (rows.min(job.m), most.1.min(job.n));
    while job.m.div_ceil(rows) * job.n.div_ceil(columns) < tasks {
        // Blocks side by side copy nothing of B twice.
        if columns >= 128 {
            columns = (columns / 2).next_multiple_of(64);
        } else if rows > 24 {
            rows = (rows / 2).next_multiple_of(12);
        } else {
            break;
        }
    }
    (rows, columns)
}

/// How many tasks a product of so many multiply-adds has at least, if its shape allows.
fn wanted_tasks(work: usize) -> usize {
    match count() {
        1 => 1,
        threads if work >= SERIAL => TASKS.max(2 * threads),
        threads if work >= SERIAL_INSIDE && is_ready() => threads,
        _ => 1,
    }
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
