//! Convolutions of sequences, images and volumes.

use crate::{
    Activation, Layer, Pass, Result,
    conv::filter::{Filter, named, sliding_settings},
    flops,
    recipe::needs_axes,
};
use brand_nn_autodiff::{
    self as autodiff, Error as AutodiffError, Init, Param, Params, Var, Visitor,
};
use brand_nn_tensor::{Conv, Padding, PerAxis, Shape};

/// A convolution over sequences: `[batch, in, length] → [batch, out, length]`; see [`ConvNd`].
pub type Conv1d = ConvNd<1>;
/// A convolution over images: `[batch, in, height, width]`; see [`ConvNd`].
pub type Conv2d = ConvNd<2>;
/// A convolution over volumes: `[batch, in, depth, height, width]`; see [`ConvNd`].
pub type Conv3d = ConvNd<3>;

/// Slides a window with learned weights over `AXES` axes: [`Conv1d`], [`Conv2d`], [`Conv3d`].
///
/// `y[f, o] = a(b[f] + Σ w[f, c, k] x[c, o · stride + k · dilation − padding])` over the channels
/// c of f's group and the places k of the window (LeCun and others 1989); what lies outside is
/// zero. Channels come first, as in PyTorch: Keras has them last. The type has PyTorch's initial
/// values, U(±1/√fan_in) for weight and bias; the recipes [`conv1d`], [`conv2d`] and [`conv3d`]
/// have Keras'.
///
/// # Shapes
/// `[batch, in, length ..] → [batch, out, length ..]`; a length n becomes
/// ⌊(n + before + after − (kernel − 1) dilation − 1) / stride⌋ + 1. `weight` is
/// `[out, in / groups, kernel ..]`, `bias` `[out]`.
///
/// # Errors
/// If the input has other channels or axes, or is shorter than the window. `init`, `build` and
/// `load` refuse sizes of 0, settings for another number of axes, and groups that don't divide
/// the channels.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Conv1d, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let rise = Conv1d::new(1, 1, 2).without_bias();
/// rise.weight.set(Tensor::from([[[-1.0, 1.0]]]))?;
/// let y = rise.call(Tensor::from([[[1.0, 2.0, 4.0, 8.0]]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[[1.0, 2.0, 4.0]]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct ConvNd<const AXES: usize> {
    /// `[out, in / groups, kernel ..]`.
    pub weight: Param,
    /// `[out]`.
    pub bias: Option<Param>,
    filter: Filter,
    causal: bool,
    activation: Activation,
}

impl<const AXES: usize> ConvNd<AXES> {
    /// Makes the layer for `ins` channels to `outs`, with a window of `kernel` places an axis.
    #[must_use]
    pub fn new(ins: usize, outs: usize, kernel: impl Into<PerAxis>) -> Self {
        let place = named::<AXES>(["conv1d", "conv2d", "conv3d"]);
        Self::of(Filter::new(place, AXES, [ins, outs], kernel.into()))
    }

    /// A convolution that makes `multiplier` channels of each one, which do not mix.
    #[doc(alias = "DepthwiseConv2D")]
    #[must_use]
    pub fn depthwise(channels: usize, multiplier: usize, kernel: impl Into<PerAxis>) -> Self {
        let outs = channels.saturating_mul(multiplier);
        Self::new(channels, outs, kernel).groups(channels)
    }

    pub(super) fn of(filter: Filter) -> Self {
        let shape = filter.weight_shape(filter.outs, filter.share(filter.ins));
        let (weight, bias) = filter.draw(shape);
        let activation = Activation::Linear;
        Self { weight, bias: Some(bias), filter, causal: false, activation }
    }

    /// The same layer with other initial values: `init` for the weight, zeros for the bias.
    pub(super) fn drawn(self, init: Init, bias: bool) -> Self {
        let weight = Param::new(self.weight.shape().clone(), init);
        let bias = bias.then(|| Param::new([self.filter.outs], Init::Zeros));
        Self { weight, bias, ..self }
    }

    /// The same layer under another name.
    pub(super) fn called(mut self, place: &'static str) -> Self {
        self.filter.place = place;
        self
    }

    fn options(&self) -> Conv {
        match self.causal {
            true => self.filter.options.padding(self.filter.causal()),
            false => self.filter.options,
        }
    }
}

sliding_settings! {
    ConvNd,
    /// Sets the zeros at the sides, or [`Padding::Same`] for ⌈input ÷ stride⌉ outputs; none by
    /// default.
}

impl ConvNd<1> {
    /// Whether all padding comes before the first step, so that no output sees a later input.
    ///
    /// Keras' `padding="causal"` (van den Oord and others 2016); not by default.
    #[must_use]
    pub fn causal(self, causal: bool) -> Self {
        Self { causal, ..self }
    }
}

impl<const AXES: usize> Params for ConvNd<AXES> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("weight", &self.weight);
        visitor.child("bias", &self.bias);
    }

    fn check(&self) -> autodiff::Result<()> {
        self.filter.check()?;
        if !self.causal || self.filter.options.padding == Padding::default() {
            return Ok(());
        }
        Err(AutodiffError::Setting {
            place: self.filter.place.into(),
            setting: "padding",
            got: format!("{:?}", self.filter.options.padding),
            expected: "none beside the causal one",
            help: "a causal layer pads before the first step as much as its window needs",
        })
    }
}

