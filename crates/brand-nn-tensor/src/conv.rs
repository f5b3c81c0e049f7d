//! Convolutions of sequences, images and volumes, and the two products that are their adjoints.

use brand_nn_kernels::{Buffer, Convolution, conv, conv_backward_data, conv_backward_weight};
use serde::{Deserialize, Serialize};

use crate::create::require_possible;
use crate::elementwise::same_dtype;
use crate::error::expect;
use crate::storage::{Float, float_dtype};
use crate::tensor::not_float;
use crate::window::{Sliding, for_axes, positive};
use crate::{Error, Padding, PerAxis, Result, Shape, Tensor};

/// How a convolution slides its window over 1, 2 or 3 axes.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::{Conv, Padding};
///
/// let halving = Conv::new().stride(2).padding(1);
/// let shape = halving.output_shape(&[8, 3, 32, 32].into(), &[16, 3, 3, 3].into())?;
/// assert_eq!(shape, [8, 16, 16, 16]);
/// let causal = Conv::new().padding([[2, 0]]);
/// assert_eq!(causal.output_shape(&[8, 3, 100].into(), &[16, 3, 3].into())?, [8, 16, 100]);
/// # Ok::<(), brand_nn_tensor::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conv {
    /// Inputs from one place of the window to the next; 1 unless set.
    pub stride: PerAxis,
    /// Zeros thought around the input; none unless set.
    pub padding: Padding,
    /// Inputs from one tap of the window to the next; 1 unless set.
    pub dilation: PerAxis,
    /// Groups of channels that do not see each other; 1 unless set.
    pub groups: usize,
}

impl Default for Conv {
    fn default() -> Self {
        let one = PerAxis::All(1);
        Self { stride: one, padding: Padding::default(), dilation: one, groups: 1 }
    }
}

impl Conv {
    /// Stride 1, no padding, no dilation, one group.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the inputs from one place of the window to the next.
    #[must_use]
    pub fn stride(self, stride: impl Into<PerAxis>) -> Self {
        Self { stride: stride.into(), ..self }
    }

    /// Sets the zeros around the input.
    #[must_use]
    pub fn padding(self, padding: impl Into<Padding>) -> Self {
        Self { padding: padding.into(), ..self }
    }

    /// Sets the inputs from one tap of the window to the next.
    #[must_use]
    pub fn dilation(self, dilation: impl Into<PerAxis>) -> Self {
        Self { dilation: dilation.into(), ..self }
    }

    /// Sets the number of groups of channels that do not see each other.
    #[must_use]
    pub fn groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    /// The shape of the output for an input and a weight.
    ///
    /// # Errors
    /// Where [`Tensor::conv`] panics.
    pub fn output_shape(&self, input: &Shape, weight: &Shape) -> Result<Shape> {
        Ok(output_shape(&self.sizes("conv", input, weight)?, input.len() - 2))
    }

    pub(crate) fn sliding(&self) -> Sliding {
        let Self { stride, padding, dilation, .. } = *self;
        Sliding { stride, padding, dilation, ceil_mode: false }
    }

    /// The sizes of the convolution of `input` `[images, in, …]` by `weight`.
    fn sizes(&self, op: &'static str, input: &Shape, weight: &Shape) -> Result<Convolution> {
        require_image(op, input, weight)?;
        let Self { groups, .. } = *self;
        require_groups(op, groups, [input[1], weight[0]])?;
        let channels = input[1] / groups;
        if weight[1] != channels {
            return Err(Error::Shape {
                op,
                got: weight.clone(),
                expected: format!("[out, {channels}, ..], as {input} is in {groups} groups").into(),
                help: "a weight is [out, in / groups, kernel ..]",
            });
        }
        let window = self.sliding().window(op, &input[2..], &weight[2..])?;
        let filters = weight[0] / groups;
        Ok(Convolution { images: input[0], groups, channels, filters, window })
    }
}

/// How a transposed convolution spreads each element over a window.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::ConvTranspose;
///
/// let doubling = ConvTranspose::new().stride(2).padding(1).output_padding(1);
/// let shape = doubling.output_shape(&[8, 16, 16, 16].into(), &[16, 3, 3, 3].into())?;
/// assert_eq!(shape, [8, 3, 32, 32]);
/// # Ok::<(), brand_nn_tensor::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvTranspose {
    /// The convolution that this one is the adjoint of.
    pub conv: Conv,
    /// Elements that the output has more after each axis, below the stride; 0 unless set.
    pub output_padding: PerAxis,
}

