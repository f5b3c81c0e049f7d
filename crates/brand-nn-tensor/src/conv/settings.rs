//! The settings of convolutions, and the shapes that come of them.

use brand_nn_kernels::Convolution;
use serde::{Deserialize, Serialize};

use crate::window::{Sliding, for_axes, positive};
use crate::{Error, Padding, PerAxis, Result, Shape};

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
    /// Where [`Tensor::conv`](crate::Tensor::conv) panics.
    pub fn output_shape(&self, input: &Shape, weight: &Shape) -> Result<Shape> {
        Ok(output_shape(&self.sizes("conv", input, weight)?, input.len() - 2))
    }

    pub(crate) fn sliding(&self) -> Sliding {
        let Self { stride, padding, dilation, .. } = *self;
        Sliding { stride, padding, dilation, ceil_mode: false }
    }

    /// The sizes of the convolution of `input` `[images, in, …]` by `weight`.
    pub(super) fn sizes(
        &self,
        op: &'static str,
        input: &Shape,
        weight: &Shape,
    ) -> Result<Convolution> {
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
    /// Where [`Tensor::conv_transpose`](crate::Tensor::conv_transpose) panics.
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
        let more = self.more(op, &stride)?;
        let Padding::Sides(sides) = self.conv.padding else {
            return Ok(input.iter().zip(&stride).map(|(n, s)| n.saturating_mul(*s)).collect());
        };
        let sides = for_axes(op, "padding", sides, axes)?;
        let length = |axis: usize| {
            let reach = kernel[axis].checked_sub(1)?.checked_mul(dilation[axis])?.checked_add(1)?;
            let steps = input[axis].checked_sub(1)?.checked_mul(stride[axis])?;
            let [before, after] = sides[axis];
            let full = steps.checked_add(reach)?.checked_add(more[axis])?;
            full.checked_sub(before)?.checked_sub(after)
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

    /// The output padding of each axis, which tells lengths apart that a stride rounds down alike.
    fn more(&self, op: &'static str, stride: &[usize]) -> Result<Vec<usize>> {
        let more = for_axes(op, "output_padding", self.output_padding, stride.len())?;
        let is_same = self.conv.padding == Padding::Same;
        let most: Vec<_> = stride.iter().map(|s| if is_same { 0 } else { s - 1 }).collect();
        if more.iter().zip(&most).all(|(more, most)| more <= most) {
            return Ok(more);
        }
        Err(Error::Setting {
            op,
            setting: "output_padding",
            got: format!("{more:?}"),
            expected: format!("at most {most:?}"),
            help: "it is less than the stride, and nothing where padding is Same",
        })
    }
}

pub(super) fn output_shape(sizes: &Convolution, axes: usize) -> Shape {
    let lengths = sizes.window.axes[3 - axes..].iter().map(|axis| axis.output);
    [sizes.images, sizes.groups * sizes.filters].into_iter().chain(lengths).collect()
}

/// An error unless there are images, channels and 1 to 3 axes, as many as the weight has.
pub(super) fn require_image(op: &'static str, input: &Shape, weight: &Shape) -> Result<()> {
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

pub(super) fn require_groups(op: &'static str, groups: usize, channels: [usize; 2]) -> Result<()> {
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
