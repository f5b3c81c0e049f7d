//! The regularised incomplete beta function and its inverse.

use super::beta::lbeta;
use super::erf::erfc;
use super::gamma::{LARGE, LN_SQRT_2_PI, minus_log1p, stirling_rest};
use super::incomplete_gamma::nonzero;
use super::invert;
use super::log::logistic;
use std::f64::consts::PI;

/// From here on, for both parameters, the expansion has all digits and the fraction is slow.
const HUGE: f64 = 1e6;
/// Steps after which the fraction has long ended.
const STEPS: u32 = 200_000;

/// The regularised incomplete beta function, I_x(a, b) = ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt / B(a, b).
///
/// The probability that a beta variable is at most x. I_x(a, b) = 1 − I_{1−x}(b, a): of the two
/// ask for the one that is small.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::beta_i;
/// assert!((beta_i(2.0, 1.0, 0.3) - 0.09).abs() < 1e-15);
/// ```
#[must_use]
#[doc(alias = "betainc")]
#[doc(alias = "btdtr")]
pub fn beta_i(a: f64, b: f64, x: f64) -> f64 {
    beta_parts(a, b, x, 1.0 - x).0
}

/// The x with I_x(a, b) = `p`; 0 at 0 and 1 at 1.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::beta_i_inverse;
/// assert!((beta_i_inverse(2.0, 1.0, 0.25) - 0.5).abs() < 1e-15);
/// ```
#[must_use]
#[doc(alias = "betaincinv")]
pub fn beta_i_inverse(a: f64, b: f64, p: f64) -> f64 {
    logistic(beta_log_odds(a, b, p))
}

/// ln(x / (1 − x)) of the x with I_x(a, b) = `p`, from the tail that is small.
pub(crate) fn beta_log_odds(a: f64, b: f64, p: f64) -> f64 {
    let valid = a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite();
    if !valid || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    if p > 0.5 { -lower_log_odds(b, a, 1.0 - p) } else { lower_log_odds(a, b, p) }
}

/// The same, solved in logarithms of both sides.
fn lower_log_odds(a: f64, b: f64, p: f64) -> f64 {
    let first = (p.ln() + a.ln() + lbeta(a, b)) / a;
    let start = first.min((a / b).ln());
    invert::increasing(p.ln(), start, |t| {
        let (x, y) = (logistic(t), logistic(-t));
        let value = beta_parts(a, b, x, y).0;
        (value.ln(), beta_power(a, b, x, y) / value)
    })
}

/// xᵃ yᵇ / B(a, b) for x + y = 1: how fast I grows with the log-odds of x.
fn beta_power(a: f64, b: f64, x: f64, y: f64) -> f64 {
    log_beta_power(a, b, x, y).exp()
}

/// ln(xᵃ yᵇ / B(a, b)) for x + y = 1.
pub(crate) fn log_beta_power(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if a < LARGE || b < LARGE {
        let (log_x, log_y) = if x < 0.5 { (x.ln(), (-x).ln_1p()) } else { ((-y).ln_1p(), y.ln()) };
        return a * log_x + b * log_y - lbeta(a, b);
    }
    // Stirling's formula around the mean a / (a + b), so that nothing large is subtracted.
    let off = off(a, b, x, y);
    let rest = stirling_rest(a) + stirling_rest(b) - stirling_rest(a + b);
    let scale = 0.5 * (a.ln() + b.ln() - (a + b).ln()) - LN_SQRT_2_PI;
    scale - rest - a * minus_log1p(off / a) - b * minus_log1p(-off / b)
}

/// (a + b) x − a: how far x lies above its mean.
fn off(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x < y { (a + b) * x - a } else { b - (a + b) * y }
}

/// The first term of Temme's uniform expansion, DLMF 8.18.9; the next one is below 1e-11 here.
fn expansion(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    let (sum, off) = (a + b, off(a, b, x, y));
    let half = a * minus_log1p(off / a) + b * minus_log1p(-off / b);
    let deviation = (a / sum * (b / sum)).sqrt();
    let (eta, mu) = ((2.0 * half / sum).sqrt().copysign(off), off / sum / deviation);
    let skewness = (b - a) / sum / deviation;
    let first = if (1.0 + skewness.abs()) * mu.abs() < 1e-4 {
        let square = deviation * deviation;
        skewness / 3.0 - mu * (1.0 - square) / (12.0 * square)
    } else {
        1.0 / eta - 1.0 / mu
    };
    let rest = first * (-half).exp() / (2.0 * PI * sum).sqrt();
    let tail = |side: f64| 0.5 * erfc(-side * half.sqrt().copysign(off)) + side * rest;
    (tail(1.0), tail(-1.0))
}

/// I and 1 − I of x and y = 1 − x; the one that the fraction suits is computed.
pub(crate) fn beta_parts(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    let valid = a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite() && x >= 0.0 && y >= 0.0;
    if !valid {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 || y == 0.0 {
        return if x == 0.0 { (0.0, 1.0) } else { (1.0, 0.0) };
    }
    if a > HUGE && b > HUGE {
        return expansion(a, b, x, y);
    }
    let power = beta_power(a, b, x, y);
    if x <= (a + 1.0) / (a + b + 2.0) {
        let value = power * fraction(a, b, x) / a;
        (value, 1.0 - value)
    } else {
        let value = power * fraction(b, a, y) / b;
        (1.0 - value, value)
    }
}

/// The continued fraction of DLMF 8.17.22, by the method of Lentz; NaN if it does not end.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for m in 1..STEPS {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for numerator in [even, odd] {
            d = 1.0 / nonzero(1.0 + numerator * d);
            c = nonzero(1.0 + numerator / c);
            factor = c * d;
            value *= factor;
        }
        if (factor - 1.0).abs() < f64::EPSILON {
            return value;
        }
    }
    f64::NAN
}
