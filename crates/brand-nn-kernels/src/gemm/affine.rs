//! A product together with what follows it, done to each block of results while it is cached.

use super::job::Job;
use super::plan::{BLOCK, for_each_block};
use super::{Mat, MatMut, PackedB, check, check_inside};
use crate::index::add;
use crate::size::count;
use crate::{Real, Unary, unary_in_place};

/// What follows a product: `C = f(A B + bias) + residual`.
#[derive(Clone, Copy, Debug)]
pub struct Then<'a, T> {
    /// A number for each column of C.
    pub bias: Option<&'a [T]>,
    /// The function of each sum.
    pub function: Option<Unary>,
    /// What is added at last, row by row as C.
    pub residual: Option<&'a [T]>,
}

impl<T> Default for Then<'_, T> {
    fn default() -> Self {
        Then { bias: None, function: None, residual: None }
    }
}

/// The right matrix of [`affine`].
#[derive(Clone, Copy, Debug)]
pub enum Factor<'a, T: Real> {
    /// As it lies in memory.
    Plain(Mat<'a, T>),
    /// Packed before.
    Packed(&'a PackedB<T>),
}

/// `C = f(A B + bias) + residual`, with the rows of C one after the other.
///
/// The bits are those of the product followed by three sweeps over C.
///
/// # Panics
/// If the sizes do not fit, or a matrix leaves its data.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Factor, Mat, Then, Unary, affine};
/// let (a, b) = ([1.0_f32, 2.0], [3.0, 0.0, 0.0, -1.0]);
/// let then = Then { bias: Some(&[0.5, 0.0]), function: Some(Unary::Relu), residual: None };
/// let mut c = [0.0; 2];
/// affine(Mat::rows(&a, 1, 2), Factor::Plain(Mat::rows(&b, 2, 2)), &then, &mut c);
/// assert_eq!(c, [3.5, 0.0]);
/// ```
#[track_caller]
pub fn affine<T: Real>(a: Mat<T>, b: Factor<T>, then: &Then<T>, c: &mut [T]) {
    let right = match b {
        Factor::Plain(b) => b,
        Factor::Packed(b) => Mat::rows(&[], b.rows(), b.cols()),
    };
    let (rows, cols) = (a.rows, right.cols);
    assert!(
        a.cols == right.rows && c.len() == count("affine", &[rows, cols]),
        "affine: [{rows}, {}] · [{}, {cols}] into {} elements",
        a.cols,
        right.rows,
        c.len()
    );
    let lengths = (then.bias.map(<[T]>::len), then.residual.map(<[T]>::len));
    assert!(
        lengths.0.is_none_or(|len| len == cols) && lengths.1.is_none_or(|len| len == c.len()),
        "affine: bias and residual of {lengths:?} elements for [{rows}, {cols}]"
    );
    let c = MatMut::rows(c, rows, cols);
    let (job, ending) = (Job::new(T::ONE, &a, &right, T::ZERO, &c), Ending { then: *then, cols });
    match b {
        Factor::Plain(b) => {
            check(&a, &b, &c);
            // SAFETY: checked in the line above; `c` is borrowed uniquely.
            unsafe { T::product(job, ending) };
        }
        Factor::Packed(b) => {
            count("affine", &[rows, a.cols, cols]);
            check_inside("A", a.data.len(), [rows, a.cols], [a.row_stride, a.col_stride]);
            // SAFETY: A was checked in the line above and C before; panels check their own bounds.
            unsafe { T::packed_product(&job, b, ending) };
        }
    }
}

/// What follows a product of `cols` columns, from one of its elements on.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a, T> {
    then: Then<'a, T>,
    cols: usize,
}

impl<T: Real> Ending<'_, T> {
    /// Nothing follows.
    pub(super) fn none() -> Self {
        Ending { then: Then::default(), cols: 0 }
    }

    /// The same for the part of C that begins at an element.
    pub(super) fn at(&self, row: usize, col: usize) -> Self {
        let Then { bias, function, residual } = self.then;
        let bias = bias.map(|bias| &bias[col..]);
        let residual = residual.map(|residual| &residual[row * self.cols + col..]);
        Ending { then: Then { bias, function, residual }, ..*self }
    }

    fn is_none(&self) -> bool {
        let Then { bias, function, residual } = self.then;
        bias.is_none() && function.is_none() && residual.is_none()
    }

    /// Does to the results of a product what follows it, one row after the other.
    ///
    /// # Safety
    /// The job's C lies inside its data, nobody else touches it; its columns are contiguous unless
    /// nothing follows.
    pub(super) unsafe fn apply(&self, job: &Job<T>) {
        if self.is_none() {
            return;
        }
        let Then { bias, function, residual } = self.then;
        for i in 0..job.m {
            let c = job.c.wrapping_offset(i as isize * job.c_strides[0]);
            // SAFETY: row i < m of C, whose columns are contiguous.
            let c = unsafe { std::slice::from_raw_parts_mut(c, job.n) };
            bias.into_iter().for_each(|bias| add(bias, c));
            function.into_iter().for_each(|function| unary_in_place(function, c));
            residual.into_iter().for_each(|residual| add(&residual[i * self.cols..], c));
        }
    }

    /// [`Ending::apply`] to a whole product, in blocks that are tasks.
    ///
    /// # Safety
    /// As [`Ending::apply`].
    pub(super) unsafe fn apply_to_all(&self, job: &Job<T>) {
        if self.is_none() {
            return;
        }
        for_each_block(job, BLOCK, |rows, cols| {
            // SAFETY: a window of the job, and no other task's.
            unsafe { self.at(rows.start, cols.start).apply(&job.window(rows, cols)) };
        });
    }
}
