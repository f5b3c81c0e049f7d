//! The expected count.

use super::generalized::Problem;
use super::{Coefficients, checked};
use crate::linear::Matrix;
use crate::special::lgamma;
use crate::{Error, Result, door};

/// The settings of Poisson regression, rate = e^(intercept + X β).
///
/// min (Σ loss) / n + penalty |β|² / 2, as scikit-learn's `PoissonRegressor` with `alpha`.
///
/// # Examples
/// ```
/// use brand_nn_stats::{linear::Matrix, regression::PoissonRegression};
/// let weekend = Matrix::new(4, 1, vec![0.0, 0.0, 1.0, 1.0])?;
/// let fitted = PoissonRegression::default().fit(&weekend, &[2.0, 4.0, 5.0, 7.0])?;
/// // Twice as many on weekends.
/// assert!((fitted.coefficients.values[0] - 2.0_f64.ln()).abs() < 1e-10);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PoissonRegression {
    /// What squares of coefficients cost, next to the mean loss; 0 by default.
    pub penalty: f64,
    /// Whether there is an intercept; true by default.
    pub intercept: bool,
}

impl Default for PoissonRegression {
    fn default() -> Self {
        Self { penalty: 0.0, intercept: true }
    }
}

/// A fitted Poisson regression.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FittedPoisson {
    /// Changes of the logarithm of the rate, with standard errors.
    pub coefficients: Coefficients,
    /// The logarithm of the likelihood of the data.
    pub log_likelihood: f64,
    /// How many steps were made.
    pub iterations: usize,
    /// Whether the search reached its tolerance.
    pub converged: bool,
}

const OP: &str = "PoissonRegression::fit";

impl PoissonRegression {
    /// Fits `[rows, num_features]` to a count, or an amount of at least 0, a row.
    ///
    /// # Errors
    /// If lengths do not fit, a number is not finite, a target is negative or all are 0, the
    /// penalty is negative, or, without one, a column is a sum of others.
    pub fn fit(&self, x: &Matrix, y: &[f64]) -> Result<FittedPoisson> {
        self.fit_with_exposure(x, y, &vec![1.0; y.len()])
    }

    /// As [`fit`](Self::fit) where rows were watched for different times, or groups differ in size.
    ///
    /// Rates are per unit of exposure.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and if an exposure is not above 0.
    pub fn fit_with_exposure(
        &self,
        x: &Matrix,
        y: &[f64],
        exposure: &[f64],
    ) -> Result<FittedPoisson> {
        checked(OP, x, y.len())?;
        door::every(OP, "target", y, door::NOT_NEGATIVE)?;
        door::len(OP, "exposures", exposure.len(), y.len())?;
        let above = ("a finite number above 0", (|x| x.is_finite() && x > 0.0) as fn(f64) -> bool);
        door::every(OP, "exposure", exposure, above)?;
        door::not_negative(OP, "penalty", self.penalty)?;
        let rate = y.iter().sum::<f64>() / exposure.iter().sum::<f64>();
        if rate == 0.0 {
            let case = "all targets are 0";
            return Err(Error::Undefined { op: OP, case, help: "bring rows with a count" });
        }
        let offset: Vec<f64> = exposure.iter().map(|x| x.ln()).collect();
        let penalty = self.penalty * y.len() as f64;
        let (op, offset, has_intercept, start) = (OP, &offset, self.intercept, rate.ln());
        let found = Problem { op, family, x, y, offset, penalty, has_intercept, start }.solve()?;
        let factorials: f64 = y.iter().map(|y| lgamma(y + 1.0)).sum();
        Ok(FittedPoisson {
            coefficients: found.coefficients,
            log_likelihood: -factorials - found.loss,
            iterations: found.iterations,
            converged: found.converged,
        })
    }
}

fn family(eta: f64, count: f64) -> [f64; 3] {
    let rate = eta.exp();
    [rate - count * eta, rate - count, rate]
}

impl FittedPoisson {
    /// The expected count of each row, per unit of exposure.
    ///
    /// # Errors
    /// If rows have another number of columns, or a number is not finite.
    pub fn predict(&self, x: &Matrix) -> Result<Vec<f64>> {
        Ok(self.coefficients.predictor(x)?.into_iter().map(f64::exp).collect())
    }
}
