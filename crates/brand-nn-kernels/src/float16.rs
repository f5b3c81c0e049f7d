//! 16-bit floats: stored and converted, never computed with.

use std::fmt;

use crate::threads::for_each_chunk;

/// The parts of a 16-bit float: a sign, an exponent, and so many bits of a fraction.
struct Format {
    fraction_bits: u32,
}

impl Format {
    const fn bias(&self) -> i32 {
        (1 << (14 - self.fraction_bits)) - 1
    }

    /// The exponent field of infinity and NaN.
    const fn top(&self) -> u16 {
        (1 << (15 - self.fraction_bits)) - 1
    }

    /// The nearest 16-bit float; of two equally near ones the even one. A NaN stays one.
    fn narrow(&self, x: f64) -> u16 {
        let sign = (x.to_bits() >> 48) as u16 & 0x8000;
        let infinity = self.top() << self.fraction_bits;
        if x.is_nan() {
            let payload = (x.to_bits() >> (52 - self.fraction_bits)) as u16;
            return sign
                | infinity
                | 1 << (self.fraction_bits - 1)
                | payload & !(0xffff << self.fraction_bits);
        }
        let magnitude = x.to_bits() & !(1 << 63);
        let exponent = (magnitude >> 52) as i32 - 1023 + self.bias();
        if exponent >= i32::from(self.top()) {
            return sign | infinity;
        }
        let fraction = magnitude & ((1 << 52) - 1) | 1 << 52;
        let shift = 52 - self.fraction_bits + (1 - exponent).max(0) as u32;
        if shift > 60 {
            return sign;
        }
        let field = (exponent.max(1) as u64 - 1) << self.fraction_bits;
        let (kept, lost, half) =
            (fraction >> shift, fraction & ((1 << shift) - 1), 1 << (shift - 1));
        let up = lost > half || lost == half && kept & 1 == 1;
        // A carry out of the fraction is one more of the exponent, up to infinity.
        sign | (field + kept + u64::from(up)) as u16
    }

    /// The same number, exactly.
    fn widen(&self, bits: u16) -> f32 {
        let sign = u32::from(bits & 0x8000) << 16;
        let fraction = u32::from(bits & ((1 << self.fraction_bits) - 1));
        let field = bits >> self.fraction_bits & self.top();
        let wide = fraction << (23 - self.fraction_bits);
        let magnitude = match field {
            0 => {
                let step = 2.0_f32.powi(1 - self.bias() - self.fraction_bits as i32);
                (fraction as f32 * step).to_bits()
            }
            field if field == self.top() => 0xff << 23 | wide,
            field => ((i32::from(field) - self.bias() + 127) as u32) << 23 | wide,
        };
        f32::from_bits(sign | magnitude)
    }
}

