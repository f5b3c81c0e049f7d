//! The one matrix product behind everything: `C = α A B + β C` with any strides.

use crate::Real;
use crate::threads::for_each;

mod batched;
mod oracle;

pub use batched::{Mats, gemm_batched};
pub(crate) use oracle::Product;

/// Multiply-adds below which a product stays on one thread: about 100 µs.
const SERIAL: usize = 1 << 21;
/// Rows of C that one task computes.
const ROW_BLOCK: usize = 128;
/// Columns of C that one task computes.
const COLUMN_BLOCK: usize = 1024;

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
    pub fn new(data: &'a [T], rows: usize, cols: usize) -> Self {
        Mat { data, rows, cols, row_stride: cols as isize, col_stride: 1 }
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
    pub fn new(data: &'a mut [T], rows: usize, cols: usize) -> Self {
        MatMut { data, rows, cols, row_stride: cols as isize, col_stride: 1 }
    }
}

/// `C = α A B + β C`; with β = 0, C is written without being read.
///
/// # Panics
/// If the sizes do not fit, or a matrix leaves its data.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Mat, MatMut, gemm};
/// let (a, b, mut c) = ([1.0_f32, 2.0, 3.0, 4.0], [5.0, 6.0], [0.0; 2]);
/// gemm(1.0, Mat::new(&a, 2, 2), Mat::new(&b, 2, 1), 0.0, MatMut::new(&mut c, 2, 1));
/// assert_eq!(c, [17.0, 39.0]);
/// ```
#[track_caller]
#[allow(clippy::needless_pass_by_value, reason = "the product takes its output over")]
pub fn gemm<T: Real>(alpha: T, a: Mat<T>, b: Mat<T>, beta: T, c: MatMut<T>) {
    check(&a, &b, &c);
    if c.rows == 0 || c.cols == 0 {
        return;
    }
    let (m, k, n) = (c.rows, a.cols, c.cols);
    let (row_block, column_block) =
        if m * n * k < SERIAL { (m, n) } else { (ROW_BLOCK, COLUMN_BLOCK) };
    let columns = n.div_ceil(column_block);
    let job = Job::new(alpha, &a, &b, beta, &c);
    for_each(m.div_ceil(row_block) * columns, |task| {
        let rows = block(task / columns, row_block, m);
        let cols = block(task % columns, column_block, n);
        // SAFETY: `check` proved the operands inside their data; tasks write disjoint blocks.
        unsafe { T::product(job.window(rows, cols)) };
    });
}

fn block(index: usize, size: usize, end: usize) -> std::ops::Range<usize> {
    index * size..end.min((index + 1) * size)
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
    check_inside("A", a.data.len(), [a.rows, a.cols], [a.row_stride, a.col_stride]);
    check_inside("B", b.data.len(), [b.rows, b.cols], [b.row_stride, b.col_stride]);
    check_inside("C", c.data.len(), [c.rows, c.cols], [c.row_stride, c.col_stride]);
    check_apart([c.rows, c.cols], [c.row_stride, c.col_stride]);
}

#[track_caller]
fn check_inside(name: &str, len: usize, shape: [usize; 2], strides: [isize; 2]) {
    assert!(
        crate::strided::fits(len, 0, &shape, &strides),
        "gemm: {name} of shape {shape:?}, strides {strides:?} leaves its {len} elements"
    );
}

/// Panics if two elements of a matrix to write would share a place.
#[track_caller]
fn check_apart(shape: [usize; 2], strides: [isize; 2]) {
    let [rows, cols] = shape;
    let reach = |count: usize, stride: isize| count.saturating_sub(1) as i128 * stride as i128;
    let [row, col] = strides;
    let apart = (rows <= 1 || row > 0)
        && (cols <= 1 || col > 0)
        && (rows <= 1
            || cols <= 1
            || row as i128 > reach(cols, col)
            || col as i128 > reach(rows, row));
    assert!(apart, "gemm: elements of C overlap: shape {shape:?}, strides {strides:?}");
}

/// A product on raw operands.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Job<T> {
    pub(crate) m: usize,
    pub(crate) k: usize,
    pub(crate) n: usize,
    pub(crate) alpha: T,
    pub(crate) a: *const T,
    pub(crate) a_strides: [isize; 2],
    pub(crate) b: *const T,
    pub(crate) b_strides: [isize; 2],
    pub(crate) beta: T,
    pub(crate) c: *mut T,
    pub(crate) c_strides: [isize; 2],
}

// SAFETY: the pointers come from slices of Plain elements that outlive the product, and tasks on
// different threads write disjoint blocks of C.
unsafe impl<T: Real> Sync for Job<T> {}

impl<T: Real> Job<T> {
    fn new(alpha: T, a: &Mat<T>, b: &Mat<T>, beta: T, c: &MatMut<T>) -> Self {
        Job {
            m: c.rows,
            k: a.cols,
            n: c.cols,
            alpha,
            a: a.data.as_ptr(),
            a_strides: [a.row_stride, a.col_stride],
            b: b.data.as_ptr(),
            b_strides: [b.row_stride, b.col_stride],
            beta,
            c: c.data.as_ptr().cast_mut(),
            c_strides: [c.row_stride, c.col_stride],
        }
    }

    /// The same product for some rows and columns of C.
    fn window(&self, rows: std::ops::Range<usize>, cols: std::ops::Range<usize>) -> Self {
        let (row, col) = (rows.start as isize, cols.start as isize);
        Job {
            m: rows.len(),
            n: cols.len(),
            a: self.a.wrapping_offset(row * self.a_strides[0]),
            b: self.b.wrapping_offset(col * self.b_strides[1]),
            c: self.c.wrapping_offset(row * self.c_strides[0] + col * self.c_strides[1]),
            ..*self
        }
    }
}
