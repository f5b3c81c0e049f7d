//! Sizes and powers of matrices.

use super::{Batch, length};
use crate::{Result, Tensor};

/// How the size of a matrix is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatrixNorm {
    /// The root of the sum of squares.
    Frobenius,
    /// The sum of the singular values.
    Nuclear,
    /// The largest singular value.
    Spectral,
}

impl Tensor {
    /// The size of each matrix.
    ///
    /// # Shapes
    /// `[.., m, n]` → `[..]`.
    ///
    /// # Errors
    /// If there are less than two axes, the dtype isn't `f32` or `f64`, or singular values are
    /// asked of elements that aren't finite.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{MatrixNorm, Tensor};
    ///
    /// let a = Tensor::from([[3.0, 0.0], [0.0, 4.0]]);
    /// assert_eq!(a.matrix_norm(MatrixNorm::Nuclear)?.item(), 7.0);
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn matrix_norm(&self, norm: MatrixNorm) -> Result<Self> {
        let a = Batch::of("matrix_norm", self)?;
        match norm {
            MatrixNorm::Frobenius => {
                let [norm] = a.map([&[]], &mut |i| Ok([vec![length(&a.matrix(i).values)]]))?;
                Ok(norm)
            }
            MatrixNorm::Nuclear => Ok(self.svd()?.1.sum_axis(-1)),
            MatrixNorm::Spectral => Ok(self.svd()?.1.slice(-1, ..1).sum_axis(-1)),
        }
    }
}
