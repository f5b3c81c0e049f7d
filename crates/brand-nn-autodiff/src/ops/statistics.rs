//! Spreads, norms, ranks and counts of elements.

use super::reduce::{all_axes, kept_shape};
use crate::{Var, saved::Saved};
use brand_nn_tensor::Tensor;

/// Spreads.
impl Var {
    /// The population variance of all elements, Σ (x − mean)² / n.
    #[must_use]
    pub fn var(&self) -> Self {
        self.var_axes(&all_axes(self), false)
    }

    /// The population variance along one axis, which goes away.
    #[must_use]
    #[track_caller]
    pub fn var_axis(&self, axis: isize) -> Self {
        self.var_axes(&[axis], false)
    }

    /// The population variance along some axes; `keep` leaves them with length one.
    #[must_use]
    #[track_caller]
    pub fn var_axes(&self, axes: &[isize], keep: bool) -> Self {
        self.var_corrected(axes, 0.0, keep)
    }

    /// The variance along some axes, Σ (x − mean)² / (n − correction); of a sample with 1.
    ///
    /// Where `n` is not above the correction it is infinite, or NaN without any deviation.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([1.0, 2.0, 3.0]));
    /// assert_eq!(x.var_corrected(&[0], 1.0, false).item(), 1.0);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn var_corrected(&self, axes: &[isize], correction: f64, keep: bool) -> Self {
        let (kept, x) = (kept_shape(self.shape(), axes), self.save(0));
        let count = self.tensor().size() as f64 / kept.size() as f64;
        let (share, axes) = (2.0 / (count - correction).max(0.0), axes.to_vec());
        let value = self.tensor().var_corrected(&axes, correction, keep);
        Self::record("var", [self], value, move |walk, gradient| {
            let x = walk.open(&x);
            let deviation = &x - x.mean_axes(&axes, true);
            Ok([walk.when(0, || deviation * (gradient.reshape(&kept) * share))])
        })
    }

    /// The variance of [`Var::var_corrected`] and the mean.
    #[track_caller]
    pub fn var_mean(&self, axes: &[isize], correction: f64, keep: bool) -> (Self, Self) {
        (self.var_corrected(axes, correction, keep), self.mean_axes(axes, keep))
    }

    /// The population standard deviation of all elements; its slope at 0 is 0.
    #[must_use]
    pub fn std(&self) -> Self {
        self.std_axes(&all_axes(self), false)
    }

    /// The population standard deviation along one axis, which goes away; its slope at 0 is 0.
    #[must_use]
    #[track_caller]
    pub fn std_axis(&self, axis: isize) -> Self {
        self.std_axes(&[axis], false)
    }

    /// The population standard deviation along some axes; `keep` leaves them with length one.
    #[must_use]
    #[track_caller]
    pub fn std_axes(&self, axes: &[isize], keep: bool) -> Self {
        self.std_corrected(axes, 0.0, keep)
    }

    /// The square root of [`Var::var_corrected`]; its slope at 0 is 0.
    #[must_use]
    #[track_caller]
    pub fn std_corrected(&self, axes: &[isize], correction: f64, keep: bool) -> Self {
        root(&self.var_corrected(axes, correction, keep))
    }
}

/// Norms.
impl Var {
    /// The sum of squares along some axes; `keep` leaves them with length one.
    #[must_use]
    #[track_caller]
    pub fn sum_squares(&self, axes: &[isize], keep: bool) -> Self {
        let (kept, x) = (kept_shape(self.shape(), axes), self.save(0));
        let value = self.tensor().square().sum_axes(axes, keep);
        Self::record("sum_squares", [self], value, move |walk, gradient| {
            Ok([walk.when(0, || walk.open(&x) * (gradient.reshape(&kept) * 2.0))])
        })
    }

    /// The Euclidean norm of all elements; its slope at zero is zero.
    #[must_use]
    pub fn norm(&self) -> Self {
        self.norm_axes(2.0, &all_axes(self), false)
    }

    /// The norm of order `p` along some axes, (Σ |x|ᵖ)^(1/p); where it is 0 its slope is 0.
    ///
    /// Of order ∞ the largest magnitude, of −∞ the smallest, shared by ties; of order 0 the count
    /// of what is not 0, with the slope 0. `keep` leaves the axes with length one.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([3.0, -4.0]));
    /// assert_eq!(x.norm_axes(1.0, &[0], false).item(), 7.0);
    /// assert_eq!(x.norm_axes(2.0, &[0], false).item(), 5.0);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn norm_axes(&self, p: f64, axes: &[isize], keep: bool) -> Self {
        match p {
            0.0 => self.sign().abs().sum_axes(axes, keep),
            1.0 => self.abs().sum_axes(axes, keep),
            2.0 => root(&self.sum_squares(axes, keep)),
            f64::INFINITY => self.abs().max_axes(axes, keep),
            f64::NEG_INFINITY => self.abs().min_axes(axes, keep),
            p => norm_of_order(p, self, axes, keep),
        }
    }

    /// Divides by the norm of order `p` along an axis, or by `epsilon` where that is larger.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([[3.0, 4.0], [0.0, 0.0]]));
    /// let y = x.normalize(2.0, 1, 1e-12);
    /// assert_eq!(y.tensor(), &Tensor::from([[0.6, 0.8], [0.0, 0.0]]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn normalize(&self, p: f64, axis: isize, epsilon: f64) -> Self {
        self / self.norm_axes(p, &[axis], true).clamp(epsilon, f64::INFINITY)
    }
}

