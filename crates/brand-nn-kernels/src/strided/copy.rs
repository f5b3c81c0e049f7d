//! Copies between strided windows and contiguous slices; transposes go in tiles.

use super::walk::Axes;
use super::{View, check_bounds};
use crate::Plain;
use crate::size::count;
use crate::threads::{Parts, for_each, for_each_chunk};
use crate::words::copy_words;

/// Edge of the square tiles in which transposes are copied.
const TILE: usize = 32;
/// Elements that one task of a parallel copy has.
const TASK: usize = 1 << 16;

/// Copies a window into a contiguous slice, row-major.
///
/// # Panics
/// If the window leaves its data, or `out` has another size.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{View, copy};
/// let data = [1, 2, 3, 4, 5, 6]; // [2, 3], read as its transpose
/// let mut out = [0; 6];
/// copy(View { data: &data, offset: 0, shape: &[3, 2], strides: &[1, 3] }, &mut out);
/// assert_eq!(out, [1, 4, 2, 5, 3, 6]);
/// ```
#[track_caller]
pub fn copy<T: Plain>(from: View<T>, out: &mut [T]) {
    from.check("copy");
    let size = from.size();
    assert!(size == out.len(), "copy: {size} elements into a slice of {}", out.len());
    if size == 0 {
        return;
    }
    let axes = Axes::merged(from.shape, [from.strides]);
    // SAFETY: `check` proved every element of the window inside the data, in whatever order.
    let source = unsafe { Source::new(from.data, from.offset) };
    match (axes.inner_strides[0], axes.outer_strides.last()) {
        (1, None) => copy_plain(source.row(0, axes.inner), out),
        (0, None) => out.fill(source.at(0)),
        (1, _) => copy_rows(&axes, source, out),
        (_, Some([1])) => copy_tiles(&axes, source, out),
        (stride, _) => gather_rows(&axes, source, stride, out),
    }
}

/// Copies a contiguous slice into a window of a bigger one.
///
/// # Panics
/// If the window leaves `to`, or `from` has another size.
///
/// # Examples
/// ```
/// let mut to = [0; 6]; // [2, 3]: write its last column
/// brand_nn_kernels::copy_into(&[7, 8], &mut to, 2, &[2, 1], &[3, 1]);
/// assert_eq!(to, [0, 0, 7, 0, 0, 8]);
/// ```
#[track_caller]
pub fn copy_into<T: Plain>(
    from: &[T],
    to: &mut [T],
    offset: usize,
    shape: &[usize],
    strides: &[isize],
) {
    check_bounds("copy_into", to.len(), offset, shape, strides);
    let size = count("copy_into", shape);
    assert!(size == from.len(), "copy_into: {} elements into a window of {size}", from.len());
    if size == 0 {
        return;
    }
    let axes = Axes::merged(shape, [strides]);
    let (inner, stride) = (axes.inner, axes.inner_strides[0]);
    for (row, values) in from.chunks_exact(inner).enumerate() {
        let start = offset as isize + axes.row_offset(row);
        if stride == 1 {
            copy_words(values, &mut to[start as usize..start as usize + inner]);
        } else {
            for (i, &value) in values.iter().enumerate() {
                to[(start + i as isize * stride) as usize] = value;
            }
        }
    }
}

/// The start of a window whose bounds have been checked.
#[derive(Clone, Copy)]
struct Source<'a, T> {
    data: &'a [T],
    offset: usize,
}

impl<'a, T: Plain> Source<'a, T> {
    /// # Safety
    /// Every position asked for later lies inside `data`, counted from `offset`.
    unsafe fn new(data: &'a [T], offset: usize) -> Self {
        Source { data, offset }
    }

    #[inline(always)]
    fn at(&self, position: isize) -> T {
        // SAFETY: promised to `new`.
        unsafe { *self.data.get_unchecked((self.offset as isize + position) as usize) }
    }

    fn row(&self, position: isize, len: usize) -> &'a [T] {
        let start = (self.offset as isize + position) as usize;
        &self.data[start..start + len]
    }
}

fn copy_plain<T: Plain>(from: &[T], out: &mut [T]) {
    for_each_chunk(out, TASK, |i, part| {
        copy_words(&from[i * TASK..i * TASK + part.len()], part);
    });
}

fn copy_rows<T: Plain>(axes: &Axes<1>, source: Source<T>, out: &mut [T]) {
    let (inner, parts) = (axes.inner, Parts::new(out));
    axes.for_each_row(|row, [offset]| {
        // SAFETY: row r owns r·inner .. (r + 1)·inner and is visited once.
        let out = unsafe { parts.range(row * inner..(row + 1) * inner) };
        copy_words(source.row(offset, inner), out);
    });
}

