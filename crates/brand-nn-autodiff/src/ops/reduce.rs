//! Sums, means and extremes, of everything or along axes.

use super::pair::finite_log;
use crate::{Var, saved::Saved};
use brand_nn_tensor::{Shape, Tensor};

impl Var {
    /// The sum of all elements.
    #[must_use]
    pub fn sum(&self) -> Self {
        self.sum_axes(&all_axes(self), false)
    }

    /// The sum along one axis, which goes away.
    #[must_use]
    #[track_caller]
    pub fn sum_axis(&self, axis: isize) -> Self {
        self.sum_axes(&[axis], false)
    }

    /// The sum along some axes; `keep` leaves them with length one.
    #[must_use]
    #[track_caller]
    pub fn sum_axes(&self, axes: &[isize], keep: bool) -> Self {
        let (full, kept) = (self.shape().clone(), kept_shape(self.shape(), axes));
        let value = self.tensor().sum_axes(axes, keep);
        Self::record("sum", [self], value, move |walk, gradient| {
            Ok([walk.when(0, || gradient.reshape(&kept).expand(&full))])
        })
    }

    /// Sums over the axes that broadcasting had stretched, back to `shape`.
    #[must_use]
    #[track_caller]
    pub fn sum_to(&self, shape: &Shape) -> Self {
        if self.shape() == shape {
            return self.clone();
        }
        let full = self.shape().clone();
        let value = self.tensor().sum_to(shape);
        Self::record("sum_to", [self], value, move |walk, gradient| {
            Ok([walk.when(0, || gradient.expand(&full))])
        })
    }

    /// The mean of all elements; of none it is not a number.
    #[must_use]
    pub fn mean(&self) -> Self {
        self.mean_axes(&all_axes(self), false)
    }

    /// The mean along one axis, which goes away.
    #[must_use]
    #[track_caller]
    pub fn mean_axis(&self, axis: isize) -> Self {
        self.mean_axes(&[axis], false)
    }

    /// The mean along some axes; `keep` leaves them with length one.
    #[must_use]
    #[track_caller]
    pub fn mean_axes(&self, axes: &[isize], keep: bool) -> Self {
        let (full, kept) = (self.shape().clone(), kept_shape(self.shape(), axes));
        let share = (kept.size() as f64) / (full.size() as f64);
        let value = self.tensor().mean_axes(axes, keep);
        Self::record("mean", [self], value, move |walk, gradient| {
            Ok([walk.when(0, || (gradient * share).reshape(&kept).expand(&full))])
        })
    }

    /// The largest element; ties share the gradient evenly.
    #[must_use]
    #[track_caller]
    pub fn max(&self) -> Self {
        self.max_axes(&all_axes(self), false)
    }

    /// The smallest element; ties share the gradient evenly.
    #[must_use]
    #[track_caller]
    pub fn min(&self) -> Self {
        self.min_axes(&all_axes(self), false)
    }

    /// The largest element along one axis, which goes away; ties share the gradient evenly.
    #[must_use]
    #[track_caller]
    pub fn max_axis(&self, axis: isize) -> Self {
        self.max_axes(&[axis], false)
    }

    /// The smallest element along one axis, which goes away; ties share the gradient evenly.
    #[must_use]
    #[track_caller]
    pub fn min_axis(&self, axis: isize) -> Self {
        self.min_axes(&[axis], false)
    }

    /// The largest element along some axes; ties share the gradient evenly.
    #[must_use]
    #[track_caller]
    #[doc(alias = "amax")]
    pub fn max_axes(&self, axes: &[isize], keep: bool) -> Self {
        extreme("max", self, axes, self.tensor().max_axes(axes, keep))
    }

    /// The smallest element along some axes; ties share the gradient evenly.
    #[must_use]
    #[track_caller]
    #[doc(alias = "amin")]
    pub fn min_axes(&self, axes: &[isize], keep: bool) -> Self {
        extreme("min", self, axes, self.tensor().min_axes(axes, keep))
    }

    /// The logarithm of the sum of exponentials along one axis, without overflow.
    #[must_use]
    #[track_caller]
    pub fn logsumexp(&self, axis: isize) -> Self {
        self.logsumexp_axes(&[axis], false)
    }

    /// The logarithm of the sum of exponentials along some axes, without overflow.
    ///
    /// Where all are −∞ it is −∞, with the slope 0.
    #[must_use]
    #[track_caller]
    pub fn logsumexp_axes(&self, axes: &[isize], keep: bool) -> Self {
        let (kept, value) =
            (kept_shape(self.shape(), axes), self.tensor().logsumexp_axes(axes, keep));
        let (x, y) = (self.save(0), Saved::output(&value));
        Self::record("logsumexp", [self], value, move |walk, gradient| {
            let total = finite_log(&walk.open(&y)).reshape(&kept);
            let share = || (walk.open(&x) - total).exp();
            Ok([walk.when(0, || share() * gradient.reshape(&kept))])
        })
    }

    /// The running sum along one axis.
    #[must_use]
    #[track_caller]
    pub fn cumsum(&self, axis: isize) -> Self {
        let value = self.tensor().cumsum(axis);
        Self::record("cumsum", [self], value, move |walk, gradient| {
            let rest = || gradient.sum_axes(&[axis], true) - gradient.cumsum(axis) + &gradient;
            Ok([walk.when(0, rest)])
        })
    }
}

/// The gradient goes to the elements that equal the extreme, in equal shares.
fn extreme(op: &'static str, input: &Var, axes: &[isize], value: Tensor) -> Var {
    let kept = kept_shape(input.shape(), axes);
    let chosen = input.tensor().equal(&value.reshape(&kept)).to(value.dtype());
    let share = &chosen / chosen.sum_axes(axes, true);
    Var::record(op, [input], value, move |walk, gradient| {
        Ok([walk.when(0, || gradient.reshape(&kept) * &share)])
    })
}

pub(super) fn all_axes(x: &Var) -> Vec<isize> {
    (0..x.ndim() as isize).collect()
}

/// The shape with length one on the reduced axes.
pub(super) fn kept_shape(shape: &Shape, axes: &[isize]) -> Shape {
    let mut dims = shape.to_vec();
    let ndim = dims.len() as isize;
    for &axis in axes {
        let position = if axis < 0 { axis + ndim } else { axis };
        if let Some(len) = usize::try_from(position).ok().and_then(|i| dims.get_mut(i)) {
            *len = 1;
        }
    }
    dims.into()
}
