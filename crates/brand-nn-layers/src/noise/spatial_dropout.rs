//! Whole channels dropped at once, where neighbours know of each other.

use crate::{
    Layer, Pass, Result, door,
    noise::rate,
    recipe::needs_axes,
    setting::{Setting, settings_only},
};
use brand_nn_autodiff::{Params, Var};
use brand_nn_tensor::{Shape, Tensor};

/// Drops whole channels of an example while training, and scales up the others.
///
/// Near places of an image or a text carry the same news, so that single zeros hide nothing
/// (Tompson and others 2015). A channel is dropped with probability `rate` and else divided by
/// 1 − rate. A trip for inference changes nothing.
///
/// # Shapes
/// `[batch, channels, …]`, which stays; with [`channels_last`](Self::channels_last)
/// `[batch, …, channels]`, as an embedding makes it.
///
/// # Errors
/// If an example has no axis. `init`, `build` and `load` refuse a rate outside `0.0..1.0`.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Pass, SpatialDropout};
/// use brand_nn_tensor::{Rng, Tensor};
///
/// let layer = SpatialDropout::new(0.5);
/// let y = layer.call(Tensor::ones([1, 64, 3]), &mut Pass::training(&mut Rng::new(3)))?;
/// let sums = y.tensor().sum_axis(-1); // of each channel
/// assert!(sums.equal_to(0.0).or(&sums.equal_to(6.0)).all());
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "SpatialDropout1D")]
#[doc(alias = "SpatialDropout2D")]
#[doc(alias = "Dropout1d")]
#[doc(alias = "Dropout2d")]
#[derive(Debug)]
pub struct SpatialDropout {
    rate: Setting,
    channels_last: bool,
}

impl SpatialDropout {
    /// Makes the layer; `share` is the share of channels that is dropped.
    #[must_use]
    pub fn new(share: f64) -> Self {
        Self { rate: rate("spatial_dropout", share), channels_last: false }
    }

    /// Whether the channels are the last axis, as in text; the first of an example by default.
    #[must_use]
    pub fn channels_last(self, channels_last: bool) -> Self {
        Self { channels_last, ..self }
    }

    /// The shape of a mask that broadcasts over all places of a channel.
    fn mask_shape(&self, input: &Shape) -> Shape {
        let channels = if self.channels_last { input.len() - 1 } else { 1 };
        let kept = |(axis, &len)| if axis == 0 || axis == channels { len } else { 1 };
        input.iter().enumerate().map(kept).collect()
    }
}

settings_only!(SpatialDropout: rate);

impl Layer for SpatialDropout {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.check()?;
        door::floats("spatial_dropout", &input)?;
        self.output_shape(&door::example("spatial_dropout", input.shape())?)?;
        let Some(key) = pass.draw() else { return Ok(input) };
        let ones = Tensor::ones(self.mask_shape(input.shape())).to(input.dtype());
        Ok(input * Var::from(ones.dropout(self.rate.value, key)))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        if input.is_empty() {
            return Err(needs_axes("spatial_dropout", input, "[channels, …] an example"));
        }
        Ok(input.clone())
    }
}

/// A recipe for [`SpatialDropout`].
///
/// Keras' default is channels last; here images are channels first.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, embedding, spatial_dropout};
///
/// let dropped = spatial_dropout(0.2).channels_last(true);
/// let words = Sequential::new().add(embedding(9, 4)).add(dropped);
/// assert_eq!(words.build([7])?.output_shape_of_example()[..], [7, 4]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "SpatialDropout1D")]
#[doc(alias = "SpatialDropout2D")]
#[must_use]
pub fn spatial_dropout(rate: f64) -> SpatialDropoutRecipe {
    SpatialDropoutRecipe { rate, channels_last: false }
}

recipe! {
    /// The settings of a layer that drops whole channels.
    SpatialDropoutRecipe = "spatial_dropout";
    needs { rate: f64 }
    defaults {
        /// Whether the channels are the last axis; not by default.
        channels_last(bool): bool;
    }
    build(self, _input) {
        let layer = SpatialDropout::new(self.rate).channels_last(self.channels_last);
        layer.check()?;
        Ok(Box::new(layer))
    }
}
