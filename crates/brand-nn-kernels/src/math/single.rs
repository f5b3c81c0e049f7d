//! `f32`: polynomials without branches, bounded in ULP by the sweeps of `tests/ulp.rs`.

#![allow(clippy::excessive_precision, reason = "coefficients are given as they were fitted")]

use super::Math;
use crate::simd::Lanes;

/// Adding and subtracting 1.5 · 2^23 rounds to the nearest integer, halves to even.
const ROUNDER: f32 = 12_582_912.0;
const LN2_HIGH: f32 = 0.693_359_375;
const LN2_LOW: f32 = -2.121_944_4e-4;

/// `(e^r − 1 − r) / r²` for |r| ≤ ln 2 / 2, interpolated at Chebyshev's points; 6e-9 off.
const EXP: [f32; 5] = [
    0.5,
    0.166_665_734_238_597_76,
    0.041_666_550_162_723_58,
    0.008_363_767_023_282_915,
    0.001_392_691_805_561_638,
];
/// `2 atanh(s) / s − 2` in powers of s².
const LOG: [f32; 5] = [2.0 / 3.0, 2.0 / 5.0, 2.0 / 7.0, 2.0 / 9.0, 2.0 / 11.0];
/// `(sin r − r) / r³` in powers of r².
const SIN: [f32; 4] = [-1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0, 1.0 / 362_880.0];
/// `(cos r − 1 + r²/2) / r⁴` in powers of r².
const COS: [f32; 4] = [1.0 / 24.0, -1.0 / 720.0, 1.0 / 40_320.0, -1.0 / 3_628_800.0];
/// `erf x / x` in powers of x², for |x| ≤ 1; interpolated at Chebyshev's points.
const ERF: [f32; 7] = [
    1.128_379_165_848_350_9,
    -0.376_126_266_667_197_84,
    0.112_835_947_151_537_26,
    -0.026_854_212_010_357_07,
    0.005_189_087_422_938_749,
    -0.000_801_686_428_298_831_3,
    7.875_875_049_448_396e-5,
];
/// `erfc x · e^(x²) / t` in powers of `t = 1 / (1 + 0.3 x)`, for 0 ≤ x; 2.3e-8 off.
const ERFC: [f32; 9] = [
    0.169_181_367_315_013_2,
    0.170_816_476_407_501_75,
    0.147_689_960_739_008_7,
    0.217_214_987_993_547_33,
    -0.099_514_218_398_196_35,
    0.554_112_579_333_601,
    -0.517_366_803_896_009_1,
    0.487_811_853_298_108_1,
    -0.129_946_221_222_511_45,
];

/// A polynomial by Horner's rule, lowest power first.
#[inline(always)]
fn polynomial<L: Lanes, const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let mut sum = coefficients[N - 1];
    let mut i = N - 1;
    while i > 0 {
        i -= 1;
        sum = sum.multiply_add::<L>(x, coefficients[i]);
    }
    sum
}

/// 2^n for an integer −126 ≤ n ≤ 127 that was rounded by adding [`ROUNDER`].
#[inline(always)]
fn power_of_two(shifted: f32) -> f32 {
    f32::from_bits(shifted.to_bits().wrapping_add(127) << 23)
}

/// Splits `x = n ln 2 + r` with |r| ≤ ln 2 / 2; gives n + [`ROUNDER`], n and r.
#[inline(always)]
fn reduce<L: Lanes>(x: f32) -> (f32, f32, f32) {
    let shifted = x.multiply_add::<L>(std::f32::consts::LOG2_E, ROUNDER);
    let n = shifted - ROUNDER;
    let r = n.multiply_add::<L>(-LN2_LOW, n.multiply_add::<L>(-LN2_HIGH, x));
    (shifted, n, r)
}

/// `a` where `a < b`, else `b`: one instruction, unlike `f32::min`; a NaN `b` stays.
#[inline(always)]
fn at_most(b: f32, a: f32) -> f32 {
    if a < b { a } else { b }
}

/// `a` where `a > b`, else `b`; a NaN `b` stays.
#[inline(always)]
fn at_least(b: f32, a: f32) -> f32 {
    if a > b { a } else { b }
}

/// Splits `x` into `n π/2 + r` with |r| ≤ π/4; gives n and r.
///
/// In `f64`: 33 bits of π/2 times n < 2^20 are exact.
#[inline(always)]
fn quarter_turns<L: Lanes>(x: f32) -> (i32, f32) {
    const HIGH: f64 = 1.570_796_326_734_125_6;
    const LOW: f64 = 6.077_100_506_506_192e-11;
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    let x = f64::from(x);
    let shifted = x * std::f64::consts::FRAC_2_PI + ROUNDER;
    let n = shifted - ROUNDER;
    let r = (x - n * HIGH) - n * LOW;
    (shifted.to_bits() as i32, r as f32)
}

/// `±sin r` or `±cos r`, by the quarter.
#[inline(always)]
fn wave<L: Lanes>(quarter: i32, r: f32) -> f32 {
    let z = r * r;
    let sine = (r * z).multiply_add::<L>(polynomial::<L, 4>(z, SIN), r);
    let cosine = (z * z).multiply_add::<L>(polynomial::<L, 4>(z, COS), 1.0 - 0.5 * z);
    let value = if quarter & 1 == 0 { sine } else { cosine };
    f32::from_bits(value.to_bits() ^ ((quarter as u32 & 2) << 30))
}