/// The square root, whose slope at 0 is 0.
fn root(x: &Var) -> Var {
    let value = x.tensor().sqrt();
    let y = Saved::output(&value);
    Var::record("root", [x], value, move |walk, gradient| {
        let at_zero = y.value().equal_to(0.0);
        let y = walk.open(&y).masked_fill(&at_zero, 1.0);
        Ok([walk.when(0, || gradient.masked(&at_zero.not()) * 0.5 / y)])
    })
}

/// The slope is sign(x) (|x| / norm)ᵖ⁻¹, and 0 where x or the norm is.
fn norm_of_order(p: f64, x: &Var, axes: &[isize], keep: bool) -> Var {
    let kept = kept_shape(x.shape(), axes);
    let value = x.tensor().norm_axes(p, axes, keep);
    let (x, y, input) = (x.save(0), Saved::output(&value), x);
    Var::record("norm", [input], value, move |walk, gradient| {
        let (none, at_zero) = (x.value().equal_to(0.0), y.value().equal_to(0.0));
        let norm = walk.open(&y).masked_fill(&at_zero, 1.0).reshape(&kept);
        let gradient = gradient.masked(&at_zero.not()).reshape(&kept);
        let share = || (walk.open(&x).abs().masked_fill(&none, 1.0) / norm).powf(p - 1.0);
        Ok([walk.when(0, || walk.open(&x).sign() * share() * gradient)])
    })
}

/// Sums that pass over NaN, and elements by their rank.
impl Var {
    /// The sum along some axes of all elements that are not NaN, which get no gradient.
    #[must_use]
    #[track_caller]
    pub fn nansum(&self, axes: &[isize], keep: bool) -> Self {
        self.masked(&self.tensor().is_nan().not()).sum_axes(axes, keep)
    }

    /// The mean along some axes of all elements that are not NaN; NaN where all are.
    #[must_use]
    #[track_caller]
    pub fn nanmean(&self, axes: &[isize], keep: bool) -> Self {
        let there = self.tensor().is_nan().not().to(self.dtype());
        self.nansum(axes, keep) / there.sum_axes(axes, keep)
    }

    /// The element in the middle of all; the lower of two, NaN if any element is.
    #[must_use]
    #[track_caller]
    pub fn median(&self) -> Self {
        self.flatten().median_axis(0).0
    }

    /// The element in the middle along one axis, and its i64 position; the lower of two.
    ///
    /// The gradient goes to that element. NaN if any element is.
    #[track_caller]
    pub fn median_axis(&self, axis: isize) -> (Self, Tensor) {
        let (_, positions) = self.tensor().median_axis(axis);
        (self.gather(axis, &positions.unsqueeze(axis)).squeeze(axis), positions)
    }

    /// The value below which a share `q` lies along one axis, between two elements linearly.
    ///
    /// NaN if any element is.
    ///
    /// # Panics
    /// If `q` is not in `0..=1`, or the axis is empty.
    #[must_use]
    #[track_caller]
    pub fn quantile(&self, q: f64, axis: isize) -> Self {
        let (ends, share) = self.tensor().quantile_ends(q, axis);
        let [low, high] = ends.map(|(_, positions)| self.gather(axis, &positions));
        let between = if share == 0.0 { low } else { low * (1.0 - share) + high * share };
        between.squeeze(axis)
    }
}

/// Positions and counts, which are constants.
impl Var {
    /// The position of the largest element along one axis, as i64: the first of equals.
    #[must_use]
    #[track_caller]
    pub fn argmax(&self, axis: isize) -> Tensor {
        self.tensor().argmax(axis)
    }

    /// The position of the smallest element along one axis, as i64: the first of equals.
    #[must_use]
    #[track_caller]
    pub fn argmin(&self, axis: isize) -> Tensor {
        self.tensor().argmin(axis)
    }

    /// How many elements along some axes are not 0, as i64.
    #[must_use]
    #[track_caller]
    pub fn count_nonzero(&self, axes: &[isize], keep: bool) -> Tensor {
        self.tensor().count_nonzero(axes, keep)
    }
}
