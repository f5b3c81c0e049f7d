//! Tensors put together, repeated, padded or turned around. These functions copy.

use brand_nn_kernels::{Buffer, Plain};

use crate::create::{require_exact, require_possible};
use crate::elementwise::same_dtype;
use crate::error::expect;
use crate::storage::any_dtype;
use crate::storage::sealed::Stored;
use crate::{Error, Result, Shape, Tensor};

/// Several tensors in one.
impl Tensor {
    /// The parts one after the other along an axis.
    ///
    /// # Panics
    /// If there are no parts, or their dtypes or their shapes off the axis differ.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (a, b) = (Tensor::from([[1], [2]]), Tensor::from([[3, 4], [5, 6]]));
    /// assert_eq!(Tensor::concat(&[a, b], 1), Tensor::from([[1, 3, 4], [2, 5, 6]]));
    /// ```
    #[track_caller]
    #[doc(alias = "cat")]
    pub fn concat(parts: &[Self], axis: isize) -> Self {
        expect(concat("concat", parts, axis))
    }

    /// As [`Tensor::concat`], for parts that come from data.
    ///
    /// # Errors
    /// Where [`Tensor::concat`] panics.
    pub fn try_concat(parts: &[Self], axis: isize) -> Result<Self> {
        concat("try_concat", parts, axis)
    }

    /// Parts of one shape side by side along a new axis.
    ///
    /// # Panics
    /// If there are no parts, or their dtypes or shapes differ.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let rows = [Tensor::from([1, 2]), Tensor::from([3, 4])];
    /// assert_eq!(Tensor::stack(&rows, 0), Tensor::from([[1, 2], [3, 4]]));
    /// ```
    #[track_caller]
    pub fn stack(parts: &[Self], axis: isize) -> Self {
        expect(stack("stack", parts, axis))
    }

    /// As [`Tensor::stack`], for parts that come from data.
    ///
    /// # Errors
    /// Where [`Tensor::stack`] panics.
    pub fn try_stack(parts: &[Self], axis: isize) -> Result<Self> {
        stack("try_stack", parts, axis)
    }
}

fn stack(op: &'static str, parts: &[Tensor], axis: isize) -> Result<Tensor> {
    let first = parts.first().ok_or_else(|| nothing(op))?;
    let at = crate::shape::resolve(axis, first.ndim() + 1).ok_or_else(|| Error::Axis {
        op,
        axis,
        shape: first.shape().clone(),
    })?;
    if let Some(other) = parts.iter().find(|part| part.shape() != first.shape()) {
        return Err(unlike(op, other, format!("{}, that of the first part", first.shape())));
    }
    let rows: Vec<Tensor> = parts.iter().map(|part| part.unsqueeze(at as isize)).collect();
    concat(op, &rows, at as isize)
}

fn concat(op: &'static str, parts: &[Tensor], axis: isize) -> Result<Tensor> {
    let first = parts.first().ok_or_else(|| nothing(op))?;
    let axis = first.shape().axis(op, axis)?;
    let mut len = 0usize;
    for part in parts {
        same_dtype(op, first, part)?;
        let fits = part.ndim() == first.ndim()
            && part.shape().with(axis, 0) == first.shape().with(axis, 0);
        if !fits {
            let expected = format!("one like {} on every axis but {axis}", first.shape());
            return Err(unlike(op, part, expected));
        }
        len = len.saturating_add(part.shape()[axis]);
    }
    let shape = first.shape().with(axis, len);
    require_possible(op, &shape, first.dtype())?;
    any_dtype!(first.dtype(), T => {
        let mut out = Canvas::<<T as Stored>::Raw>::stale(&shape, axis);
        let mut start = 0;
        for part in parts {
            out.place::<T>(start, part);
            start += part.shape()[axis];
        }
        Ok(Tensor::from_raw::<T>(out.values, shape))
    })
}

fn nothing(op: &'static str) -> Error {
    Error::Shape {
        op,
        got: Shape::from([0]),
        expected: "at least one part".into(),
        help: "check that the list isn't empty",
    }
}

fn unlike(op: &'static str, part: &Tensor, expected: String) -> Error {
    let help = "every part needs the same lengths off the axis";
    Error::Shape { op, got: part.shape().clone(), expected: expected.into(), help }
}

/// A buffer into which parts are written along one axis.
struct Canvas<R: Plain> {
    values: Buffer<R>,
    len: usize,
    inner: usize,
}

impl<R: Plain> Canvas<R> {
    fn stale(shape: &Shape, axis: usize) -> Self {
        let [_, len, inner] = shape.around(axis);
        Self { values: Buffer::stale(shape.size()), len, inner }
    }

