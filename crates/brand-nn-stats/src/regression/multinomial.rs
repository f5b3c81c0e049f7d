//! The probability of each of several classes.

use super::generalized::separated;
use super::linear::with_ones;
use super::{
    checked,
    logistic::{not_separated, penalty},
};
use crate::linear::{Matrix, dot};
use crate::optimize::{Newton, Slopes};
use crate::special::log_sum_exp;
use crate::{Error, Result, door};

/// The settings of multinomial logistic regression, p ∝ e^(intercept + X β) for each class.
///
/// min Σ loss + |β|² / (2 C) over the coefficients of all classes, as scikit-learn's
/// `LogisticRegression` with its `C`; infinity means no penalty. Intercepts add up to 0, and so do
/// the coefficients of a column.
///
/// # Examples
/// ```
/// use brand_nn_stats::{linear::Matrix, regression::MultinomialRegression};
///
/// let x = Matrix::new(6, 1, vec![0.0, 1.0, 4.0, 5.0, 9.0, 10.0])?;
/// let fitted = MultinomialRegression::default().fit(&x, &[0, 0, 1, 1, 2, 2])?;
/// assert_eq!(fitted.predict(&x)?, [0, 0, 1, 1, 2, 2]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[doc(alias = "softmax regression")]
pub struct MultinomialRegression {
    /// C: the larger, the freer the coefficients; 1 by default.
    #[doc(alias = "C")]
    pub inverse_penalty: f64,
    /// Whether there are intercepts; true by default.
    pub intercept: bool,
}

impl Default for MultinomialRegression {
    fn default() -> Self {
        Self { inverse_penalty: 1.0, intercept: true }
    }
}

/// A fitted multinomial regression.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FittedMultinomial {
    /// One intercept a class.
    pub intercepts: Vec<f64>,
    /// One row of coefficients a class: `[num_classes, num_features]`.
    pub coefficients: Matrix,
    /// The logarithm of the likelihood of the data.
    pub log_likelihood: f64,
    /// How many steps were made.
    pub iterations: usize,
    /// Whether the search reached its tolerance.
    pub converged: bool,
}

const OP: &str = "MultinomialRegression::fit";

impl MultinomialRegression {
    /// Fits `[rows, num_features]` to a class a row, from 0.
    ///
    /// # Errors
    /// If lengths do not fit, a number is not finite, a class up to the largest has no row or there
    /// is only one, C is not above 0, or, without a penalty, the columns tell the classes apart.
    pub fn fit(&self, x: &Matrix, classes: &[usize]) -> Result<FittedMultinomial> {
        checked(OP, x, classes.len())?;
        let num_classes = count_classes(classes)?;
        let penalty = penalty(OP, self.inverse_penalty)?;
        let design = with_ones(x, self.intercept);
        let first = usize::from(self.intercept);
        let problem = Problem { design, classes, num_classes, penalty, first };
        let start = vec![0.0; num_classes * problem.design.cols()];
        let found = Newton::default().minimize(&start, &|at| problem.slopes(at));
        let found = found.map_err(|error| separated(OP, error))?;
        not_separated(OP, penalty, found.value)?;
        let cols = problem.design.cols();
        let row = |class: usize| &found.parameters[class * cols..][..cols];
        let intercepts = (0..num_classes)
            .map(|class| if self.intercept { row(class)[0] } else { 0.0 })
            .collect();
        let coefficients = Matrix::of(num_classes, x.cols(), |class, col| row(class)[first + col]);
        let squares = dot(coefficients.data(), coefficients.data());
        Ok(FittedMultinomial {
            intercepts,
            log_likelihood: 0.5 * penalty * squares - found.value,
            iterations: found.iterations,
            converged: found.converged,
            coefficients,
        })
    }
}

fn count_classes(classes: &[usize]) -> Result<usize> {
    let count = classes.iter().max().map_or(0, |last| last.saturating_add(1));
    // With a row a class there are at most as many classes as rows.
    let mut seen = vec![false; count.min(classes.len() + 1)];
    for &class in classes {
        if let Some(seen) = seen.get_mut(class) {
            *seen = true;
        }
    }
    if count >= 2 && count == seen.len() && seen.iter().all(|seen| *seen) {
        return Ok(count);
    }
    let case = "a class has no row, or there is only one class";
    Err(Error::Undefined { op: OP, case, help: "number the classes from 0 without gaps" })
}