macro_rules! floats {
    ($($(#[$doc:meta])* $name:ident $alias:literal $fraction_bits:literal $max:literal;)*) => {$(
        $(#[$doc])*
        #[doc(alias = $alias)]
        #[derive(Clone, Copy, Default)]
        #[repr(transparent)]
        pub struct $name(u16);

        impl $name {
            const FORMAT: Format = Format { fraction_bits: $fraction_bits };
            /// The largest finite value.
            pub const MAX: Self = Self($max);

            /// The nearest value; halves go to the even one, what is too large to infinity.
            #[must_use]
            pub fn from_f64(x: f64) -> Self {
                Self(Self::FORMAT.narrow(x))
            }

            /// The nearest value; halves go to the even one, what is too large to infinity.
            #[must_use]
            pub fn from_f32(x: f32) -> Self {
                Self::from_f64(x.into())
            }

            /// The same number, exactly.
            #[must_use]
            pub fn to_f32(self) -> f32 {
                Self::FORMAT.widen(self.0)
            }

            /// The same number, exactly.
            #[must_use]
            pub fn to_f64(self) -> f64 {
                self.to_f32().into()
            }

            /// The value with these bits.
            #[must_use]
            pub const fn from_bits(bits: u16) -> Self {
                Self(bits)
            }

            /// The bits, as files hold them.
            #[must_use]
            pub const fn to_bits(self) -> u16 {
                self.0
            }

            /// Values of their bits, without a copy.
            #[must_use]
            pub fn of_bits(bits: &[u16]) -> &[Self] {
                // SAFETY: the type is a transparent u16, and every pattern of bits is a value.
                unsafe { std::slice::from_raw_parts(bits.as_ptr().cast(), bits.len()) }
            }

            /// Values of their bits, for writing.
            #[must_use]
            pub fn of_bits_mut(bits: &mut [u16]) -> &mut [Self] {
                // SAFETY: as in `of_bits`; the borrow stays unique.
                unsafe { std::slice::from_raw_parts_mut(bits.as_mut_ptr().cast(), bits.len()) }
            }
        }

        /// As numbers: the two noughts are equal, NaN equals nothing.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.to_f32() == other.to_f32()
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                self.to_f32().partial_cmp(&other.to_f32())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.to_f32().fmt(f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.to_f32().fmt(f)
            }
        }

        impl From<$name> for f32 {
            fn from(x: $name) -> f32 {
                x.to_f32()
            }
        }

        impl From<$name> for f64 {
            fn from(x: $name) -> f64 {
                x.to_f64()
            }
        }
    )*};
}

floats! {
    /// A 16-bit float with the range of `f32` and 8 bits of precision.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_kernels::Bf16;
    ///
    /// assert_eq!(Bf16::from_f32(3.140_625).to_f32(), 3.140_625);
    /// assert_eq!(Bf16::from_f32(3.141_592_7).to_bits(), 0x4049);
    /// ```
    Bf16 "bfloat16" 7 0x7f7f;
    /// A 16-bit float of IEEE 754: up to 65504, with 11 bits of precision.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_kernels::F16;
    ///
    /// assert_eq!(F16::from_f32(0.1).to_f32(), 0.099_975_586);
    /// assert_eq!(F16::from_f32(1e6).to_f32(), f32::INFINITY);
    /// ```
    F16 "half" 10 0x7bff;
}

/// Elements that one task rounds or widens.
const CHUNK: usize = 1 << 15;

/// Rounds to the nearest bits of bf16, as [`Bf16::from_f32`] does.
///
/// # Panics
/// If the lengths differ.
///
/// # Examples
/// ```
/// let mut bits = [0; 2];
/// brand_nn_kernels::round_to_bf16(&[1.0, -2.0], &mut bits);
/// assert_eq!(bits, [0x3f80, 0xc000]);
/// ```
#[track_caller]
pub fn round_to_bf16(from: &[f32], to: &mut [u16]) {
    assert!(from.len() == to.len(), "round_to_bf16: {} values, {} places", from.len(), to.len());
    for_each_chunk(to, CHUNK, |i, to| {
        to.iter_mut().zip(&from[i * CHUNK..]).for_each(|(to, &x)| *to = rounded(x));
    });
}

/// Half of the last place is added, less a little where the last bit is even; a NaN stays one.
pub(crate) fn rounded(x: f32) -> u16 {
    let bits = x.to_bits();
    let nearest = (bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16) as u16;
    if x.is_nan() { (bits >> 16) as u16 | 0x40 } else { nearest }
}

/// The same numbers as `f32`.
///
/// # Panics
/// If the lengths differ.
///
/// # Examples
/// ```
/// use brand_nn_kernels::Bf16;
///
/// let mut numbers = [0.0; 2];
/// brand_nn_kernels::widen_bf16(&[1.0, -2.0].map(Bf16::from_f32), &mut numbers);
/// assert_eq!(numbers, [1.0, -2.0]);
/// ```
#[track_caller]
pub fn widen_bf16(from: &[Bf16], to: &mut [f32]) {
    assert!(from.len() == to.len(), "widen_bf16: {} values, {} places", from.len(), to.len());
    for_each_chunk(to, CHUNK, |i, to| {
        let from = &from[i * CHUNK..];
        to.iter_mut().zip(from).for_each(|(to, x)| *to = f32::from_bits(u32::from(x.0) << 16));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(x: f64, bf16: u16, f16: u16) {
        let got = (Bf16::from_f64(x).to_bits(), F16::from_f64(x).to_bits());
        assert_eq!(got, (bf16, f16), "{x:e}: {got:04x?}");
    }

    #[test]
    fn numbers_go_to_the_nearest() {
        check(0.0, 0, 0);
        check(-0.0, 0x8000, 0x8000);
        check(1.0, 0x3f80, 0x3c00);
        check(-2.5, 0xc020, 0xc100);
        check(f64::INFINITY, 0x7f80, 0x7c00);
        check(65519.99, 0x4780, 0x7bff);
        check(65520.0, 0x4780, 0x7c00);
        check(1.0 + 2.0_f64.powi(-8), 0x3f80, 0x3c04);
        check(1.0 + 3.0 * 2.0_f64.powi(-8), 0x3f82, 0x3c0c);
        check(1.0 + 2.0_f64.powi(-11), 0x3f80, 0x3c00);
        check(1.0 + 2.0_f64.powi(-11) + 1e-15, 0x3f80, 0x3c01);
        check(2.0_f64.powi(-24), 0x3380, 0x0001);
        check(2.0_f64.powi(-25), 0x3300, 0x0000);
        check(1.5 * 2.0_f64.powi(-25), 0x3340, 0x0001);
        check(3.4e38, 0x7f80, 0x7c00);
        check(1e-40, 0x0001, 0x0000);
        check(f64::MIN_POSITIVE / 2.0, 0x0000, 0x0000);
    }

    #[test]
    fn every_value_survives_the_way_to_f32_and_back() {
        for bits in 0..=u16::MAX {
            let (bf16, f16) = (Bf16::from_bits(bits), F16::from_bits(bits));
            assert_eq!(bf16.to_f32().to_bits(), u32::from(bits) << 16, "{bits:04x}");
            for (x, back) in [
                (bf16.to_f32(), Bf16::from_f32(bf16.to_f32()).to_bits()),
                (f16.to_f32(), F16::from_f32(f16.to_f32()).to_bits()),
            ] {
                assert!(back == bits || x.is_nan(), "{bits:04x}: {x} came back as {back:04x}");
            }
        }
        assert!(F16::from_f64(f64::NAN).to_f32().is_nan());
        assert_eq!(F16::from_bits(0x7bff).to_f32(), 65504.0);
        assert_eq!(F16::from_bits(0x0001).to_f32(), 2.0_f32.powi(-24));
    }

    #[test]
    fn slices_are_rounded_as_single_numbers_are() {
        let lows = [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff];
        let numbers =
            |low| (0..=u16::MAX).map(move |high| f32::from_bits(u32::from(high) << 16 | low));
        let numbers: Vec<f32> = lows.into_iter().flat_map(numbers).collect();
        let mut bits = vec![0; numbers.len()];
        round_to_bf16(&numbers, &mut bits);
        let mut back = vec![0.0; numbers.len()];
        widen_bf16(Bf16::of_bits(&bits), &mut back);
        for ((x, bits), back) in numbers.iter().zip(bits).zip(back) {
            let expected = Bf16::from_f32(*x);
            assert_eq!(bits, expected.to_bits(), "{x:e}");
            assert_eq!(back.to_bits(), expected.to_f32().to_bits(), "{x:e}");
        }
    }
}
