//! Elements taken from and put into places that integer tensors name, one by one or by rows.

use crate::elementwise::same_dtype;
use crate::error::expect;
use crate::index::{as_ids, places, require_shape, require_within};
use crate::storage::{Num, any_dtype, number_dtype};
use crate::tensor::not_number;
use crate::{DType, Error, Result, Shape, Tensor};

/// What becomes of a place that an element is put into, several times perhaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scatter {
    /// The new element replaces the old one; of several the last stays.
    Set,
    /// The new element is added.
    Add,
    /// The new element is a factor.
    Mul,
    /// The smaller of both stays.
    Min,
    /// The larger of both stays.
    Max,
}

/// Along one axis.
impl Tensor {
    /// The tensor with slices of `source` put at the given positions of an axis.
    ///
    /// # Shapes
    /// `self [a, n, b]`, axis 1, ids `[i, j]`, source `[a, i, j, b]` → `[a, n, b]`.
    ///
    /// # Errors
    /// If there is no such axis, shapes or dtypes don't fit, or an id goes beyond the axis.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let ids = Tensor::from([2i64, 0]);
    /// let t = Tensor::from([1, 2, 3]).index_copy(0, &ids, &Tensor::from([7, 8]))?;
    /// assert_eq!(t, Tensor::from([8, 2, 7]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn index_copy(&self, axis: isize, ids: &Self, source: &Self) -> Result<Self> {
        let (axis, ids) = self.rows_to_meet("index_copy", axis, ids, source)?;
        Ok(any_dtype!(self.dtype(), T => {
            let mut out = self.copied();
            let source = source.data::<T>();
            self.each_row(axis, &ids, out.make_mut::<T>(), &source, |row, new| {
                row.copy_from_slice(new);
            });
            out
        }))
    }

    /// The tensor with slices of `source` put at positions of an axis, combined as `mode` says.
    ///
    /// Slices of one position are combined in their order.
    ///
    /// # Shapes
    /// As [`Tensor::index_copy`].
    ///
    /// # Errors
    /// As [`Tensor::index_copy`]; also for a dtype without arithmetic if the mode needs it.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Scatter, Tensor};
    ///
    /// let (ids, spend) = (Tensor::from([0i64, 1, 0]), Tensor::from([5, 2, 7]));
    /// let most = Tensor::from([6, 0]).index_reduce(0, &ids, &spend, Scatter::Max)?;
    /// assert_eq!(most, Tensor::from([7, 2]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn index_reduce(
        &self,
        axis: isize,
        ids: &Self,
        source: &Self,
        mode: Scatter,
    ) -> Result<Self> {
        const OP: &str = "index_reduce";
        match mode {
            Scatter::Set => self.index_copy(axis, ids, source),
            Scatter::Add => self.index_add(axis, ids, source),
            _ => {
                let (axis, ids) = self.rows_to_meet(OP, axis, ids, source)?;
                number_dtype!(self.dtype(), T => Ok(self.combined::<T>(axis, &ids, source, mode)),
                    else Err(not_number(OP, self.dtype())))
            }
        }
    }

    fn combined<T: Num>(&self, axis: usize, ids: &[i64], source: &Self, mode: Scatter) -> Self {
        let both = match mode {
            Scatter::Min => T::smaller,
            Scatter::Max => T::larger,
            _ => T::times,
        };
        let mut out = self.copied();
        self.each_row(axis, ids, out.make_mut::<T>(), &source.data::<T>(), |row, new| {
            row.iter_mut().zip(new).for_each(|(x, &y)| *x = both(*x, y));
        });
        out
    }

    /// Brings every row of `source` to the place in `out` that its id names.
    fn each_row<T>(
        &self,
        axis: usize,
        ids: &[i64],
        out: &mut [T],
        source: &[T],
        mut meet: impl FnMut(&mut [T], &[T]),
    ) {
        let [_, len, inner] = self.shape().around(axis);
        let rows = source.chunks(inner.max(1));
        for (i, row) in rows.enumerate() {
            let place = (i / ids.len() * len + ids[i % ids.len()] as usize) * inner;
            meet(&mut out[place..place + inner], row);
        }
    }

    /// The axis and the ids, once `source` is known to have a slice for each.
    pub(crate) fn rows_to_meet(
        &self,
        op: &'static str,
        axis: isize,
        ids: &Self,
        source: &Self,
    ) -> Result<(usize, Vec<i64>)> {
        let axis = self.shape().axis(op, axis)?;
        same_dtype(op, self, source)?;
        let dims = self.shape();
        let around = dims[..axis].iter().chain(ids.shape().iter()).chain(&dims[axis + 1..]);
        require_shape(op, source, &around.copied().collect())?;
        let ids = as_ids(op, ids)?.data().to_vec();
        require_within(op, &ids, dims[axis])?;
        Ok((axis, ids))
    }

    /// The tensor with elements of `source` put where the ids point along an axis.
    ///
    /// # Shapes
    /// `ids` and `source` have one shape, which fits as in [`Tensor::gather`]:
    /// `out[i][ids[i][j]] = source[i][j]` for axis 1.
    ///
    /// # Errors
    /// If shapes or dtypes don't fit, the ids aren't integers, or one goes beyond the axis.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Scatter, Tensor};
    ///
    /// let ids = Tensor::from([[1i64], [0]]);
    /// let source = Tensor::from([[8], [9]]);
    /// let t = Tensor::from([[1, 2], [3, 4]]).scatter(1, &ids, &source, Scatter::Set)?;
    /// assert_eq!(t, Tensor::from([[1, 8], [9, 4]]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn scatter(&self, axis: isize, ids: &Self, source: &Self, mode: Scatter) -> Result<Self> {
        require_shape("scatter", source, ids.shape())?;
        let places = self.flat_positions(axis, ids)?;
        Ok(self.flatten().index_reduce(0, &places, source, mode)?.reshape(self.shape()))
    }

    /// Where each id along an axis points to in the flattened tensor.
    ///
    /// # Shapes
    /// `ids` fits as in [`Tensor::gather`]; the result has its shape.
    ///
    /// # Errors
    /// If the shape of the ids doesn't fit, they aren't integers, or one goes beyond the axis.
    pub fn flat_positions(&self, axis: isize, ids: &Self) -> Result<Self> {
        let axis = self.aligned("flat_positions", axis, ids)?;
        let wide = as_ids("flat_positions", ids)?;
        let positions: Vec<i64> =
            places(&wide, axis, self.shape()[axis]).map(|place| place as i64).collect();
        Self::new(positions, ids.shape())
    }
}