struct Problem<'a> {
    design: Matrix,
    classes: &'a [usize],
    num_classes: usize,
    penalty: f64,
    /// The first column that is penalised.
    first: usize,
}

impl Problem<'_> {
    fn slopes(&self, at: &[f64]) -> Slopes {
        let (cols, k) = (self.design.cols(), self.num_classes);
        let of = Matrix::of(self.design.rows(), k, |row, class| {
            dot(self.design.row(row), &at[class * cols..][..cols])
        });
        let mut value = 0.0;
        let mut chances = vec![vec![0.0; self.design.rows()]; k];
        for (row, &class) in self.classes.iter().enumerate() {
            let total = log_sum_exp(of.row(row));
            value += total - of[(row, class)];
            chances.iter_mut().enumerate().for_each(|(c, p)| p[row] = (of[(row, c)] - total).exp());
        }
        let mut gradient = Vec::with_capacity(k * cols);
        for (class, chances) in chances.iter().enumerate() {
            let is = |row: usize| if self.classes[row] == class { 1.0 } else { 0.0 };
            let gap: Vec<f64> = chances.iter().enumerate().map(|(r, p)| p - is(r)).collect();
            gradient.extend(self.design.transposed_times(&gap));
        }
        let mut slopes = Slopes { value, gradient, hessian: self.hessian(&chances) };
        self.penalise(at, &mut slopes);
        slopes
    }

    /// Blocks Xᵀ diag(p_c (δ_cd − p_d)) X.
    fn hessian(&self, chances: &[Vec<f64>]) -> Matrix {
        let (cols, k) = (self.design.cols(), self.num_classes);
        let mut out = Matrix::zeros(k * cols, k * cols);
        for c in 0..k {
            for d in 0..=c {
                let same = if c == d { 1.0 } else { 0.0 };
                let weights: Vec<f64> =
                    chances[c].iter().zip(&chances[d]).map(|(p, q)| p * (same - q)).collect();
                let block = self.design.gram(Some(&weights));
                for i in 0..cols {
                    for j in 0..cols {
                        out[(c * cols + i, d * cols + j)] = block[(i, j)];
                        out[(d * cols + i, c * cols + j)] = block[(i, j)];
                    }
                }
            }
        }
        out
    }

    /// The penalty, and a square of the sums over classes: these do not change any probability, and
    /// would otherwise be left open.
    fn penalise(&self, at: &[f64], slopes: &mut Slopes) {
        let (cols, k) = (self.design.cols(), self.num_classes);
        for j in 0..cols {
            let sum: f64 = (0..k).map(|c| at[c * cols + j]).sum();
            slopes.value += 0.5 * sum * sum;
            for c in 0..k {
                let i = c * cols + j;
                slopes.gradient[i] += sum;
                (0..k).for_each(|d| slopes.hessian[(i, d * cols + j)] += 1.0);
                if j >= self.first {
                    slopes.value += 0.5 * self.penalty * at[i] * at[i];
                    slopes.gradient[i] += self.penalty * at[i];
                    slopes.hessian[(i, i)] += self.penalty;
                }
            }
        }
    }
}

impl FittedMultinomial {
    /// The probability of each class in each row: `[rows, num_classes]`.
    ///
    /// # Errors
    /// If rows have another number of columns, or a number is not finite.
    pub fn predict_probabilities(&self, x: &Matrix) -> Result<Matrix> {
        door::len("predict", "columns", x.cols(), self.coefficients.cols())?;
        door::every("predict", "number", x.data(), door::FINITE)?;
        door::len("predict", "intercepts", self.intercepts.len(), self.coefficients.rows())?;
        let mut out = Matrix::of(x.rows(), self.intercepts.len(), |row, class| {
            self.intercepts[class] + dot(x.row(row), self.coefficients.row(class))
        });
        for row in 0..x.rows() {
            let total = log_sum_exp(out.row(row));
            out.row_mut(row).iter_mut().for_each(|p| *p = (*p - total).exp());
        }
        Ok(out)
    }

    /// The likeliest class of each row.
    ///
    /// # Errors
    /// As [`predict_probabilities`](Self::predict_probabilities).
    pub fn predict(&self, x: &Matrix) -> Result<Vec<usize>> {
        let chances = self.predict_probabilities(x)?;
        let likeliest = |row: &[f64]| {
            let better =
                |best: usize, class: usize| if row[class] > row[best] { class } else { best };
            (1..row.len()).fold(0, better)
        };
        Ok((0..x.rows()).map(|row| likeliest(chances.row(row))).collect())
    }
}
