//! Spreads, norms and ranks of elements, along axes.

use crate::error::expect;
use crate::{DType, Error, Result, Tensor};

/// Spreads with a correction, as PyTorch has them.
impl Tensor {
    /// The variance along some axes, `Σ (x − mean)² / (n − correction)`, and the mean.
    ///
    /// A correction of 0 is that of the population, 1 that of a sample. Where `n` is not above
    /// the correction the variance is infinite, or NaN without any deviation.
    ///
    /// # Panics
    /// If an axis is outside the shape or named twice, or the dtype isn't `f32` or `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (variance, mean) = Tensor::from([1.0, 2.0, 3.0]).var_mean(&[0], 1.0, false);
    /// assert_eq!((variance.item(), mean.item()), (1.0, 2.0));
    /// ```
    #[track_caller]
    pub fn var_mean(&self, axes: &[isize], correction: f64, keep: bool) -> (Self, Self) {
        let mean = self.mean_axes(axes, true);
        let squares = (self - &mean).square().sum_axes(axes, keep);
        let share = degrees(self.count_along(axes), correction);
        let mean = if keep { mean } else { mean.reshape(squares.shape()) };
        (squares / share, mean)
    }

    /// The variance along some axes, `Σ (x − mean)² / (n − correction)`; see [`Tensor::var_mean`].
    ///
    /// # Panics
    /// As [`Tensor::var_mean`].
    #[track_caller]
    #[must_use]
    pub fn var_corrected(&self, axes: &[isize], correction: f64, keep: bool) -> Self {
        self.var_mean(axes, correction, keep).0
    }

    /// The square root of [`Tensor::var_corrected`].
    ///
    /// # Panics
    /// As [`Tensor::var_mean`].
    #[track_caller]
    #[must_use]
    pub fn std_corrected(&self, axes: &[isize], correction: f64, keep: bool) -> Self {
        self.var_corrected(axes, correction, keep).sqrt()
    }

    /// How many elements become one when these axes are reduced.
    fn count_along(&self, axes: &[isize]) -> usize {
        axes.iter().map(|&axis| self.dim(axis)).product()
    }
}

/// What a sum of squares is divided by: never less than nothing.
fn degrees(count: usize, correction: f64) -> f64 {
    (count as f64 - correction).max(0.0)
}

/// Norms and sums of exponentials.
impl Tensor {
    /// The norm of order `p` along some axes, `(Σ |x|ᵖ)^(1/p)`.
    ///
    /// Of order ∞ the largest magnitude, of −∞ the smallest, of 0 the count of what is not 0.
    ///
    /// # Panics
    /// If an axis is outside the shape or named twice, or the dtype isn't `f32` or `f64`; of
    /// order ±∞ also if there is nothing to choose from.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Tensor::from([3.0, -4.0]);
    /// assert_eq!(x.norm_axes(1.0, &[0], false).item(), 7.0);
    /// assert_eq!(x.norm_axes(2.0, &[0], false).item(), 5.0);
    /// assert_eq!(x.norm_axes(f64::INFINITY, &[0], false).item(), 4.0);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn norm_axes(&self, p: f64, axes: &[isize], keep: bool) -> Self {
        expect(self.require_float("norm_axes"));
        match p {
            0.0 => self.not_equal_to(0.0).to(self.dtype()).sum_axes(axes, keep),
            1.0 => self.abs().sum_axes(axes, keep),
            2.0 => self.square().sum_axes(axes, keep).sqrt(),
            f64::INFINITY => self.abs().max_axes(axes, keep),
            f64::NEG_INFINITY => self.abs().min_axes(axes, keep),
            p => self.abs().powf(p).sum_axes(axes, keep).powf(1.0 / p),
        }
    }

    /// `ln Σ e^x` along some axes, without overflow; −∞ of nothing.
    ///
    /// # Panics
    /// If an axis is outside the shape or named twice, or the dtype isn't `f32` or `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let sum = Tensor::from([[1e4, 1e4]]).logsumexp_axes(&[0, 1], false).item();
    /// assert!((sum - (1e4 + 2f64.ln())).abs() < 1e-9);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn logsumexp_axes(&self, axes: &[isize], keep: bool) -> Self {
        expect(self.require_float("logsumexp"));
        let axes = expect(self.shape().axes("logsumexp", axes));
        let axes: Vec<isize> = axes.iter().map(|&axis| axis as isize).collect();
        let empty = self.is_empty();
        let highest = if empty { self.sum_axes(&axes, true) } else { self.max_axes(&axes, true) };
        let highest = highest.masked(&highest.is_finite());
        let sum = (self - &highest).exp().sum_axes(&axes, true).log() + highest;
        if keep { sum } else { axes_dropped(&sum, &axes) }
    }
}

/// The tensor without axes of length 1.
fn axes_dropped(x: &Tensor, axes: &[isize]) -> Tensor {
    let kept = |&axis: &usize| !axes.contains(&(axis as isize));
    let dims: Vec<usize> = (0..x.ndim()).filter(kept).map(|axis| x.shape()[axis]).collect();
    x.reshape(dims)
}

