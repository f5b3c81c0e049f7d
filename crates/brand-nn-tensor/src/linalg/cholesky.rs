//! The Cholesky factorisation of symmetric positive definite matrices.

use super::{Batch, Flaw, Matrix, Triangle, dot, triangular};
use crate::{Result, Tensor};

impl Tensor {
    /// The lower triangles L with L Lᵀ = A, for symmetric positive definite matrices A.
    ///
    /// Only the lower triangle of A is read.
    ///
    /// # Errors
    /// If the matrices aren't square, or one isn't positive definite.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let l = Tensor::from([[4.0, 2.0], [2.0, 10.0]]).cholesky()?;
    /// assert_eq!(l, Tensor::from([[2.0, 0.0], [1.0, 3.0]]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn cholesky(&self) -> Result<Self> {
        let a = Batch::square("cholesky", self)?;
        let [found] = a.map([&[a.rows, a.rows]], &mut |i| Ok([factor(&a.matrix(i))?.values]))?;
        Ok(found)
    }

    /// The solution X of L Lᵀ X = B, where this is the factor L of [`Tensor::cholesky`].
    ///
    /// # Shapes
    /// `self` `[.., n, n]`, `b` `[.., n, k]` → as `b`; the batches broadcast.
    ///
    /// # Errors
    /// If the matrices aren't square, shapes or dtypes don't fit, or a diagonal has a 0.
    pub fn cholesky_solve(&self, b: &Self) -> Result<Self> {
        Batch::square("cholesky_solve", self)?;
        let (l, b) = Batch::pair("cholesky_solve", self, b)?;
        let shape = [b.rows, b.columns];
        let [solved] = l.map([&shape], &mut |i| {
            let (l, lower) = (l.matrix(i), Triangle::lower());
            let half = triangular::solve(&l, b.matrix(i), lower)?;
            Ok([triangular::solve(&l, half, lower.transposed())?.values])
        })?;
        Ok(solved)
    }
}

/// Row by row: `l[i][j] = (a[i][j] − l[i][..j] · l[j][..j]) / l[j][j]`.
fn factor(a: &Matrix) -> Result<Matrix, Flaw> {
    let mut l = Matrix::zeros(a.rows, a.rows);
    for i in 0..a.rows {
        for j in 0..i {
            let rest = a[(i, j)] - dot(&l.row(i)[..j], &l.row(j)[..j]);
            l[(i, j)] = rest / l[(j, j)];
        }
        let square = a[(i, i)] - dot(&l.row(i)[..i], &l.row(i)[..i]);
        // A NaN is not above zero either.
        if square.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
            return Err(Flaw::NotPositiveDefinite { minor: i + 1 });
        }
        l[(i, i)] = square.sqrt();
    }
    Ok(l)
}
