//! Other looks at the same numbers: no function here copies one unless it says so.

use std::ops::{Bound, RangeBounds};

use crate::error::{expect, refuse};
use crate::layout::Layout;
use crate::{Error, Result, Shape, Tensor};

/// Shapes.
impl Tensor {
    /// The same values in the same order under another shape.
    ///
    /// Copies only when strides can't say it, as after a transpose.
    ///
    /// # Panics
    /// If the number of elements differs.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::arange(6).reshape([2, 3]);
    /// assert_eq!(t, Tensor::from([[0i64, 1, 2], [3, 4, 5]]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn reshape(&self, shape: impl Into<Shape>) -> Self {
        expect(self.reshaped("reshape", shape.into()))
    }

    /// As [`Tensor::reshape`], for shapes that come from data.
    ///
    /// # Errors
    /// If the number of elements differs.
    pub fn try_reshape(&self, shape: impl Into<Shape>) -> Result<Self> {
        self.reshaped("try_reshape", shape.into())
    }

    fn reshaped(&self, op: &'static str, shape: Shape) -> Result<Self> {
        if shape.size() != self.size() || shape.bytes(self.dtype().size()).is_none() {
            return Err(Error::Shape {
                op,
                got: self.shape().clone(),
                expected: format!("one with the number of elements of {shape}").into(),
                help: "the product of the shape must stay the same",
            });
        }
        Ok(match self.layout.reshaped(&shape) {
            Some(layout) => self.with_layout(layout),
            None => {
                let copy = self.copied();
                copy.with_layout(Layout::contiguous(shape))
            }
        })
    }

    /// All values in one axis.
    #[must_use]
    pub fn flatten(&self) -> Self {
        self.reshape(self.size())
    }

    /// The tensor repeated along axes of length 1, and along new axes in front, without a copy.
    ///
    /// # Panics
    /// If the shapes don't broadcast, or the result has more elements than memory has addresses.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let rows = Tensor::from([1, 2, 3]).expand([2, 3]);
    /// assert_eq!(rows, Tensor::from([[1, 2, 3], [1, 2, 3]]));
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "broadcast_to")]
    pub fn expand(&self, shape: impl Into<Shape>) -> Self {
        expect(self.expanded("expand", &shape.into()))
    }

    /// As [`Tensor::expand`], for shapes that come from data.
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn try_expand(&self, shape: impl Into<Shape>) -> Result<Self> {
        self.expanded("try_expand", &shape.into())
    }

    pub(crate) fn expanded(&self, op: &'static str, shape: &Shape) -> Result<Self> {
        if shape == self.shape() {
            return Ok(self.clone());
        }
        let possible = shape.bytes(self.dtype().size());
        let layout = possible.and_then(|_| self.layout.expanded(shape));
        layout.map(|layout| self.with_layout(layout)).ok_or_else(|| Error::Shape {
            op,
            got: self.shape().clone(),
            expected: format!("one that broadcasts to {shape}").into(),
            help: "lengths must be equal or 1, matched from the last axis; see unsqueeze",
        })
    }

    /// One more axis of length 1 before the given one; −1 puts it last.
    ///
    /// # Panics
    /// If the axis lies outside the new shape.
    #[track_caller]
    #[must_use]
    #[doc(alias = "expand_dims")]
    pub fn unsqueeze(&self, axis: isize) -> Self {
        let at = crate::shape::resolve(axis, self.ndim() + 1);
        let error = || Error::Axis { op: "unsqueeze", axis, shape: self.shape().clone() };
        let at = expect(at.ok_or_else(error));
        let mut layout = self.layout.to_layout();
        layout.shape = layout.shape.inserted(at, 1);
        layout.strides.insert(at, 1);
        self.with_layout(layout)
    }

    /// The tensor without an axis of length 1.
    ///
    /// # Panics
    /// If there is no such axis, or its length isn't 1.
    #[track_caller]
    #[must_use]
    pub fn squeeze(&self, axis: isize) -> Self {
        let at = expect(self.shape().axis("squeeze", axis));
        if self.shape()[at] != 1 {
            refuse(Error::Shape {
                op: "squeeze",
                got: self.shape().clone(),
                expected: format!("length 1 on axis {at}").into(),
                help: "use select to pick one index of a longer axis",
            });
        }
        self.without_axis(at, 0)
    }

    fn without_axis(&self, axis: usize, index: usize) -> Self {
        let mut layout = self.layout.to_layout();
        layout.offset += index * layout.strides.remove(axis) as usize;
        layout.shape = layout.shape.without(axis);
        self.with_layout(layout)
    }
}

/// The order of axes.
impl Tensor {
    /// Two axes swapped.
    ///
    /// # Panics
    /// If an axis lies outside the shape.
    #[track_caller]
    #[must_use]
    #[doc(alias = "swapaxes")]
    pub fn transpose(&self, a: isize, b: isize) -> Self {
        let a = expect(self.shape().axis("transpose", a));
        let b = expect(self.shape().axis("transpose", b));
        self.with_layout(self.layout.transposed(a, b))
    }

