//! Images of another size: interpolation, windows as columns, channels turned into places.

use crate::Var;
use brand_nn_tensor::{Conv, Interpolation, PerAxis, Resample};

impl Var {
    /// Elements in other numbers along each axis, by values between the old ones.
    ///
    /// # Shapes
    /// `[images, channels, length ..]` → `[images, channels, lengths ..]`.
    ///
    /// # Panics
    /// If the shape does not fit, or a length is 0.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::{Interpolation, Tensor};
    ///
    /// let x = Var::leaf(Tensor::from([[[1.0, 3.0]]]));
    /// let y = x.interpolate(3, Interpolation::Linear { align_corners: true });
    /// assert_eq!(y.tensor(), &Tensor::from([[[1.0, 2.0, 3.0]]]));
    /// ```
    #[doc(alias = "upsample")]
    #[doc(alias = "resize")]
    #[must_use]
    #[track_caller]
    pub fn interpolate(&self, lengths: impl Into<PerAxis>, interpolation: Interpolation) -> Self {
        resampled(self, &expect(Resample::interpolate(self.shape(), lengths, interpolation)))
    }

    /// All windows of images as columns: what a convolution multiplies with its weight.
    ///
    /// # Shapes
    /// `[images, channels, length ..]` → `[images, channels · taps, places]`.
    ///
    /// # Panics
    /// If shape or settings do not fit, or there is more than one group.
    #[doc(alias = "im2col")]
    #[must_use]
    #[track_caller]
    pub fn unfold(&self, kernel: impl Into<PerAxis>, options: Conv) -> Self {
        let kernel = kernel.into();
        let (value, lengths) = (self.tensor().unfold(kernel, options), self.shape()[2..].to_vec());
        Self::record("unfold", [self], value, move |walk, y| {
            Ok([walk.when(0, || y.fold(&lengths, kernel, options))])
        })
    }

    /// Adds the columns of [`Var::unfold`] up where they came from: its adjoint.
    ///
    /// # Shapes
    /// `[images, channels · taps, places]` → `[images, channels, lengths ..]`.
    ///
    /// # Panics
    /// If shape or settings do not fit, or there is more than one group.
    #[doc(alias = "col2im")]
    #[must_use]
    #[track_caller]
    pub fn fold(&self, lengths: &[usize], kernel: impl Into<PerAxis>, options: Conv) -> Self {
        let kernel = kernel.into();
        let value = self.tensor().fold(lengths, kernel, options);
        Self::record("fold", [self], value, move |walk, y| {
            Ok([walk.when(0, || y.unfold(kernel, options))])
        })
    }

    /// Turns channels into places: each group of r² channels becomes blocks of r × r.
    ///
    /// # Shapes
    /// `[images, channels · r², height, width]` → `[images, channels, height · r, width · r]`.
    ///
    /// # Panics
    /// If there are other axes, or the channels are no multiple of r².
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::from(Tensor::arange(4).reshape([1, 4, 1, 1]));
    /// assert_eq!(x.pixel_shuffle(2).tensor(), &Tensor::arange(4).reshape([1, 1, 2, 2]));
    /// ```
    #[doc(alias = "depth_to_space")]
    #[must_use]
    #[track_caller]
    pub fn pixel_shuffle(&self, r: usize) -> Self {
        let [n, c, h, w] = image("pixel_shuffle", self);
        assert!(
            r > 0 && c.is_multiple_of(r * r),
            "pixel_shuffle: shape {}, expected channels that {r}² divides; \
             help: a block of r × r places is made of r² channels",
            self.shape()
        );
        let c = c / (r * r);
        let blocks = self.reshape([n, c, r, r, h, w]).permute(&[0, 1, 4, 2, 5, 3]);
        blocks.reshape([n, c, h * r, w * r])
    }

    /// Turns places into channels: each block of r × r becomes r² channels.
    ///
    /// # Shapes
    /// `[images, channels, height · r, width · r]` → `[images, channels · r², height, width]`.
    ///
    /// # Panics
    /// If there are other axes, or height or width is no multiple of r.
    #[doc(alias = "space_to_depth")]
    #[must_use]
    #[track_caller]
    pub fn pixel_unshuffle(&self, r: usize) -> Self {
        let [n, c, h, w] = image("pixel_unshuffle", self);
        assert!(
            r > 0 && h.is_multiple_of(r) && w.is_multiple_of(r),
            "pixel_unshuffle: shape {}, expected height and width that {r} divides; \
             help: pad the image, or slice it",
            self.shape()
        );
        let (h, w) = (h / r, w / r);
        let blocks = self.reshape([n, c, h, r, w, r]).permute(&[0, 1, 3, 5, 2, 4]);
        blocks.reshape([n, c * r * r, h, w])
    }
}

/// Maps the axes of `x`; the gradient goes through the adjoint, which is such a map too.
#[track_caller]
pub(crate) fn resampled(x: &Var, map: &Resample) -> Var {
    let (value, map) = (x.tensor().resample(map), map.clone());
    Var::record(map.op(), [x], value, move |walk, y| {
        Ok([walk.when(0, || resampled(&y, &map.transposed()))])
    })
}

/// The map, or a panic with the error's words: settings are the program's own.
#[track_caller]
pub(crate) fn expect(map: brand_nn_tensor::Result<Resample>) -> Resample {
    map.unwrap_or_else(|error| panic!("{error}"))
}

/// The lengths of `[images, channels, height, width]`.
#[track_caller]
fn image(op: &'static str, x: &Var) -> [usize; 4] {
    x.tensor().dims().unwrap_or_else(|_| {
        panic!(
            "{op}: shape {}, expected [images, channels, height, width]; \
             help: unsqueeze(0) makes a batch of one image",
            x.shape()
        )
    })
}
