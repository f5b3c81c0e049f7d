//! Many products of one size, as one list of tasks.

use super::plan::is_serial;
use super::{Ending, Job, Mat, MatMut, check};
use crate::Real;
use crate::size::count;
use crate::threads::{Parts, for_each};

/// Matrices of one size and layout in one slice, each with its own start.
#[derive(Clone, Copy, Debug)]
pub struct Mats<'a, T> {
    /// The elements of all matrices.
    pub data: &'a [T],
    /// Where each matrix begins; the same start may come twice.
    pub offsets: &'a [usize],
    /// How many rows each has.
    pub rows: usize,
    /// How many columns each has.
    pub cols: usize,
    /// Elements from one row to the next.
    pub row_stride: isize,
    /// Elements from one column to the next.
    pub col_stride: isize,
}

impl<'a, T> Mats<'a, T> {
    /// Matrix number `i`.
    ///
    /// # Panics
    /// If it begins outside the data.
    #[track_caller]
    fn get(&self, i: usize) -> Mat<'a, T> {
        let (start, len) = (self.offsets[i], self.data.len());
        assert!(start <= len, "gemm_batched: matrix {i} begins at {start} of {len} elements");
        let Mats { rows, cols, row_stride, col_stride, .. } = *self;
        Mat { data: &self.data[start..], rows, cols, row_stride, col_stride }
    }
}

/// `c[i] = a[i] · b[i]` for every i; `c` is contiguous `[batch, m, n]`.
///
/// # Panics
/// If the counts or sizes do not fit, or a matrix leaves its data.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Mats, gemm_batched};
/// let pair = |data| Mats { data, offsets: &[0, 1], rows: 1, cols: 1, row_stride: 1, col_stride: 1 };
/// let mut c = [0.0_f32; 2];
/// gemm_batched(pair(&[2.0, 3.0]), pair(&[5.0, 7.0]), &mut c);
/// assert_eq!(c, [10.0, 21.0]);
/// ```
#[track_caller]
pub fn gemm_batched<T: Real>(a: Mats<T>, b: Mats<T>, c: &mut [T]) {
    let (batch, m, k, n) = (a.offsets.len(), a.rows, a.cols, b.cols);
    let results = count("gemm_batched", &[batch, m, n]);
    count("gemm_batched", &[batch, m, k, n]);
    assert!(
        batch == b.offsets.len() && c.len() == results,
        "gemm_batched: {batch} · {} matrices into {} elements, expected {batch} of {m} × {n}",
        b.offsets.len(),
        c.len()
    );
    if results == 0 {
        return;
    }
    let parts = Parts::new(c);
    let one = |i: usize| {
        // SAFETY: each product owns its m·n results and runs once.
        let out = unsafe { parts.range(i * m * n..(i + 1) * m * n) };
        let (a, b, c) = (a.get(i), b.get(i), MatMut::rows(out, m, n));
        check(&a, &b, &c);
        // SAFETY: checked in the line above.
        unsafe { T::product(Job::new(T::ONE, &a, &b, T::ZERO, &c), Ending::none()) };
    };
    if is_serial(batch * m * n * k) { (0..batch).for_each(one) } else { for_each(batch, one) }
}
