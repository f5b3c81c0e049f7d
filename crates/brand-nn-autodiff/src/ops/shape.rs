//! Ops that move elements and change none: reshape, axes, slices, padding, joining.

use crate::{Var, gradients::Flow};
use brand_nn_tensor::{Shape, Tensor};
use std::ops::Range;

impl Var {
    /// The same elements in another shape, in row-major order.
    ///
    /// # Panics
    /// If the number of elements differs.
    #[must_use]
    #[track_caller]
    pub fn reshape(&self, shape: impl Into<Shape>) -> Self {
        let before = self.shape().clone();
        Self::record("reshape", [self], self.tensor().reshape(shape), move |walk, gradient| {
            Ok([walk.when(0, || gradient.reshape(&before))])
        })
    }

    /// All elements in one axis.
    #[must_use]
    pub fn flatten(&self) -> Self {
        self.reshape([self.tensor().size()])
    }

    /// Swaps two axes.
    #[must_use]
    #[track_caller]
    pub fn transpose(&self, a: isize, b: isize) -> Self {
        let value = self.tensor().transpose(a, b);
        Self::record("transpose", [self], value, move |walk, gradient| {
            Ok([walk.when(0, || gradient.transpose(a, b))])
        })
    }

    /// Swaps the last two axes: the matrix transpose.
    #[must_use]
    #[track_caller]
    pub fn t(&self) -> Self {
        self.transpose(-2, -1)
    }

    /// Brings the axes into a new order.
    ///
    /// # Panics
    /// If `axes` is not a permutation of the axes.
    #[must_use]
    #[track_caller]
    pub fn permute(&self, axes: &[isize]) -> Self {
        let value = self.tensor().permute(axes);
        let ndim = self.ndim() as isize;
        let mut inverse = vec![0; axes.len()];
        for (to, &from) in (0..).zip(axes) {
            inverse[from.rem_euclid(ndim) as usize] = to;
        }
        Self::record("permute", [self], value, move |walk, gradient| {
            Ok([walk.when(0, || gradient.permute(&inverse))])
        })
    }

    /// Stretches axes of length one to `shape`, and adds axes in front, without copying.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[must_use]
    #[track_caller]
    pub fn expand(&self, shape: impl Into<Shape>) -> Self {
        let before = self.shape().clone();
        Self::record("expand", [self], self.tensor().expand(shape), move |walk, gradient| {
            Ok([walk.when(0, || gradient.sum_to(&before))])
        })
    }

    /// Adds an axis of length one.
    #[must_use]
    #[track_caller]
    pub fn unsqueeze(&self, axis: isize) -> Self {
        self.reshape(self.tensor().unsqueeze(axis).shape())
    }

    /// Removes an axis of length one.
    ///
    /// # Panics
    /// If its length is another.
    #[must_use]
    #[track_caller]
    pub fn squeeze(&self, axis: isize) -> Self {
        self.reshape(self.tensor().squeeze(axis).shape())
    }

    /// Takes a range of positions along one axis.
    ///
    /// # Panics
    /// If the range goes beyond the axis.
    #[must_use]
    #[track_caller]
    pub fn slice(&self, axis: isize, range: Range<usize>) -> Self {
        let after = self.tensor().dim(axis).saturating_sub(range.end);
        let value = self.tensor().slice(axis, range.clone());
        Self::record("slice", [self], value, move |walk, gradient| {
            Ok([walk.when(0, || gradient.pad(axis, range.start, after, 0.0))])
        })
    }

    /// Takes one position along one axis, which goes away.
    ///
    /// # Panics
    /// If the position is beyond the axis.
    #[must_use]
    #[track_caller]
    pub fn select(&self, axis: isize, index: usize) -> Self {
        self.slice(axis, index..index + 1).squeeze(axis)
    }

    /// Cuts one axis into parts of the given lengths.
    ///
    /// # Panics
    /// If they do not add up to the axis.
    #[must_use]
    #[track_caller]
    pub fn split(&self, axis: isize, lengths: &[usize]) -> Vec<Self> {
        let (total, len) = (lengths.iter().sum::<usize>(), self.tensor().dim(axis));
        assert!(total == len, "split: the parts {lengths:?} are {total}, the axis is {len} long");
        let ends = lengths.iter().scan(0, |end, len| {
            *end += len;
            Some(*end)
        });
        lengths.iter().zip(ends).map(|(len, end)| self.slice(axis, end - len..end)).collect()
    }

    /// Adds positions with a constant value before and after one axis.
    #[must_use]
    #[track_caller]
    pub fn pad(&self, axis: isize, before: usize, after: usize, value: f64) -> Self {
        let len = self.tensor().dim(axis);
        let padded = self.tensor().pad(axis, before, after, value);
        Self::record("pad", [self], padded, move |walk, gradient| {
            Ok([walk.when(0, || gradient.slice(axis, before..before + len))])
        })
    }

    /// Joins values along an axis that they have.
    ///
    /// # Panics
    /// If there is none, or the other axes differ.
    #[must_use]
    #[track_caller]
    pub fn concat(parts: &[Self], axis: isize) -> Self {
        let tensors: Vec<_> = parts.iter().map(|part| part.tensor().clone()).collect();
        let lengths: Vec<_> = tensors.iter().map(|part| part.dim(axis)).collect();
        let inputs: Vec<_> = parts.iter().collect();
        Self::record_many("concat", &inputs, Tensor::concat(&tensors, axis), move |_, gradient| {
            let parts = gradient.split(axis, &lengths);
            Ok(parts.into_iter().map(|part| Some(Flow::Dense(part))).collect())
        })
    }

    /// Joins values along a new axis.
    ///
    /// # Panics
    /// If there is none, or the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn stack(parts: &[Self], axis: isize) -> Self {
        Self::concat(&parts.iter().map(|part| part.unsqueeze(axis)).collect::<Vec<_>>(), axis)
    }
}