/// By position on several axes.
impl Tensor {
    /// The elements at positions in row-major order of the whole tensor.
    ///
    /// # Shapes
    /// Any shape of `self`; the result has the shape of `ids`.
    ///
    /// # Errors
    /// If the ids aren't integers or one is beyond the number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::from([[1, 2], [3, 4]]);
    /// assert_eq!(t.take(&Tensor::from([3i64, 0]))?, Tensor::from([4, 1]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn take(&self, ids: &Self) -> Result<Self> {
        self.flatten().index_select(0, ids)
    }

    /// The slices at several indices at once: each row of `ids` names the first axes' positions.
    ///
    /// # Shapes
    /// `self` with k or more axes, `ids` i64 `[.., k]` → `[.., axes of self after the k-th]`.
    ///
    /// # Errors
    /// If k is above the number of axes, or an id goes beyond its axis.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::from([[1, 2], [3, 4]]);
    /// let ids = Tensor::from([[1i64, 0], [0, 1]]);
    /// assert_eq!(t.gather_nd(&ids)?, Tensor::from([3, 2]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn gather_nd(&self, ids: &Self) -> Result<Self> {
        let (rows, positions) = self.by_rows("gather_nd", ids)?;
        self.reshape(rows).index_select(0, &positions)
    }

    /// The tensor with slices put at several indices at once, combined as `mode` says.
    ///
    /// # Shapes
    /// `ids` i64 `[.., k]`, `source` `[.., axes of self after the k-th]`.
    ///
    /// # Errors
    /// If k is above the number of axes, shapes or dtypes don't fit, or an id goes beyond its axis.
    pub fn scatter_nd(&self, ids: &Self, source: &Self, mode: Scatter) -> Result<Self> {
        let (rows, positions) = self.by_rows("scatter_nd", ids)?;
        let put = self.reshape(rows).index_reduce(0, &positions, source, mode)?;
        Ok(put.reshape(self.shape()))
    }

    /// The shape with the axes that `ids` name as one, and the position of each row of ids on it.
    ///
    /// # Errors
    /// If `ids` has more columns than the tensor has axes, or an id goes beyond its axis.
    pub fn by_rows(&self, op: &'static str, ids: &Self) -> Result<(Shape, Self)> {
        let columns = ids.shape().last().copied().filter(|&columns| columns <= self.ndim());
        let Some(columns) = columns else {
            return Err(Error::Shape {
                op,
                got: ids.shape().clone(),
                expected: format!("[.., up to {}], one id an axis", self.ndim()).into(),
                help: "the last axis of the ids counts the axes that they name",
            });
        };
        let (named, rest) = self.shape().split_at(columns);
        let rows = [named.iter().product()].into_iter().chain(rest.iter().copied()).collect();
        Ok((rows, ids.ravel_multi_index(named)?))
    }

    /// One position in row-major order for each row of ids.
    ///
    /// # Shapes
    /// i64 `[.., k]` with k lengths → `[..]`.
    ///
    /// # Errors
    /// If there aren't k ids a row, they aren't integers, or one isn't below its length.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let ids = Tensor::from([[1i64, 2], [0, 1]]);
    /// assert_eq!(ids.ravel_multi_index(&[2, 3])?, Tensor::from([5i64, 1]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn ravel_multi_index(&self, lens: &[usize]) -> Result<Self> {
        const OP: &str = "ravel_multi_index";
        if self.shape().last() != Some(&lens.len()) {
            return Err(Error::Shape {
                op: OP,
                got: self.shape().clone(),
                expected: format!("[.., {}], one id an axis", lens.len()).into(),
                help: "the last axis of the ids counts the axes that they name",
            });
        }
        let wide = as_ids(OP, self)?;
        let mut positions = Self::zeros_of(&self.shape()[..self.ndim() - 1], DType::I64);
        for (axis, &len) in lens.iter().enumerate() {
            let ids = wide.select(-1, axis);
            require_within(OP, &ids.data(), len)?;
            positions = positions * Self::scalar(len as i64) + ids;
        }
        Ok(positions)
    }
}