impl<const AXES: usize> Layer for ConvNd<AXES> {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.output_shape(&self.filter.example(&input)?)?;
        let params = (&self.weight, self.bias.as_ref());
        let (weight, bias) = self.filter.open(&input, params, pass)?;
        Ok(self.activation.apply(&input.conv(&weight, bias.as_ref(), self.options())))
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        flops::products(self, flops::places_made(self.output_shape(input))?)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let batch = self.filter.batch_of_one(input)?;
        let shape = self.options().output_shape(&batch, self.weight.shape());
        shape.map(|shape| shape[1..].into()).map_err(|_| self.filter.too_short(input))
    }
}

/// A recipe for [`Conv1d`] with Keras' initial values: glorot uniform weight, zero bias.
///
/// Examples are `[channels, length]`, as in PyTorch: after an embedding, which makes
/// `[length, channels]`, comes a [`permute([2, 1])`](crate::permute).
///
/// # Examples
/// ```
/// use brand_nn_layers::{Activation, Sequential, conv1d, embedding, permute};
///
/// let network = Sequential::new()
///     .add(embedding(1_000, 16))
///     .add(permute([2, 1]))
///     .add(conv1d(32, 5).activation(Activation::Relu))
///     .build([100])?;
/// assert_eq!(network.output_shape_of_example()[..], [32, 96]);
/// assert_eq!(network.num_params(), 16_000 + 32 * (16 * 5 + 1));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "Conv1D")]
#[must_use]
pub fn conv1d(filters: usize, kernel: impl Into<PerAxis>) -> Conv1dRecipe {
    ConvRecipe::new(filters, kernel.into())
}

/// A recipe for [`Conv2d`] with Keras' initial values: glorot uniform weight, zero bias.
///
/// Examples are `[channels, height, width]`, as in PyTorch.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, conv2d};
/// use brand_nn_tensor::Padding;
///
/// let image = conv2d(8, [3, 5]).stride(2).padding(Padding::Same);
/// let network = Sequential::new().add(image).build([3, 32, 32])?;
/// assert_eq!(network.output_shape_of_example()[..], [8, 16, 16]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "Conv2D")]
#[must_use]
pub fn conv2d(filters: usize, kernel: impl Into<PerAxis>) -> Conv2dRecipe {
    ConvRecipe::new(filters, kernel.into())
}

/// A recipe for [`Conv3d`] with Keras' initial values: glorot uniform weight, zero bias.
///
/// Examples are `[channels, depth, height, width]`, as in PyTorch.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, conv3d};
///
/// let network = Sequential::new().add(conv3d(4, 3)).build([1, 8, 8, 8])?;
/// assert_eq!(network.output_shape_of_example()[..], [4, 6, 6, 6]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "Conv3D")]
#[must_use]
pub fn conv3d(filters: usize, kernel: impl Into<PerAxis>) -> Conv3dRecipe {
    ConvRecipe::new(filters, kernel.into())
}

/// The settings of a [`Conv1d`].
pub type Conv1dRecipe = ConvRecipe<1>;
/// The settings of a [`Conv2d`].
pub type Conv2dRecipe = ConvRecipe<2>;
/// The settings of a [`Conv3d`].
pub type Conv3dRecipe = ConvRecipe<3>;

recipe! {
    /// The settings of a convolution whose number of channels is found out when it is built.
    ConvRecipe<{const AXES: usize} {AXES}> = named::<AXES>(["conv1d", "conv2d", "conv3d"]);
    needs { filters: usize, kernel: PerAxis, causal: bool }
    defaults {
        /// The inputs from one place of the window to the next; 1 by default.
        stride(impl Into<PerAxis>): PerAxis;
        /// The zeros at the sides, or [`Padding::Same`]; none by default.
        padding(impl Into<Padding>): Padding;
        /// The inputs from one tap of the window to the next; 1 by default.
        dilation(impl Into<PerAxis>): PerAxis;
        /// The groups of channels that do not see each other; 1 by default.
        groups(usize): usize;
        /// Whether a bias is added; yes by default.
        bias(bool): bool;
        /// The function that follows; none by default.
        activation(Activation): Activation;
        /// How the weight is drawn; glorot uniform by default.
        init(Init): Init;
    }
    build(self, input) {
        let Some(&ins) = input.first() else {
            return Err(needs_axes(crate::Recipe::kind(self), input, "[channels, length ..]"));
        };
        let layer = ConvNd::<AXES>::new(ins, self.filters, self.kernel).with(self.options());
        let layer = layer.groups(self.groups).drawn(self.init.clone(), self.bias);
        let layer = ConvNd { causal: self.causal, activation: self.activation, ..layer };
        layer.check()?;
        Ok(Box::new(layer))
    }
}

impl<const AXES: usize> ConvRecipe<AXES> {
    fn new(filters: usize, kernel: PerAxis) -> Self {
        let Conv { stride, padding, dilation, groups } = Conv::new();
        let (activation, init) = (Activation::Linear, Init::GlorotUniform);
        let (causal, bias) = (false, true);
        Self { filters, kernel, causal, stride, padding, dilation, groups, bias, activation, init }
    }

    fn options(&self) -> Conv {
        let Self { stride, padding, dilation, .. } = *self;
        Conv { stride, padding, dilation, groups: 1 }
    }
}

impl ConvRecipe<1> {
    /// Whether all padding comes before the first step, so that no output sees a later input; not
    /// by default.
    #[must_use]
    pub fn causal(self, causal: bool) -> Self {
        Self { causal, ..self }
    }
}
