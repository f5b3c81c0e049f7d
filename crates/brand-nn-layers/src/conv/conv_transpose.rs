//! Transposed convolutions, which make sequences and images larger.

use crate::{
    Activation, Layer, Pass, Result,
    conv::filter::{Filter, named, sliding_settings},
    flops,
    recipe::{needs_axes, refused},
    setting::per_axis,
};
use brand_nn_autodiff::{
    self as autodiff, Error as AutodiffError, Init, Param, Params, Var, Visitor,
};
use brand_nn_tensor::{Conv, ConvTranspose, Padding, PerAxis, Shape};

/// A transposed convolution over sequences, `[batch, in, length]`; see [`ConvTransposeNd`].
pub type ConvTranspose1d = ConvTransposeNd<1>;
/// A transposed convolution over images, `[batch, in, height, width]`; see [`ConvTransposeNd`].
pub type ConvTranspose2d = ConvTransposeNd<2>;

/// Spreads each element over a window of a larger image: [`ConvTranspose1d`], [`ConvTranspose2d`].
///
/// The adjoint of [`ConvNd`](crate::ConvNd) with the same settings (Zeiler and others 2010), also
/// called deconvolution. Channels come first, as in PyTorch. The type has PyTorch's initial
/// values, U(±1/√fan_in), where fan_in counts `out / groups · kernel`; the recipes have Keras'.
///
/// # Shapes
/// `[batch, in, length ..] → [batch, out, length ..]`; a length n becomes (n − 1) stride −
/// before − after + (kernel − 1) dilation + 1 + output padding, or n · stride with
/// [`Padding::Same`]. `weight` is `[in, out / groups, kernel ..]`, `bias` `[out]`.
///
/// # Errors
/// If the input has other channels or axes, or all would be cut off. `init`, `build` and `load`
/// refuse sizes of 0, settings for another number of axes, groups that don't divide the channels
/// and an output padding that is not below the stride.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, ConvTranspose1d, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = ConvTranspose1d::new(1, 1, 2).stride(2).without_bias();
/// layer.weight.set(Tensor::from([[[1.0, 2.0]]]))?;
/// let y = layer.call(Tensor::from([[[1.0, 10.0]]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[[1.0, 2.0, 10.0, 20.0]]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct ConvTransposeNd<const AXES: usize> {
    /// `[in, out / groups, kernel ..]`.
    pub weight: Param,
    /// `[out]`.
    pub bias: Option<Param>,
    filter: Filter,
    output_padding: PerAxis,
    activation: Activation,
}

impl<const AXES: usize> ConvTransposeNd<AXES> {
    /// Makes the layer for `ins` channels to `outs`, with a window of `kernel` places an axis.
    #[must_use]
    pub fn new(ins: usize, outs: usize, kernel: impl Into<PerAxis>) -> Self {
        let place = named::<AXES>(["conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]);
        Self::of(Filter::new(place, AXES, [ins, outs], kernel.into()))
    }

    fn of(filter: Filter) -> Self {
        let shape = filter.weight_shape(filter.ins, filter.share(filter.outs));
        let (weight, bias) = filter.draw(shape);
        let (output_padding, activation) = (PerAxis::All(0), Activation::Linear);
        Self { weight, bias: Some(bias), filter, output_padding, activation }
    }

    /// Sets the elements that the output has more after each axis; 0 by default.
    #[must_use]
    pub fn output_padding(self, more: impl Into<PerAxis>) -> Self {
        Self { output_padding: more.into(), ..self }
    }

    fn options(&self) -> ConvTranspose {
        ConvTranspose { conv: self.filter.options, output_padding: self.output_padding }
    }

    /// Refuses what the output has more, where the stride leaves no doubt of its length.
    fn check_output_padding(&self) -> autodiff::Result<()> {
        let Filter { place, options, .. } = self.filter;
        let more = per_axis(place, "output_padding", self.output_padding, AXES)?;
        let stride = per_axis(place, "stride", options.stride, AXES)?;
        let is_same = options.padding == Padding::Same;
        let fits = |(&more, &stride): (&usize, &usize)| more == 0 || (more < stride && !is_same);
        if more.iter().zip(&stride).all(fits) {
            return Ok(());
        }
        Err(AutodiffError::Setting {
            place: place.into(),
            setting: "output_padding",
            got: format!("{more:?} with stride {stride:?}"),
            expected: "less than the stride, and 0 where the padding is Same",
            help: "it tells lengths apart that the stride of a convolution makes one",
        })
    }
}

sliding_settings! {
    ConvTransposeNd,
    /// Sets the elements cut off the output's sides; [`Padding::Same`] gives input · stride
    /// outputs; none by default.
}

impl<const AXES: usize> Params for ConvTransposeNd<AXES> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("weight", &self.weight);
        visitor.child("bias", &self.bias);
    }

