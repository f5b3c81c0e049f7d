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
/// The normal distribution's upper tail at `y`, over `e^(−y²/2)`: this polynomial over the next,
/// for 0 ≤ y ≤ 13; 8e-8 off at 0, 6e-7 of itself anywhere.
const MILLS: [f32; 4] = [
    0.499_999_959_595_300_6,
    0.352_779_559_831_728_5,
    0.114_073_581_958_090_36,
    0.015_700_774_516_539_687,
];
/// The polynomial below [`MILLS`].
const BELOW: [f32; 5] = [
    1.0,
    1.503_438_167_675_63,
    0.927_774_923_504_939_3,
    0.285_675_625_673_520_2,
    0.039_362_983_130_648_79,
];
/// `w coth(w/4)` in powers of w², for |w| ≤ ln 2: `e^(−w/2)` is `(c − w) / (c + w)`, 4.4e-7 off.
const COTH: [f32; 2] = [4.000_025_041_412_069, 0.083_125_125_222_819_99];
/// Beyond it the normal distribution's tail is taken for what it is here, 2e-37.
const FAR_TAIL: f32 = 12.75;

/// A polynomial by Horner's rule, lowest power first.
#[inline(always)]
fn polynomial<L: Lanes, const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let [sum] = polynomials::<L, N, 1>([x], coefficients);
    sum
}

/// [`polynomial`] of numbers side by side.
#[inline(always)]
fn polynomials<L: Lanes, const N: usize, const K: usize>(
    x: [f32; K],
    coefficients: [f32; N],
) -> [f32; K] {
    let mut sum = [coefficients[N - 1]; K];
    for &c in coefficients[..N - 1].iter().rev() {
        sum = fused::<L, K>(sum, x, [c; K]);
    }
    sum
}

/// `f(a, b)` of numbers side by side.
#[inline(always)]
fn pairs<A: Copy, B: Copy, C, const K: usize>(
    a: [A; K],
    b: [B; K],
    f: impl Fn(A, B) -> C,
) -> [C; K] {
    std::array::from_fn(|k| f(a[k], b[k]))
}

