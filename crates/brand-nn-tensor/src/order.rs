//! Elements in order of size.

use std::cmp::Ordering;

use brand_nn_kernels::{Buffer, Plain};

use crate::error::{expect, refuse};
use crate::storage::{Num, number_dtype};
use crate::tensor::not_number;
use crate::{Error, Result, Tensor};

impl Tensor {
    /// The elements along an axis in order, and the `i64` positions where they stood.
    ///
    /// Equal elements keep their order; NaN comes last in both directions.
    ///
    /// # Panics
    /// If there is no such axis, or the dtype is no number type.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (values, positions) = Tensor::from([30, 10, 20]).sort(0, true);
    /// assert_eq!(values, Tensor::from([30, 20, 10]));
    /// assert_eq!(positions, Tensor::from([0i64, 2, 1]));
    /// ```
    #[track_caller]
    pub fn sort(&self, axis: isize, descending: bool) -> (Self, Self) {
        let axis = expect(self.shape().axis("sort", axis));
        let len = self.shape()[axis];
        expect(self.ordered("sort", axis, len, descending))
    }

    /// The `k` largest elements along an axis, largest first, and their `i64` positions.
    ///
    /// Of equal elements the first is taken; NaN counts as smallest.
    ///
    /// # Panics
    /// If there is no such axis, `k` is above its length, or the dtype is no number type; see
    /// [`Tensor::try_topk`].
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (values, positions) = Tensor::from([0.1, 0.7, 0.2]).topk(2, 0);
    /// assert_eq!(values, Tensor::from([0.7, 0.2]));
    /// assert_eq!(positions, Tensor::from([1i64, 2]));
    /// ```
    #[track_caller]
    pub fn topk(&self, k: usize, axis: isize) -> (Self, Self) {
        expect(self.largest("topk", k, axis))
    }

    /// As [`Tensor::topk`], for a `k` that comes from data.
    ///
    /// # Errors
    /// Where [`Tensor::topk`] panics.
    pub fn try_topk(&self, k: usize, axis: isize) -> Result<(Self, Self)> {
        self.largest("try_topk", k, axis)
    }

    fn largest(&self, op: &'static str, k: usize, axis: isize) -> Result<(Self, Self)> {
        let axis = self.shape().axis(op, axis)?;
        if k > self.shape()[axis] {
            return Err(Error::Shape {
                op,
                got: self.shape().clone(),
                expected: format!("at least {k} elements on axis {axis}").into(),
                help: "ask for at most as many as there are",
            });
        }
        self.ordered(op, axis, k, true)
    }

    /// The `i64` positions along an axis that would put its elements in order.
    ///
    /// Equal elements keep their order; NaN comes last in both directions.
    ///
    /// # Panics
    /// Where [`Tensor::sort`] panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([30, 10, 20]).argsort(0, false), Tensor::from([1i64, 2, 0]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn argsort(&self, axis: isize, descending: bool) -> Self {
        let axis = expect(self.shape().axis("argsort", axis));
        expect(self.ordered("argsort", axis, self.shape()[axis], descending)).1
    }

    /// The k-th smallest element along an axis, k from 1, and its position; the axis disappears.
    ///
    /// NaN counts as largest.
    ///
    /// # Panics
    /// If there is no such axis, `k` isn't 1 to its length, or the dtype is no number type.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (value, position) = Tensor::from([0.9, 0.1, 0.5]).kthvalue(2, 0);
    /// assert_eq!((value.item(), position.item()), (0.5, 2.0));
    /// ```
    #[track_caller]
    pub fn kthvalue(&self, k: usize, axis: isize) -> (Self, Self) {
        let axis = expect(self.shape().axis("kthvalue", axis));
        let len = self.shape()[axis];
        if k == 0 || k > len {
            refuse(Error::Shape {
                op: "kthvalue",
                got: self.shape().clone(),
                expected: format!("at least {} elements on axis {axis}", k.max(1)).into(),
                help: "k counts from 1, the smallest, to the length of the axis",
            });
        }
        let (values, positions) = expect(self.ordered("kthvalue", axis, k, false));
        let last = |sorted: Self| sorted.select(axis as isize, k - 1);
        (last(values), last(positions))
    }

    fn ordered(
        &self,
        op: &'static str,
        axis: usize,
        keep: usize,
        descending: bool,
    ) -> Result<(Self, Self)> {
        let last = self.ndim() as isize - 1;
        let lanes = self.transpose(axis as isize, last).contiguous();
        let (values, positions) = number_dtype!(self.dtype(), T => {
            lanes.ordered_lanes::<T>(keep, descending)
        }, else return Err(not_number(op, self.dtype())));
        let back = |sorted: Self| sorted.transpose(axis as isize, last).contiguous();
        Ok((back(values), back(positions)))
    }

    /// Orders each row of a contiguous tensor and keeps the first elements.
    fn ordered_lanes<T: Num>(&self, keep: usize, descending: bool) -> (Self, Self) {
        let len = self.dim(-1);
        let shape = self.shape().with(self.ndim() - 1, keep);
        let (mut values, mut positions) =
            (Buffer::<T>::stale(shape.size()), Buffer::<i64>::stale(shape.size()));
        let data = self.data::<T>();
        let mut order = Vec::with_capacity(len);
        let slots = rows(&mut values, keep).zip(rows(&mut positions, keep));
        for (lane, (values, positions)) in data.chunks(len.max(1)).zip(slots) {
            order.clear();
            order.extend(0..len);
            put_in_order(&mut order, keep, &|a, b| compare(lane[a], lane[b], descending));
            for (slot, &position) in order[..keep].iter().enumerate() {
                values[slot] = lane[position];
                positions[slot] = position as i64;
            }
        }
        (Self::from_raw::<T>(values, shape.clone()), Self::from_raw::<i64>(positions, shape))
    }
}

/// Sorts positions so that at least the first `keep` are in order; compiled once for all types.
fn put_in_order(order: &mut [usize], keep: usize, before: &dyn Fn(usize, usize) -> Ordering) {
    let before = |a: &usize, b: &usize| before(*a, *b).then(a.cmp(b));
    if keep < order.len() && keep > 0 {
        order.select_nth_unstable_by(keep - 1, before);
    }
    order[..keep].sort_unstable_by(before);
}

/// The order of two elements, NaN after all others.
fn compare<T: Num>(a: T, b: T, descending: bool) -> Ordering {
    match (a.not_a_number(), b.not_a_number()) {
        (false, false) if descending => b.partial_cmp(&a).unwrap_or(Ordering::Equal),
        (false, false) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (a, b) => a.cmp(&b),
    }
}

fn rows<T: Plain>(values: &mut [T], len: usize) -> std::slice::ChunksMut<'_, T> {
    values.chunks_mut(len.max(1))
}
