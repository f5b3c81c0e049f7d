//! Pools of whole channels.

use crate::{
    Layer, Pass, Result,
    pool::pooling::{Largest, Mean, Pooling, example},
    recipe::refused,
};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_tensor::Shape;
use std::marker::PhantomData;

/// The largest element of each channel; see [`GlobalPool`].
pub type GlobalMaxPool = GlobalPool<Largest>;
/// The mean of each channel; see [`GlobalPool`].
pub type GlobalAvgPool = GlobalPool<Mean>;

/// The largest or the mean element of each channel: [`GlobalMaxPool`] and [`GlobalAvgPool`].
///
/// What a classifier of sequences or images puts behind its convolutions, whatever their lengths.
///
/// # Shapes
/// `[batch, channels, length ..] → [batch, channels]`, with 1 to 3 axes of lengths.
///
/// # Errors
/// If the input has other axes, an empty one, or no floats.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, GlobalAvgPool, GlobalMaxPool, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let x = Tensor::from([[[1.0, 3.0, 8.0]]]);
/// let pass = &mut Pass::inference();
/// assert_eq!(GlobalMaxPool::new().call(&x, pass)?.tensor(), &Tensor::from([[8.0]]));
/// assert_eq!(GlobalAvgPool::new().call(&x, pass)?.tensor(), &Tensor::from([[4.0]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "GlobalMaxPooling1D")]
#[doc(alias = "GlobalAveragePooling2D")]
#[derive(Clone, Debug, Default)]
pub struct GlobalPool<P> {
    pooling: PhantomData<P>,
}

impl<P: Pooling> GlobalPool<P> {
    /// Makes the layer.
    #[must_use]
    pub fn new() -> Self {
        Self { pooling: PhantomData }
    }

    const PLACE: &str = if P::MEAN { "global_avg_pool" } else { "global_max_pool" };
}

impl<P: Pooling> Params for GlobalPool<P> {
    fn visit(&self, _: &mut Visitor<'_>) {}
}

impl<P: Pooling> Layer for GlobalPool<P> {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        self.output_shape(&example(Self::PLACE, &input)?)?;
        Ok(P::global(&input))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        match input.split_first() {
            Some((&channels, places))
                if (1..=3).contains(&places.len()) && !places.contains(&0) =>
            {
                Ok([channels].into())
            }
            _ => {
                let expected = "[channels, 1 to 3 lengths] an example, of 1 or more";
                Err(refused(Self::PLACE, input, expected, "channels come before lengths"))
            }
        }
    }
}

/// A recipe for [`GlobalMaxPool`] of examples `[channels, length ..]`.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, global_max_pool};
///
/// let network = Sequential::new().add(global_max_pool()).build([8, 100])?;
/// assert_eq!(network.output_shape_of_example()[..], [8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "GlobalMaxPooling1D")]
#[doc(alias = "GlobalMaxPooling2D")]
#[must_use]
pub fn global_max_pool() -> GlobalMaxPoolRecipe {
    GlobalPoolRecipe { pooling: PhantomData }
}

/// A recipe for [`GlobalAvgPool`] of examples `[channels, length ..]`.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, global_avg_pool};
///
/// let network = Sequential::new().add(global_avg_pool()).build([8, 7, 7])?;
/// assert_eq!(network.output_shape_of_example()[..], [8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "GlobalAveragePooling1D")]
#[doc(alias = "GlobalAveragePooling2D")]
#[must_use]
pub fn global_avg_pool() -> GlobalAvgPoolRecipe {
    GlobalPoolRecipe { pooling: PhantomData }
}

/// The settings that [`global_max_pool`] makes.
pub type GlobalMaxPoolRecipe = GlobalPoolRecipe<Largest>;
/// The settings that [`global_avg_pool`] makes.
pub type GlobalAvgPoolRecipe = GlobalPoolRecipe<Mean>;

recipe! {
    /// The settings of a pool of whole channels: none.
    GlobalPoolRecipe<{P: Pooling} {P}> = GlobalPool::<P>::PLACE;
    needs { #[settings(skip)] pooling: PhantomData<P> }
    build(self, _input) { Ok(Box::new(GlobalPool::<P>::new())) }
}
