//! Numbers of fewer bits, as which a packed matrix may be stored: widened when they are read.

use crate::float16::{Bf16, rounded};
use crate::simd::{Portable, Vector};
use crate::{Buffer, Number, Plain, Real};

/// Numbers of fewer bits than `f32`, as which a right matrix may be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Narrow {
    /// [`Bf16`], half the bytes: a normal number is 2⁻⁹ of itself off at most.
    Bf16,
    /// Integers to ±127 times a scale of the column, a quarter of the bytes: a number is half a
    /// scale off at most, which is the column's largest magnitude over 127.
    Int8,
}

impl Narrow {
    /// Every format.
    pub const ALL: [Narrow; 2] = [Narrow::Bf16, Narrow::Int8];
}

/// The numbers of a packed matrix in their format.
#[derive(Clone, Debug)]
pub(super) enum Numbers<T: Plain> {
    Whole(Buffer<T>),
    Bf16(Buffer<Bf16>),
    Int8(Buffer<i8>),
}

/// Does something with numbers of whatever format.
macro_rules! any_format {
    ($numbers:expr, $x:ident => $do:expr) => {
        match $numbers {
            Numbers::Whole($x) => $do,
            Numbers::Bf16($x) => $do,
            Numbers::Int8($x) => $do,
        }
    };
}
pub(super) use any_format;

/// A format of the numbers of a packed matrix that is computed with as `T`.
pub(super) trait Format<T>: Plain {
    /// Whether each column has a scale, over which its numbers are stored.
    const SCALED: bool = false;
    /// The scale of a column whose largest magnitude this is.
    fn scale(largest: T) -> T;
    /// The nearest number that can be stored.
    fn narrow(x: T) -> Self;
    /// The same number.
    fn widen(self) -> T;
}

impl<T: Real> Format<T> for T {
    fn scale(_largest: T) -> T {
        T::ONE
    }

    fn narrow(x: T) -> T {
        x
    }

    #[inline(always)]
    fn widen(self) -> T {
        self
    }
}

impl<T: Real> Format<T> for Bf16 {
    fn scale(_largest: T) -> T {
        T::ONE
    }

    fn narrow(x: T) -> Bf16 {
        Bf16::from_bits(rounded(x.to_f64() as f32))
    }

    #[inline(always)]
    fn widen(self) -> T {
        T::from_f64(f32::from_bits(u32::from(self.to_bits()) << 16).into())
    }
}

impl<T: Real> Format<T> for i8 {
    const SCALED: bool = true;

    /// A normal number, of which 127 times is finite.
    fn scale(largest: T) -> T {
        let most = largest.smaller(T::from_f64(3.4e38));
        (most / T::from_f64(127.0)).larger(T::from_f64(f32::MIN_POSITIVE.into()))
    }

    fn narrow(x: T) -> i8 {
        x.rounded::<Portable>().to_f64() as i8
    }

    #[inline(always)]
    fn widen(self) -> T {
        T::from_f64(self.into())
    }
}

/// The scales of some columns, if there are any.
#[inline(always)]
pub(super) fn part<T>(scales: &[T], column: usize, count: usize) -> &[T] {
    scales.get(column..column + count).unwrap_or_default()
}

/// Stores the rows of a panel, as long as `scales` if there are any.
pub(super) fn narrow_panel<T: Real, N: Format<T>>(from: &[T], scales: &[T], to: &mut [N]) {
    let width = if N::SCALED { scales.len() } else { from.len() }.max(1);
    for (to, from) in to.chunks_mut(width).zip(from.chunks(width)) {
        for (j, (to, &x)) in to.iter_mut().zip(from).enumerate() {
            *to = N::narrow(if N::SCALED { x / scales[j] } else { x });
        }
    }
}

/// Widens the rows of a panel, `stride` elements each.
///
/// # Safety
/// The instruction set is there, `stride` is whole vectors, and as many scales if there are any.
#[inline(always)]
pub(super) unsafe fn widen_panel<V: Vector, N: Format<V::Element>>(
    from: &[N],
    scales: &[V::Element],
    to: &mut [V::Element],
    stride: usize,
) {
    assert!(from.len() == to.len() && (!N::SCALED || scales.len() == stride));
    for (to, from) in to.chunks_exact_mut(stride).zip(from.chunks_exact(stride)) {
        for j in (0..stride).step_by(V::LANES) {
            // SAFETY: promised by the caller; a vector from j on is in each row, and in the scales
            // where they are read.
            unsafe {
                let x = widen::<V, N>(from.as_ptr().add(j), scales.as_ptr().wrapping_add(j));
                x.store(to.as_mut_ptr().add(j));
            }
        }
    }
}

/// The next vector of numbers.
///
/// # Safety
/// The instruction set is there, and a vector of numbers; of scales too if the format has them.
#[inline(always)]
pub(super) unsafe fn widen<V: Vector, N: Format<V::Element>>(
    from: *const N,
    scales: *const V::Element,
) -> V {
    let mut lanes = [V::Element::ZERO; 16];
    // SAFETY: promised by the caller; no vector has more than 16 lanes.
    unsafe {
        for i in 0..V::LANES {
            lanes[i] = (*from.add(i)).widen();
        }
        let x = V::load(lanes.as_ptr());
        if N::SCALED { x.mul(V::load(scales)) } else { x }
    }
}
