//! Convolutions of each channel by itself.

use crate::{Activation, ConvNd, Layer, Result, conv::filter::named, recipe::needs_axes};
use brand_nn_autodiff::{Init, Params};
use brand_nn_tensor::{Padding, PerAxis, Shape};

/// A recipe for [`Conv1d::depthwise`](ConvNd::depthwise) with Keras' initial values.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, depthwise_conv1d};
///
/// let network = Sequential::new().add(depthwise_conv1d(3).multiplier(2)).build([4, 10])?;
/// assert_eq!(network.output_shape_of_example()[..], [8, 8]);
/// assert_eq!(network.num_params(), 8 * 3 + 8);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "DepthwiseConv1D")]
#[must_use]
pub fn depthwise_conv1d(kernel: impl Into<PerAxis>) -> DepthwiseConv1dRecipe {
    DepthwiseConvRecipe::new(kernel.into())
}

/// A recipe for [`Conv2d::depthwise`](ConvNd::depthwise) with Keras' initial values.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, depthwise_conv2d};
///
/// let network = Sequential::new().add(depthwise_conv2d(3)).build([4, 10, 10])?;
/// assert_eq!(network.output_shape_of_example()[..], [4, 8, 8]);
/// assert_eq!(network.num_params(), 4 * 9 + 4);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "DepthwiseConv2D")]
#[must_use]
pub fn depthwise_conv2d(kernel: impl Into<PerAxis>) -> DepthwiseConv2dRecipe {
    DepthwiseConvRecipe::new(kernel.into())
}

/// The settings of a depthwise convolution of sequences.
pub type DepthwiseConv1dRecipe = DepthwiseConvRecipe<1>;
/// The settings of a depthwise convolution of images.
pub type DepthwiseConv2dRecipe = DepthwiseConvRecipe<2>;

recipe! {
    /// The settings of a convolution of each channel by itself.
    DepthwiseConvRecipe<{const AXES: usize} {AXES}> =
        named::<AXES>(["depthwise_conv1d", "depthwise_conv2d", "depthwise_conv3d"]);
    needs { kernel: PerAxis }
    defaults {
        /// The channels that are made of each one; 1 by default.
        multiplier(usize): usize;
        /// The inputs from one place of the window to the next; 1 by default.
        stride(impl Into<PerAxis>): PerAxis;
        /// The zeros at the sides, or [`Padding::Same`]; none by default.
        padding(impl Into<Padding>): Padding;
        /// The inputs from one tap of the window to the next; 1 by default.
        dilation(impl Into<PerAxis>): PerAxis;
        /// Whether a bias is added; yes by default.
        bias(bool): bool;
        /// The function that follows; none by default.
        activation(Activation): Activation;
    }
    build(self, input) {
        let kind = crate::Recipe::kind(self);
        let Some(&channels) = input.first() else {
            return Err(needs_axes(kind, input, "[channels, length ..]"));
        };
        let layer = ConvNd::<AXES>::depthwise(channels, self.multiplier, self.kernel).called(kind);
        let layer = layer.stride(self.stride).padding(self.padding).dilation(self.dilation);
        let init = depthwise_init(layer.weight.shape(), self.multiplier);
        let layer = layer.drawn(init, self.bias).activation(self.activation);
        layer.check()?;
        Ok(Box::new(layer))
    }
}

impl<const AXES: usize> DepthwiseConvRecipe<AXES> {
    fn new(kernel: PerAxis) -> Self {
        let (one, padding) = (PerAxis::All(1), Padding::default());
        let (multiplier, bias, activation) = (1, true, Activation::Linear);
        Self { kernel, multiplier, stride: one, padding, dilation: one, bias, activation }
    }
}

/// Keras' glorot uniform of a depthwise weight `[channels · multiplier, 1, kernel ..]`: its fans
/// are `kernel · channels` and `kernel · multiplier`.
pub(super) fn depthwise_init(weight: &Shape, multiplier: usize) -> Init {
    let taps: usize = weight[2..].iter().product();
    let channels = weight[0].checked_div(multiplier).unwrap_or(0);
    let fans = taps.saturating_mul(channels.saturating_add(multiplier)).max(1);
    let bound = (6.0 / fans as f64).sqrt();
    Init::Uniform(-bound, bound)
}
