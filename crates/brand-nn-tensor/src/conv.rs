//! Convolutions of sequences, images and volumes, and the two products that are their adjoints.

use brand_nn_kernels::{Buffer, Convolution, conv, conv_backward_data, conv_backward_weight};

use crate::create::require_possible;
use crate::elementwise::same_dtype;
use crate::error::expect;
use crate::storage::{Float, float_dtype};
use crate::tensor::not_float;
use crate::{Error, Result, Shape, Tensor};

mod settings;

pub use settings::{Conv, ConvTranspose};
use settings::{output_shape, require_groups, require_image};

/// Convolutions.
impl Tensor {
    /// Slides a window over images: each output is the sum of a window times a weight.
    ///
    /// `y[n, f, o] = b[f] + Σ w[f, c, k] · x[n, c, o · stride + k · dilation − padding]`, where c runs
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
