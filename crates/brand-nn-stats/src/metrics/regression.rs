//! How far predicted numbers are from the actual ones.

use crate::{Error, Result, door};

/// The mean absolute error, mean |p − t|.
///
/// # Errors
/// If there are no targets, other numbers of predictions, or one that is not finite.
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_stats::metrics::mae(&[1.0, 2.0], &[1.5, 4.0])?, 1.25);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "mean_absolute_error")]
pub fn mae(prediction: &[f64], target: &[f64]) -> Result<f64> {
    door::pair("mae", prediction, target)?;
    finite("mae", door::mean(errors(prediction, target).map(f64::abs)))
}

/// As [`mae`], each row counted by its weight.
///
/// # Errors
/// As [`mae`], and if weights are negative, not finite or all zero.
pub fn mae_weighted(prediction: &[f64], target: &[f64], weights: &[f64]) -> Result<f64> {
    door::pair("mae_weighted", prediction, target)?;
    door::weights("mae_weighted", weights, target.len())?;
    let absolute = errors(prediction, target).map(f64::abs);
    finite("mae_weighted", door::weighted_mean(absolute, weights))
}

/// The mean squared error, mean (p − t)².
///
/// # Errors
/// As [`mae`].
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_stats::metrics::mse(&[1.0, 2.0], &[1.5, 4.0])?, 2.125);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "mean_squared_error")]
pub fn mse(prediction: &[f64], target: &[f64]) -> Result<f64> {
    door::pair("mse", prediction, target)?;
    finite("mse", door::mean(errors(prediction, target).map(square)))
}

/// As [`mse`], each row counted by its weight.
///
/// # Errors
/// As [`mae_weighted`].
pub fn mse_weighted(prediction: &[f64], target: &[f64], weights: &[f64]) -> Result<f64> {
    door::pair("mse_weighted", prediction, target)?;
    door::weights("mse_weighted", weights, target.len())?;
    finite("mse_weighted", door::weighted_mean(errors(prediction, target).map(square), weights))
}

/// The root of the mean squared error, in the unit of the targets.
///
/// # Errors
/// As [`mae`].
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_stats::metrics::rmse(&[1.0, 2.0], &[4.0, 5.0])?, 3.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn rmse(prediction: &[f64], target: &[f64]) -> Result<f64> {
    mse(prediction, target).map(f64::sqrt)
}

/// The median of |p − t|, which a few large errors do not move.
///
/// # Errors
/// As [`mae`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::median_absolute_error;
/// assert_eq!(median_absolute_error(&[1.0, 2.0, 3.0], &[1.0, 3.0, 99.0])?, 1.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn median_absolute_error(prediction: &[f64], target: &[f64]) -> Result<f64> {
    let op = "median_absolute_error";
    door::pair(op, prediction, target)?;
    let mut absolute: Vec<_> = errors(prediction, target).map(f64::abs).collect();
    absolute.sort_by(f64::total_cmp);
    let middle = absolute.len() / 2;
    let lower = absolute[(absolute.len() - 1) / 2];
    finite(op, f64::midpoint(lower, absolute[middle]))
}

/// The share of the targets' variance that predictions take away, 1 − Σ (p − t)² / Σ (t − t̄)².
///
/// 0 for predicting the mean, below for worse.
///
/// # Errors
/// As [`mae`], and if all targets are equal.
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_stats::metrics::r2(&[1.0, 2.0, 4.0], &[1.0, 2.0, 3.0])?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "r2_score")]
pub fn r2(prediction: &[f64], target: &[f64]) -> Result<f64> {
    door::pair("r2", prediction, target)?;
    let missed: f64 = errors(prediction, target).map(square).sum();
    finite("r2", 1.0 - missed / spread("r2", target)?)
}

/// As [`r2`], but a constant error costs nothing: 1 − Var(p − t) / Var(t).
///
/// # Errors
/// As [`r2`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::explained_variance;
/// assert_eq!(explained_variance(&[11.0, 12.0, 13.0], &[1.0, 2.0, 3.0])?, 1.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn explained_variance(prediction: &[f64], target: &[f64]) -> Result<f64> {
    let op = "explained_variance";
    door::pair(op, prediction, target)?;
    let errors: Vec<_> = errors(prediction, target).collect();
    finite(op, 1.0 - scatter(&errors) / spread(op, target)?)
}

/// The mean of |p − t| / |t|, as a share.
///
/// # Errors
/// As [`mae`], and if a target is 0.
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_stats::metrics::mape(&[1.5, 3.0], &[1.0, 4.0])?, 0.375);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "mean_absolute_percentage_error")]
pub fn mape(prediction: &[f64], target: &[f64]) -> Result<f64> {
    door::pair("mape", prediction, target)?;
    door::every("mape", "target", target, ("a number other than 0", |t| t != 0.0))?;
    let shares = errors(prediction, target).zip(target).map(|(error, t)| (error / t).abs());
    finite("mape", door::mean(shares))
}

/// The mean of 2 |p − t| / (|p| + |t|), from 0 to 2; a row where both are 0 counts 0.
///
/// # Errors
/// As [`mae`].
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_stats::metrics::smape(&[1.0, 0.0], &[3.0, 0.0])?, 0.5);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn smape(prediction: &[f64], target: &[f64]) -> Result<f64> {
    door::pair("smape", prediction, target)?;
    let pairs = prediction.iter().zip(target);
    // Halves, so that the sum of two large numbers is finite.
    let term = |(p, t): (&f64, &f64)| match p.abs() / 2.0 + t.abs() / 2.0 {
        0.0 => 0.0,
        size => (p / 2.0 - t / 2.0).abs() / size * 2.0,
    };
    Ok(door::mean(pairs.map(term)))
}

/// p − t, row by row.
pub(super) fn errors(prediction: &[f64], target: &[f64]) -> impl ExactSizeIterator<Item = f64> {
    prediction.iter().zip(target).map(|(p, t)| p - t)
}

pub(super) fn square(x: f64) -> f64 {
    x * x
}

/// Σ (x − x̄)².
fn scatter(values: &[f64]) -> f64 {
    let mean = door::mean(values.iter().copied());
    values.iter().map(|x| square(x - mean)).sum()
}

/// The targets' Σ (t − t̄)², which must not be 0.
fn spread(op: &'static str, target: &[f64]) -> Result<f64> {
    // Rounding may give equal targets a tiny scatter, so they are compared themselves.
    let constant = target.iter().all(|t| *t == target[0]);
    let scatter = scatter(target);
    if constant || scatter == 0.0 {
        let (case, help) = ("all targets are equal", "use mse on such rows");
        return Err(Error::Undefined { op, case, help });
    }
    Ok(scatter)
}

/// Finite numbers of 1e200 have squares that are not.
pub(super) fn finite(op: &'static str, value: f64) -> Result<f64> {
    if value.is_finite() {
        return Ok(value);
    }
    let (case, help) = ("errors overflow", "scale predictions and targets down");
    Err(Error::Undefined { op, case, help })
}
