//! What a pool makes of a window: the part in which pools differ.

use crate::{Error, Result, door, recipe::refused};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{PerAxis, Pool, Shape};
use std::fmt::Debug;

/// What a pool makes of a window: [`Largest`] or [`Mean`].
pub trait Pooling: Clone + Copy + Debug + PartialEq + Send + Sync + 'static {
    /// Whether it is the mean.
    const MEAN: bool;

    /// Of each window that slides.
    fn sliding(x: &Var, options: Pool) -> Var;

    /// Of each of `lengths` windows an axis.
    fn adaptive(x: &Var, lengths: PerAxis) -> Var;

    /// Of each channel.
    fn global(x: &Var) -> Var;
}

/// The largest element of a window; its gradient goes to the first one of equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Largest;

/// The mean element of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mean;

impl Pooling for Largest {
    const MEAN: bool = false;

    fn sliding(x: &Var, options: Pool) -> Var {
        x.max_pool(options)
    }

    fn adaptive(x: &Var, lengths: PerAxis) -> Var {
        x.adaptive_max_pool(lengths)
    }

    fn global(x: &Var) -> Var {
        x.global_max_pool()
    }
}

impl Pooling for Mean {
    const MEAN: bool = true;

    fn sliding(x: &Var, options: Pool) -> Var {
        x.avg_pool(options)
    }

    fn adaptive(x: &Var, lengths: PerAxis) -> Var {
        x.adaptive_avg_pool(lengths)
    }

    fn global(x: &Var) -> Var {
        x.global_avg_pool()
    }
}

/// One of four names, by what the pool does and over how many axes.
pub(super) const fn named<P: Pooling, const AXES: usize>(
    names: [[&'static str; 2]; 2],
) -> &'static str {
    names[P::MEAN as usize][(AXES > 1) as usize]
}

/// The shape of an example, once it is known to have channels and `axes` axes of floats.
pub(super) fn example(place: &str, input: &Var) -> Result<Shape> {
    door::floats(place, input)?;
    door::example(place, input.shape())
}

/// An example without channels or with other axes.
pub(super) fn other_axes<const AXES: usize>(place: &str, example: &Shape) -> Error {
    let lengths = if AXES == 1 { "length" } else { "height, width" };
    let expected = format!("[channels, {lengths}] an example, of 1 or more");
    refused(place, example, expected, "channels come before lengths; permute turns them round")
}