    /// Writes a part whose first slice goes to `start` of the axis.
    fn place<T: Stored<Raw = R> + crate::Element>(&mut self, start: usize, part: &Tensor) {
        let part = part.contiguous();
        let from = &part.storage.raw::<T>()[part.layout.range()];
        let (row, start) = (self.len * self.inner, start * self.inner);
        if row == 0 || from.is_empty() {
            return;
        }
        let width = from.len() / (self.values.len() / row);
        for (to, from) in self.values.chunks_mut(row).zip(from.chunks(width)) {
            to[start..start + width].copy_from_slice(from);
        }
    }
}

/// One tensor, written anew.
impl Tensor {
    /// The tensor repeated: `counts[i]` times along axis `i`.
    ///
    /// Counts are matched from the last axis, as NumPy's `tile` does; missing ones are 1.
    ///
    /// # Panics
    /// If the memory limit doesn't allow the result.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2]).tile(&[2, 2]), Tensor::from([[1, 2, 1, 2], [1, 2, 1, 2]]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn tile(&self, counts: &[usize]) -> Self {
        let ndim = self.ndim().max(counts.len());
        let from_end = |dims: &[usize], axis: usize| {
            (axis + dims.len()).checked_sub(ndim).map_or(1, |at| dims[at])
        };
        // Axis i of the result is (count i, length i), side by side and then merged.
        let lens: Vec<usize> = (0..ndim).map(|axis| from_end(self.shape(), axis)).collect();
        let counts: Vec<usize> = (0..ndim).map(|axis| from_end(counts, axis)).collect();
        let apart: Vec<usize> = lens.iter().flat_map(|&len| [1, len]).collect();
        let pairs: Shape = counts.iter().zip(&lens).flat_map(|(&n, &len)| [n, len]).collect();
        let whole: Shape =
            counts.iter().zip(&lens).map(|(&n, &len)| n.saturating_mul(len)).collect();
        expect(require_possible("tile", &whole, self.dtype()));
        self.reshape(apart).expand(pairs).reshape(whole)
    }

    /// The tensor with one value put before and after it along an axis.
    ///
    /// # Panics
    /// If there is no such axis, an integer dtype can't hold the value, or the memory limit doesn't
    /// allow the result.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([5, 6]).pad(0, 1, 2, 0.0), Tensor::from([0, 5, 6, 0, 0]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn pad(&self, axis: isize, before: usize, after: usize, value: f64) -> Self {
        let axis = expect(self.shape().axis("pad", axis));
        let len = self.shape()[axis].saturating_add(before).saturating_add(after);
        let shape = self.shape().with(axis, len);
        expect(require_possible("pad", &shape, self.dtype()));
        expect(require_exact("pad", value, self.dtype()));
        any_dtype!(self.dtype(), T => {
            let mut out = Canvas::<<T as Stored>::Raw>::stale(&shape, axis);
            out.values.fill(T::from_f64(value).raw());
            out.place::<T>(before, self);
            Self::from_raw::<T>(out.values, shape)
        })
    }

    /// The tensor with an axis turned round.
    ///
    /// # Panics
    /// If there is no such axis.
    #[track_caller]
    #[must_use]
    pub fn flip(&self, axis: isize) -> Self {
        let axis = expect(self.shape().axis("flip", axis));
        let len = self.shape()[axis];
        self.rearranged(axis, |i| len - 1 - i)
    }

    /// The tensor shifted along an axis; what leaves at one end enters at the other.
    ///
    /// # Panics
    /// If there is no such axis.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2, 3]).roll(0, 1), Tensor::from([3, 1, 2]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn roll(&self, axis: isize, by: isize) -> Self {
        let axis = expect(self.shape().axis("roll", axis));
        let len = self.shape()[axis];
        let shift = (by.rem_euclid(len.max(1) as isize)) as usize;
        self.rearranged(axis, |i| (i + len - shift) % len)
    }

    /// The slices of an axis in another order: the one at `source(i)` comes to `i`.
    fn rearranged(&self, axis: usize, source: impl Fn(usize) -> usize) -> Self {
        let [_, len, inner] = self.shape().around(axis);
        any_dtype!(self.dtype(), T => {
            let values = self.contiguous();
            let values = &values.storage.raw::<T>()[values.layout.range()];
            let mut out = Buffer::stale(values.len());
            for (i, to) in out.chunks_mut(inner.max(1)).enumerate() {
                let from = (i / len * len + source(i % len)) * inner;
                to.copy_from_slice(&values[from..from + inner]);
            }
            self.like::<T>(out)
        })
    }
}
