//! Rows without their mean and spread, and the way back through them.

use brand_nn_kernels::{Buffer, Norm, NormSaved, norm, norm_backward};

use crate::Tensor;
use crate::error::expect;
use crate::storage::{Float, float_dtype};
use crate::tensor::not_float;

/// Normalisation of rows, for layer, group and batch norms.
impl Tensor {
    /// Normalises rows and scales them: the result, and `[rows, 2]` statistics for the way back.
    ///
    /// All elements in row-major order are cut into rows; [`Norm`] has the formula.
    ///
    /// # Panics
    /// If the sizes do not fit, or the dtypes are not all `f32` or all `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_kernels::Norm;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let layer = Norm { len: 2, groups: 1, channels: 2, centred: true, epsilon: 0.0 };
    /// let (weight, bias) = (Tensor::from([1.0, 1.0]), Tensor::from([0.0, 10.0]));
    /// let (y, statistics) = Tensor::from([[1.0, 5.0]]).norm_rows(&layer, 1, &weight, &bias);
    /// assert_eq!(y, Tensor::from([[-1.0, 11.0]]));
    /// assert_eq!(statistics, Tensor::from([[3.0, 0.5]])); // mean and one over the spread
    /// ```
    #[track_caller]
    #[must_use]
    pub fn norm_rows(&self, by: &Norm, rows: usize, weight: &Self, bias: &Self) -> (Self, Self) {
        let result = float_dtype!(
            self.dtype(),
            T => Ok(self.normalised::<T>(by, rows, weight, bias)),
            else Err(not_float("norm_rows", self.dtype()))
        );
        expect(result)
    }

    #[track_caller]
    fn normalised<T: Float>(&self, by: &Norm, rows: usize, w: &Self, b: &Self) -> (Self, Self) {
        let mut out = Buffer::stale(self.size());
        let mut statistics = Buffer::stale(2 * rows);
        norm::<T>(by, &self.data(), [&w.data(), &b.data()], &mut out, &mut statistics);
        let statistics = Self::from_raw::<T>(statistics, [rows, 2].into());
        (self.like::<T>(out), statistics)
    }

    /// The gradient of [`Tensor::norm_rows`] at `self`; with `weights` also that of both vectors.
    ///
    /// # Panics
    /// As [`Tensor::norm_rows`].
    #[track_caller]
    #[must_use]
    pub fn norm_rows_backward(
        &self,
        by: &Norm,
        [statistics, weight]: [&Self; 2],
        gradient: &Self,
        weights: bool,
    ) -> (Self, Option<[Self; 2]>) {
        let result = float_dtype!(
            self.dtype(),
            T => Ok(self.norm_slopes::<T>(by, [statistics, weight], gradient, weights)),
            else Err(not_float("norm_rows_backward", self.dtype()))
        );
        expect(result)
    }

    #[track_caller]
    fn norm_slopes<T: Float>(
        &self,
        by: &Norm,
        [statistics, weight]: [&Self; 2],
        gradient: &Self,
        weights: bool,
    ) -> (Self, Option<[Self; 2]>) {
        let (x, s, w) = (self.data::<T>(), statistics.data::<T>(), weight.data::<T>());
        let saved = NormSaved { x: &x, weight: &w, statistics: &s };
        let mut dx = Buffer::stale(self.size());
        let mut slopes = weights.then(|| [weight, weight].map(|w| Buffer::stale(w.size())));
        let windows = slopes.as_mut().map(|both| both.each_mut().map(|slope| &mut slope[..]));
        norm_backward::<T>(by, saved, &gradient.data(), &mut dx, windows);
        let vector = |slope| weight.like::<T>(slope);
        (self.like::<T>(dx), slopes.map(|both| both.map(vector)))
    }
}