/// Reductions that pass over NaN, and counts.
impl Tensor {
    /// The sum along some axes of all elements that are not NaN.
    ///
    /// # Panics
    /// If an axis is outside the shape or named twice, or the dtype is `bf16` or `f16`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0, f64::NAN, 3.0]).nansum(&[0], false).item(), 4.0);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn nansum(&self, axes: &[isize], keep: bool) -> Self {
        self.masked(&self.is_nan().not()).sum_axes(axes, keep)
    }

    /// The mean along some axes of all elements that are not NaN; NaN where all are.
    ///
    /// # Panics
    /// If an axis is outside the shape or named twice, or the dtype isn't `f32` or `f64`.
    #[track_caller]
    #[must_use]
    pub fn nanmean(&self, axes: &[isize], keep: bool) -> Self {
        expect(self.require_float("nanmean"));
        let there = self.is_nan().not();
        self.masked(&there).sum_axes(axes, keep) / there.to(self.dtype()).sum_axes(axes, keep)
    }

    /// How many elements along some axes are not 0, as `i64`.
    ///
    /// # Panics
    /// If an axis is outside the shape or named twice, or the dtype is `bf16` or `f16`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([0, 5, 7]).count_nonzero(&[0], false), Tensor::from(2i64));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn count_nonzero(&self, axes: &[isize], keep: bool) -> Self {
        self.not_equal_to(0.0).sum_axes(axes, keep)
    }
}

/// Elements by their rank.
impl Tensor {
    /// The element in the middle of all; the lower of two, NaN if any element is.
    ///
    /// # Panics
    /// If there is none, or the dtype is no number type.
    #[track_caller]
    #[must_use]
    pub fn median(&self) -> Self {
        self.flatten().median_axis(0).0
    }

    /// The element in the middle along an axis, and its `i64` position; the lower of two.
    ///
    /// NaN if any element is. [`Tensor::quantile`] of ½ is halfway between the two.
    ///
    /// # Panics
    /// If the axis is empty or outside the shape, or the dtype is no number type.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (middle, position) = Tensor::from([30, 10, 20, 40]).median_axis(0);
    /// assert_eq!((middle.item(), position.item()), (20.0, 2.0));
    /// ```
    #[track_caller]
    pub fn median_axis(&self, axis: isize) -> (Self, Self) {
        let last = expect(self.last_on("median", axis));
        let (values, positions) = self.ranked(axis, last / 2);
        (values.squeeze(axis), positions.squeeze(axis))
    }

    /// The value below which a share `q` lies along an axis, between two elements linearly.
    ///
    /// NaN if any element is.
    ///
    /// # Panics
    /// If `q` is not in `0..=1`, the axis is empty or outside the shape, or the dtype isn't `f32`
    /// or `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([4.0, 1.0, 2.0]).quantile(0.75, 0).item(), 3.0);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn quantile(&self, q: f64, axis: isize) -> Self {
        let ([(low, _), (high, _)], share) = self.quantile_ends(q, axis);
        let between = if share == 0.0 { low } else { low * (1.0 - share) + high * share };
        between.squeeze(axis)
    }

    /// The two elements that a quantile lies between, on an axis of length 1, with their `i64`
    /// positions, and how far it lies from the first.
    ///
    /// # Panics
    /// As [`Tensor::quantile`].
    #[track_caller]
    pub fn quantile_ends(&self, q: f64, axis: isize) -> ([(Self, Self); 2], f64) {
        expect(self.require_float("quantile"));
        assert!((0.0..=1.0).contains(&q), "quantile: q {q}, expected 0 to 1; help: 5 % is 0.05");
        let rank = expect(self.last_on("quantile", axis)) as f64 * q;
        ([rank.floor(), rank.ceil()].map(|rank| self.ranked(axis, rank as usize)), rank.fract())
    }

    /// The number of the last element of an axis that is not empty.
    fn last_on(&self, op: &'static str, axis: isize) -> Result<usize> {
        let at = self.shape().axis(op, axis)?;
        self.shape()[at].checked_sub(1).ok_or_else(|| Error::Shape {
            op,
            got: self.shape().clone(),
            expected: "at least one element to choose from".into(),
            help: "check is_empty() before",
        })
    }

    /// The element of a rank along an axis that stays with length 1; NaN where any element is.
    fn ranked(&self, axis: isize, rank: usize) -> (Self, Self) {
        let last = self.dim(axis) - 1;
        let (sorted, order) = self.sort(axis, false);
        let positions = order.slice(axis, rank..rank + 1);
        // NaN comes last in the order.
        let spoilt = sorted.slice(axis, last..last + 1).is_nan();
        let positions = Self::where_(&spoilt, &order.slice(axis, last..last + 1), &positions);
        (self.gather(axis, &positions), positions)
    }
}

/// Equality but for rounding.
impl Tensor {
    /// Where two elements are as good as equal, `|a − b| ≤ absolute + relative |b|`.
    ///
    /// Infinities are close to themselves, NaN to nothing. PyTorch's tolerances are 1e-5 relative
    /// and 1e-8 absolute.
    ///
    /// # Panics
    /// If the shapes don't broadcast, or the dtypes differ or are no number types.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let close = Tensor::from([1.0, 2.0]).isclose(&Tensor::from([1.000_001, 2.1]), 1e-5, 1e-8);
    /// assert_eq!(close, Tensor::from([true, false]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn isclose(&self, other: &Self, relative: f64, absolute: f64) -> Self {
        let equal = self.equal(other);
        let (a, b) = (self.to(DType::F64), other.to(DType::F64));
        let near = (a - &b).abs().less_equal(&(b.abs() * relative + absolute));
        equal.or(&near.and(&b.is_finite()))
    }

    /// Whether all elements are as good as equal; see [`Tensor::isclose`].
    ///
    /// # Panics
    /// If the shapes don't broadcast, or the dtypes differ or are no number types.
    #[track_caller]
    pub fn allclose(&self, other: &Self, relative: f64, absolute: f64) -> bool {
        self.isclose(other, relative, absolute).all()
    }
}
