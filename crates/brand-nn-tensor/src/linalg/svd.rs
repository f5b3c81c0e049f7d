//! Singular values by one-sided Jacobi turns, and the pseudo-inverse made with them.
//!
//! Hestenes, Inversion of Matrices by Biorthogonalization, 1958; it finds small values to full
//! relative precision, down to 1e-30 of the largest.

use super::{Batch, Flaw, Matrix, add_scaled, dot, eigh, length, qr};
use crate::{DType, Result, Tensor};

/// Sweeps over all pairs of columns; ten are usual.
const SWEEPS: usize = 60;

/// The square of a column that is nothing but rounding, where the largest element is 1.
const NOTHING: f64 = 1e-60;

impl Tensor {
    /// The factors of matrices A = U diag(s) Vᵀ: orthonormal columns and falling values s ≥ 0.
    ///
    /// The largest element of each column of U is positive. V comes as it is, not transposed.
    ///
    /// # Shapes
    /// `[.., m, n]` → `[.., m, k]`, `[.., k]` and `[.., n, k]`, k = min(m, n).
    ///
    /// # Errors
    /// If there are less than two axes, the dtype isn't `f32` or `f64`, or an element isn't finite.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Tensor, check};
    ///
    /// let a = Tensor::from([[3.0, 0.0], [0.0, -4.0], [0.0, 0.0]]);
    /// let (u, s, v) = a.svd()?;
    /// assert_eq!(s, Tensor::from([4.0, 3.0]));
    /// check::assert_close(&(u * s.unsqueeze(-2)).matmul(&v.t()), &a, 1e-14);
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn svd(&self) -> Result<(Self, Self, Self)> {
        let a = Batch::of("svd", self)?;
        let k = a.rows.min(a.columns);
        let [u, s, v] = a.map([&[a.rows, k], &[k], &[a.columns, k]], &mut |i| {
            let Svd { u, s, v } = Svd::of(&a.matrix(i))?;
            Ok([u.transposed().values, s, v.transposed().values])
        })?;
        Ok((u, s, v))
    }

    /// The pseudo-inverse of Moore and Penrose: V diag(1/s) Uᵀ over the values that aren't nothing.
    ///
    /// Singular values below `tolerance` times the largest count as 0.
    ///
    /// # Shapes
    /// `[.., m, n]` → `[.., n, m]`.
    ///
    /// # Errors
    /// As [`Tensor::svd`].
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Tensor, check};
    ///
    /// let a = Tensor::from([[2.0, 0.0], [0.0, 0.0]]);
    /// check::assert_close(&a.pinv(1e-15)?, &Tensor::from([[0.5, 0.0], [0.0, 0.0]]), 1e-14);
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn pinv(&self, tolerance: f64) -> Result<Self> {
        let (u, s, v) = self.to(DType::F64).svd()?;
        if s.is_empty() {
            return Ok(self.t().contiguous());
        }
        let counts = s.greater(&(s.max_axes(&[-1], true) * tolerance));
        let inverse = s.masked_fill(&counts.not(), 1.0).reciprocal().masked(&counts);
        Ok((v * inverse.unsqueeze(-2)).matmul(&u.t()).to(self.dtype()))
    }

    /// The cofactors of square matrices: the slopes of the determinant, also of singular ones.
    ///
    /// # Shapes
    /// `[.., n, n]` → as it is.
    ///
    /// # Errors
    /// If the matrices aren't square, or an element isn't finite.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Tensor, check};
    ///
    /// let a = Tensor::from([[1.0, 2.0], [2.0, 4.0]]);
    /// check::assert_close(&a.cofactors()?, &Tensor::from([[4.0, -2.0], [-2.0, 1.0]]), 1e-14);
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn cofactors(&self) -> Result<Self> {
        let a = Batch::square("cofactors", self)?;
        let (u, s, v) = self.to(DType::F64).svd()?;
        let others = |i: usize| {
            let before = s.slice(-1, ..i).prod_axes(&[-1], true);
            before * s.slice(-1, i + 1..).prod_axes(&[-1], true)
        };
        let sign = (u.det()? * v.det()?).unsqueeze(-1).unsqueeze(-1);
        let products: Vec<Self> = (0..a.rows).map(others).collect();
        if products.is_empty() {
            return Ok(self.clone());
        }
        let scaled = u * Self::concat(&products, -1).unsqueeze(-2);
        Ok((scaled.matmul(&v.t()) * sign).to(self.dtype()))
    }
}

