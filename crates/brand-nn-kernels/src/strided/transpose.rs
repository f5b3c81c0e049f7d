//! Transposes of two-dimensional pieces, in blocks that stay in registers.

use crate::simd::Vector;

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

/// `to[c · to_stride + r] = from[r, c]`; where there are fewer rows than `to_stride` and than a
/// block has, what lies beyond them is arbitrary.
///
/// # Panics
/// If `to` is too short.
///
/// # Safety
/// The instruction set of `V` is there, and every element of the rows may be read.
#[inline(always)]
pub(crate) unsafe fn transpose<V: Vector>(
    from: Rows<V::Element>,
    to: &mut [V::Element],
    to_stride: usize,
) {
    if from.count == 0 || from.len == 0 {
        return;
    }
    assert!((from.len - 1) * to_stride + from.count <= to.len() && from.count <= to_stride);
    // Fewer rows than a block has are turned as a block, whose surplus the next column overwrites.
    let rows = (from.count / V::EDGE * V::EDGE).max(V::EDGE);
    let room = (to.len() + to_stride).saturating_sub(rows) / to_stride;
    let columns = from.len.min(room) / V::EDGE * V::EDGE;
    for r in (0..rows).step_by(V::EDGE) {
        let (start, count) = (from.start.wrapping_offset(r as isize * from.stride), from.count - r);
        for c in (0..columns).step_by(V::EDGE) {
            // SAFETY: `count` rows from r on, c + EDGE ≤ len, and as many columns of `to` have
            // room for `rows` elements.
            unsafe {
                let to = to.as_mut_ptr().add(c * to_stride + r);
                V::transpose(start.add(c), from.stride, count, to, to_stride);
            }
        }
    }
    for r in 0..from.count {
        for c in if r < rows { columns } else { 0 }..from.len {
            // SAFETY: r < count and c < len.
            to[c * to_stride + r] = unsafe { *from.start.offset(r as isize * from.stride).add(c) };
        }
    }
}