fn gather_rows<T: Plain>(axes: &Axes<1>, source: Source<T>, stride: isize, out: &mut [T]) {
    let (inner, parts) = (axes.inner, Parts::new(out));
    axes.for_each_row(|row, [offset]| {
        // SAFETY: row r owns r·inner .. (r + 1)·inner and is visited once.
        let out = unsafe { parts.range(row * inner..(row + 1) * inner) };
        for (i, value) in out.iter_mut().enumerate() {
            *value = source.at(offset + i as isize * stride);
        }
    });
}

/// The last two axes are a transpose: `out[i, j] = from[i + j·stride]`, tile by tile.
fn copy_tiles<T: Plain>(axes: &Axes<1>, source: Source<T>, out: &mut [T]) {
    let rows = *axes.outer.last().expect("a transpose has two axes");
    let (columns, stride) = (axes.inner, axes.inner_strides[0]);
    let bands = rows.div_ceil(TILE);
    let planes = axes.rows() / rows;
    let parts = Parts::new(out);
    let band = |task: usize| {
        let (plane, band) = (task / bands, task % bands);
        let first = band * TILE;
        let height = TILE.min(rows - first);
        let start = (plane * rows + first) * columns;
        // SAFETY: each band of each plane owns its rows, and is visited once.
        let out = unsafe { parts.range(start..start + height * columns) };
        let from = axes.row_offset(plane * rows + first);
        transpose_band(source, from, stride, columns, out);
    };
    if out_is_small(planes * rows * columns) {
        (0..planes * bands).for_each(band);
    } else {
        for_each(planes * bands, band);
    }
}

fn out_is_small(size: usize) -> bool {
    size < 1 << 17
}

/// `out[i, j] = from[i + j·stride]` for the few rows of one band.
fn transpose_band<T: Plain>(
    source: Source<T>,
    from: isize,
    stride: isize,
    columns: usize,
    out: &mut [T],
) {
    for first in (0..columns).step_by(TILE) {
        let end = columns.min(first + TILE);
        for (i, row) in out.chunks_exact_mut(columns).enumerate() {
            for (j, value) in row[first..end].iter_mut().enumerate() {
                *value = source.at(from + i as isize + (first + j) as isize * stride);
            }
        }
    }
}

impl Axes<1> {
    /// Where a row begins.
    fn row_offset(&self, mut row: usize) -> isize {
        let mut offset = 0;
        for (&extent, &[stride]) in self.outer.iter().zip(&self.outer_strides).rev() {
            offset += (row % extent) as isize * stride;
            row /= extent;
        }
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference;

    #[track_caller]
    fn check(len: usize, offset: usize, shape: &[usize], strides: &[isize]) {
        let data: Vec<i32> = (0..len as i32).collect();
        let view = View { data: &data, offset, shape, strides };
        let expected = reference::copy(view);
        let mut out = vec![0; view.size()];
        copy(view, &mut out);
        assert_eq!(out, expected);
        if !strides.contains(&0) {
            let mut back = vec![-1; len];
            copy_into(&out, &mut back, offset, shape, strides);
            assert_eq!(reference::copy(View { data: &back, ..view }), expected);
            let written = back.iter().filter(|&&x| x >= 0).count();
            assert_eq!(written, view.size(), "nothing else is written");
        }
    }

    #[test]
    fn copies_equal_the_plain_loop() {
        check(1, 0, &[], &[]);
        check(0, 0, &[0, 3], &[3, 1]);
        check(24, 0, &[2, 3, 4], &[12, 4, 1]);
        check(24, 0, &[4, 3, 2], &[1, 4, 12]);
        check(24, 0, &[3, 4, 2], &[4, 1, 12]);
        check(24, 23, &[2, 3, 4], &[-12, -4, -1]);
        check(24, 1, &[2, 3, 2], &[12, 4, 2]);
        check(4, 0, &[3, 4], &[0, 1]);
        check(3, 0, &[3, 4], &[1, 0]);
        check(1, 0, &[3, 4], &[0, 0]);
        check(70 * 45, 0, &[45, 70], &[1, 45]);
        check(2 * 70 * 45, 0, &[2, 45, 70], &[3150, 1, 45]);
        check(600 * 500, 0, &[500, 600], &[1, 500]);
        check(600 * 500, 0, &[300, 500], &[1000, 1]);
        check(600 * 500, 1, &[300, 250], &[1000, 2]);
    }
}