/// The factors, with the columns of U and V as rows.
struct Svd {
    u: Matrix,
    s: Vec<f64>,
    v: Matrix,
}

impl Svd {
    fn of(a: &Matrix) -> Result<Self, Flaw> {
        if a.values.iter().any(|x| !x.is_finite()) {
            return Err(Flaw::NotConverged { steps: 0 });
        }
        if a.rows < a.columns {
            let Self { u, s, v } = Self::of(&a.transposed())?;
            return Ok(Self { u: v, s, v: u }.upright());
        }
        let (q, r) = qr::factors(a);
        let Self { u, s, v } = jacobi(&r)?;
        // Rows are columns: (Q U)ᵀ = Uᵀ Qᵀ.
        Ok(Self { u: qr::times(&u, &q.transposed()), s, v }.upright())
    }

    /// Every column of U with its largest element positive.
    fn upright(mut self) -> Self {
        for i in 0..self.s.len() {
            if eigh::is_turned(self.u.row(i)) {
                let both = self.u.row_mut(i).iter_mut().chain(self.v.row_mut(i));
                both.for_each(|x| *x = -*x);
            }
        }
        self
    }
}

/// Turns the columns of a square matrix until all are at right angles: A V = U S.
fn jacobi(a: &Matrix) -> Result<Svd, Flaw> {
    let n = a.rows;
    let scale = a.values.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let scale = if scale > 0.0 { scale } else { 1.0 };
    let (mut columns, mut v) = (a.transposed(), Matrix::eye(n, n));
    columns.values.iter_mut().for_each(|x| *x /= scale);
    let mut sweeps = 0;
    while sweep(&mut columns, &mut v) {
        sweeps += 1;
        if sweeps == SWEEPS {
            return Err(Flaw::NotConverged { steps: sweeps });
        }
    }
    let lengths: Vec<f64> = (0..n).map(|i| length(columns.row(i))).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| lengths[j].total_cmp(&lengths[i]));
    let (mut u, mut turned) = (Matrix::zeros(n, n), Matrix::zeros(n, n));
    for (to, &from) in order.iter().enumerate() {
        let direction = columns.row(from).iter().map(|x| x / lengths[from]);
        u.row_mut(to).iter_mut().zip(direction).for_each(|(u, x)| *u = x);
        turned.row_mut(to).copy_from_slice(v.row(from));
        if lengths[from] == 0.0 {
            u.row_mut(to).fill(0.0);
            complete(&mut u, to);
        }
    }
    Ok(Svd { u, s: order.iter().map(|&i| lengths[i] * scale).collect(), v: turned })
}

/// Turns each pair of columns to right angles; false if all were.
fn sweep(columns: &mut Matrix, v: &mut Matrix) -> bool {
    let mut has_turned = false;
    for i in 0..columns.rows {
        for j in i + 1..columns.rows {
            let (x, y) = columns.row_and(i, j);
            let (a, b, across) = (dot(x, x), dot(y, y), dot(x, y));
            if a.min(b) < NOTHING {
                (if a < b { x } else { y }).fill(0.0);
                continue;
            }
            if across.abs() <= 1e-15 * (a * b).sqrt() {
                continue;
            }
            has_turned = true;
            let ratio = (a - b) / (2.0 * across);
            let tangent = 1f64.copysign(ratio) / (ratio.abs() + ratio.hypot(1.0));
            let c = tangent.hypot(1.0).recip();
            eigh::turn(x, y, c, c * tangent);
            let (x, y) = v.row_and(i, j);
            eigh::turn(x, y, c, c * tangent);
        }
    }
    has_turned
}

/// Puts into row `at` a unit vector at right angles to all rows before.
fn complete(u: &mut Matrix, at: usize) {
    for axis in 0..u.columns {
        let mut candidate = vec![0.0; u.columns];
        candidate[axis] = 1.0;
        // Twice is enough, says Kahan.
        for row in (0..at).chain(0..at) {
            let share = dot(u.row(row), &candidate);
            add_scaled(&mut candidate, -share, u.row(row));
        }
        let left = length(&candidate);
        if left * left * u.columns as f64 > 0.5 {
            let found = candidate.iter().map(|x| x / left);
            u.row_mut(at).iter_mut().zip(found).for_each(|(u, x)| *u = x);
            return;
        }
    }
}
