//! Pools that give any input the same lengths.

use crate::{
    Layer, Pass, Result,
    pool::pooling::{Largest, Mean, Pooling, example, named, other_axes},
    setting::{at_least_one, per_axis},
};
use brand_nn_autodiff::{self as autodiff, Params, Var, Visitor};
use brand_nn_tensor::{PerAxis, Shape};
use std::marker::PhantomData;

/// The largest elements of a number of windows of a sequence; see [`AdaptivePoolNd`].
pub type AdaptiveMaxPool1d = AdaptivePoolNd<Largest, 1>;
/// The largest elements of a number of windows of an image; see [`AdaptivePoolNd`].
pub type AdaptiveMaxPool2d = AdaptivePoolNd<Largest, 2>;
/// The means of a number of windows of a sequence; see [`AdaptivePoolNd`].
pub type AdaptiveAvgPool1d = AdaptivePoolNd<Mean, 1>;
/// The means of a number of windows of an image; see [`AdaptivePoolNd`].
pub type AdaptiveAvgPool2d = AdaptivePoolNd<Mean, 2>;

/// Pools inputs of any length to the same lengths: [`AdaptiveMaxPool1d`] to [`AdaptiveAvgPool2d`].
///
/// Output o of m sees the inputs from ⌊o n / m⌋ to ⌈(o + 1) n / m⌉ of n: windows share the axis as
/// evenly as can be, and may overlap by one.
///
/// # Shapes
/// `[batch, channels, length ..] → [batch, channels, lengths ..]`.
///
/// # Errors
/// If the input has other axes, an empty one, or no floats. `init`, `build` and `load` refuse
/// lengths of 0 or for another number of axes.
///
/// # Examples
/// ```
/// use brand_nn_layers::{AdaptiveMaxPool1d, Call, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let x = Tensor::from([[[1.0, 3.0, 2.0, 5.0, 4.0]]]);
/// let y = AdaptiveMaxPool1d::new(2).call(x, &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[[3.0, 5.0]]])); // of 1, 3, 2 and of 2, 5, 4
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AdaptivePoolNd<P, const AXES: usize> {
    lengths: PerAxis,
    pooling: PhantomData<P>,
}

impl<P: Pooling, const AXES: usize> AdaptivePoolNd<P, AXES> {
    /// Makes the layer for outputs of `lengths`, one for all axes or one for each.
    #[must_use]
    pub fn new(lengths: impl Into<PerAxis>) -> Self {
        Self { lengths: lengths.into(), pooling: PhantomData }
    }

    const PLACE: &str = named::<P, AXES>(KINDS);
}

const KINDS: [[&str; 2]; 2] = [
    ["adaptive_max_pool1d", "adaptive_max_pool2d"],
    ["adaptive_avg_pool1d", "adaptive_avg_pool2d"],
];

impl<P: Pooling, const AXES: usize> Params for AdaptivePoolNd<P, AXES> {
    fn visit(&self, _: &mut Visitor<'_>) {}

    fn check(&self) -> autodiff::Result<()> {
        let lengths = per_axis(Self::PLACE, "lengths", self.lengths, AXES)?;
        at_least_one(Self::PLACE, "lengths", &lengths)
    }
}

impl<P: Pooling, const AXES: usize> Layer for AdaptivePoolNd<P, AXES> {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        self.output_shape(&example(Self::PLACE, &input)?)?;
        Ok(P::adaptive(&input, self.lengths))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        self.check()?;
        let lengths = per_axis(Self::PLACE, "lengths", self.lengths, AXES)?;
        match input.split_first() {
            Some((&channels, places)) if places.len() == AXES && !places.contains(&0) => {
                Ok([channels].into_iter().chain(lengths).collect())
            }
            _ => Err(other_axes::<AXES>(Self::PLACE, input)),
        }
    }
}

macro_rules! recipes {
    ($($kind:ident $alias:ident $layer:ident $pooling:ident $axes:literal;)*) => {$(
        #[doc = concat!("A recipe for [`", stringify!($layer), "`]; see [`AdaptivePoolRecipe`].")]
        #[must_use]
        pub fn $kind(lengths: impl Into<PerAxis>) -> $alias {
            AdaptivePoolRecipe { lengths: lengths.into(), pooling: PhantomData }
        }

        #[doc = concat!("The settings that [`", stringify!($kind), "`] makes.")]
        pub type $alias = AdaptivePoolRecipe<$pooling, $axes>;
    )*};
}

recipes! {
    adaptive_max_pool1d AdaptiveMaxPool1dRecipe AdaptiveMaxPool1d Largest 1;
    adaptive_max_pool2d AdaptiveMaxPool2dRecipe AdaptiveMaxPool2d Largest 2;
    adaptive_avg_pool1d AdaptiveAvgPool1dRecipe AdaptiveAvgPool1d Mean 1;
    adaptive_avg_pool2d AdaptiveAvgPool2dRecipe AdaptiveAvgPool2d Mean 2;
}

recipe! {
    /// The settings of a pool to given lengths, of examples `[channels, length ..]`.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_layers::{Sequential, adaptive_avg_pool2d};
    ///
    /// let network = Sequential::new().add(adaptive_avg_pool2d([2, 3])).build([8, 7, 7])?;
    /// assert_eq!(network.output_shape_of_example()[..], [8, 2, 3]);
    /// # Ok::<(), brand_nn_layers::Error>(())
    /// ```
    AdaptivePoolRecipe<{P: Pooling, const AXES: usize} {P, AXES}> = named::<P, AXES>(KINDS);
    needs { lengths: PerAxis, #[settings(skip)] pooling: PhantomData<P> }
    build(self, _input) {
        let layer = AdaptivePoolNd::<P, AXES>::new(self.lengths);
        layer.check()?;
        Ok(Box::new(layer))
    }
}
