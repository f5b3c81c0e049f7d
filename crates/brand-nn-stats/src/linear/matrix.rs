//! A matrix of f64 in row-major order.

use crate::{Result, door};
use brand_nn_kernels::{Mat, MatMut, gemm};

/// Numbers in rows of one length, one row after the other.
///
/// # Examples
/// ```
/// use brand_nn_stats::linear::Matrix;
/// let a = Matrix::new(2, 2, vec![1.0, 2.0, 3.0, 4.0])?;
/// assert_eq!(a.product(&a).data(), [7.0, 10.0, 15.0, 22.0]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Matrix {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

/// A matrix as a file has it, before its numbers are counted.
#[derive(serde::Deserialize)]
struct Unchecked {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

impl TryFrom<Unchecked> for Matrix {
    type Error = crate::Error;

    fn try_from(of: Unchecked) -> Result<Self> {
        Self::new(of.rows, of.cols, of.data)
    }
}

impl Matrix {
    /// A matrix of numbers that stand row by row.
    ///
    /// # Errors
    /// If there are not rows × cols of them.
    pub fn new(rows: usize, cols: usize, data: Vec<f64>) -> Result<Self> {
        door::len("Matrix::new", "numbers", data.len(), rows.saturating_mul(cols))?;
        Ok(Self { rows, cols, data })
    }

    /// A matrix of a function of row and column.
    #[must_use]
    pub fn of(rows: usize, cols: usize, f: impl Fn(usize, usize) -> f64) -> Self {
        let data = (0..rows * cols).map(|i| f(i / cols, i % cols)).collect();
        Self { rows, cols, data }
    }

    /// Nothing but zeros.
    #[must_use]
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Self { rows, cols, data: vec![0.0; rows * cols] }
    }

    /// Ones on the diagonal, zeros elsewhere.
    #[must_use]
    pub fn identity(size: usize) -> Self {
        Self::of(size, size, |i, j| if i == j { 1.0 } else { 0.0 })
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns there are.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// All numbers, row by row.
    #[must_use]
    pub fn data(&self) -> &[f64] {
        &self.data
    }

    /// One row.
    ///
    /// # Panics
    /// If there are not so many rows.
    #[must_use]
    #[track_caller]
    pub fn row(&self, row: usize) -> &[f64] {
        &self.data[row * self.cols..][..self.cols]
    }

    /// One row, to be changed.
    ///
    /// # Panics
    /// If there are not so many rows.
    #[track_caller]
    pub fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.data[row * self.cols..][..self.cols]
    }

    /// A copy of one column.
    ///
    /// # Panics
    /// If there are not so many columns.
    #[must_use]
    #[track_caller]
    pub fn column(&self, col: usize) -> Vec<f64> {
        (0..self.rows).map(|row| self[(row, col)]).collect()
    }

    /// What stands on the diagonal.
    #[must_use]
    pub fn diagonal(&self) -> Vec<f64> {
        (0..self.rows.min(self.cols)).map(|i| self[(i, i)]).collect()
    }

    /// Rows as columns.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self::of(self.cols, self.rows, |i, j| self[(j, i)])
    }

    /// The matrix product.
    ///
    /// # Panics
    /// If the inner lengths differ.
    #[must_use]
    #[track_caller]
    pub fn product(&self, other: &Self) -> Self {
        let ([m, k], [l, n]) = ([self.rows, self.cols], [other.rows, other.cols]);
        assert!(k == l, "product: [{m}, {k}] times [{l}, {n}]");
        let mut out = Self::zeros(m, n);
        let (a, b) = (Mat::rows(&self.data, m, k), Mat::rows(&other.data, k, n));
        gemm(1.0, a, b, 0.0, MatMut::rows(&mut out.data, m, n));
        out
    }

    /// The product with a vector.
    ///
    /// # Panics
    /// If it has another length than rows have.
    #[must_use]
    #[track_caller]
    pub fn times(&self, x: &[f64]) -> Vec<f64> {
        assert!(x.len() == self.cols, "times: {} numbers for {} columns", x.len(), self.cols);
        (0..self.rows).map(|row| dot(self.row(row), x)).collect()
    }

    /// XᵀX, each row counted as often as its weight says.
    ///
    /// # Panics
    /// If there is not one weight a row.
    #[must_use]
    #[track_caller]
    pub fn gram(&self, weights: Option<&[f64]>) -> Self {
        let cols = self.cols;
        let weighted: Option<Vec<f64>> = weights.map(|weights| {
            assert!(weights.len() == self.rows, "gram: one weight a row");
            (0..self.data.len()).map(|i| self.data[i] * weights[i / cols]).collect()
        });
        let right = weighted.as_deref().unwrap_or(&self.data);
        let mut out = Self::zeros(cols, cols);
        if cols > 0 {
            let (a, b) =
                (Mat::rows(&self.data, self.rows, cols), Mat::rows(right, self.rows, cols));
            gemm(1.0, a.t(), b, 0.0, MatMut::rows(&mut out.data, cols, cols));
        }
        out
    }

    /// Xᵀy.
    ///
    /// # Panics
    /// If there is not one number a row.
    #[must_use]
    #[track_caller]
    pub fn transposed_times(&self, y: &[f64]) -> Vec<f64> {
        assert!(y.len() == self.rows, "transposed_times: {} numbers, {} rows", y.len(), self.rows);
        let mut out = vec![0.0; self.cols];
        for (row, y) in y.iter().enumerate() {
            add_scaled(&mut out, *y, self.row(row));
        }
        out
    }
}

impl std::ops::Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, (row, col): (usize, usize)) -> &f64 {
        &self.data[row * self.cols + col]
    }
}

impl std::ops::IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (row, col): (usize, usize)) -> &mut f64 {
        &mut self.data[row * self.cols + col]
    }
}

/// Σ aᵢ bᵢ.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The length of a vector.
pub(crate) fn norm(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

/// `y += scale * x`.
pub(crate) fn add_scaled(y: &mut [f64], scale: f64, x: &[f64]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += scale * x);
}
