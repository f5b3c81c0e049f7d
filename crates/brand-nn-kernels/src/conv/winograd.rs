//! Winograd's sums for windows of 3 × 3: four ninths of the products.

use super::Convolution;
use crate::Real;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::window::Slide;

mod backward_weight;
mod forward;
mod tiles;
mod transform;
mod weight;

pub(super) use backward_weight::backward_weight;
pub(super) use forward::{backward_data, forward};

/// Lanes of the widest vector; rows of channels are so many, or a multiple.
const LANES: usize = 16;
/// Products of a tile.
const POINTS: usize = 16;
/// Elements between the points' matrices, so that these do not fight for lines of the cache.
const APART: usize = 16;
/// Channels and filters from which on fewer products are worth the transforms, each and multiplied.
const CHANNELS: (usize, usize) = (16, 512);
/// Tiles that a weight's transform is worth.
const TILES: usize = 128;
/// Numbers up to which no sum overflows that the plain loop's does not, however many there are.
const TAME: f64 = (1_u64 << 40) as f64;

/// Whether a convolution can be computed so.
pub(super) fn fits(shape: &Convolution) -> bool {
    let [depth, axes @ ..] = &shape.window.axes;
    let three = |axis: &Slide| {
        [axis.kernel, axis.stride, axis.dilation] == [3, 1, 1]
            && axis.before <= 2
            && axis.input > 0
            && axis.output > 0
    };
    let some = shape.images > 0 && shape.channels > 0 && shape.filters > 0;
    shape.groups == 1 && some && *depth == Slide::ONE && axes.iter().all(three)
}

/// Whether that is faster: by the shape alone.
pub(super) fn pays<T: Real>(shape: &Convolution) -> bool {
    let tiles: usize = shape.window.axes.iter().map(|axis| axis.output.div_ceil(2)).product();
    T::VECTORS
        && fits(shape)
        && shape.channels.min(shape.filters) >= CHANNELS.0
        && shape.channels * shape.filters >= CHANNELS.1
        && shape.images * tiles >= TILES
}

/// Whether all numbers are finite and no larger than [`TAME`].
fn is_tame<T: Real>(x: &[T]) -> bool {
    dispatch(Tame { x })
}

struct Tame<'a, T> {
    x: &'a [T],
}

impl<T: Real> Kernel for Tame<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn run<L: Lanes>(self) -> bool {
        let most = T::from_f64(TAME);
        self.x.iter().fold(true, |tame, x| tame & (x.magnitude() <= most))
    }
}