/// `ln(u) + correction / u` for `u > 0`; nought, negative, infinite and NaN as they should be.
#[inline(always)]
fn logarithm<L: Lanes>(u: f32, correction: f32) -> f32 {
    let tiny = u < f32::MIN_POSITIVE;
    let scaled = if tiny { u * 8_388_608.0 } else { u };
    let bits = scaled.to_bits().wrapping_sub(0x3f35_04f3); // √½
    let exponent = (bits as i32 >> 23) as f32 - if tiny { 23.0 } else { 0.0 };
    let mantissa = f32::from_bits((bits & 0x007f_ffff).wrapping_add(0x3f35_04f3));
    let f = mantissa - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let half = 0.5 * f * f;
    let rest = s * (half + z * polynomial::<L, 5>(z, LOG));
    let low = exponent.multiply_add::<L>(LN2_LOW, rest + correction / u);
    let value = exponent.multiply_add::<L>(LN2_HIGH, f - (half - low));
    let value = if u == 0.0 { f32::NEG_INFINITY } else { value };
    let value = if u < 0.0 { f32::NAN } else { value };
    if u < f32::INFINITY { value } else { u }
}

impl Math for f32 {
    type Wide<L: Lanes> = L::Single;
    const VECTORS: bool = true;
    const FAR: f32 = 1_048_576.0;

    #[inline(always)]
    fn multiply_add<L: Lanes>(self, b: f32, c: f32) -> f32 {
        if L::FMA { self.mul_add(b, c) } else { self * b + c }
    }

    #[inline(always)]
    fn magnitude(self) -> f32 {
        self.abs()
    }

    #[inline(always)]
    fn with_sign(self, sign: f32) -> f32 {
        self.copysign(sign)
    }

    #[inline(always)]
    fn root(self) -> f32 {
        self.sqrt()
    }

    #[inline(always)]
    fn floored<L: Lanes>(self) -> f32 {
        let down = self.rounded::<L>();
        (if down > self { down - 1.0 } else { down }).copysign(self)
    }

    #[inline(always)]
    fn rounded<L: Lanes>(self) -> f32 {
        let near = (self.abs() + 8_388_608.0) - 8_388_608.0;
        (if self.abs() < 8_388_608.0 { near } else { self }).copysign(self)
    }

    #[inline(always)]
    fn exponential<L: Lanes>(self) -> f32 {
        let x = at_most(at_least(self, -104.0), 89.0);
        let (shifted, _, r) = reduce::<L>(x);
        let p = (r * r).multiply_add::<L>(polynomial::<L, 5>(r, EXP), r) + 1.0;
        // Two factors, so that the smallest and the largest results are right.
        let n = shifted.to_bits().wrapping_sub(ROUNDER.to_bits()) as i32;
        let half = n >> 1;
        let power = |n: i32| f32::from_bits((n.wrapping_add(127) as u32) << 23);
        p * power(half) * power(n.wrapping_sub(half))
    }

    #[inline(always)]
    fn exponential_less_one<L: Lanes>(self) -> f32 {
        let x = at_most(at_least(self, -30.0), 89.0);
        let (shifted, _, r) = reduce::<L>(x);
        let p = (r * r).multiply_add::<L>(polynomial::<L, 5>(r, EXP), r);
        let half = power_of_two(shifted - 1.0);
        let value = 2.0 * half.multiply_add::<L>(p, half - 0.5);
        if x == 0.0 { self } else { value }
    }

    #[inline(always)]
    fn logarithm<L: Lanes>(self) -> f32 {
        logarithm::<L>(self, 0.0)
    }

    #[inline(always)]
    fn logarithm_of_one_plus<L: Lanes>(self) -> f32 {
        let u = 1.0 + self;
        let lost = if u < f32::INFINITY { self - (u - 1.0) } else { 0.0 };
        if u == 1.0 { self } else { logarithm::<L>(u, lost) }
    }

    #[inline(always)]
    fn sine<L: Lanes>(self) -> f32 {
        let (quarter, r) = quarter_turns::<L>(self);
        wave::<L>(quarter, r)
    }

    #[inline(always)]
    fn cosine<L: Lanes>(self) -> f32 {
        let (quarter, r) = quarter_turns::<L>(self);
        wave::<L>(quarter.wrapping_add(1), r)
    }

    #[inline(always)]
    fn hyperbolic_tangent<L: Lanes>(self) -> f32 {
        let x = at_most(self.abs(), 10.0);
        let e = (2.0 * x).exponential_less_one::<L>();
        (e / (e + 2.0)).copysign(self)
    }

    #[inline(always)]
    fn logistic<L: Lanes>(self) -> f32 {
        let e = (-self.abs()).exponential::<L>();
        (if self < 0.0 { e } else { 1.0 }) / (1.0 + e)
    }

    #[inline(always)]
    fn error_function<L: Lanes>(self) -> f32 {
        let x = at_most(self.abs(), 9.0);
        let near = x * polynomial::<L, 7>(x * x, ERF);
        let t = 1.0 / x.multiply_add::<L>(0.3, 1.0);
        let far = 1.0 - (-x * x).exponential::<L>() * t * polynomial::<L, 9>(t, ERFC);
        (if x < 1.0 { near } else { far }).copysign(self)
    }

    #[inline(always)]
    fn normal_tail_and_density<L: Lanes>(self) -> (f32, f32) {
        let x = at_most(self.abs(), 15.0);
        let e = (-0.5 * x * x).exponential::<L>();
        let t = 1.0 / x.multiply_add::<L>(0.3 * std::f32::consts::FRAC_1_SQRT_2, 1.0);
        (0.5 * e * t * polynomial::<L, 9>(t, ERFC), e * 0.398_942_28)
    }
}
