//! The x for which A x is nearest to b.

use super::{Matrix, dot, norm};
use crate::{Error, Result, door};

/// The least-squares solution of A x ≈ b, by Householder's reflections.
///
/// # Errors
/// If lengths do not fit, there are fewer rows than columns, a number is not finite, or a column is
/// a sum of others to working precision.
///
/// # Examples
/// ```
/// use brand_nn_stats::linear::{Matrix, least_squares};
/// let a = Matrix::new(3, 2, vec![1.0, 0.0, 1.0, 1.0, 1.0, 2.0])?;
/// let line = least_squares(&a, &[1.0, 3.0, 5.0])?;
/// assert!((line[0] - 1.0).abs() < 1e-14 && (line[1] - 2.0).abs() < 1e-14);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn least_squares(a: &Matrix, b: &[f64]) -> Result<Vec<f64>> {
    Qr::new(a)?.least_squares(b)
}

/// A = Q R with Q's columns at right angles and R upper triangular.
///
/// Squares no condition number, as XᵀX does.
#[derive(Clone, Debug, PartialEq)]
pub struct Qr {
    /// The columns of A, of which reflections and R remain.
    columns: Vec<Vec<f64>>,
    diagonal: Vec<f64>,
    rows: usize,
}

const OP: &str = "least_squares";

impl Qr {
    /// The factors of a matrix with at least as many rows as columns.
    ///
    /// # Errors
    /// As [`least_squares`].
    pub fn new(a: &Matrix) -> Result<Self> {
        door::every(OP, "number", a.data(), door::FINITE)?;
        let mut columns: Vec<Vec<f64>> = (0..a.cols()).map(|col| a.column(col)).collect();
        let sizes: Vec<f64> = columns.iter().map(|column| norm(column)).collect();
        let mut diagonal = Vec::with_capacity(columns.len());
        for j in 0..columns.len() {
            let (done, rest) = columns.split_at_mut(j + 1);
            let reflection = &mut done[j][j.min(a.rows())..];
            let length = norm(reflection);
            if reflection.is_empty() || length <= 1e-13 * sizes[j] {
                let case = "a column is a sum of others, or there are fewer rows than columns";
                let help = "leave columns out or add a penalty";
                return Err(Error::Undefined { op: OP, case, help });
            }
            let head = if reflection[0] > 0.0 { -length } else { length };
            reflection[0] -= head;
            diagonal.push(head);
            rest.iter_mut().for_each(|column| reflect(reflection, &mut column[j..]));
        }
        Ok(Self { columns, diagonal, rows: a.rows() })
    }

    /// The x for which A x is nearest to b.
    ///
    /// # Errors
    /// If b has another length than A has rows, or a number is not finite.
    pub fn least_squares(&self, b: &[f64]) -> Result<Vec<f64>> {
        door::len(OP, "right sides", b.len(), self.rows)?;
        door::every(OP, "right side", b, door::FINITE)?;
        let mut rotated = b.to_vec();
        for (j, column) in self.columns.iter().enumerate() {
            reflect(&column[j..], &mut rotated[j..]);
        }
        rotated.truncate(self.columns.len());
        Ok(self.back(rotated))
    }

    /// (AᵀA)⁻¹ = R⁻¹ R⁻ᵀ, the shape of the covariance of the solution.
    #[must_use]
    pub fn gram_inverse(&self) -> Matrix {
        let size = self.diagonal.len();
        let unit = |j| (0..size).map(|i| if i == j { 1.0 } else { 0.0 }).collect();
        let inverse: Vec<Vec<f64>> = (0..size).map(|j| self.back(unit(j))).collect();
        Matrix::of(size, size, |i, j| inverse.iter().map(|column| column[i] * column[j]).sum())
    }

    /// Solves R x = y.
    fn back(&self, mut y: Vec<f64>) -> Vec<f64> {
        for j in (0..y.len()).rev() {
            y[j] /= self.diagonal[j];
            let x = y[j];
            y[..j].iter_mut().zip(&self.columns[j]).for_each(|(y, r)| *y -= r * x);
        }
        y
    }
}

/// x − 2 v (v·x) / (v·v).
fn reflect(v: &[f64], x: &mut [f64]) {
    let scale = 2.0 * dot(v, x) / dot(v, v);
    x.iter_mut().zip(v).for_each(|(x, v)| *x -= scale * v);
}

/// The x ≥ 0 for which A x is nearest to b.
///
/// By the active sets of Lawson and Hanson, "Solving least squares problems", 1974.
///
/// # Errors
/// If lengths do not fit or a number is not finite.
///
/// # Examples
/// ```
/// use brand_nn_stats::linear::{Matrix, nonnegative_least_squares};
/// let a = Matrix::new(2, 2, vec![1.0, 0.0, 0.0, 1.0])?;
/// assert_eq!(nonnegative_least_squares(&a, &[2.0, -1.0])?, [2.0, 0.0]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "nnls")]
pub fn nonnegative_least_squares(a: &Matrix, b: &[f64]) -> Result<Vec<f64>> {
    door::len(OP, "right sides", b.len(), a.rows())?;
    door::every(OP, "number", a.data(), door::FINITE)?;
    door::every(OP, "right side", b, door::FINITE)?;
    let mut x = vec![0.0; a.cols()];
    let mut free: Vec<usize> = Vec::new();
    let scale = 1e-12 * a.transposed_times(b).iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    for _ in 0..3 * a.cols() + 10 {
        let fitted = a.times(&x);
        let residual: Vec<f64> = b.iter().zip(&fitted).map(|(b, fitted)| b - fitted).collect();
        let slope = a.transposed_times(&residual);
        let bound = (0..x.len()).filter(|j| !free.contains(j) && slope[*j] > scale);
        let Some(next) = bound.max_by(|&i, &j| slope[i].total_cmp(&slope[j])) else { break };
        free.push(next);
        if !descend(a, b, &mut x, &mut free) {
            break;
        }
    }
    Ok(x)
}

/// Goes to the best x of the free columns, giving back those that would become negative.
fn descend(a: &Matrix, b: &[f64], x: &mut [f64], free: &mut Vec<usize>) -> bool {
    loop {
        let part = Matrix::of(a.rows(), free.len(), |row, j| a[(row, free[j])]);
        let Ok(goal) = least_squares(&part, b) else {
            // The column that came last is a sum of others: x is as good without it.
            free.pop();
            return false;
        };
        let share = (0..free.len()).filter(|&j| goal[j] <= 0.0).map(|j| {
            let from = x[free[j]];
            from / (from - goal[j]).max(f64::MIN_POSITIVE)
        });
        let share = share.fold(1.0, f64::min);
        free.iter().zip(&goal).for_each(|(&j, goal)| x[j] += share * (goal - x[j]));
        if share >= 1.0 {
            return true;
        }
        let last = free.len();
        free.retain(|&j| x[j] > 1e-15 * goal.iter().fold(0.0_f64, |m, g| m.max(g.abs())));
        (0..x.len()).filter(|j| !free.contains(j)).for_each(|j| x[j] = 0.0);
        if free.is_empty() || free.len() == last {
            return !free.is_empty();
        }
    }
}
