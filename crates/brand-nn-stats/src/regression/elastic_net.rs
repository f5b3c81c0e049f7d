//! Least squares that leave columns out.

use super::coefficients::predictor;
use super::{centred, checked};
use crate::linear::{Matrix, add_scaled, dot};
use crate::{Result, door};

/// The settings of the elastic net; with `l1_share` 1, as by default, the lasso.
///
/// min |y − X β|² / (2 n) + penalty (share |β|₁ + (1 − share) |β|² / 2), by coordinate descent.
/// As scikit-learn's `ElasticNet` with `alpha` and `l1_ratio`. Zou and Hastie 2005.
///
/// # Examples
/// ```
/// use brand_nn_stats::{linear::Matrix, regression::ElasticNet};
/// let x = Matrix::new(4, 2, vec![1.0, 1.0, 2.0, -1.0, 3.0, -1.0, 4.0, 1.0])?;
/// let lasso = ElasticNet { penalty: 0.1, ..ElasticNet::default() };
/// let fitted = lasso.fit(&x, &[2.0, 4.0, 6.0, 8.0])?;
/// // The second column does not matter, the first one is shrunk by 0.1 / 1.25.
/// assert!((fitted.coefficients[0] - 1.92).abs() < 1e-12);
/// assert_eq!(fitted.coefficients[1], 0.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[doc(alias = "Lasso")]
pub struct ElasticNet {
    /// What coefficients cost; 1 by default.
    pub penalty: f64,
    /// The share of the penalty that is on absolute values, from 0 to 1; 1 by default.
    pub l1_share: f64,
    /// Whether there is an intercept; true by default.
    pub intercept: bool,
    /// The most rounds over all columns; 10,000 by default.
    pub max_iterations: usize,
    /// The relative change of a round that ends it; 1e-9 by default.
    pub tolerance: f64,
}

impl Default for ElasticNet {
    fn default() -> Self {
        Self {
            penalty: 1.0,
            l1_share: 1.0,
            intercept: true,
            max_iterations: 10_000,
            tolerance: 1e-9,
        }
    }
}

/// Coefficients of an elastic net; those of columns that were left out are 0.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FittedElasticNet {
    /// What is predicted where every column is 0.
    pub intercept: f64,
    /// The change for one more of each column.
    pub coefficients: Vec<f64>,
    /// How many rounds were made.
    pub iterations: usize,
    /// Whether the last round changed less than the tolerance.
    pub converged: bool,
}

impl ElasticNet {
    /// Fits `[rows, num_features]` to a target a row.
    ///
    /// # Errors
    /// If lengths do not fit, a number is not finite, or a setting is outside its range.
    pub fn fit(&self, x: &Matrix, y: &[f64]) -> Result<FittedElasticNet> {
        let op = "ElasticNet::fit";
        checked(op, x, y.len())?;
        door::every(op, "target", y, door::FINITE)?;
        door::not_negative(op, "penalty", self.penalty)?;
        door::share(op, "l1_share", self.l1_share)?;
        let (around, mut rest, means, middle) = centred(x, y, self.intercept);
        let columns = around.transposed();
        let squares: Vec<f64> =
            (0..x.cols()).map(|j| dot(columns.row(j), columns.row(j))).collect();
        let mut coefficients = vec![0.0; x.cols()];
        let (mut iterations, mut converged) = (0, false);
        while iterations < self.max_iterations && !converged {
            let changed = self.round(&columns, &squares, &mut coefficients, &mut rest);
            let largest = coefficients.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
            converged = changed <= self.tolerance * largest;
            iterations += 1;
        }
        let intercept = middle - dot(&means, &coefficients);
        Ok(FittedElasticNet { intercept, coefficients, iterations, converged })
    }

    /// Moves every coefficient to its best place given the others; the largest move.
    fn round(
        &self,
        columns: &Matrix,
        squares: &[f64],
        coefficients: &mut [f64],
        rest: &mut [f64],
    ) -> f64 {
        let rows = rest.len() as f64;
        let l1 = self.penalty * self.l1_share * rows;
        let l2 = self.penalty * (1.0 - self.l1_share) * rows;
        let mut largest = 0.0_f64;
        for (j, coefficient) in coefficients.iter_mut().enumerate() {
            let column = columns.row(j);
            if squares[j] == 0.0 {
                continue;
            }
            let pull = dot(column, rest) + squares[j] * *coefficient;
            let next = (pull.abs() - l1).max(0.0).copysign(pull) / (squares[j] + l2);
            if next != *coefficient {
                add_scaled(rest, *coefficient - next, column);
                largest = largest.max((next - *coefficient).abs());
                *coefficient = next;
            }
        }
        largest
    }
}

impl FittedElasticNet {
    /// The expected target of each row.
    ///
    /// # Errors
    /// If rows have another number of columns, or a number is not finite.
    pub fn predict(&self, x: &Matrix) -> Result<Vec<f64>> {
        predictor(x, self.intercept, &self.coefficients)
    }
}