/// `a b + c` of numbers side by side.
#[inline(always)]
fn fused<L: Lanes, const K: usize>(a: [f32; K], b: [f32; K], c: [f32; K]) -> [f32; K] {
    std::array::from_fn(|k| a[k].multiply_add::<L>(b[k], c[k]))
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

/// Splits `x = n ln 2 + r` with |r| ≤ ln 2 / 2; gives numbers whose low bits are `n + bias`, for an
/// even bias, and `e^r − 1`.
#[inline(always)]
fn powers<L: Lanes, const K: usize>(x: [f32; K], bias: u8) -> ([u32; K], [f32; K]) {
    let rounder = ROUNDER + f32::from(bias);
    let shifted = fused::<L, K>(x, [std::f32::consts::LOG2_E; K], [rounder; K]);
    let n = shifted.map(|shifted| shifted - rounder);
    let r = fused::<L, K>(n, [-LN2_LOW; K], fused::<L, K>(n, [-LN2_HIGH; K], x));
    let rest = fused::<L, K>(r.map(|r| r * r), polynomials::<L, 5, K>(r, EXP), r);
    (shifted.map(f32::to_bits), rest)
}

/// 2^(n − 127) for a number whose low bits are n.
#[inline(always)]
fn power_at(n: u32) -> f32 {
    f32::from_bits(n << 23)
}

/// `e^(−z/2)` for `0 ≤ z ≤ 13²` as the quotient of two numbers.
#[inline(always)]
fn bell<L: Lanes, const K: usize>(z: [f32; K]) -> ([f32; K], [f32; K]) {
    const RATE: f32 = -0.5 * std::f32::consts::LOG2_E;
    let shifted = fused::<L, K>(z, [RATE; K], [ROUNDER; K]);
    let n = shifted.map(|shifted| shifted - ROUNDER);
    let w = fused::<L, K>(n, [2.0 * std::f32::consts::LN_2; K], z);
    let c = fused::<L, K>(w.map(|w| w * w), [COTH[1]; K], [COTH[0]; K]);
    let above = pairs(c, w, |c, w| c - w);
    let scaled = pairs(above, shifted, |above, n| {
        f32::from_bits(above.to_bits().wrapping_add(n.to_bits() << 23))
    });
    (scaled, pairs(c, w, |c, w| c + w))
}

/// The polynomial [`MILLS`], by pairs of powers: `z = y²`.
#[inline(always)]
fn mills<L: Lanes, const K: usize>(y: [f32; K], z: [f32; K]) -> [f32; K] {
    let line = |i: usize| fused::<L, K>(y, [MILLS[i + 1]; K], [MILLS[i]; K]);
    fused::<L, K>(z, line(2), line(0))
}

/// The polynomial [`BELOW`], by pairs of powers: `z = y²`.
#[inline(always)]
fn below<L: Lanes, const K: usize>(y: [f32; K], z: [f32; K]) -> [f32; K] {
    let line = |i: usize| fused::<L, K>(y, [BELOW[i + 1]; K], [BELOW[i]; K]);
    fused::<L, K>(z, fused::<L, K>(z, [BELOW[4]; K], line(2)), line(0))
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
    fn exponentials<L: Lanes, const K: usize>(x: [f32; K]) -> [f32; K] {
        let x = x.map(|x| at_most(at_least(x, -104.0), 89.0));
        let (n, rest) = powers::<L, K>(x, 254);
        // Two factors, so that the smallest and the largest results are right.
        let half = n.map(|n| n >> 1);
        let first = half.map(power_at);
        let second = pairs(n, half, |n, half| power_at(n.wrapping_sub(half)));
        pairs(fused::<L, K>(first, rest, first), second, |e, second| e * second)
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
    fn hyperbolic_tangents<L: Lanes, const K: usize>(x: [f32; K]) -> [f32; K] {
        let twice = x.map(|x| at_most(x.abs(), 10.0)).map(|x| x + x);
        let (n, rest) = powers::<L, K>(twice, 126);
        let half = n.map(power_at);
        // (e^2x − 1) / 2
        let e = fused::<L, K>(half, rest, half.map(|half| half - 0.5));
        pairs(e.map(|e| e / (e + 1.0)), x, f32::copysign)
    }

    #[inline(always)]
    fn logistics_both<L: Lanes, const K: usize>(x: [f32; K]) -> [[f32; K]; 2] {
        let (n, rest) = powers::<L, K>(x.map(|x| at_least(-x.abs(), -104.0)), 254);
        // e^−|x| is `e / one`, two normal numbers even where it is not.
        let half = n.map(|n| n >> 1);
        let first = half.map(power_at);
        let one = pairs(n, half, |n, half| power_at(254_u32.wrapping_sub(n.wrapping_sub(half))));
        let e = fused::<L, K>(first, rest, first);
        let sum = pairs(one, e, |one, e| one + e);
        let of = |negative: bool| {
            std::array::from_fn(|k| {
                (if x[k].is_sign_negative() == negative { e[k] } else { one[k] }) / sum[k]
            })
        };
        [of(true), of(false)]
    }

    #[inline(always)]
    fn error_function<L: Lanes>(self) -> f32 {
        let x = at_most(self.abs(), 9.0);
        let near = x * polynomial::<L, 7>(x * x, ERF);
        let (y, z) = ([x * std::f32::consts::SQRT_2], [2.0 * x * x]);
        let ([above], [under]) = (mills::<L, 1>(y, z), below::<L, 1>(y, z));
        let far = 1.0 - 2.0 * (-x * x).exponential::<L>() * above / under;
        (if x < 1.0 { near } else { far }).copysign(self)
    }

    #[inline(always)]
    fn gelus<L: Lanes, const K: usize>(x: [f32; K]) -> [f32; K] {
        let y = x.map(|x| at_most(x.abs(), FAR_TAIL));
        let z = y.map(|y| y * y);
        let under = below::<L, K>(y, z);
        let (e, one) = bell::<L, K>(z);
        let under = pairs(under, one, |under, one| under * one);
        let above = pairs(mills::<L, K>(y, z), e, |above, e| above * e);
        let tail = pairs(above, under, |above, under| above / under);
        fused::<L, K>(y.map(|y| -y), tail, x.map(|x| at_least(x, 0.0)))
    }

    #[inline(always)]
    fn gelu_slopes<L: Lanes, const K: usize>(x: [f32; K]) -> [f32; K] {
        let y = x.map(|x| at_most(x.abs(), FAR_TAIL));
        let z = y.map(|y| y * y);
        let under = below::<L, K>(y, z);
        let (e, one) = bell::<L, K>(z);
        let e = pairs(e, one, |e, one| e / one);
        let tail = pairs(pairs(mills::<L, K>(y, z), under, |a, b| a / b), e, |ratio, e| ratio * e);
        // Φ(|x|) + |x| φ(x), and at −x one minus that.
        let density = e.map(|e| e * 0.398_942_28);
        let left = fused::<L, K>(y.map(|y| -y), density, tail);
        pairs(left, x, |left, x| if x.is_sign_negative() { left } else { 1.0 - left })
    }
}
