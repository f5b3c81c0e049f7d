//! Convolutions in two steps: each channel over its places, then all channels of a place.

use crate::{
    Activation, ConvNd, Layer, Pass, Result,
    conv::{depthwise_conv::depthwise_init, filter::named},
    flops,
    recipe::needs_axes,
};
use brand_nn_autodiff::{self as autodiff, Init, Params, Var, Visitor};
use brand_nn_tensor::{Padding, PerAxis, Shape};

/// A separable convolution over sequences, `[batch, in, length]`; see [`SeparableConvNd`].
pub type SeparableConv1d = SeparableConvNd<1>;
/// A separable convolution over images, `[batch, in, height, width]`; see [`SeparableConvNd`].
pub type SeparableConv2d = SeparableConvNd<2>;

/// A depthwise convolution, then one of width 1: [`SeparableConv1d`], [`SeparableConv2d`].
///
/// The first sees the window of each channel by itself, the second all channels of a place: far
/// fewer weights than a full [`ConvNd`] (Chollet 2017). Channels come first, as in PyTorch.
/// Initial values are those of [`ConvNd`]; the recipes have Keras'.
///
/// # Shapes
/// `[batch, in, length ..] → [batch, out, length ..]`, lengths as for [`ConvNd`];
/// `depthwise.weight` is `[in · multiplier, 1, kernel ..]`, `pointwise.weight`
/// `[out, in · multiplier, 1 ..]`, `pointwise.bias` `[out]`.
///
/// # Errors
/// As [`ConvNd`].
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, Pass, SeparableConv2d};
/// use brand_nn_tensor::Tensor;
///
/// let layer = SeparableConv2d::new(3, 8, 5).padding(2).init(1)?;
/// let y = layer.call(Tensor::ones([1, 3, 16, 16]), &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [1, 8, 16, 16]);
/// assert_eq!(layer.params("*")?.count(), 3 * 25 + 8 * 3 + 8); // not 8 * 3 * 25 + 8
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct SeparableConvNd<const AXES: usize> {
    /// The convolution of each channel, without bias.
    pub depthwise: ConvNd<AXES>,
    /// The convolution of all channels of a place.
    pub pointwise: ConvNd<AXES>,
}

impl<const AXES: usize> SeparableConvNd<AXES> {
    /// Makes the layer for `ins` channels to `outs`, with a window of `kernel` places an axis.
    #[must_use]
    pub fn new(ins: usize, outs: usize, kernel: impl Into<PerAxis>) -> Self {
        Self::with_multiplier([ins, outs], 1, kernel)
    }

    /// Makes the layer whose first step makes `multiplier` channels of each one.
    #[must_use]
    pub fn with_multiplier(
        [ins, outs]: [usize; 2],
        multiplier: usize,
        kernel: impl Into<PerAxis>,
    ) -> Self {
        let place = named::<AXES>(KINDS);
        let depthwise = ConvNd::depthwise(ins, multiplier, kernel).without_bias();
        let pointwise = ConvNd::new(ins.saturating_mul(multiplier), outs, 1);
        Self { depthwise: depthwise.called(place), pointwise: pointwise.called(place) }
    }

    fn with(self, change: impl FnOnce(ConvNd<AXES>) -> ConvNd<AXES>) -> Self {
        Self { depthwise: change(self.depthwise), pointwise: self.pointwise }
    }

    /// Sets the inputs from one place of the window to the next; 1 by default.
    #[must_use]
    pub fn stride(self, stride: impl Into<PerAxis>) -> Self {
        self.with(|depthwise| depthwise.stride(stride))
    }

    /// Sets the zeros at the sides, or [`Padding::Same`]; none by default.
    #[must_use]
    pub fn padding(self, padding: impl Into<Padding>) -> Self {
        self.with(|depthwise| depthwise.padding(padding))
    }

    /// Sets the inputs from one tap of the window to the next; 1 by default.
    #[must_use]
    pub fn dilation(self, dilation: impl Into<PerAxis>) -> Self {
        self.with(|depthwise| depthwise.dilation(dilation))
    }

    /// The same layer followed by `activation`.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        Self { pointwise: self.pointwise.activation(activation), ..self }
    }
}