impl Default for ConvTranspose {
    fn default() -> Self {
        Self { conv: Conv::new(), output_padding: PerAxis::All(0) }
    }
}

impl ConvTranspose {
    /// Stride 1, no padding, no dilation, one group.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the outputs from one input's window to the next.
    #[must_use]
    pub fn stride(self, stride: impl Into<PerAxis>) -> Self {
        Self { conv: self.conv.stride(stride), ..self }
    }

    /// Sets the elements cut off the output's sides; `Same` gives input · stride outputs.
    #[must_use]
    pub fn padding(self, padding: impl Into<Padding>) -> Self {
        Self { conv: self.conv.padding(padding), ..self }
    }

    /// Sets the outputs from one tap of the window to the next.
    #[must_use]
    pub fn dilation(self, dilation: impl Into<PerAxis>) -> Self {
        Self { conv: self.conv.dilation(dilation), ..self }
    }

    /// Sets the number of groups of channels that do not see each other.
    #[must_use]
    pub fn groups(self, groups: usize) -> Self {
        Self { conv: self.conv.groups(groups), ..self }
    }

    /// Sets the elements that the output has more after each axis.
    #[must_use]
    pub fn output_padding(self, more: impl Into<PerAxis>) -> Self {
        Self { output_padding: more.into(), ..self }
    }

    /// The shape of the output for an input and a weight.
    ///
    /// # Errors
    /// Where [`Tensor::conv_transpose`] panics.
    pub fn output_shape(&self, input: &Shape, weight: &Shape) -> Result<Shape> {
        const OP: &str = "conv_transpose";
        require_image(OP, input, weight)?;
        if weight[0] != input[1] {
            return Err(Error::Shape {
                op: OP,
                got: weight.clone(),
                expected: format!("[{}, ..], as many as {input} has channels", input[1]).into(),
                help: "a weight is [in, out / groups, kernel ..]",
            });
        }
        require_groups(OP, self.conv.groups, [input[1], input[1]])?;
        let lengths = self.lengths(OP, &input[2..], &weight[2..])?;
        let filters = weight[1].saturating_mul(self.conv.groups);
        Ok([input[0], filters].into_iter().chain(lengths).collect())
    }

    /// `(n − 1) stride − before − after + (kernel − 1) dilation + 1 + output_padding` of each axis.
    fn lengths(&self, op: &'static str, input: &[usize], kernel: &[usize]) -> Result<Vec<usize>> {
        let axes = input.len();
        let stride = positive(op, "stride", self.conv.stride, axes)?;
        let dilation = positive(op, "dilation", self.conv.dilation, axes)?;
        let more = for_axes(op, "output_padding", self.output_padding, axes)?;
        if more.iter().zip(&stride).any(|(more, stride)| more >= stride) {
            return Err(Error::Setting {
                op,
                setting: "output_padding",
                got: format!("{more:?}"),
                expected: format!("less than the stride on every axis, {stride:?}"),
                help: "it names one of the lengths that the stride would round down to this one",
            });
        }
        let sides = match self.conv.padding {
            Padding::Same => None,
            Padding::Sides(sides) => Some(for_axes(op, "padding", sides, axes)?),
        };
        let length = |axis: usize| {
            let starts = input[axis].checked_mul(stride[axis])?;
            let Some(sides) = &sides else { return Some(starts) };
            let reach = kernel[axis].checked_sub(1)?.checked_mul(dilation[axis])?.checked_add(1)?;
            let full = starts.checked_sub(stride[axis])?.checked_add(reach)?;
            let [before, after] = sides[axis];
            full.checked_add(more[axis])?.checked_sub(before)?.checked_sub(after)
        };
        (0..axes).map(length).collect::<Option<_>>().ok_or_else(|| Error::Setting {
            op,
            setting: "padding",
            got: format!("{:?}", self.conv.padding),
            expected: format!(
                "at most what kernel {kernel:?} with stride {stride:?} makes of {input:?}"
            ),
            help: "padding cuts the output's sides off",
        })
    }
}

