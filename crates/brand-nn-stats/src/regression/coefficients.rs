//! What a regression learned of each column.

use crate::linear::{Matrix, dot};
use crate::special::{normal_cdf, normal_quantile};
use crate::{Result, door};

/// An intercept and a coefficient a column, with standard errors where the likelihood gives them.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Coefficients {
    /// What is predicted where every column is 0.
    pub intercept: f64,
    /// The change for one more of each column.
    pub values: Vec<f64>,
    /// The standard error of the intercept; 0 without an intercept.
    pub intercept_error: f64,
    /// The standard errors of the values.
    pub errors: Vec<f64>,
}

impl Coefficients {
    /// Parameters and covariance of a fit whose first column may be the intercept.
    pub(crate) fn of(parameters: &[f64], covariance: &Matrix, has_intercept: bool) -> Self {
        let from = usize::from(has_intercept);
        let errors: Vec<f64> = covariance.diagonal().iter().map(|x| x.sqrt()).collect();
        Self {
            intercept: if has_intercept { parameters[0] } else { 0.0 },
            values: parameters[from..].to_vec(),
            intercept_error: if has_intercept { errors[0] } else { 0.0 },
            errors: errors[from..].to_vec(),
        }
    }

    /// Intercept plus coefficients times columns, for each row.
    ///
    /// # Errors
    /// If rows have another number of columns, or a number is not finite.
    pub fn predictor(&self, x: &Matrix) -> Result<Vec<f64>> {
        predictor(x, self.intercept, &self.values)
    }

    /// Each value over its standard error.
    #[must_use]
    pub fn z_values(&self) -> Vec<f64> {
        self.values.iter().zip(&self.errors).map(|(value, error)| value / error).collect()
    }

    /// The probability of each z or a larger one if the column does not matter (Wald's test).
    #[must_use]
    pub fn p_values(&self) -> Vec<f64> {
        self.z_values().iter().map(|z| 2.0 * normal_cdf(-z.abs())).collect()
    }

    /// The interval of each value, value ± z × error.
    ///
    /// # Errors
    /// If the level is not between 0 and 1.
    pub fn intervals(&self, level: f64) -> Result<Vec<[f64; 2]>> {
        door::inside("Coefficients::intervals", "level", level)?;
        let z = -normal_quantile(0.5 * (1.0 - level));
        let interval = |(value, error): (&f64, &f64)| [value - z * error, value + z * error];
        Ok(self.values.iter().zip(&self.errors).map(interval).collect())
    }
}

/// Intercept plus coefficients times columns, checked at the door.
pub(super) fn predictor(x: &Matrix, intercept: f64, values: &[f64]) -> Result<Vec<f64>> {
    door::len("predict", "columns", x.cols(), values.len())?;
    door::every("predict", "number", x.data(), door::FINITE)?;
    Ok((0..x.rows()).map(|row| intercept + dot(x.row(row), values)).collect())
}