const KINDS: [&str; 3] = ["separable_conv1d", "separable_conv2d", "separable_conv3d"];

impl<const AXES: usize> Params for SeparableConvNd<AXES> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("depthwise", &self.depthwise);
        visitor.child("pointwise", &self.pointwise);
    }

    fn check(&self) -> autodiff::Result<()> {
        self.depthwise.check()?;
        self.pointwise.check()
    }
}

impl<const AXES: usize> Layer for SeparableConvNd<AXES> {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        let places = self.depthwise.forward(input, pass)?;
        self.pointwise.forward(places, pass)
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        flops::chain([&self.depthwise as &dyn Layer, &self.pointwise], input)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        self.pointwise.output_shape(&self.depthwise.output_shape(input)?)
    }
}

/// A recipe for [`SeparableConv1d`] with Keras' initial values: glorot uniform, zero bias.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, separable_conv1d};
///
/// let network = Sequential::new().add(separable_conv1d(8, 3)).build([4, 10])?;
/// assert_eq!(network.num_params(), 4 * 3 + 8 * 4 + 8);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "SeparableConv1D")]
#[must_use]
pub fn separable_conv1d(filters: usize, kernel: impl Into<PerAxis>) -> SeparableConv1dRecipe {
    SeparableConvRecipe::new(filters, kernel.into())
}

/// A recipe for [`SeparableConv2d`] with Keras' initial values: glorot uniform, zero bias.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, separable_conv2d};
///
/// let network = Sequential::new().add(separable_conv2d(8, 3)).build([4, 10, 10])?;
/// assert_eq!(network.output_shape_of_example()[..], [8, 8, 8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "SeparableConv2D")]
#[must_use]
pub fn separable_conv2d(filters: usize, kernel: impl Into<PerAxis>) -> SeparableConv2dRecipe {
    SeparableConvRecipe::new(filters, kernel.into())
}

/// The settings of a [`SeparableConv1d`].
pub type SeparableConv1dRecipe = SeparableConvRecipe<1>;
/// The settings of a [`SeparableConv2d`].
pub type SeparableConv2dRecipe = SeparableConvRecipe<2>;

recipe! {
    /// The settings of a separable convolution.
    SeparableConvRecipe<{const AXES: usize} {AXES}> = named::<AXES>(KINDS);
    needs { filters: usize, kernel: PerAxis }
    defaults {
        /// The channels that the first step makes of each one; 1 by default.
        multiplier(usize): usize;
        /// The inputs from one place of the window to the next; 1 by default.
        stride(impl Into<PerAxis>): PerAxis;
        /// The zeros at the sides, or [`Padding::Same`]; none by default.
        padding(impl Into<Padding>): Padding;
        /// The inputs from one tap of the window to the next; 1 by default.
        dilation(impl Into<PerAxis>): PerAxis;
        /// Whether a bias is added at the end; yes by default.
        bias(bool): bool;
        /// The function that follows; none by default.
        activation(Activation): Activation;
    }
    build(self, input) {
        let Some(&ins) = input.first() else {
            return Err(needs_axes(crate::Recipe::kind(self), input, "[channels, length ..]"));
        };
        let sizes = [ins, self.filters];
        let layer = SeparableConvNd::<AXES>::with_multiplier(sizes, self.multiplier, self.kernel);
        let layer = layer.stride(self.stride).padding(self.padding).dilation(self.dilation);
        let init = depthwise_init(layer.depthwise.weight.shape(), self.multiplier);
        let layer = SeparableConvNd {
            depthwise: layer.depthwise.drawn(init, false),
            pointwise: layer.pointwise.drawn(Init::GlorotUniform, self.bias),
        };
        layer.check()?;
        Ok(Box::new(layer.activation(self.activation)))
    }
}

impl<const AXES: usize> SeparableConvRecipe<AXES> {
    fn new(filters: usize, kernel: PerAxis) -> Self {
        let (one, padding) = (PerAxis::All(1), Padding::default());
        let (multiplier, bias, activation) = (1, true, Activation::Linear);
        Self { filters, kernel, multiplier, stride: one, padding, dilation: one, bias, activation }
    }
}
