//! The LU factorisation with row exchanges, and what it solves: equations, inverses, determinants.

use super::{Batch, Flaw, Matrix, add_scaled};
use crate::{Result, Tensor};

/// P A = L U: both triangles in one matrix, and the rows of A in their new order.
struct Lu {
    both: Matrix,
    order: Vec<usize>,
    sign: f64,
    /// The first column in which nothing but zeros was left.
    singular: Option<usize>,
}

impl Lu {
    fn of(mut a: Matrix) -> Self {
        let n = a.rows;
        let (mut order, mut sign, mut singular): (Vec<_>, _, _) = ((0..n).collect(), 1.0, None);
        for k in 0..n {
            let size = |i: &usize| a[(*i, k)].abs();
            let pivot = (k..n).rev().max_by(|i, j| size(i).total_cmp(&size(j))).unwrap_or(k);
            if a[(pivot, k)] == 0.0 {
                singular = singular.or(Some(k));
                continue;
            }
            if pivot != k {
                a.swap_rows(pivot, k);
                order.swap(pivot, k);
                sign = -sign;
            }
            for i in k + 1..n {
                let (row, top) = a.row_and(i, k);
                row[k] /= top[k];
                let factor = row[k];
                add_scaled(&mut row[k + 1..], -factor, &top[k + 1..]);
            }
        }
        Self { both: a, order, sign, singular }
    }

    /// Forward through L, backward through U.
    fn solve(&self, b: &Matrix) -> Result<Matrix, Flaw> {
        if let Some(pivot) = self.singular {
            return Err(Flaw::Singular { pivot });
        }
        let n = self.both.rows;
        let mut x = Matrix::zeros(n, b.columns);
        for (i, &from) in self.order.iter().enumerate() {
            x.row_mut(i).copy_from_slice(b.row(from));
        }
        for i in 0..n {
            (0..i).for_each(|j| subtract(&mut x, i, j, self.both[(i, j)]));
        }
        for i in (0..n).rev() {
            (i + 1..n).for_each(|j| subtract(&mut x, i, j, self.both[(i, j)]));
            let pivot = self.both[(i, i)];
            x.row_mut(i).iter_mut().for_each(|x| *x /= pivot);
        }
        Ok(x)
    }

    /// The sign of the determinant and the logarithm of its size.
    fn log_determinant(&self) -> (f64, f64) {
        if self.singular.is_some() {
            return (0.0, f64::NEG_INFINITY);
        }
        let pivots = (0..self.both.rows).map(|i| self.both[(i, i)]);
        pivots.fold((self.sign, 0.0), |(sign, log), pivot| {
            (sign * pivot.signum(), log + pivot.abs().ln())
        })
    }

    fn determinant(&self) -> f64 {
        (0..self.both.rows)
            .map(|i| self.both[(i, i)])
            .fold(self.sign, |product, pivot| product * pivot)
    }
}

/// Row i minus a multiple of row j.
pub(super) fn subtract(x: &mut Matrix, i: usize, j: usize, factor: f64) {
    let (row, other) = x.row_and(i, j);
    add_scaled(row, -factor, other);
}

/// Equations and determinants, by the LU factorisation with partial pivoting.
impl Tensor {
    /// The solution X of A X = B for square matrices A.
    ///
    /// # Shapes
    /// `self` `[.., n, n]`, `b` `[.., n, k]` or a vector `[n]` → as `b`; the batches broadcast.
    ///
    /// # Errors
    /// If the matrices aren't square, shapes or dtypes don't fit, or one is singular.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let a = Tensor::from([[2.0, 0.0], [1.0, 4.0]]);
    /// let x = a.solve(&Tensor::from([2.0, 9.0]))?;
    /// assert_eq!(x, Tensor::from([1.0, 2.0]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn solve(&self, b: &Self) -> Result<Self> {
        if b.ndim() == 1 {
            return Ok(self.solve(&b.unsqueeze(1))?.squeeze(-1));
        }
        Batch::square("solve", self)?;
        let (a, b) = Batch::pair("solve", self, b)?;
        let shape = [b.rows, b.columns];
        let [solved] =
            a.map([&shape], &mut |i| Ok([Lu::of(a.matrix(i)).solve(&b.matrix(i))?.values]))?;
        Ok(solved)
    }

    /// The inverse of square matrices.
    ///
    /// [`Tensor::solve`] is faster and more exact where the inverse itself isn't wanted.
    ///
    /// # Errors
    /// If the matrices aren't square, or one is singular.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let a = Tensor::from([[2.0, 0.0], [0.0, 4.0]]);
    /// assert_eq!(a.inverse()?, Tensor::from([[0.5, 0.0], [0.0, 0.25]]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    #[doc(alias = "inv")]
    pub fn inverse(&self) -> Result<Self> {
        let a = Batch::square("inverse", self)?;
        let eye = Matrix::eye(a.rows, a.rows);
        let [inverted] =
            a.map([&[a.rows, a.rows]], &mut |i| Ok([Lu::of(a.matrix(i)).solve(&eye)?.values]))?;
        Ok(inverted)
    }

    /// The determinant of square matrices: 0 for singular ones.
    ///
    /// # Shapes
    /// `[.., n, n]` → `[..]`.
    ///
    /// # Errors
    /// If the matrices aren't square.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([[1.0, 2.0], [3.0, 4.0]]).det()?.item(), -2.0);
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn det(&self) -> Result<Self> {
        let a = Batch::square("det", self)?;
        let [found] = a.map([&[]], &mut |i| Ok([vec![Lu::of(a.matrix(i)).determinant()]]))?;
        Ok(found)
    }

    /// The sign of the determinant and the logarithm of its size, which can't overflow.
    ///
    /// Singular matrices have the sign 0 and the logarithm −∞.
    ///
    /// # Shapes
    /// `[.., n, n]` → two of `[..]`.
    ///
    /// # Errors
    /// If the matrices aren't square.
    pub fn slogdet(&self) -> Result<(Self, Self)> {
        let a = Batch::square("slogdet", self)?;
        let [sign, log] = a.map([&[], &[]], &mut |i| {
            let (sign, log) = Lu::of(a.matrix(i)).log_determinant();
            Ok([vec![sign], vec![log]])
        })?;
        Ok((sign, log))
    }
}
