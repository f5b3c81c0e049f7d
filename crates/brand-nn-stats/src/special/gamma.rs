//! The gamma function and its logarithmic derivatives.

use brand_nn_kernels::polygamma;

/// ln √(2π).
pub(super) const LN_SQRT_2_PI: f64 = 0.918_938_533_204_672_8;
/// From here on [`stirling_rest`] is exact to the last digit.
pub(super) const LARGE: f64 = 10.0;

/// The logarithm of the gamma function's size, ln |Γ(x)|.
///
/// +∞ at 0 and the negative integers.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::lgamma;
/// assert!((lgamma(11.0) - 3_628_800.0_f64.ln()).abs() < 1e-14);
/// ```
#[must_use]
#[doc(alias = "gammaln")]
pub fn lgamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// [`lgamma`] and the sign of Γ(x): 1 or −1.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::lgamma_sign;
/// assert_eq!(lgamma_sign(-0.5).1, -1.0);
/// ```
#[must_use]
pub fn lgamma_sign(x: f64) -> (f64, f64) {
    let (value, sign) = libm::lgamma_r(x);
    (value, if sign < 0 { -1.0 } else { 1.0 })
}

/// The gamma function Γ(x), (x − 1)! for whole x; ∞ from 171.7 on.
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_stats::special::gamma(5.0), 24.0);
/// ```
#[must_use]
pub fn gamma(x: f64) -> f64 {
    libm::tgamma(x)
}

/// The slope of [`lgamma`], ψ(x) = Γ′(x) / Γ(x).
///
/// # Examples
/// ```
/// let euler = -brand_nn_stats::special::digamma(1.0);
/// assert!((euler - 0.577_215_664_901_532_9).abs() < 1e-14);
/// ```
#[must_use]
#[doc(alias = "psi")]
pub fn digamma(x: f64) -> f64 {
    polygamma(0, x)
}

/// The slope of [`digamma`], ψ₁(x); π² / 6 at 1.
///
/// # Examples
/// ```
/// let value = brand_nn_stats::special::trigamma(1.0);
/// assert!((value - 1.644_934_066_848_226_4).abs() < 1e-14);
/// ```
#[must_use]
pub fn trigamma(x: f64) -> f64 {
    polygamma(1, x)
}

/// What Stirling's formula leaves: ln Γ(x) − ((x − ½) ln x − x + ln √(2π)), for x ≥ 10.
pub(super) fn stirling_rest(x: f64) -> f64 {
    const TERMS: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3617.0 / 122_400.0,
    ];
    let square = 1.0 / (x * x);
    TERMS.iter().rev().fold(0.0, |sum, term| sum * square + term) / x
}

/// x − ln(1 + x), without the cancellation near 0.
pub(super) fn minus_log1p(x: f64) -> f64 {
    if x.abs() > 0.4 {
        return x - x.ln_1p();
    }
    // ln((1 + r) / (1 − r)) = 2 (r + r³/3 + …) with r = x / (2 + x), and x = 2 r / (1 − r).
    let r = x / (2.0 + x);
    let square = r * r;
    let mut sum = 0.0;
    let mut power = r;
    for k in 1..60 {
        power *= square;
        let term = power / f64::from(2 * k + 1);
        sum += term;
        if term.abs() <= f64::EPSILON * sum.abs() * 0.1 {
            break;
        }
    }
    r * x - 2.0 * sum
}
