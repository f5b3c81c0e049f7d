//! The one matrix product behind everything: `C = α A B + β C` with any strides.

use crate::Real;
use crate::size::count;

mod affine;
mod batched;
#[cfg(feature = "blas")]
mod blas;
mod block;
mod dot;
mod few;
mod job;
mod narrow;
mod packed;
mod patches;
mod plan;
mod product;
mod thin;
mod tile;

use affine::Ending;
pub use affine::{Factor, Then, affine};
pub use batched::{Mats, gemm_batched};
#[cfg(feature = "blas")]
pub use blas::{blas, set_blas};
pub(crate) use job::Job;
pub use narrow::Narrow;
pub use packed::{PackedB, gemm_packed};
pub(crate) use patches::{Patches, Places, SLACK, gemm_patches};
pub(crate) use product::Product;

/// A matrix to read: element (i, j) is `data[i·row_stride + j·col_stride]`.
///
/// A transposed matrix has its strides (and sizes) swapped; a broadcast row has stride 0.
#[derive(Clone, Copy, Debug)]
pub struct Mat<'a, T> {
    /// The elements; the first one is element (0, 0).
    pub data: &'a [T],
    /// How many rows.
    pub rows: usize,
    /// How many columns.
    pub cols: usize,
    /// Elements from one row to the next.
    pub row_stride: isize,
    /// Elements from one column to the next.
    pub col_stride: isize,
}

/// A matrix to write, laid out as [`Mat`] but with strides above 0 and no shared element.
#[derive(Debug)]
pub struct MatMut<'a, T> {
    /// The elements; the first one is element (0, 0).
    pub data: &'a mut [T],
    /// How many rows.
    pub rows: usize,
    /// How many columns.
    pub cols: usize,
    /// Elements from one row to the next.
    pub row_stride: isize,
    /// Elements from one column to the next.
    pub col_stride: isize,
}

impl<'a, T> Mat<'a, T> {
    /// A matrix whose rows follow each other.
    pub fn rows(data: &'a [T], rows: usize, cols: usize) -> Self {
        Mat { data, rows, cols, row_stride: cols as isize, col_stride: 1 }
    }

    /// A matrix whose columns follow each other.
    pub fn columns(data: &'a [T], rows: usize, cols: usize) -> Self {
        Mat { data, rows, cols, row_stride: 1, col_stride: rows as isize }
    }

    /// The same elements with rows and columns swapped.
    #[must_use]
    pub fn t(self) -> Self {
        let Mat { data, rows, cols, row_stride, col_stride } = self;
        Mat { data, rows: cols, cols: rows, row_stride: col_stride, col_stride: row_stride }
    }
}

impl<'a, T> MatMut<'a, T> {
    /// A matrix whose rows follow each other.
    pub fn rows(data: &'a mut [T], rows: usize, cols: usize) -> Self {
        MatMut { data, rows, cols, row_stride: cols as isize, col_stride: 1 }
    }
}

/// `C = α A B + β C`; with β = 0, C is written without being read.
///
/// The bits of the result depend on shapes, strides and instruction set, never on threads.
///
/// # Panics
/// If the sizes do not fit, or a matrix leaves its data.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Mat, MatMut, gemm};
/// let (a, b, mut c) = ([1.0_f32, 2.0, 3.0, 4.0], [5.0, 6.0], [0.0; 2]);
/// gemm(1.0, Mat::rows(&a, 2, 2), Mat::rows(&b, 2, 1), 0.0, MatMut::rows(&mut c, 2, 1));
/// assert_eq!(c, [17.0, 39.0]);
/// ```
#[track_caller]
#[allow(clippy::needless_pass_by_value, reason = "the product takes its output over")]
pub fn gemm<T: Real>(alpha: T, a: Mat<T>, b: Mat<T>, beta: T, c: MatMut<T>) {
    check(&a, &b, &c);
    // SAFETY: checked in the line above; `c` is borrowed uniquely until the product is done.
    unsafe { T::product(Job::new(alpha, &a, &b, beta, &c), Ending::none()) };
}

/// Panics unless the sizes fit and every element lies inside its data.
#[track_caller]
fn check<T>(a: &Mat<T>, b: &Mat<T>, c: &MatMut<T>) {
    assert!(
        a.cols == b.rows && a.rows == c.rows && b.cols == c.cols,
        "gemm: [{}, {}] · [{}, {}] into [{}, {}]",
        a.rows,
        a.cols,
        b.rows,
        b.cols,
        c.rows,
        c.cols
    );
    count("gemm", &[c.rows, a.cols, c.cols]);
    check_inside("A", a.data.len(), [a.rows, a.cols], [a.row_stride, a.col_stride]);
    check_inside("B", b.data.len(), [b.rows, b.cols], [b.row_stride, b.col_stride]);
    check_output(c);
}

/// Panics if a matrix to write leaves its data or two of its elements share a place.
#[track_caller]
fn check_output<T>(c: &MatMut<T>) {
    check_inside("C", c.data.len(), [c.rows, c.cols], [c.row_stride, c.col_stride]);
    let reach = |count: usize, stride: isize| (count as i128 - 1).max(0) * stride as i128;
    let (row, col) = (c.row_stride as i128, c.col_stride as i128);
    let beside = row > reach(c.cols, c.col_stride) || col > reach(c.rows, c.row_stride);
    let apart = (c.rows <= 1 || row > 0) && (c.cols <= 1 || col > 0);
    let is_empty = c.rows == 0 || c.cols == 0;
    assert!(
        is_empty || apart && (beside || c.rows <= 1 || c.cols <= 1),
        "gemm: elements of C overlap: shape [{}, {}], strides [{row}, {col}]",
        c.rows,
        c.cols
    );
}

#[track_caller]
fn check_inside(name: &str, len: usize, shape: [usize; 2], strides: [isize; 2]) {
    assert!(
        crate::strided::fits(len, 0, &shape, &strides),
        "gemm: {name} of shape {shape:?}, strides {strides:?} leaves its {len} elements"
    );
}
