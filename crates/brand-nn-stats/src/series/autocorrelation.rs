//! How much a value tells of those that come later.

use crate::distribution::{ChiSquared, Distribution};
use crate::hypothesis::TestResult;
use crate::{Error, Result, door};

/// The correlation of a series with itself, for lags from 0 to `max_lag`.
///
/// Σ (xₜ − x̄)(xₜ₊ₖ − x̄) / Σ (xₜ − x̄)². Of noise it lies within ±1.96 / √n.
///
/// # Errors
/// If a number is not finite, the lag is not below the length, or the series is constant.
///
/// # Examples
/// ```
/// use brand_nn_stats::series::autocorrelation;
/// let swing = [1.0, -1.0, 1.0, -1.0];
/// assert_eq!(autocorrelation(&swing, 2)?, [1.0, -0.75, 0.5]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "acf")]
pub fn autocorrelation(x: &[f64], max_lag: usize) -> Result<Vec<f64>> {
    let op = "autocorrelation";
    door::some(op, "observations", x.len())?;
    door::every(op, "observation", x, door::FINITE)?;
    if max_lag >= x.len() {
        let (setting, got) = ("max_lag", max_lag as f64);
        let (expected, help) = ("less than the observations", "look at shorter lags");
        return Err(Error::Setting { op, setting, got, expected, help });
    }
    let mean = door::mean(x.iter().copied());
    let around: Vec<f64> = x.iter().map(|x| x - mean).collect();
    let product = |lag: usize| around.iter().zip(&around[lag..]).map(|(a, b)| a * b).sum::<f64>();
    let total = product(0);
    if !(total > 0.0 && total.is_finite()) {
        let case = "the series is constant, or its squares overflow";
        return Err(Error::Undefined { op, case, help: "there is nothing to correlate" });
    }
    Ok((0..=max_lag).map(|lag| product(lag) / total).collect())
}

/// The correlation at each lag that shorter lags do not explain.
///
/// The last coefficients of autoregressions, by the recursion of Levinson and Durbin.
///
/// # Errors
/// As [`autocorrelation`].
///
/// # Examples
/// ```
/// use brand_nn_stats::series::partial_autocorrelation;
/// let partial = partial_autocorrelation(&[1.0, -1.0, 1.0, -1.0], 2)?;
/// assert_eq!(partial[1], -0.75);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "pacf")]
pub fn partial_autocorrelation(x: &[f64], max_lag: usize) -> Result<Vec<f64>> {
    let r = autocorrelation(x, max_lag)?;
    let mut partial = vec![1.0];
    let mut coefficients: Vec<f64> = Vec::new();
    let mut rest = 1.0;
    for lag in 1..=max_lag {
        let explained: f64 = coefficients.iter().enumerate().map(|(i, c)| c * r[lag - 1 - i]).sum();
        let last = if rest > 0.0 { (r[lag] - explained) / rest } else { 0.0 };
        let mirrored = coefficients.iter().rev().map(|c| last * c);
        coefficients = coefficients.iter().zip(mirrored).map(|(c, m)| c - m).collect();
        coefficients.push(last);
        rest *= 1.0 - last * last;
        partial.push(last);
    }
    Ok(partial)
}

/// Whether a series is noise as far as its first lags tell.
///
/// Q = n (n + 2) Σ r² / (n − k), by the chi-squared distribution of as many degrees as lags.
/// Ljung and Box 1978.
///
/// # Errors
/// As [`autocorrelation`], and with no lag.
///
/// # Examples
/// ```
/// use brand_nn_stats::series::ljung_box_test;
/// let wave: Vec<f64> = (0..50).map(|t| f64::from(t).sin()).collect();
/// assert!(ljung_box_test(&wave, 5)?.p_value < 1e-6);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn ljung_box_test(x: &[f64], lags: usize) -> Result<TestResult> {
    door::at_least("ljung_box_test", "lags", lags, 1)?;
    let r = autocorrelation(x, lags)?;
    let n = x.len() as f64;
    let terms = r.iter().enumerate().skip(1).map(|(lag, r)| r * r / (n - lag as f64));
    let statistic = n * (n + 2.0) * terms.sum::<f64>();
    let degrees = lags as f64;
    let p_value = ChiSquared::new(degrees)?.survival(statistic);
    Ok(TestResult { statistic, degrees, p_value })
}
