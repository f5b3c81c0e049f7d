//! The beta function, also where its arguments are large.

use super::gamma::{LARGE, LN_SQRT_2_PI, lgamma, stirling_rest};

/// The logarithm of the beta function, ln(Γ(a) Γ(b) / Γ(a + b)) for positive a, b.
///
/// Large arguments lose nothing: the three logarithms are subtracted by Stirling's formula before
/// they are computed.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::lbeta;
/// assert!((lbeta(2.0, 3.0) + 12.0_f64.ln()).abs() < 1e-14);
/// assert!((lbeta(1.0, 1e9) + 1e9_f64.ln()).abs() < 1e-12);
/// ```
#[must_use]
#[doc(alias = "betaln")]
pub fn lbeta(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() || a < 0.0 || b < 0.0 {
        return f64::NAN;
    }
    let (p, q) = if a < b { (a, b) } else { (b, a) };
    if p == 0.0 || q.is_infinite() {
        return if p == 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
    }
    if p >= LARGE {
        let rest = stirling_rest(p) + stirling_rest(q) - stirling_rest(p + q);
        let small = -p / (p + q);
        return -0.5 * q.ln() + LN_SQRT_2_PI + rest + (p - 0.5) * (-small).ln() + q * small.ln_1p();
    }
    if q >= LARGE {
        let rest = stirling_rest(q) - stirling_rest(p + q);
        let share = (-p / (p + q)).ln_1p();
        return lgamma(p) + rest + p - p * (p + q).ln() + (q - 0.5) * share;
    }
    if p < 1e-200 { -p.ln() } else { direct(p, q) }
}

/// ln B of small arguments from the gamma functions, which have no zero to lose digits at.
fn direct(p: f64, q: f64) -> f64 {
    let value = libm::tgamma(p) * (libm::tgamma(q) / libm::tgamma(p + q));
    value.ln()
}

/// The beta function, Γ(a) Γ(b) / Γ(a + b) for positive a, b.
#[must_use]
pub fn beta(a: f64, b: f64) -> f64 {
    lbeta(a, b).exp()
}