/// Convolutions.
impl Tensor {
    /// Slides a window over images: each output is the sum of a window times a weight.
    ///
    /// y[n, f, o] = b[f] + Σ w[f, c, k] · x[n, c, o · stride + k · dilation − padding], where c runs
    /// over the channels of f's group; what lies outside of x is zero. (No flip: what machine
    /// learning calls a convolution is a cross-correlation.)
    ///
    /// # Shapes
    /// `self` `[images, in, length ..]`, `weight` `[out, in / groups, kernel ..]`, `bias` `[out]` →
    /// `[images, out, length ..]`, with 1, 2 or 3 axes of lengths.
    ///
    /// # Panics
    /// If shapes, dtypes or settings don't fit, or the kernel is larger than the padded input.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Conv, Tensor};
    ///
    /// let days = Tensor::from([[[1.0, 2.0, 4.0, 8.0]]]);
    /// let rise = Tensor::from([[[-1.0, 1.0]]]);
    /// let rises = days.conv(&rise, None, Conv::new());
    /// assert_eq!(rises, Tensor::from([[[1.0, 2.0, 4.0]]]));
    /// ```
    #[doc(alias = "conv1d")]
    #[doc(alias = "conv2d")]
    #[doc(alias = "conv3d")]
    #[track_caller]
    #[must_use]
    pub fn conv(&self, weight: &Self, bias: Option<&Self>, options: Conv) -> Self {
        expect(convolved(self, weight, bias, options))
    }

    /// Spreads each element over the window that it was summed from: [`Tensor::conv`] turned round.
    ///
    /// For any x with axes of `lengths`, Σ y · conv(x, w) = Σ x · `y.conv_adjoint(w, lengths)`.
    ///
    /// # Shapes
    /// `self` `[images, out, length ..]`, `weight` `[out, in / groups, kernel ..]` →
    /// `[images, in, lengths ..]`.
    ///
    /// # Panics
    /// If shapes, dtypes or settings don't fit.
    #[track_caller]
    #[must_use]
    pub fn conv_adjoint(&self, weight: &Self, lengths: &[usize], options: Conv) -> Self {
        expect(spread("conv_adjoint", self, weight, lengths, options))
    }

    /// Adds up, for each tap of a weight, what it was multiplied with.
    ///
    /// For any weight w with axes of `kernel`, Σ y · conv(x, w) = Σ w · `x.conv_weight_adjoint(y)`.
    ///
    /// # Shapes
    /// `self` `[images, in, length ..]`, `output` `[images, out, length ..]` →
    /// `[out, in / groups, kernel ..]`.
    ///
    /// # Panics
    /// If shapes, dtypes or settings don't fit.
    #[track_caller]
    #[must_use]
    pub fn conv_weight_adjoint(&self, output: &Self, kernel: &[usize], options: Conv) -> Self {
        expect(correlated(self, output, kernel, options))
    }

    /// Spreads each element over a window of a larger image, times a weight.
    ///
    /// The adjoint of [`Tensor::conv`] with the same settings, also called deconvolution.
    ///
    /// # Shapes
    /// `self` `[images, in, length ..]`, `weight` `[in, out / groups, kernel ..]`, `bias` `[out]` →
    /// `[images, out, length ..]`; a length is (n − 1) stride − before − after +
    /// (kernel − 1) dilation + 1 + output padding.
    ///
    /// # Panics
    /// If shapes, dtypes or settings don't fit.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{ConvTranspose, Tensor};
    ///
    /// let (x, weight) = (Tensor::from([[[1.0, 10.0]]]), Tensor::from([[[1.0, 2.0]]]));
    /// let spread = x.conv_transpose(&weight, None, ConvTranspose::new().stride(2));
    /// assert_eq!(spread, Tensor::from([[[1.0, 2.0, 10.0, 20.0]]]));
    /// ```
    #[doc(alias = "conv_transpose1d")]
    #[doc(alias = "conv_transpose2d")]
    #[track_caller]
    #[must_use]
    pub fn conv_transpose(
        &self,
        weight: &Self,
        bias: Option<&Self>,
        options: ConvTranspose,
    ) -> Self {
        let shape = expect(options.output_shape(self.shape(), weight.shape()));
        let spread = expect(spread("conv_transpose", self, weight, &shape[2..], options.conv));
        let Some(bias) = bias else { return spread };
        expect(require_bias("conv_transpose", bias, shape[1], &spread));
        let aligned: Shape = [shape[1]].into_iter().chain(vec![1; shape.len() - 2]).collect();
        spread + bias.reshape(aligned)
    }
}

fn convolved(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: Conv) -> Result<Tensor> {
    const OP: &str = "conv";
    same_dtype(OP, x, weight)?;
    let sizes = options.sizes(OP, x.shape(), weight.shape())?;
    let shape = output_shape(&sizes, x.ndim() - 2);
    require_possible(OP, &shape, x.dtype())?;
    if let Some(bias) = bias {
        require_bias(OP, bias, weight.dim(0), x)?;
    }
    float_dtype!(x.dtype(), T => {
        let bias = bias.map(|bias| bias.data::<T>());
        let (x, weight) = (x.data::<T>(), weight.data::<T>());
        Ok(filled::<T>(shape, |out| conv(&sizes, &x, &weight, bias.as_deref(), out)))
    }, else Err(not_float(OP, x.dtype())))
}

