//! The regularised incomplete gamma functions and their inverses.

use super::erf::{erfc, normal_quantile};
use super::gamma::{LARGE, LN_SQRT_2_PI, lgamma, minus_log1p, stirling_rest};
use super::invert;
use std::f64::consts::PI;

/// From here on Temme's expansion has all digits and the others are slow.
const HUGE: f64 = 1e7;
/// Steps after which a sum or a fraction of moderate parameters has long ended.
const STEPS: u32 = 200_000;

/// The lower regularised gamma function, P(a, x) = ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a).
///
/// The probability that a gamma variable of shape a is at most x.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::gamma_p;
/// assert!((gamma_p(1.0, 2.0) - (1.0 - (-2.0_f64).exp())).abs() < 1e-15);
/// ```
#[must_use]
#[doc(alias = "gammainc")]
pub fn gamma_p(a: f64, x: f64) -> f64 {
    parts(a, x).0
}

/// The upper regularised gamma function, Q(a, x) = 1 − P(a, x), exact where it is tiny.
#[must_use]
#[doc(alias = "gammaincc")]
pub fn gamma_q(a: f64, x: f64) -> f64 {
    parts(a, x).1
}

/// The x with P(a, x) = `p`; 0 at 0 and ∞ at 1.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::gamma_p_inverse;
/// assert!((gamma_p_inverse(1.0, 0.5) - 2.0_f64.ln()).abs() < 1e-15);
/// ```
#[must_use]
#[doc(alias = "gammaincinv")]
pub fn gamma_p_inverse(a: f64, p: f64) -> f64 {
    if p > 0.5 { gamma_q_inverse(a, 1.0 - p) } else { inverse(a, p, true) }
}

/// The x with Q(a, x) = `q`; ∞ at 0 and 0 at 1.
#[must_use]
#[doc(alias = "gammainccinv")]
pub fn gamma_q_inverse(a: f64, q: f64) -> f64 {
    if q > 0.5 { gamma_p_inverse(a, 1.0 - q) } else { inverse(a, q, false) }
}

/// Solves in logarithms of x and of the tail, where both ends are nearly straight lines.
fn inverse(a: f64, tail: f64, lower: bool) -> f64 {
    if !(a > 0.0 && a.is_finite() && (0.0..=1.0).contains(&tail)) {
        return f64::NAN;
    }
    if tail == 0.0 {
        return if lower { 0.0 } else { f64::INFINITY };
    }
    let sign = if lower { 1.0 } else { -1.0 };
    let curve = |t: f64| {
        let x = t.exp();
        let (p, q) = parts(a, x);
        let side = if lower { p } else { q };
        (sign * side.ln(), gamma_power(a, x) / side)
    };
    invert::increasing(sign * tail.ln(), guess(a, tail, lower), curve).exp()
}

/// ln x by Wilson and Hilferty, or by the first term of the series where that fails.
fn guess(a: f64, tail: f64, lower: bool) -> f64 {
    let z = if lower { normal_quantile(tail) } else { -normal_quantile(tail) };
    let root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt());
    let first = (tail.ln() + lgamma(a + 1.0)) / a;
    if root > 0.3 {
        a.ln() + 3.0 * root.ln()
    } else if lower {
        first
    } else {
        first.min(0.0)
    }
}

/// xᵃ e⁻ˣ / Γ(a): how fast P grows with ln x.
fn gamma_power(a: f64, x: f64) -> f64 {
    log_gamma_power(a, x).exp()
}

/// ln(xᵃ e⁻ˣ / Γ(a)).
pub(crate) fn log_gamma_power(a: f64, x: f64) -> f64 {
    if a < LARGE {
        return a * x.ln() - x - lgamma(a);
    }
    // Stirling's formula with x = a (1 + m), so that nothing large is subtracted.
    let m = (x - a) / a;
    0.5 * a.ln() - LN_SQRT_2_PI - stirling_rest(a) - a * minus_log1p(m)
}

