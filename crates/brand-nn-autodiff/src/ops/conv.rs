//! Convolutions: each is linear in image and weight, so that every gradient is one of them again.

use crate::Var;
use brand_nn_tensor::{Conv, ConvTranspose};

impl Var {
    /// Slides a window over images: each output is the sum of a window times a weight.
    ///
    /// [`Tensor::conv`](brand_nn_tensor::Tensor::conv) has the formula.
    ///
    /// # Shapes
    /// `self` `[images, in, length ..]`, `weight` `[out, in / groups, kernel ..]`, `bias` `[out]` →
    /// `[images, out, length ..]`, with 1, 2 or 3 axes of lengths.
    ///
    /// # Panics
    /// If shapes, dtypes or settings do not fit, or the kernel is larger than the padded input.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::{Conv, Tensor};
    ///
    /// let days = Var::from(Tensor::from([[[1.0, 2.0, 4.0, 8.0]]]));
    /// let weight = Var::leaf(Tensor::from([[[-1.0, 1.0]]]));
    /// let rises = days.conv(&weight, None, Conv::new());
    /// assert_eq!(rises.tensor(), &Tensor::from([[[1.0, 2.0, 4.0]]]));
    /// let slope = rises.sum().backward()?.get(&weight).unwrap();
    /// assert_eq!(slope, Tensor::from([[[7.0, 14.0]]]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[doc(alias = "conv1d")]
    #[doc(alias = "conv2d")]
    #[doc(alias = "conv3d")]
    #[must_use]
    #[track_caller]
    pub fn conv(&self, weight: &Self, bias: Option<&Self>, options: Conv) -> Self {
        let (x, w) = (self.save_rounded(0), weight.save(1));
        let value = self.tensor().conv(weight.tensor(), bias.map(Self::tensor), options);
        let inputs: Vec<_> = [self, weight].into_iter().chain(bias).collect();
        let has_bias = bias.is_some();
        Self::record_many("conv", &inputs, value, move |walk, y| {
            let lengths = &x.shape()[2..];
            let kernel = &w.shape()[2..];
            let input = walk.when(0, || y.conv_adjoint(&walk.open(&w), lengths, options));
            let weight = walk.when(1, || walk.open(&x).conv_weight_adjoint(&y, kernel, options));
            let bias = has_bias.then(|| walk.when(2, || per_channel(&y)));
            Ok([input, weight].into_iter().chain(bias).collect())
        })
    }

    /// Spreads each element over a window of a larger image, times a weight.
    ///
    /// The adjoint of [`Var::conv`] with the same settings, also called deconvolution.
    ///
    /// # Shapes
    /// `self` `[images, in, length ..]`, `weight` `[in, out / groups, kernel ..]`, `bias` `[out]` →
    /// `[images, out, length ..]`; a length is (n − 1) stride − before − after +
    /// (kernel − 1) dilation + 1 + output padding.
    ///
    /// # Panics
    /// If shapes, dtypes or settings do not fit.
    #[doc(alias = "conv_transpose1d")]
    #[doc(alias = "conv_transpose2d")]
    #[must_use]
    #[track_caller]
    pub fn conv_transpose(
        &self,
        weight: &Self,
        bias: Option<&Self>,
        options: ConvTranspose,
    ) -> Self {
        let (x, w) = (self.save_rounded(0), weight.save(1));
        let value = self.tensor().conv_transpose(weight.tensor(), bias.map(Self::tensor), options);
        let inputs: Vec<_> = [self, weight].into_iter().chain(bias).collect();
        let has_bias = bias.is_some();
        Self::record_many("conv_transpose", &inputs, value, move |walk, y| {
            let (conv, kernel) = (options.conv, &w.shape()[2..]);
            let input = walk.when(0, || y.conv(&walk.open(&w), None, conv));
            let weight = walk.when(1, || y.conv_weight_adjoint(&walk.open(&x), kernel, conv));
            let bias = has_bias.then(|| walk.when(2, || per_channel(&y)));
            Ok([input, weight].into_iter().chain(bias).collect())
        })
    }

    /// Spreads outputs of [`Var::conv`] over the inputs of length `lengths` that they saw.
    #[track_caller]
    fn conv_adjoint(&self, weight: &Self, lengths: &[usize], options: Conv) -> Self {
        let (y, w) = (self.save(0), weight.save(1));
        let value = self.tensor().conv_adjoint(weight.tensor(), lengths, options);
        Self::record("conv_adjoint", [self, weight], value, move |walk, x| {
            let kernel = &w.shape()[2..];
            Ok([
                walk.when(0, || x.conv(&walk.open(&w), None, options)),
                walk.when(1, || x.conv_weight_adjoint(&walk.open(&y), kernel, options)),
            ])
        })
    }

    /// Adds up what each tap of a weight of [`Var::conv`] was multiplied with.
    #[track_caller]
    fn conv_weight_adjoint(&self, output: &Self, kernel: &[usize], options: Conv) -> Self {
        let (x, y) = (self.save(0), output.save(1));
        let value = self.tensor().conv_weight_adjoint(output.tensor(), kernel, options);
        Self::record("conv_weight_adjoint", [self, output], value, move |walk, w| {
            let lengths = &x.shape()[2..];
            Ok([
                walk.when(0, || walk.open(&y).conv_adjoint(&w, lengths, options)),
                walk.when(1, || walk.open(&x).conv(&w, None, options)),
            ])
        })
    }
}

/// The sum of each channel: `[images, channels, length ..]` → `[channels]`.
fn per_channel(y: &Var) -> Var {
    let shape = y.shape();
    let places = shape[2..].iter().product();
    y.reshape([shape[0], shape[1], places]).sum_axis(-1).sum_axis(0)
}
