//! Square systems of equations, by elimination with the largest pivots.

use super::{Matrix, add_scaled};
use crate::{Error, Result, door};

/// The x with A x = b, for any square A that has an inverse.
///
/// # Errors
/// If A is not square, b has another length, or A is singular to working precision.
///
/// # Examples
/// ```
/// use brand_nn_stats::linear::{Matrix, solve};
/// let a = Matrix::new(2, 2, vec![0.0, 2.0, 1.0, 1.0])?;
/// assert_eq!(solve(&a, &[4.0, 5.0])?, [3.0, 2.0]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn solve(a: &Matrix, b: &[f64]) -> Result<Vec<f64>> {
    door::len("solve", "right sides", b.len(), a.rows())?;
    let right = Matrix::of(b.len(), 1, |row, _| b[row]);
    Ok(eliminate("solve", a, &right)?.data().to_vec())
}

/// The inverse of a square matrix.
///
/// # Errors
/// If A is not square, or singular to working precision.
pub fn inverse(a: &Matrix) -> Result<Matrix> {
    eliminate("inverse", a, &Matrix::identity(a.rows()))
}

/// Gauss' elimination of [A | B] to [1 | X].
fn eliminate(op: &'static str, a: &Matrix, b: &Matrix) -> Result<Matrix> {
    door::len(op, "columns", a.cols(), a.rows())?;
    let (size, right) = (a.rows(), b.cols());
    let mut rows: Vec<Vec<f64>> = (0..size).map(|i| [a.row(i), b.row(i)].concat()).collect();
    let largest = a.data().iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    for i in 0..size {
        let pivot = (i..size).max_by(|&p, &q| rows[p][i].abs().total_cmp(&rows[q][i].abs()));
        rows.swap(i, pivot.unwrap_or(i));
        let value = rows[i][i];
        let is_pivot = value.abs() > f64::EPSILON * 1e-2 * largest && value.is_finite();
        if !is_pivot {
            let (case, help) = ("the matrix is singular", "leave out rows that others add up to");
            return Err(Error::Undefined { op, case, help });
        }
        rows[i].iter_mut().for_each(|x| *x /= value);
        let row = rows[i].clone();
        for (_, other) in rows.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let scale = -other[i];
            add_scaled(&mut other[i..], scale, &row[i..]);
        }
    }
    Ok(Matrix::of(size, right, |i, j| rows[i][size + j]))
}
