//! The error function and the normal distribution function, with their inverses.

use super::gamma::LN_SQRT_2_PI;
use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

/// The error function, 2 / √π ∫₀ˣ e^(−t²) dt.
#[must_use]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// What the error function leaves, 1 − erf(x), exact where that is tiny.
#[must_use]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// The x with erf(x) = `y`; ±∞ at ±1, NaN outside.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::{erf, erf_inverse};
/// assert!((erf(erf_inverse(0.3)) - 0.3).abs() < 1e-16);
/// ```
#[must_use]
#[doc(alias = "erfinv")]
pub fn erf_inverse(y: f64) -> f64 {
    if y.abs() > 0.5 {
        return (erfc_inverse(1.0 - y.abs())).copysign(y);
    }
    let start = y * PI.sqrt() / 2.0 * (1.0 + PI * y * y / 12.0);
    (0..4).fold(start, |x, _| halley(x, (erf(x) - y) / slope(x)))
}

/// The x with erfc(x) = `y`, exact for tiny `y`; ±∞ at 0 and 2, NaN outside.
#[must_use]
#[doc(alias = "erfcinv")]
pub fn erfc_inverse(y: f64) -> f64 {
    if y > 1.0 {
        return -erfc_inverse(2.0 - y);
    }
    if y <= 0.0 || y.is_nan() {
        return if y == 0.0 { f64::INFINITY } else { f64::NAN };
    }
    if y > 0.5 {
        return erf_inverse(1.0 - y);
    }
    // e^(−x²) / (x √π) bounds erfc from above; Newton's steps go down the logarithms.
    let log = -y.ln();
    let start = (log - 0.5 * (PI * log).ln()).max(0.25).sqrt();
    (0..8).fold(start, |x, _| x + (erfc(x).ln() - y.ln()) * erfc(x) / slope(x))
}

/// 2 / √π e^(−x²), the slope of erf.
fn slope(x: f64) -> f64 {
    2.0 / PI.sqrt() * (-x * x).exp()
}

/// A step of Halley for erf, whose second derivative is −2 x times its first.
fn halley(x: f64, step: f64) -> f64 {
    x - step / (1.0 + x * step)
}

/// The density of the standard normal distribution, e^(−z²/2) / √(2π).
#[must_use]
pub fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// The standard normal probability of at most z, Φ(z), exact in both tails.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::normal_cdf;
/// assert!((normal_cdf(1.959_963_984_540_054) - 0.975).abs() < 1e-15);
/// ```
#[must_use]
#[doc(alias = "ndtr")]
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z * FRAC_1_SQRT_2)
}

/// The logarithm of Φ(z), finite for any finite z.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::log_normal_cdf;
/// assert!((log_normal_cdf(-100.0) + 5005.524_208_694_205).abs() < 1e-11);
/// ```
#[must_use]
#[doc(alias = "log_ndtr")]
pub fn log_normal_cdf(z: f64) -> f64 {
    if z > 0.0 {
        return (-normal_cdf(-z)).ln_1p();
    }
    if z > -20.0 {
        return normal_cdf(z).ln();
    }
    // Φ(z) = φ(z) / −z · (1 − 1/z² + 3/z⁴ − 15/z⁶ + …), whose terms shrink past 16 digits.
    let square = 1.0 / (z * z);
    let odd = |k: u32| f64::from(2 * k + 1);
    let series = (0..10).rev().fold(1.0, |sum, k| 1.0 - odd(k) * square * sum);
    -0.5 * z * z - (-z).ln() - LN_SQRT_2_PI + series.ln()
}

/// The z whose standard normal probability is `p`; infinite at 0 and 1.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::normal_quantile;
/// assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
/// ```
#[must_use]
#[doc(alias = "ndtri")]
#[doc(alias = "probit")]
pub fn normal_quantile(p: f64) -> f64 {
    -SQRT_2 * erfc_inverse(2.0 * p)
}
