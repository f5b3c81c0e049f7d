//! Eigenvalues and eigenvectors of symmetric matrices.

use super::{Matrix, add_scaled, dot, norm};
use crate::{Error, Result, door};

/// A = V diag(λ) Vᵀ, the largest eigenvalue first.
#[derive(Clone, Debug, PartialEq)]
pub struct SymmetricEigen {
    /// The eigenvalues, from the largest to the smallest.
    pub values: Vec<f64>,
    /// The eigenvectors of length 1 in the same order, one a row.
    pub vectors: Matrix,
}

/// All eigenvalues and eigenvectors of a symmetric matrix, of which the lower half is read.
///
/// Householder's reduction to three diagonals, then QL steps with Wilkinson's shifts; Golub and
/// Van Loan, "Matrix computations", 4th edition, 8.3. Each vector's entry of the largest size is
/// positive.
///
/// # Errors
/// If the matrix is not square, or a number is not finite.
///
/// # Examples
/// ```
/// use brand_nn_stats::linear::{Matrix, symmetric_eigen};
/// let eigen = symmetric_eigen(&Matrix::new(2, 2, vec![2.0, 1.0, 1.0, 2.0])?)?;
/// assert!((eigen.values[0] - 3.0).abs() < 1e-14 && (eigen.values[1] - 1.0).abs() < 1e-14);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "eigh")]
pub fn symmetric_eigen(matrix: &Matrix) -> Result<SymmetricEigen> {
    let op = "symmetric_eigen";
    door::len(op, "columns", matrix.cols(), matrix.rows())?;
    door::every(op, "number", matrix.data(), door::FINITE)?;
    let size = matrix.rows();
    let (mut diagonal, mut beside, mut vectors) = three_diagonals(matrix);
    ql(op, &mut diagonal, &mut beside, &mut vectors)?;
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&i, &j| diagonal[j].total_cmp(&diagonal[i]));
    let mut sorted = Matrix::zeros(size, size);
    for (to, &from) in order.iter().enumerate() {
        let row = vectors.row(from);
        let largest =
            row.iter().fold(0.0_f64, |m, x| if x.abs() > m.abs() + 1e-12 { *x } else { m });
        let sign = if largest < 0.0 { -1.0 } else { 1.0 };
        sorted.row_mut(to).iter_mut().zip(row).for_each(|(out, x)| *out = sign * x);
    }
    let values = order.iter().map(|&i| diagonal[i]).collect();
    Ok(SymmetricEigen { values, vectors: sorted })
}

/// A = Qᵀ T Q with T of three diagonals: its diagonal, what stands beside it, and Q.
fn three_diagonals(matrix: &Matrix) -> (Vec<f64>, Vec<f64>, Matrix) {
    let size = matrix.rows();
    let mut a = Matrix::of(size, size, |i, j| matrix[(i.max(j), i.min(j))]);
    let mut q = Matrix::identity(size);
    for k in 0..size.saturating_sub(2) {
        let mut v = a.row(k)[k + 1..].to_vec();
        let length = norm(&v);
        if length == 0.0 || v[1..].iter().all(|x| *x == 0.0) {
            continue;
        }
        v[0] += length.copysign(v[0]);
        let scale = 1.0 / norm(&v);
        v.iter_mut().for_each(|x| *x *= scale);
        conjugate(&mut a, &v, k + 1);
        rows_reflected(&mut q, &v, k + 1);
    }
    let beside = (1..size).map(|i| a[(i, i - 1)]).chain([0.0]).collect();
    (a.diagonal(), beside, q)
}

/// H A H with H = 1 − 2 v vᵀ in the last rows and columns.
fn conjugate(a: &mut Matrix, v: &[f64], from: usize) {
    rows_reflected(a, v, from);
    for i in 0..a.rows() {
        let row = &mut a.row_mut(i)[from..];
        let scale = -2.0 * dot(row, v);
        add_scaled(row, scale, v);
    }
}

/// H A with H = 1 − 2 v vᵀ in the last rows.
fn rows_reflected(a: &mut Matrix, v: &[f64], from: usize) {
    let mut sums = vec![0.0; a.cols()];
    for (i, v) in v.iter().enumerate() {
        add_scaled(&mut sums, *v, a.row(from + i));
    }
    for (i, v) in v.iter().enumerate() {
        add_scaled(a.row_mut(from + i), -2.0 * v, &sums);
    }
}

/// Turns T into a diagonal by plane rotations, each of which is applied to the rows of Q too.
fn ql(op: &'static str, d: &mut [f64], e: &mut [f64], q: &mut Matrix) -> Result<()> {
    for l in 0..d.len() {
        for step in 0.. {
            let small = |m: &usize| {
                let beside = d[*m].abs() + d.get(m + 1).map_or(0.0, |x| x.abs());
                e[*m].abs() <= f64::EPSILON * beside
            };
            let m = (l..d.len() - 1).find(small).unwrap_or(d.len() - 1);
            if m == l {
                break;
            }
            if step == 100 {
                let (case, help) = ("eigenvalues do not settle", "scale the matrix");
                return Err(Error::Undefined { op, case, help });
            }
            sweep(d, e, q, l, m);
        }
    }
    Ok(())
}

/// One implicit step on rows l to m.
fn sweep(d: &mut [f64], e: &mut [f64], q: &mut Matrix, l: usize, m: usize) {
    let half = (d[l + 1] - d[l]) / (2.0 * e[l]);
    let mut g = d[m] - d[l] + e[l] / (half + half.hypot(1.0).copysign(half));
    let (mut sine, mut cosine, mut moved) = (1.0, 1.0, 0.0);
    for i in (l..m).rev() {
        let (f, b) = (sine * e[i], cosine * e[i]);
        let r = f.hypot(g);
        e[i + 1] = r;
        if r == 0.0 {
            d[i + 1] -= moved;
            e[m] = 0.0;
            return;
        }
        (sine, cosine) = (f / r, g / r);
        g = d[i + 1] - moved;
        let turned = (d[i] - g) * sine + 2.0 * cosine * b;
        moved = sine * turned;
        d[i + 1] = g + moved;
        g = cosine * turned - b;
        rotate(q, i, sine, cosine);
    }
    d[l] -= moved;
    e[l] = g;
    e[m] = 0.0;
}

fn rotate(q: &mut Matrix, i: usize, sine: f64, cosine: f64) {
    let cols = q.cols();
    for j in 0..cols {
        let (low, high) = (q[(i, j)], q[(i + 1, j)]);
        q[(i + 1, j)] = sine * low + cosine * high;
        q[(i, j)] = cosine * low - sine * high;
    }
}
