//! The QR factorisation by Householder's reflections, and least squares with it.

use super::{Batch, Flaw, Matrix, Triangle, add_scaled, dot, length, triangular};
use crate::{Error, Result, Tensor};

/// A = Q R, with the columns of A as rows while it is made.
struct Qr {
    /// The columns of R, longer than needed.
    columns: Matrix,
    /// The mirrors' normal vectors of length √2, by their number zero before.
    normals: Vec<Vec<f64>>,
}

impl Qr {
    fn of(a: &Matrix) -> Self {
        let mut columns = a.transposed();
        let mut normals = Vec::new();
        for k in 0..a.rows.min(a.columns) {
            let normal = normal(&columns.row(k)[k..]);
            (k..a.columns).for_each(|j| reflect(&normal, &mut columns.row_mut(j)[k..]));
            columns.row_mut(k)[k + 1..].fill(0.0);
            normals.push(normal);
        }
        Self { columns, normals }
    }

    /// `[m, k]` orthonormal columns, k the smaller side of A.
    fn q(&self) -> Matrix {
        let mut columns = Matrix::eye(self.normals.len(), self.columns.columns);
        for j in 0..columns.rows {
            self.turn(columns.row_mut(j));
        }
        columns.transposed()
    }

    /// `[k, n]`, zero below the diagonal.
    fn r(&self) -> Matrix {
        let mut r = self.columns.transposed();
        r.rows = self.normals.len();
        r.values.truncate(r.rows * r.columns);
        r
    }

    /// Q x, by all mirrors from the last to the first.
    fn turn(&self, x: &mut [f64]) {
        for (k, normal) in self.normals.iter().enumerate().rev() {
            reflect(normal, &mut x[k..]);
        }
    }
}

/// The normal of the mirror that brings `x` onto its first axis; zeros if it lies there.
pub(super) fn normal(x: &[f64]) -> Vec<f64> {
    let size = length(x);
    if x[1..].iter().all(|x| *x == 0.0) {
        return vec![0.0; x.len()];
    }
    let mut normal: Vec<f64> = x.iter().map(|x| x / size).collect();
    normal[0] += 1f64.copysign(normal[0]);
    // The squared length is 2 (1 + |x₀|), of which the first element is 1 + |x₀|.
    let scale = normal[0].abs().sqrt();
    normal.iter_mut().for_each(|x| *x /= scale);
    normal
}

/// x − v (v · x), for v of length √2.
pub(super) fn reflect(normal: &[f64], x: &mut [f64]) {
    let across = dot(normal, x);
    add_scaled(x, -across, normal);
}

impl Tensor {
    /// The factors Q and R of matrices A = Q R: orthonormal columns and an upper triangle.
    ///
    /// # Shapes
    /// `[.., m, n]` → `[.., m, k]` and `[.., k, n]`, k = min(m, n).
    ///
    /// # Errors
    /// If there are less than two axes or the dtype isn't `f32` or `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Tensor, check};
    ///
    /// let a = Tensor::from([[3.0, 1.0], [4.0, 2.0]]);
    /// let (q, r) = a.qr()?;
    /// check::assert_close(&q.matmul(&r), &a, 1e-14);
    /// check::assert_close(&r.get(&[0, 0]).into(), &Tensor::from(-5.0), 1e-14);
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn qr(&self) -> Result<(Self, Self)> {
        let a = Batch::of("qr", self)?;
        let k = a.rows.min(a.columns);
        let [q, r] = a.map([&[a.rows, k], &[k, a.columns]], &mut |i| {
            let qr = Qr::of(&a.matrix(i));
            Ok([qr.q().values, qr.r().values])
        })?;
        Ok((q, r))
    }

    /// The X that makes A X nearest to B; of several the shortest.
    ///
    /// # Shapes
    /// `self` `[.., m, n]`, `b` `[.., m, k]` → `[.., n, k]`; the batches broadcast.
    ///
    /// # Errors
    /// If shapes or dtypes don't fit, or the columns (of a flat matrix: the rows) depend on each
    /// other; [`Tensor::pinv`] takes such matrices too.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Tensor, check};
    ///
    /// let a = Tensor::from([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]); // 1, week
    /// let sales = Tensor::from([[1.0], [3.0], [5.0]]);
    /// check::assert_close(&a.lstsq(&sales)?, &Tensor::from([[1.0], [2.0]]), 1e-14);
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn lstsq(&self, b: &Self) -> Result<Self> {
        let (a, b) = Batch::pair("lstsq", self, b)?;
        let shape = [a.columns, b.columns];
        let [solved] =
            a.map([&shape], &mut |i| Ok([nearest(&a.matrix(i), &b.matrix(i))?.values]))?;
        Ok(solved)
    }

    /// An error if the columns of the triangle R of a QR factorisation depend on each other.
    ///
    /// # Errors
    /// If an element of its diagonal is nothing beside the largest.
    pub fn require_rank(&self, op: &'static str) -> Result<()> {
        let r = Batch::square(op, self)?;
        for matrix in 0..r.lead.size() {
            if let Some(pivot) = dependent(&r.matrix(matrix)) {
                return Err(Error::Singular { op, matrix, pivot });
            }
        }
        Ok(())
    }
}

/// R⁻¹ Qᵀ b of a tall matrix A = Q R; Q R⁻ᵀ b of a flat one, Aᵀ = Q R.
fn nearest(a: &Matrix, b: &Matrix) -> Result<Matrix, Flaw> {
    let is_tall = a.rows >= a.columns;
    let qr = Qr::of(&if is_tall { a.clone() } else { a.transposed() });
    let (q, r) = (qr.q(), qr.r());
    if let Some(pivot) = dependent(&r) {
        return Err(Flaw::Singular { pivot });
    }
    if is_tall {
        triangular::solve(&r, times(&q.transposed(), b), Triangle::upper())
    } else {
        Ok(times(&q, &triangular::solve(&r, b.clone(), Triangle::upper().transposed())?))
    }
}

/// The first column of a triangle that adds nothing but rounding to those before.
fn dependent(r: &Matrix) -> Option<usize> {
    let most = length(&r.values);
    (0..r.rows).find(|&i| r[(i, i)].abs() <= most * f64::EPSILON * r.rows as f64)
}

pub(super) fn times(a: &Matrix, b: &Matrix) -> Matrix {
    let mut product = Matrix::zeros(a.rows, b.columns);
    for i in 0..a.rows {
        for (k, &factor) in a.row(i).iter().enumerate() {
            add_scaled(product.row_mut(i), factor, b.row(k));
        }
    }
    product
}

/// Q and R of a tall matrix.
pub(super) fn factors(a: &Matrix) -> (Matrix, Matrix) {
    let qr = Qr::of(a);
    (qr.q(), qr.r())
}
