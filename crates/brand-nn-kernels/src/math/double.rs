//! `f64`: the standard library's functions, and the error function that it lacks.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

use super::Math;
use crate::simd::Lanes;

/// From here on the normal distribution's tail is nought.
const FAR_TAIL: f64 = 40.0;

impl Math for f64 {
    type Wide<L: Lanes> = L::Double;
    const VECTORS: bool = false;
    const FAR: f64 = f64::INFINITY;

    #[inline(always)]
    fn multiply_add<L: Lanes>(self, b: f64, c: f64) -> f64 {
        if L::FMA { self.mul_add(b, c) } else { self * b + c }
    }

    #[inline(always)]
    fn magnitude(self) -> f64 {
        self.abs()
    }

    #[inline(always)]
    fn with_sign(self, sign: f64) -> f64 {
        self.copysign(sign)
    }

    #[inline(always)]
    fn root(self) -> f64 {
        self.sqrt()
    }

    #[inline(always)]
    fn floored<L: Lanes>(self) -> f64 {
        self.floor()
    }

    #[inline(always)]
    fn rounded<L: Lanes>(self) -> f64 {
        self.round_ties_even()
    }

    #[inline(always)]
    fn exponentials<L: Lanes, const K: usize>(x: [f64; K]) -> [f64; K] {
        x.map(f64::exp)
    }

    #[inline(always)]
    fn exponential_less_one<L: Lanes>(self) -> f64 {
        self.exp_m1()
    }

    #[inline(always)]
    fn logarithm<L: Lanes>(self) -> f64 {
        self.ln()
    }

    #[inline(always)]
    fn logarithm_of_one_plus<L: Lanes>(self) -> f64 {
        self.ln_1p()
    }

    #[inline(always)]
    fn sine<L: Lanes>(self) -> f64 {
        self.sin()
    }

    #[inline(always)]
    fn cosine<L: Lanes>(self) -> f64 {
        self.cos()
    }

    #[inline(always)]
    fn hyperbolic_tangents<L: Lanes, const K: usize>(x: [f64; K]) -> [f64; K] {
        x.map(f64::tanh)
    }

    #[inline(always)]
    fn logistics_both<L: Lanes, const K: usize>(x: [f64; K]) -> [[f64; K]; 2] {
        [x.map(logistic), x.map(|x| logistic(-x))]
    }

    fn error_function<L: Lanes>(self) -> f64 {
        match self.abs() {
            x if x < 2.0 => self.signum() * series(x),
            x if x < 7.0 => (1.0 - complement(x)).copysign(self),
            x if x.is_nan() => x,
            _ => 1.0_f64.copysign(self),
        }
    }

    fn gelus<L: Lanes, const K: usize>(x: [f64; K]) -> [f64; K] {
        x.map(|x| (if x < 0.0 { 0.0 } else { x }) - x.abs().min(FAR_TAIL) * tail(x))
    }

    fn gelu_slopes<L: Lanes, const K: usize>(x: [f64; K]) -> [f64; K] {
        x.map(|x| {
            let density = (-0.5 * x * x).exp() / (2.0 * PI).sqrt();
            x.clamp(-FAR_TAIL, FAR_TAIL) * density + if x < 0.0 { tail(x) } else { 1.0 - tail(x) }
        })
    }
}

/// `1 / (1 + e^−x)`.
#[inline(always)]
fn logistic(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

/// The normal distribution's upper tail at `|x|`.
fn tail(x: f64) -> f64 {
    let z = x.abs() * FRAC_1_SQRT_2;
    if z < 2.0 { 0.5 - 0.5 * series(z) } else { 0.5 * complement(z) }
}

/// `erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!`: every term is positive.
fn series(x: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term > sum * 1e-17 {
        odd += 2.0;
        term *= 2.0 * x * x / odd;
        sum += term;
    }
    FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

/// `erfc x` for `x ≥ 2`: the continued fraction, from its far end.
fn complement(x: f64) -> f64 {
    let fraction = (1..=80).rev().fold(x, |below, n| x + 0.5 * f64::from(n) / below);
    (-x * x).exp() / (PI.sqrt() * fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Portable;

    #[track_caller]
    fn check(x: f64, erf: f64) {
        for (x, erf) in [(x, erf), (-x, -erf)] {
            let ours = x.error_function::<Portable>();
            assert!((ours - erf).abs() <= 3e-16, "{x}: {ours} {erf}");
        }
    }

    #[test]
    fn the_error_function_matches_tables() {
        check(0.0, 0.0);
        check(0.1, 0.112_462_916_018_284_9);
        check(0.5, 0.520_499_877_813_046_5);
        check(1.0, 0.842_700_792_949_714_9);
        check(1.9, 0.992_790_429_235_257_5);
        check(2.1, 0.997_020_533_343_667);
        check(3.0, 0.999_977_909_503_001_4);
        check(8.0, 1.0);
    }

    #[test]
    fn the_tail_keeps_its_digits() {
        let tail = tail(10.0);
        assert!((tail / 7.619_853_024_160_593e-24 - 1.0).abs() < 1e-13, "{tail}");
    }
}
