//! Transposes of two-dimensional pieces, in blocks that stay in registers.

use crate::Plain;

/// Edge of the square blocks.
const EDGE: usize = 4;

/// A piece of a matrix whose rows are contiguous: where it begins and how far rows lie apart.
#[derive(Clone, Copy)]
pub(crate) struct Rows<T> {
    /// The first element of the first row.
    pub(crate) start: *const T,
    /// Elements from one row to the next.
    pub(crate) stride: isize,
    /// How many rows.
    pub(crate) count: usize,
    /// Elements of each row.
    pub(crate) len: usize,
}

/// `to[c · to_stride + r] = from[r, c]`.
///
/// # Panics
/// If `to` is too short.
///
/// # Safety
/// Every element of the rows may be read.
#[inline(always)]
pub(crate) unsafe fn transpose<T: Plain>(from: Rows<T>, to: &mut [T], to_stride: usize) {
    if from.count == 0 || from.len == 0 {
        return;
    }
    assert!((from.len - 1) * to_stride + from.count <= to.len() && from.count <= to_stride);
    let (rows, columns) = (from.count / EDGE * EDGE, from.len / EDGE * EDGE);
    for r in (0..rows).step_by(EDGE) {
        for c in (0..columns).step_by(EDGE) {
            // SAFETY: r + 4 ≤ count and c + 4 ≤ len; `to` was checked above.
            unsafe { block(from, r, c, to.as_mut_ptr(), to_stride) };
        }
    }
    for r in 0..from.count {
        for c in if r < rows { columns } else { 0 }..from.len {
            // SAFETY: r < count and c < len.
            to[c * to_stride + r] = unsafe { *from.start.offset(r as isize * from.stride).add(c) };
        }
    }
}

/// One 4 × 4 block.
///
/// # Safety
/// Rows r to r + 4 and columns c to c + 4 lie inside `from`, and inside `to` transposed.
#[inline(always)]
unsafe fn block<T: Plain>(from: Rows<T>, r: usize, c: usize, to: *mut T, to_stride: usize) {
    // SAFETY: promised by the caller; arrays are as aligned as their elements.
    unsafe {
        let row = |i: usize| {
            *from.start.offset((r + i) as isize * from.stride).add(c).cast::<[T; EDGE]>()
        };
        let rows = [row(0), row(1), row(2), row(3)];
        for j in 0..EDGE {
            let column = [rows[0][j], rows[1][j], rows[2][j], rows[3][j]];
            *to.add((c + j) * to_stride + r).cast::<[T; EDGE]>() = column;
        }
    }
}
