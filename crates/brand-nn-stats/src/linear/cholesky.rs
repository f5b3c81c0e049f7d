//! The triangular root of a symmetric positive definite matrix.

use super::{Matrix, dot};
use crate::{Error, Result};

/// A = L Lᵀ with L lower triangular, from which equations and determinants are quick.
///
/// # Examples
/// ```
/// use brand_nn_stats::linear::{Cholesky, Matrix};
/// let a = Matrix::new(2, 2, vec![4.0, 2.0, 2.0, 5.0])?;
/// let root = Cholesky::new(&a)?;
/// assert_eq!(root.solve(&[8.0, 8.0]), [1.5, 1.0]);
/// assert!((root.log_determinant() - 16.0_f64.ln()).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// The root of a matrix, of which only the lower half is read.
    ///
    /// # Errors
    /// If it is not square, or not positive definite to working precision.
    pub fn new(matrix: &Matrix) -> Result<Self> {
        let op = "Cholesky::new";
        crate::door::len(op, "columns", matrix.cols(), matrix.rows())?;
        let size = matrix.rows();
        let mut lower = Matrix::zeros(size, size);
        for i in 0..size {
            for j in 0..=i {
                let rest = matrix[(i, j)] - dot(&lower.row(i)[..j], &lower.row(j)[..j]);
                if i > j {
                    lower[(i, j)] = rest / lower[(j, j)];
                } else if rest > f64::EPSILON * matrix[(i, i)].abs() && rest.is_finite() {
                    lower[(i, i)] = rest.sqrt();
                } else {
                    let case = "the matrix is not positive definite";
                    let help = "leave out columns that others add up to, or add a penalty";
                    return Err(Error::Undefined { op, case, help });
                }
            }
        }
        Ok(Self { lower })
    }

    /// L itself.
    #[must_use]
    pub fn lower(&self) -> &Matrix {
        &self.lower
    }

    /// The x with A x = b.
    ///
    /// # Panics
    /// If b has another length than A has rows.
    #[must_use]
    #[track_caller]
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = self.solve_lower(b);
        for i in (0..x.len()).rev() {
            let later: f64 = (i + 1..x.len()).map(|j| self.lower[(j, i)] * x[j]).sum();
            x[i] = (x[i] - later) / self.lower[(i, i)];
        }
        x
    }

    /// The x with L x = b.
    ///
    /// # Panics
    /// If b has another length than A has rows.
    #[must_use]
    #[track_caller]
    pub fn solve_lower(&self, b: &[f64]) -> Vec<f64> {
        let size = self.lower.rows();
        assert!(b.len() == size, "solve_lower: {} numbers for {size} rows", b.len());
        let mut x = b.to_vec();
        for i in 0..size {
            x[i] = (x[i] - dot(&self.lower.row(i)[..i], &x[..i])) / self.lower[(i, i)];
        }
        x
    }

    /// The inverse of A.
    #[must_use]
    pub fn inverse(&self) -> Matrix {
        let size = self.lower.rows();
        let mut out = Matrix::zeros(size, size);
        let mut unit = vec![0.0; size];
        for i in 0..size {
            unit[i] = 1.0;
            out.row_mut(i).copy_from_slice(&self.solve(&unit));
            unit[i] = 0.0;
        }
        out
    }

    /// ln det A.
    #[must_use]
    pub fn log_determinant(&self) -> f64 {
        2.0 * self.lower.diagonal().iter().map(|x| x.ln()).sum::<f64>()
    }
}
