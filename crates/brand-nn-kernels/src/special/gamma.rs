//! Derivatives of the logarithm of the gamma function.

use std::f64::consts::PI;

/// Arguments are raised to this, plus the order, where the series is exact to the last bit.
const FAR: f64 = 16.0;

/// The Bernoulli numbers B₂, B₄, … of the series.
const BERNOULLI: [f64; 8] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
];

/// The derivative of order `order` of the digamma function, `dⁿ⁺¹/dxⁿ⁺¹ ln Γ(x)`.
///
/// At 0 and the negative integers: +∞ for odd orders; for even ones −∞ at 0, +∞ at −0, else NaN.
///
/// # Examples
/// ```
/// let trigamma = brand_nn_kernels::polygamma(1, 1.0);
/// assert!((trigamma - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-15);
/// ```
pub fn polygamma(order: u32, x: f64) -> f64 {
    let even = order.is_multiple_of(2);
    if x <= 0.0 && x == x.floor() {
        return match (even, x == 0.0) {
            (false, _) => f64::INFINITY,
            (true, true) => f64::INFINITY.copysign(-x),
            (true, false) => f64::NAN,
        };
    }
    if x < 0.5 {
        let mirrored = above(order, 1.0 - x);
        return if even { mirrored } else { -mirrored } - PI * cotangent_slope(order, x);
    }
    above(order, x)
}

/// For `x ≥ ½`, by `ψⁿ(x) = ψⁿ(x + 1) − (−1)ⁿ n! / xⁿ⁺¹` and the asymptotic series
/// (Abramowitz and Stegun, 6.4.6 and 6.4.11).
fn above(order: u32, x: f64) -> f64 {
    let n = f64::from(order);
    let power = order as i32;
    let factorial: f64 = (1..=order).map(f64::from).product();
    let (mut sum, mut z) = (0.0, x);
    while z < FAR + n {
        sum += factorial / z.powi(power + 1);
        z += 1.0;
    }
    let lead = if order == 0 { -z.ln() } else { factorial / n / z.powi(power) };
    let mut total = sum + lead + factorial / (2.0 * z.powi(power + 1));
    let mut share = factorial * (n + 1.0) / 2.0; // (2k + n − 1)! / (2k)!
    for (k, bernoulli) in (1..).zip(BERNOULLI) {
        total += bernoulli * share / z.powi(power + 2 * k);
        let twice = f64::from(2 * k);
        share *= (twice + n) * (twice + n + 1.0) / ((twice + 1.0) * (twice + 2.0));
    }
    if order.is_multiple_of(2) { -total } else { total }
}

/// `dⁿ/dxⁿ cot(πx)`, a polynomial of the cotangent: `c′ = −π (1 + c²)`.
fn cotangent_slope(order: u32, x: f64) -> f64 {
    let mut coefficients = vec![0.0, 1.0];
    for _ in 0..order {
        let mut next = vec![0.0; coefficients.len() + 1];
        for (i, &coefficient) in coefficients.iter().enumerate().skip(1) {
            let slope = -PI * coefficient * i as f64;
            next[i - 1] += slope;
            next[i + 1] += slope;
        }
        coefficients = next;
    }
    let cotangent = 1.0 / (PI * (x - x.round())).tan();
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * cotangent + coefficient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(order: u32, x: f64, expected: f64) {
        let found = polygamma(order, x);
        let close = (found - expected).abs() <= 1e-13 * expected.abs().max(1.0);
        assert!(close || found == expected || (found.is_nan() && expected.is_nan()), "{found}");
    }

    /// Values by mpmath's `psi`, with 30 digits.
    #[test]
    fn values_are_those_of_mpmath() {
        check(0, 1.0, -0.577_215_664_901_532_9);
        check(0, -0.5, 0.036_489_973_978_576_52);
        check(0, 1e9, 20.723_265_836_446_414);
        check(1, -0.5, 8.934_802_200_544_679);
        check(2, 0.5, -16.828_796_644_234_32);
        check(2, -0.25, 122.697_366_783_662_36);
        check(3, 2.0, 0.493_939_402_266_829_1);
        check(0, 0.0, f64::NEG_INFINITY);
        check(0, -0.0, f64::INFINITY);
        check(0, -2.0, f64::NAN);
        check(1, -2.0, f64::INFINITY);
        check(1, f64::INFINITY, 0.0);
        check(0, f64::INFINITY, f64::INFINITY);
        check(0, f64::NAN, f64::NAN);
    }
}
