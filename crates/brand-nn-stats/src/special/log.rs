//! Sums and differences of numbers of which only the logarithms fit into memory.

use std::f64::consts::LN_2;

/// The logarithm of a sum, ln Σ e^xᵢ, without overflow.
///
/// Of nothing it is −∞, the logarithm of 0.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::log_sum_exp;
/// assert!((log_sum_exp(&[1000.0, 1000.0]) - 1000.693_147_180_56).abs() < 1e-10);
/// assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
/// ```
#[must_use]
#[doc(alias = "logsumexp")]
pub fn log_sum_exp(x: &[f64]) -> f64 {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if x.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if largest.is_infinite() {
        return largest;
    }
    largest + x.iter().map(|x| (x - largest).exp()).sum::<f64>().ln()
}

/// The logarithm of a sum of two, ln(eᵃ + eᵇ).
#[must_use]
#[doc(alias = "logaddexp")]
pub fn log_add_exp(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if small.is_nan() || large.is_nan() {
        return f64::NAN;
    }
    if large.is_infinite() || small == f64::NEG_INFINITY {
        return large;
    }
    large + (small - large).exp().ln_1p()
}

/// The logarithm of what a probability leaves, ln(1 − eˣ) for x ≤ 0.
///
/// M. Mächler, "Accurately computing log(1 − exp(−|a|))", 2012. NaN for x > 0.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::log1mexp;
/// assert_eq!(log1mexp(0.5_f64.ln()), 0.5_f64.ln());
/// ```
#[must_use]
pub fn log1mexp(x: f64) -> f64 {
    if x > -LN_2 { (-x.exp_m1()).ln() } else { (-x.exp()).ln_1p() }
}

/// The softplus, ln(1 + eˣ), which is x for large x.
#[must_use]
#[doc(alias = "softplus")]
pub fn log1pexp(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The probability of log-odds, 1 / (1 + e^−x).
///
/// # Examples
/// ```
/// use brand_nn_stats::special::{logistic, logit};
/// assert_eq!(logistic(0.0), 0.5);
/// assert!((logistic(logit(0.2)) - 0.2).abs() < 1e-15);
/// ```
#[must_use]
#[doc(alias = "expit")]
#[doc(alias = "sigmoid")]
pub fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// The log-odds of a probability, ln(p / (1 − p)).
#[must_use]
pub fn logit(p: f64) -> f64 {
    p.ln() - (-p).ln_1p()
}