    /// The last two axes swapped: the transpose of a matrix. Below two axes, the tensor itself.
    #[must_use]
    pub fn t(&self) -> Self {
        match self.ndim() {
            0 | 1 => self.clone(),
            ndim => self.with_layout(self.layout.transposed(ndim - 2, ndim - 1)),
        }
    }

    /// The axes in a new order.
    ///
    /// # Panics
    /// If the list doesn't name every axis exactly once.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let heads = Tensor::zeros([8, 100, 4, 16]).permute(&[0, 2, 1, 3]);
    /// assert_eq!(heads.shape(), [8, 4, 100, 16]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn permute(&self, axes: &[isize]) -> Self {
        if axes.len() != self.ndim() {
            refuse(Error::Shape {
                op: "permute",
                got: self.shape().clone(),
                expected: format!("{} axes, as many as were listed", axes.len()).into(),
                help: "list every axis exactly once",
            });
        }
        let axes = expect(self.shape().axes("permute", axes));
        self.with_layout(self.layout.permuted(&axes))
    }
}

/// Parts.
impl Tensor {
    /// A range of one axis.
    ///
    /// # Panics
    /// If the range goes beyond the axis.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::arange(6).reshape([2, 3]);
    /// assert_eq!(t.slice(1, 1..), Tensor::from([[1i64, 2], [4, 5]]));
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "narrow")]
    pub fn slice(&self, axis: isize, range: impl RangeBounds<usize>) -> Self {
        expect(self.sliced("slice", axis, &range))
    }

    /// As [`Tensor::slice`], for ranges that come from data.
    ///
    /// # Errors
    /// If the range goes beyond the axis.
    pub fn try_slice(&self, axis: isize, range: impl RangeBounds<usize>) -> Result<Self> {
        self.sliced("try_slice", axis, &range)
    }

    fn sliced(
        &self,
        op: &'static str,
        axis: isize,
        range: &impl RangeBounds<usize>,
    ) -> Result<Self> {
        let axis = self.shape().axis(op, axis)?;
        let len = self.shape()[axis];
        let (start, end) = bounds(range, len);
        if start > end || end > len {
            return Err(Error::Shape {
                op,
                got: self.shape().clone(),
                expected: format!("axis {axis} to contain {start}..{end}").into(),
                help: "a range starts at or before its end, and ends within the axis",
            });
        }
        let mut layout = self.layout.to_layout();
        layout.offset += start * layout.strides[axis] as usize;
        layout.shape = layout.shape.with(axis, end - start);
        Ok(self.with_layout(layout))
    }

    /// One index of one axis, which disappears.
    ///
    /// # Panics
    /// If the index goes beyond the axis.
    #[track_caller]
    #[must_use]
    pub fn select(&self, axis: isize, index: usize) -> Self {
        let at = expect(self.shape().axis("select", axis));
        let len = self.shape()[at];
        if index >= len {
            refuse(Error::Index { op: "select", index: index as i64, position: 0, len });
        }
        self.without_axis(at, index)
    }

    /// The tensor cut into parts of the given lengths along one axis.
    ///
    /// # Panics
    /// If the lengths don't add up to the axis.
    #[track_caller]
    pub fn split(&self, axis: isize, sizes: &[usize]) -> Vec<Self> {
        let at = expect(self.shape().axis("split", axis));
        let total = sizes.iter().fold(0usize, |sum, &size| sum.saturating_add(size));
        if total != self.shape()[at] {
            refuse(Error::Shape {
                op: "split",
                got: self.shape().clone(),
                expected: format!("length {total} on axis {at}, the sum of {sizes:?}").into(),
                help: "the parts must cover the axis exactly",
            });
        }
        let mut start = 0;
        let part = |&size: &usize| {
            start += size;
            self.slice(at as isize, start - size..start)
        };
        sizes.iter().map(part).collect()
    }

    /// The tensor cut into equal parts along one axis; the last may be shorter.
    ///
    /// Parts have the length `ceil(len / parts)`, so there may be fewer than asked for.
    ///
    /// # Panics
    /// If `parts` is 0 or the axis lies outside the shape.
    #[track_caller]
    pub fn chunk(&self, axis: isize, parts: usize) -> Vec<Self> {
        assert!(parts > 0, "chunk: 0 parts, expected 1 or more; help: ask for at least one part");
        let len = self.dim(axis);
        let step = len.div_ceil(parts).max(1);
        let starts = (0..len.max(1)).step_by(step);
        starts.map(|start| self.slice(axis, start..(start + step).min(len))).collect()
    }
}

/// The start and end of any kind of range on an axis.
fn bounds(range: &impl RangeBounds<usize>, len: usize) -> (usize, usize) {
    let start = match range.start_bound() {
        Bound::Included(&start) => start,
        Bound::Excluded(&start) => start.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(&end) => end.saturating_add(1),
        Bound::Excluded(&end) => end,
        Bound::Unbounded => len,
    };
    (start, end)
}