/// P and Q together; the smaller one is computed, the other one is what it leaves.
fn parts(a: f64, x: f64) -> (f64, f64) {
    if !(a > 0.0 && a.is_finite() && x >= 0.0) {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 || x.is_infinite() {
        return if x == 0.0 { (0.0, 1.0) } else { (1.0, 0.0) };
    }
    if a > HUGE {
        return expansion(a, x);
    }
    if x < a + 1.0 {
        let p = gamma_power(a, x) * series(a, x);
        if a < 0.5 && p > 0.5 { (p, small_shape(a, x)) } else { (p, 1.0 - p) }
    } else {
        let q = gamma_power(a, x) * fraction(a, x);
        (1.0 - q, q)
    }
}

/// Σ xⁿ / (a (a + 1) … (a + n)).
fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    for n in 1..STEPS {
        term *= x / (a + f64::from(n));
        sum += term;
        if term < sum * f64::EPSILON * 0.1 {
            break;
        }
    }
    sum
}

/// Q of a small shape and a small x, where 1 − P would cancel.
///
/// 1 − xᵃ / Γ(a + 1) − xᵃ / Γ(a) Σ_{n ≥ 1} (−x)ⁿ / (n! (a + n)).
fn small_shape(a: f64, x: f64) -> f64 {
    let mut power = 1.0;
    let mut sum = 0.0;
    for n in 1..100 {
        power *= -x / f64::from(n);
        let term = power / (a + f64::from(n));
        sum += term;
        if term.abs() < f64::EPSILON * 0.1 * sum.abs() {
            break;
        }
    }
    let log = a * x.ln();
    -(log - lgamma_above_one(a)).exp_m1() - (log - lgamma(a)).exp() * sum
}

/// ln Γ(1 + a), which is nearly −γ a for small a.
fn lgamma_above_one(a: f64) -> f64 {
    const TERMS: [f64; 5] = [
        -0.577_215_664_901_532_9,
        1.644_934_066_848_226_4 / 2.0,
        -1.202_056_903_159_594_2 / 3.0,
        1.082_323_233_711_138_2 / 4.0,
        -1.036_927_755_143_37 / 5.0,
    ];
    if a > 1e-3 {
        return lgamma(a + 1.0);
    }
    a * TERMS.iter().rev().fold(0.0, |sum, term| sum * a + term)
}

/// The continued fraction of Legendre, by the method of Lentz.
fn fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = 1e300;
    let mut d = 1.0 / b;
    let mut value = d;
    for n in 1..STEPS {
        let n = f64::from(n);
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / nonzero(numerator * d + b);
        c = nonzero(b + numerator / c);
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

pub(super) fn nonzero(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

/// The first two terms of Temme's uniform expansion, 1979; the next one is below 1e-13 here.
fn expansion(a: f64, x: f64) -> (f64, f64) {
    let m = (x - a) / a;
    let half = minus_log1p(m);
    let eta = (2.0 * half).sqrt().copysign(m);
    let first = if eta.abs() < 1e-3 {
        -1.0 / 3.0 + eta * (1.0 / 12.0 + eta * (-2.0 / 135.0 + eta / 864.0))
    } else {
        1.0 / m - 1.0 / eta
    };
    let rest = first * (-a * half).exp() / (2.0 * PI * a).sqrt();
    let tail = |side: f64| 0.5 * erfc(side * eta * (0.5 * a).sqrt()) + side * rest;
    (tail(-1.0), tail(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expansion and the sums agree where one takes over from the other.
    #[track_caller]
    fn check(deviations: f64) {
        let a = 0.999 * HUGE;
        let x = a + deviations * a.sqrt();
        let (sums, expanded) = (parts(a, x), expansion(a, x));
        for (sum, expanded) in [(sums.0, expanded.0), (sums.1, expanded.1)] {
            assert!((expanded / sum - 1.0).abs() < 1e-11, "{expanded}, expected {sum}");
        }
    }

    #[test]
    fn expansion_meets_the_sums() {
        for deviations in [-9.0, -2.5, -0.3, 0.0, 1e-4, 0.7, 4.0, 9.0] {
            check(deviations);
        }
    }
}
