//! The probability of a yes.

use super::generalized::Problem;
use super::{Coefficients, checked};
use crate::linear::Matrix;
use crate::special::{log1pexp, logistic, logit};
use crate::{Error, Result, door};

/// The settings of logistic regression, p = 1 / (1 + e^−(intercept + X β)).
///
/// min Σ loss + |β|² / (2 C), as scikit-learn's `LogisticRegression` with its `C`; infinity means
/// no penalty. Standard errors are those of the curvature at the minimum, penalty included.
///
/// # Examples
/// ```
/// use brand_nn_stats::{linear::Matrix, regression::LogisticRegression};
///
/// // 1 of 4 without the offer bought, 3 of 4 with it: the odds are 9 times as large.
/// let offer = Matrix::new(8, 1, vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0])?;
/// let bought = [true, false, false, false, true, true, true, false];
/// let plain = LogisticRegression { inverse_penalty: f64::INFINITY, intercept: true };
/// let fitted = plain.fit(&offer, &bought)?;
/// assert!((fitted.coefficients.values[0] - 9.0_f64.ln()).abs() < 1e-10);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LogisticRegression {
    /// C: the larger, the freer the coefficients; 1 by default.
    #[doc(alias = "C")]
    pub inverse_penalty: f64,
    /// Whether there is an intercept; true by default.
    pub intercept: bool,
}

impl Default for LogisticRegression {
    fn default() -> Self {
        Self { inverse_penalty: 1.0, intercept: true }
    }
}

/// A fitted logistic regression.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FittedLogistic {
    /// Changes of the log-odds, with standard errors.
    pub coefficients: Coefficients,
    /// The logarithm of the likelihood of the data.
    pub log_likelihood: f64,
    /// How many steps were made.
    pub iterations: usize,
    /// Whether the search reached its tolerance.
    pub converged: bool,
}

impl LogisticRegression {
    /// Fits `[rows, num_features]` to a yes or no a row.
    ///
    /// # Errors
    /// If lengths do not fit, a number is not finite, all targets are the same, C is not above 0,
    /// or, without a penalty, the columns tell all targets apart or one is a sum of others.
    pub fn fit(&self, x: &Matrix, y: &[bool]) -> Result<FittedLogistic> {
        let op = "LogisticRegression::fit";
        checked(op, x, y.len())?;
        let penalty = penalty(op, self.inverse_penalty)?;
        let yes = y.iter().filter(|yes| **yes).count();
        if yes == 0 || yes == y.len() {
            let case = "all targets are the same";
            return Err(Error::Undefined { op, case, help: "bring rows of both kinds" });
        }
        let targets: Vec<f64> = y.iter().map(|&yes| f64::from(u8::from(yes))).collect();
        let start = logit(yes as f64 / y.len() as f64);
        let (has_intercept, offset) = (self.intercept, &[][..]);
        let problem = Problem { op, family, x, y: &targets, offset, penalty, has_intercept, start };
        let found = problem.solve()?;
        not_separated(op, penalty, found.loss)?;
        Ok(FittedLogistic {
            coefficients: found.coefficients,
            log_likelihood: -found.loss,
            iterations: found.iterations,
            converged: found.converged,
        })
    }
}

/// 1 / C, where infinity means none.
pub(super) fn penalty(op: &'static str, inverse: f64) -> Result<f64> {
    if inverse == f64::INFINITY {
        return Ok(0.0);
    }
    door::positive(op, "inverse_penalty", inverse)?;
    Ok(1.0 / inverse)
}

/// Without a penalty a loss of 0 means that coefficients would grow without end.
pub(super) fn not_separated(op: &'static str, penalty: f64, loss: f64) -> Result<()> {
    if penalty > 0.0 || loss > 1e-9 {
        return Ok(());
    }
    let case = "the columns tell all targets apart";
    Err(Error::Undefined { op, case, help: "add a penalty" })
}

fn family(eta: f64, yes: f64) -> [f64; 3] {
    let (p, q) = (logistic(eta), logistic(-eta));
    // log(1 + e^η) − y η without the difference of two large numbers.
    let loss = if yes == 1.0 { log1pexp(-eta) } else { log1pexp(eta) };
    [loss, if yes == 1.0 { -q } else { p }, p * q]
}

impl FittedLogistic {
    /// The probability of a yes in each row.
    ///
    /// # Errors
    /// If rows have another number of columns, or a number is not finite.
    pub fn predict(&self, x: &Matrix) -> Result<Vec<f64>> {
        Ok(self.coefficients.predictor(x)?.into_iter().map(logistic).collect())
    }

    /// How many times the odds grow with one more of each column, e^β.
    #[must_use]
    pub fn odds_ratios(&self) -> Vec<f64> {
        self.coefficients.values.iter().map(|value| value.exp()).collect()
    }
}