    fn check(&self) -> autodiff::Result<()> {
        self.filter.check()?;
        self.check_output_padding()
    }
}

impl<const AXES: usize> Layer for ConvTransposeNd<AXES> {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.output_shape(&self.filter.example(&input)?)?;
        let params = (&self.weight, self.bias.as_ref());
        let (weight, bias) = self.filter.open(&input, params, pass)?;
        Ok(self.activation.apply(&input.conv_transpose(&weight, bias.as_ref(), self.options())))
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        flops::products(self, flops::places(input))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let batch = self.filter.batch_of_one(input)?;
        let shape = self.options().output_shape(&batch, self.weight.shape());
        shape.map(|shape| shape[1..].into()).map_err(|_| {
            let expected = "lengths of which the padding leaves something";
            refused(self.filter.place, input, expected, "the padding cuts the output's sides off")
        })
    }
}

/// A recipe for [`ConvTranspose1d`] with Keras' initial values: glorot uniform, zero bias.
///
/// Where the stride is larger than the kernel, Keras' output without padding ends with zeros that
/// are left out here.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, conv_transpose1d};
///
/// let network = Sequential::new().add(conv_transpose1d(4, 3).stride(2)).build([8, 10])?;
/// assert_eq!(network.output_shape_of_example()[..], [4, 21]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "Conv1DTranspose")]
#[must_use]
pub fn conv_transpose1d(filters: usize, kernel: impl Into<PerAxis>) -> ConvTranspose1dRecipe {
    ConvTransposeRecipe::new(filters, kernel.into())
}

/// A recipe for [`ConvTranspose2d`] with Keras' initial values: glorot uniform, zero bias.
///
/// Where the stride is larger than the kernel, Keras' output without padding ends with zeros that
/// are left out here.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, conv_transpose2d};
/// use brand_nn_tensor::Padding;
///
/// let doubling = conv_transpose2d(3, 3).stride(2).padding(Padding::Same);
/// let network = Sequential::new().add(doubling).build([8, 16, 16])?;
/// assert_eq!(network.output_shape_of_example()[..], [3, 32, 32]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "Conv2DTranspose")]
#[must_use]
pub fn conv_transpose2d(filters: usize, kernel: impl Into<PerAxis>) -> ConvTranspose2dRecipe {
    ConvTransposeRecipe::new(filters, kernel.into())
}

/// The settings of a [`ConvTranspose1d`].
pub type ConvTranspose1dRecipe = ConvTransposeRecipe<1>;
/// The settings of a [`ConvTranspose2d`].
pub type ConvTranspose2dRecipe = ConvTransposeRecipe<2>;

recipe! {
    /// The settings of a transposed convolution whose input is found out when it is built.
    ConvTransposeRecipe<{const AXES: usize} {AXES}> =
        named::<AXES>(["conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]);
    needs { filters: usize, kernel: PerAxis }
    defaults {
        /// The outputs from one input's window to the next; 1 by default.
        stride(impl Into<PerAxis>): PerAxis;
        /// The elements cut off the sides, or [`Padding::Same`]; none by default.
        padding(impl Into<Padding>): Padding;
        /// The outputs from one tap of the window to the next; 1 by default.
        dilation(impl Into<PerAxis>): PerAxis;
        /// The elements that the output has more after each axis; 0 by default.
        output_padding(impl Into<PerAxis>): PerAxis;
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
        let Self { stride, padding, dilation, output_padding, activation, .. } = *self;
        let layer = ConvTransposeNd::<AXES>::new(ins, self.filters, self.kernel);
        let layer = layer.with(Conv { stride, padding, dilation, groups: 1 });
        let weight = Param::new(layer.weight.shape().clone(), self.init.clone());
        let bias = self.bias.then(|| Param::new([self.filters], Init::Zeros));
        let layer = ConvTransposeNd { weight, bias, output_padding, activation, ..layer };
        layer.check()?;
        Ok(Box::new(layer))
    }
}

impl<const AXES: usize> ConvTransposeRecipe<AXES> {
    fn new(filters: usize, kernel: PerAxis) -> Self {
        let Conv { stride, padding, dilation, .. } = Conv::new();
        let (activation, init) = (Activation::Linear, Init::GlorotUniform);
        let output_padding = PerAxis::All(0);
        Self {
            filters,
            kernel,
            stride,
            padding,
            dilation,
            output_padding,
            bias: true,
            activation,
            init,
        }
    }
}
