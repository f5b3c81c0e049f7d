//! Equations with triangular matrices.

use super::{Batch, Flaw, Matrix, lu::subtract};
use crate::{Result, Tensor};

/// Which triangle of a matrix counts, and how.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::{Tensor, Triangle};
///
/// let l = Tensor::from([[2.0, 0.0], [1.0, 4.0]]);
/// let x = l.solve_triangular(&Tensor::from([[2.0], [9.0]]), Triangle::lower())?;
/// assert_eq!(x, Tensor::from([[1.0], [2.0]]));
/// # Ok::<(), brand_nn_tensor::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Triangle {
    /// The triangle above the diagonal, else the one below.
    pub is_upper: bool,
    /// The equations are those of the transpose.
    pub is_transposed: bool,
    /// The diagonal counts as ones, whatever stands there.
    pub is_unit: bool,
}

impl Triangle {
    /// The triangle below the diagonal.
    #[must_use]
    pub fn lower() -> Self {
        Self { is_upper: false, is_transposed: false, is_unit: false }
    }

    /// The triangle above the diagonal.
    #[must_use]
    pub fn upper() -> Self {
        Self { is_upper: true, ..Self::lower() }
    }

    /// Solves with the transpose; a second time undoes the first.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self { is_transposed: !self.is_transposed, ..self }
    }

    /// Takes the diagonal as ones.
    #[must_use]
    pub fn unit(self) -> Self {
        Self { is_unit: true, ..self }
    }
}

impl Tensor {
    /// The solution X of T X = B for triangular matrices T.
    ///
    /// Only the triangle that `triangle` names is read.
    ///
    /// # Shapes
    /// `self` `[.., n, n]`, `b` `[.., n, k]` → as `b`; the batches broadcast.
    ///
    /// # Errors
    /// If the matrices aren't square, shapes or dtypes don't fit, or a diagonal has a 0.
    pub fn solve_triangular(&self, b: &Self, triangle: Triangle) -> Result<Self> {
        Batch::square("solve_triangular", self)?;
        let (a, b) = Batch::pair("solve_triangular", self, b)?;
        let shape = [b.rows, b.columns];
        let [solved] =
            a.map([&shape], &mut |i| Ok([solve(&a.matrix(i), b.matrix(i), triangle)?.values]))?;
        Ok(solved)
    }
}

pub(super) fn solve(t: &Matrix, mut x: Matrix, triangle: Triangle) -> Result<Matrix, Flaw> {
    let n = t.rows;
    let (from_below, at) = (triangle.is_upper != triangle.is_transposed, |i, j| {
        if triangle.is_transposed { t[(j, i)] } else { t[(i, j)] }
    });
    for step in 0..n {
        let i = if from_below { n - 1 - step } else { step };
        let known = if from_below { i + 1..n } else { 0..i };
        known.for_each(|j| subtract(&mut x, i, j, at(i, j)));
        if triangle.is_unit {
            continue;
        }
        let pivot = t[(i, i)];
        if pivot == 0.0 {
            return Err(Flaw::Singular { pivot: i });
        }
        x.row_mut(i).iter_mut().for_each(|x| *x /= pivot);
    }
    Ok(x)
}
