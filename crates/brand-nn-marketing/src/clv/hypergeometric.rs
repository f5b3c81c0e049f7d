//! Gauss' function for all parameters that purchase models meet, also where c is below 0.

use brand_nn_stats::special::{hyp2f1, log_hyp2f1};

/// factor · ₂F₁(a, b; c; z) for a logarithm of the factor, c > −1 and 0 ≤ z < 1.
///
/// Below 0, c is raised by the relation of three neighbours (Abramowitz and Stegun 15.2.27).
pub(super) fn scaled_hyp2f1(log_factor: f64, [a, b, c]: [f64; 3], z: f64) -> f64 {
    if c > 0.0 {
        return (log_factor + log_hyp2f1(a, b, c, z)).exp();
    }
    // At c = 0 the function is infinite; models multiply it by c, so a point beside it will do.
    let c = if c.abs() < 1e-9 { 1e-9 } else { c };
    let (next, d) = (c + 1.0, hyp2f1(a, b, c + 2.0, z));
    let rise = next * (c - (2.0 * next - a - b - 1.0) * z) * hyp2f1(a, b, next, z)
        + (next - a) * (next - b) * z * d;
    log_factor.exp() * rise / (next * c * (1.0 - z))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(abc: [f64; 3], z: f64, expected: f64) {
        let got = scaled_hyp2f1(0.0, abc, z);
        assert!((got / expected - 1.0).abs() < 1e-11, "{got}, expected {expected}");
    }

    #[test]
    fn values_of_mpmath() {
        check([0.5, 0.4, -0.3], 0.0, 1.0);
        check([1.2, 0.4, -0.3], 0.5, -2.422_252_782_744_668);
        check([0.243, 0.2, -0.6], 0.9, -0.774_749_812_579_791);
        check([2.0, 1.5, 0.7], 0.3, 3.918_091_340_337_289);
    }
}
