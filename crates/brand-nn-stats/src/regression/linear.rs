//! Ordinary least squares, with all that can be said of its coefficients.

use super::{Coefficients, checked};
use crate::distribution::{Distribution, FisherF, StudentT};
use crate::linear::{Matrix, Qr, dot};
use crate::{Error, Result, door};

/// The settings of ordinary least squares, y = intercept + X β + noise.
///
/// # Examples
/// ```
/// use brand_nn_stats::{linear::Matrix, regression::LinearRegression};
///
/// let spend = Matrix::new(4, 1, vec![1.0, 2.0, 3.0, 4.0])?;
/// let fitted = LinearRegression::default().fit(&spend, &[3.1, 4.9, 7.2, 8.8])?;
/// assert!((fitted.coefficients.values[0] - 1.94).abs() < 1e-12);
/// assert!(fitted.r2 > 0.99 && fitted.p_values()[0] < 0.01);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[doc(alias = "OLS")]
pub struct LinearRegression {
    /// Whether there is an intercept; true by default.
    pub intercept: bool,
}

impl Default for LinearRegression {
    fn default() -> Self {
        Self { intercept: true }
    }
}

/// A line, plane or hyperplane through data, with its uncertainty.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FittedLinear {
    /// Intercept and slopes with their standard errors.
    pub coefficients: Coefficients,
    /// The covariance of the parameters, the intercept first if there is one.
    pub covariance: Matrix,
    /// The variance of the noise, residual squares over `degrees`.
    pub noise_variance: f64,
    /// Rows minus parameters.
    pub degrees: f64,
    /// The share of the variance that is explained; of the squares without an intercept.
    pub r2: f64,
    has_intercept: bool,
}

const OP: &str = "LinearRegression::fit";

impl LinearRegression {
    /// Fits `[rows, num_features]` to a target a row.
    ///
    /// # Errors
    /// If lengths do not fit, a number is not finite, there are no more rows than parameters, the
    /// target is constant, or a column is a sum of others.
    pub fn fit(&self, x: &Matrix, y: &[f64]) -> Result<FittedLinear> {
        checked(OP, x, y.len())?;
        door::every(OP, "target", y, door::FINITE)?;
        let design = with_ones(x, self.intercept);
        if design.rows() <= design.cols() {
            let case = "there are no more rows than parameters";
            return Err(Error::Undefined { op: OP, case, help: "fit a Ridge, or bring more rows" });
        }
        let qr = Qr::new(&design)?;
        let parameters = qr.least_squares(y)?;
        let fitted = design.times(&parameters);
        let rest: f64 = y.iter().zip(&fitted).map(|(y, fitted)| (y - fitted).powi(2)).sum();
        let middle = if self.intercept { door::mean(y.iter().copied()) } else { 0.0 };
        let total: f64 = y.iter().map(|y| (y - middle).powi(2)).sum();
        if !(total > 0.0 && total.is_finite()) {
            let case = "the target is constant, or its squares overflow";
            return Err(Error::Undefined { op: OP, case, help: "there is nothing to explain" });
        }
        let degrees = (design.rows() - design.cols()) as f64;
        let noise_variance = rest / degrees;
        let shape = qr.gram_inverse();
        let covariance =
            Matrix::of(shape.rows(), shape.cols(), |i, j| noise_variance * shape[(i, j)]);
        let coefficients = Coefficients::of(&parameters, &covariance, self.intercept);
        let (r2, has_intercept) = (1.0 - rest / total, self.intercept);
        Ok(FittedLinear { coefficients, covariance, noise_variance, degrees, r2, has_intercept })
    }
}

impl FittedLinear {
    /// The expected target of each row.
    ///
    /// # Errors
    /// If rows have another number of columns, or a number is not finite.
    pub fn predict(&self, x: &Matrix) -> Result<Vec<f64>> {
        self.coefficients.predictor(x)
    }

    /// The intervals that hold new targets, noise and all, as often as the level says.
    ///
    /// # Errors
    /// As [`predict`](Self::predict), or if the level is not between 0 and 1.
    pub fn prediction_intervals(&self, x: &Matrix, level: f64) -> Result<Vec<[f64; 2]>> {
        let middles = self.predict(x)?;
        let t = self.quantile(level)?;
        let design = with_ones(x, self.has_intercept);
        let op = "FittedLinear::prediction_intervals";
        door::len(op, "rows of the covariance", self.covariance.rows(), design.cols())?;
        door::len(op, "columns of the covariance", self.covariance.cols(), design.cols())?;
        let interval = |(row, middle): (usize, f64)| {
            let row = design.row(row);
            let variance = self.noise_variance + dot(row, &self.covariance.times(row));
            [-t, t].map(|t| middle + t * variance.sqrt())
        };
        Ok(middles.into_iter().enumerate().map(interval).collect())
    }

    /// The probability of each slope's t, or a larger one, if the column does not matter.
    #[must_use]
    pub fn p_values(&self) -> Vec<f64> {
        let Ok(t) = StudentT::new(self.degrees) else { return Vec::new() };
        self.coefficients.z_values().iter().map(|x| 2.0 * t.survival(x.abs())).collect()
    }

    /// The interval of each slope, value ± t × error.
    ///
    /// # Errors
    /// If the level is not between 0 and 1.
    pub fn intervals(&self, level: f64) -> Result<Vec<[f64; 2]>> {
        let t = self.quantile(level)?;
        let each = self.coefficients.values.iter().zip(&self.coefficients.errors);
        Ok(each.map(|(value, error)| [value - t * error, value + t * error]).collect())
    }

    /// R² less what columns of noise would explain.
    #[must_use]
    pub fn adjusted_r2(&self) -> f64 {
        let rest = self.degrees + self.coefficients.values.len() as f64;
        1.0 - (1.0 - self.r2) * rest / self.degrees
    }

    /// The probability of this R², or a larger one, if no column matters (the F-test).
    #[must_use]
    pub fn f_test_p_value(&self) -> f64 {
        let columns = self.coefficients.values.len() as f64;
        let f = self.r2 / (1.0 - self.r2) * self.degrees / columns;
        FisherF::new(columns, self.degrees).map_or(f64::NAN, |of| of.survival(f))
    }

    fn quantile(&self, level: f64) -> Result<f64> {
        door::inside("FittedLinear", "level", level)?;
        Ok(StudentT::new(self.degrees)?.quantile(0.5 * (1.0 + level)))
    }
}

/// The columns behind one of ones, if there is an intercept.
pub(super) fn with_ones(x: &Matrix, has_intercept: bool) -> Matrix {
    let first = usize::from(has_intercept);
    let number = |row, col| if col < first { 1.0 } else { x[(row, col - first)] };
    Matrix::of(x.rows(), x.cols() + first, number)
}