/// By truth.
impl Tensor {
    /// The elements where the mask is true, in row-major order.
    ///
    /// # Shapes
    /// The mask broadcasts to the tensor's shape; → `[how many are true]`.
    ///
    /// # Panics
    /// If the mask isn't `bool` or doesn't broadcast.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let t = Tensor::from([3, -1, 2]);
    /// assert_eq!(t.masked_select(&t.greater_than(0.0)), Tensor::from([3, 2]));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn masked_select(&self, mask: &Self) -> Self {
        let places = self.true_places("masked_select", mask);
        expect(self.take(&places))
    }

    /// The tensor with the elements of `source`, in order, where the mask is true.
    ///
    /// # Errors
    /// If `source` has less elements than there are true places, or another dtype.
    ///
    /// # Panics
    /// If the mask isn't `bool` or doesn't broadcast.
    #[track_caller]
    pub fn masked_scatter(&self, mask: &Self, source: &Self) -> Result<Self> {
        let places = self.true_places("masked_scatter", mask);
        let source = source.flatten().try_slice(0, ..places.size())?;
        Ok(self.flatten().index_copy(0, &places, &source)?.reshape(self.shape()))
    }

    /// The positions in row-major order where a mask, broadcast to the tensor, is true.
    ///
    /// # Panics
    /// If the mask isn't `bool` or doesn't broadcast.
    #[track_caller]
    #[must_use]
    pub fn true_places(&self, op: &'static str, mask: &Self) -> Self {
        expect(mask.require_dtype(op, DType::Bool));
        let mask = expect(mask.expanded(op, self.shape()));
        let places = mask.iter::<bool>().enumerate().filter(|(_, is_true)| *is_true);
        Self::from(places.map(|(place, _)| place as i64).collect::<Vec<_>>())
    }
}
