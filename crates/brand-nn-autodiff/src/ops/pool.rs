//! Pools: the largest, the mean or a norm of each window of an image.

use crate::{
    Result, Var,
    ops::resize::{expect, resampled},
};
use brand_nn_tensor::{PerAxis, Pool, Resample, Tensor};

impl Var {
    /// The largest element of each window; its gradient goes to the first one of equals.
    ///
    /// Padding is never the largest, NaN always is.
    ///
    /// # Shapes
    /// `[images, channels, length ..]`, with 1, 2 or 3 axes of lengths.
    ///
    /// # Panics
    /// If shape or settings do not fit, or a window sees padding alone.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::{Pool, Tensor};
    ///
    /// let x = Var::leaf(Tensor::from([[[1.0, 3.0, 7.0, 7.0]]]));
    /// let y = x.max_pool(Pool::new(2));
    /// assert_eq!(y.tensor(), &Tensor::from([[[3.0, 7.0]]]));
    /// let slope = y.sum().backward()?.get(&x).unwrap();
    /// assert_eq!(slope, Tensor::from([[[0.0, 1.0, 1.0, 0.0]]]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[doc(alias = "max_pool1d")]
    #[doc(alias = "max_pool2d")]
    #[must_use]
    #[track_caller]
    pub fn max_pool(&self, options: Pool) -> Self {
        self.max_pool_with_places(options).0
    }

    /// [`Var::max_pool`], and the place of each element in its channel, as i64.
    ///
    /// # Panics
    /// As [`Var::max_pool`].
    #[doc(alias = "return_indices")]
    #[must_use]
    #[track_caller]
    pub fn max_pool_with_places(&self, options: Pool) -> (Self, Tensor) {
        let (value, places) = self.tensor().max_pool(options);
        (picked("max_pool", self, value, &places), places)
    }

    /// The largest element of each of `lengths` windows an axis.
    ///
    /// # Panics
    /// If the shape does not fit, or a length is 0.
    #[must_use]
    #[track_caller]
    pub fn adaptive_max_pool(&self, lengths: impl Into<PerAxis>) -> Self {
        let (value, places) = self.tensor().adaptive_max_pool(lengths);
        picked("adaptive_max_pool", self, value, &places)
    }

    /// The largest element of each channel: `[images, channels, length ..]` → `[images, channels]`.
    ///
    /// # Panics
    /// If the shape does not fit, or a channel has no element.
    #[must_use]
    #[track_caller]
    pub fn global_max_pool(&self) -> Self {
        let pooled = self.adaptive_max_pool(1);
        pooled.reshape(&pooled.shape()[..2])
    }

    /// Puts elements back where [`Var::max_pool_with_places`] found them, zeros elsewhere.
    ///
    /// A place that windows share gets the sum of its elements.
    ///
    /// # Shapes
    /// `self` and `places` `[images, channels, ..]` → `[images, channels, lengths ..]`.
    ///
    /// # Errors
    /// If a place lies outside its channel, or shapes or dtypes do not fit.
    pub fn max_unpool(&self, places: &Tensor, lengths: &[usize]) -> Result<Self> {
        let (value, kept) = (self.tensor().scatter_places(places, lengths)?, places.clone());
        Ok(Self::record("max_unpool", [self], value, move |walk, y| {
            let value = y.tensor().gather_places(&kept)?;
            Ok([walk.when(0, || picked("max_pool", &y, value, &kept))])
        }))
    }

    /// The mean of each window.
    ///
    /// # Shapes
    /// `[images, channels, length ..]`, with 1, 2 or 3 axes of lengths.
    ///
    /// # Panics
    /// If shape or settings do not fit, or a window sees padding alone.
    #[doc(alias = "avg_pool1d")]
    #[doc(alias = "avg_pool2d")]
    #[must_use]
    #[track_caller]
    pub fn avg_pool(&self, options: Pool) -> Self {
        resampled(self, &expect(Resample::avg_pool(self.shape(), options)))
    }

    /// The mean of each of `lengths` windows an axis, which share it as evenly as can be.
    ///
    /// # Panics
    /// If the shape does not fit, or a length is 0.
    #[must_use]
    #[track_caller]
    pub fn adaptive_avg_pool(&self, lengths: impl Into<PerAxis>) -> Self {
        resampled(self, &expect(Resample::adaptive_avg_pool(self.shape(), lengths)))
    }

    /// The mean of each channel: `[images, channels, length ..]` → `[images, channels]`.
    ///
    /// # Panics
    /// If the shape does not fit, or a channel has no element.
    #[must_use]
    #[track_caller]
    pub fn global_avg_pool(&self) -> Self {
        let pooled = self.adaptive_avg_pool(1);
        pooled.reshape(&pooled.shape()[..2])
    }

    /// The p-norm of each window, (Σ |x|ᵖ)^(1/p); where it is 0, so is its slope.
    ///
    /// # Shapes
    /// `[images, channels, length ..]`, with 1, 2 or 3 axes of lengths.
    ///
    /// # Panics
    /// If shape or settings do not fit, or a window sees padding alone.
    #[must_use]
    #[track_caller]
    pub fn lp_pool(&self, p: f64, options: Pool) -> Self {
        let sums = expect(Resample::sum_pool(self.shape(), options));
        let sums = resampled(&self.abs().powf(p), &sums);
        let zero = sums.tensor().equal_to(0.0);
        sums.masked_fill(&zero, 1.0).powf(1.0 / p).masked(&zero.not())
    }
}

/// The elements of `x` at their places, which lie inside; their gradients go back there.
pub(crate) fn picked(op: &'static str, x: &Var, value: Tensor, places: &Tensor) -> Var {
    let (kept, lengths) = (places.clone(), x.shape()[2..].to_vec());
    Var::record(op, [x], value, move |walk, y| {
        let back = y.max_unpool(&kept, &lengths)?;
        Ok([walk.when(0, || back)])
    })
}
