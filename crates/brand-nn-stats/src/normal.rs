//! The standard normal distribution.

use brand_nn_kernels::{Unary, unary};
use std::f64::consts::{PI, SQRT_2};

/// The density, e^(−z²/2) / √(2π).
pub(crate) fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// The probability of at most z, (1 + erf(z / √2)) / 2.
pub(crate) fn probability(z: f64) -> f64 {
    let mut erf = [0.0];
    unary(Unary::Erf, &[z / SQRT_2], &mut erf);
    0.5 * (1.0 + erf[0])
}

/// The z whose probability is `p`; infinite at 0 and 1.
///
/// A start from the tails' logarithm, then Newton's steps on [`probability`].
pub(crate) fn quantile(p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        return if p <= 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let tail = p.min(1.0 - p);
    // Abramowitz and Stegun 26.2.22, right to 3e-3.
    let t = (-2.0 * tail.ln()).sqrt();
    let start = t - (2.30753 + 0.27061 * t) / (1.0 + 0.99229 * t + 0.04481 * t * t);
    let start = if p < 0.5 { -start } else { start };
    (0..8).fold(start, |z, _| {
        let step = (probability(z) - p) / density(z);
        // Halley's correction: the density's slope is −z times the density.
        z - step / (1.0 + 0.5 * z * step)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(p: f64, z: f64) {
        assert!((quantile(p) - z).abs() < 1e-9, "{} for {p}, expected {z}", quantile(p));
        assert!((probability(z) - p).abs() < 1e-14, "{} for {z}, expected {p}", probability(z));
    }

    #[test]
    fn quantiles_of_tables() {
        check(0.5, 0.0);
        check(0.975, 1.959_963_984_540_054);
        check(0.001, -3.090_232_306_167_813_5);
        check(1e-6, -4.753_424_308_822_899);
        check(0.841_344_746_068_542_9, 1.0);
        assert_eq!((quantile(0.0), quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
    }
}