fn spread(
    op: &'static str,
    y: &Tensor,
    weight: &Tensor,
    lengths: &[usize],
    options: Conv,
) -> Result<Tensor> {
    same_dtype(op, y, weight)?;
    require_image(op, y.shape(), weight.shape())?;
    let channels = weight.dim(1).saturating_mul(options.groups);
    let shape: Shape = [y.dim(0), channels].into_iter().chain(lengths.iter().copied()).collect();
    let sizes = options.sizes(op, &shape, weight.shape())?;
    require_output(op, y, &sizes)?;
    require_possible(op, &shape, y.dtype())?;
    float_dtype!(y.dtype(), T => {
        let (y, weight) = (y.data::<T>(), weight.data::<T>());
        Ok(filled::<T>(shape, |out| conv_backward_data(&sizes, &weight, &y, out)))
    }, else Err(not_float(op, y.dtype())))
}

fn correlated(x: &Tensor, y: &Tensor, kernel: &[usize], options: Conv) -> Result<Tensor> {
    const OP: &str = "conv_weight_adjoint";
    same_dtype(OP, x, y)?;
    require_image(OP, x.shape(), y.shape())?;
    require_groups(OP, options.groups, [x.dim(1), y.dim(1)])?;
    let channels = x.dim(1) / options.groups;
    let shape: Shape = [y.dim(1), channels].into_iter().chain(kernel.iter().copied()).collect();
    let sizes = options.sizes(OP, x.shape(), &shape)?;
    require_output(OP, y, &sizes)?;
    require_possible(OP, &shape, x.dtype())?;
    float_dtype!(x.dtype(), T => {
        let (x, y) = (x.data::<T>(), y.data::<T>());
        Ok(filled::<T>(shape, |out| conv_backward_weight(&sizes, &x, &y, out)))
    }, else Err(not_float(OP, x.dtype())))
}

/// A tensor that a kernel writes whole.
fn filled<T: Float>(shape: Shape, kernel: impl FnOnce(&mut [T])) -> Tensor {
    let mut out = Buffer::stale(shape.size());
    kernel(&mut out);
    Tensor::from_raw::<T>(out, shape)
}

fn output_shape(sizes: &Convolution, axes: usize) -> Shape {
    let lengths = sizes.window.axes[3 - axes..].iter().map(|axis| axis.output);
    [sizes.images, sizes.groups * sizes.filters].into_iter().chain(lengths).collect()
}

/// An error unless there are images, channels and 1 to 3 axes, as many as the weight has.
fn require_image(op: &'static str, input: &Shape, weight: &Shape) -> Result<()> {
    if (3..=5).contains(&input.len()) && input.len() == weight.len() {
        return Ok(());
    }
    Err(Error::Shape {
        op,
        got: input.clone(),
        expected: format!("[images, channels, 1 to 3 lengths], with as many axes as {weight}")
            .into(),
        help: "unsqueeze(0) makes a batch of one image",
    })
}

fn require_groups(op: &'static str, groups: usize, channels: [usize; 2]) -> Result<()> {
    if groups > 0 && channels.iter().all(|count| count.is_multiple_of(groups)) {
        return Ok(());
    }
    let [input, output] = channels;
    Err(Error::Setting {
        op,
        setting: "groups",
        got: groups.to_string(),
        expected: format!("a divisor of {input} channels in and {output} out"),
        help: "each group has the same number of channels; 1 lets all see all",
    })
}

fn require_bias(op: &'static str, bias: &Tensor, filters: usize, like: &Tensor) -> Result<()> {
    same_dtype(op, bias, like)?;
    if *bias.shape() == [filters] {
        return Ok(());
    }
    Err(Error::Shape {
        op,
        got: bias.shape().clone(),
        expected: format!("[{filters}], one bias an output channel").into(),
        help: "flatten the bias",
    })
}

fn require_output(op: &'static str, y: &Tensor, sizes: &Convolution) -> Result<()> {
    let expected = output_shape(sizes, y.ndim() - 2);
    if *y.shape() == expected {
        return Ok(());
    }
    Err(Error::Shape {
        op,
        got: y.shape().clone(),
        expected: format!("{expected}, what conv makes with these settings").into(),
        help: "give the settings and lengths of the convolution that is turned round",
    })
}
