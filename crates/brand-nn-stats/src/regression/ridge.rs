//! Least squares that pay for the squares of their coefficients.

use super::coefficients::predictor;
use super::{centred, checked};
use crate::linear::{Cholesky, Matrix, dot};
use crate::{Result, door};

/// The settings of ridge regression, min |y − X β|² + penalty |β|².
///
/// As scikit-learn's `Ridge` with `alpha`. For many columns, or columns that resemble each other.
/// Hoerl and Kennard 1970.
///
/// # Examples
/// ```
/// use brand_nn_stats::{linear::Matrix, regression::Ridge};
/// let x = Matrix::new(3, 2, vec![1.0, 1.0, 2.0, 2.0, 3.0, 3.0])?;
/// let fitted = Ridge::default().fit(&x, &[2.0, 4.0, 6.0])?;
/// // Twins share what one would have: 2 × 0.8 = 4 / (2 + 1 / 2).
/// assert!((fitted.coefficients[0] - 0.8).abs() < 1e-14);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Ridge {
    /// What a square of a coefficient costs, above 0; 1 by default.
    pub penalty: f64,
    /// Whether there is an intercept; true by default.
    pub intercept: bool,
}

impl Default for Ridge {
    fn default() -> Self {
        Self { penalty: 1.0, intercept: true }
    }
}

/// Coefficients of a ridge regression.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FittedRidge {
    /// What is predicted where every column is 0.
    pub intercept: f64,
    /// The change for one more of each column.
    pub coefficients: Vec<f64>,
}

impl Ridge {
    /// Fits `[rows, num_features]` to a target a row.
    ///
    /// # Errors
    /// If lengths do not fit, a number is not finite, or the penalty is not above 0.
    pub fn fit(&self, x: &Matrix, y: &[f64]) -> Result<FittedRidge> {
        let op = "Ridge::fit";
        checked(op, x, y.len())?;
        door::every(op, "target", y, door::FINITE)?;
        door::positive(op, "penalty", self.penalty)?;
        let (around, y, means, middle) = centred(x, y, self.intercept);
        let mut gram = around.gram(None);
        (0..x.cols()).for_each(|i| gram[(i, i)] += self.penalty);
        let coefficients = Cholesky::new(&gram)?.solve(&around.transposed_times(&y));
        let intercept = middle - dot(&means, &coefficients);
        Ok(FittedRidge { intercept, coefficients })
    }
}

impl FittedRidge {
    /// The expected target of each row.
    ///
    /// # Errors
    /// If rows have another number of columns, or a number is not finite.
    pub fn predict(&self, x: &Matrix) -> Result<Vec<f64>> {
        predictor(x, self.intercept, &self.coefficients)
    }
}
