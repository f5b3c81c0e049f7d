//! Ops that put elements into places, whole slices or single ones, and take them from there.

use crate::{
    Result, Var,
    ops::index::{within, zeros},
};
use brand_nn_tensor::{Scatter, Tensor};

/// Slices along an axis.
impl Var {
    /// Adds slices of `source` at the given positions of an axis.
    ///
    /// # Shapes
    /// `self [a, n, b]`, axis 1, ids `[i, j]`, source `[a, i, j, b]` → `[a, n, b]`.
    ///
    /// # Errors
    /// If there is no such axis, shapes or dtypes don't fit, or an id goes beyond the axis.
    pub fn index_add(&self, axis: isize, ids: &Tensor, source: &Self) -> Result<Self> {
        let kept = ids.clone();
        let value = self.tensor().index_add(axis, ids, source.tensor())?;
        Ok(Self::record("index_add", [self, source], value, move |walk, gradient| {
            let rows = gradient.index_select(axis, &kept)?;
            Ok([walk.when(0, || gradient), walk.when(1, || rows)])
        }))
    }

    /// Puts slices of `source` at the given positions of an axis; of several the last stays.
    ///
    /// A slice that another one has replaced gets no gradient.
    ///
    /// # Shapes
    /// As [`Var::index_add`].
    ///
    /// # Errors
    /// As [`Var::index_add`].
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let new = Var::leaf(Tensor::from([7.0, 8.0]));
    /// let ids = Tensor::from([1_i64, 1]);
    /// let x = Var::from(Tensor::from([1.0, 2.0])).index_copy(0, &ids, &new)?;
    /// assert_eq!(*x.tensor(), Tensor::from([1.0, 8.0]));
    /// assert_eq!(x.sum().backward()?.get(&new).unwrap(), Tensor::from([0.0, 1.0]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn index_copy(&self, axis: isize, ids: &Tensor, source: &Self) -> Result<Self> {
        let value = self.tensor().index_copy(axis, ids, source.tensor())?;
        let (kept, inner) = (ids.clone(), source.shape().clone());
        let after =
            self.ndim() as isize - 1 - if axis < 0 { axis + self.ndim() as isize } else { axis };
        let stays = lasting(ids, self.tensor().dim(axis))?;
        let columns = stays.shape().iter().copied().chain((0..after).map(|_| 1));
        let stays = stays.reshape(columns.collect::<Vec<_>>());
        Ok(Self::record("index_copy", [self, source], value, move |walk, gradient| {
            let rows = gradient.index_select(axis, &kept)?.masked(&stays);
            let rest = gradient.index_copy(axis, &kept, &zeros(&inner, gradient.dtype()))?;
            Ok([walk.when(0, || rest), walk.when(1, || rows)])
        }))
    }

    /// Puts slices of `source` at positions of an axis, combined as `mode` says.
    ///
    /// Factors of one place are multiplied in pairs, so that the gradient is right where some are
    /// zero. Extremes share the gradient evenly on ties.
    ///
    /// # Shapes
    /// As [`Var::index_add`].
    ///
    /// # Errors
    /// As [`Var::index_add`].
    #[track_caller]
    pub fn index_reduce(
        &self,
        axis: isize,
        ids: &Tensor,
        source: &Self,
        mode: Scatter,
    ) -> Result<Self> {
        let both: fn(&Self, &Self) -> Self = match mode {
            Scatter::Set => return self.index_copy(axis, ids, source),
            Scatter::Add => return self.index_add(axis, ids, source),
            Scatter::Mul => |a, b| a * b,
            Scatter::Min => Self::minimum,
            Scatter::Max => Self::maximum,
        };
        // The shapes and ids are checked by the plain op; what follows trusts them.
        self.tensor().index_reduce(axis, ids, source.tensor(), mode)?;
        let first = if axis < 0 { axis + self.ndim() as isize } else { axis };
        let mut lens = self.shape().to_vec();
        lens[first as usize] = ids.size();
        let rows = source.reshape(lens).movedim(first, 0);
        let (ids, rows) = folded(&ids.flatten(), rows, both)?;
        let base = self.movedim(first, 0);
        let met = both(&base.index_select(0, &ids)?, &rows);
        Ok(base.index_copy(0, &ids, &met)?.movedim(0, first))
    }
}

/// Single elements.
impl Var {
    /// Takes elements by their position in row-major order of the whole.
    ///
    /// # Shapes
    /// Any shape of `self`; the result has the shape of `ids`.
    ///
    /// # Errors
    /// If an id is beyond the number of elements.
    pub fn take(&self, ids: &Tensor) -> Result<Self> {
        self.flatten().index_select(0, ids)
    }

    /// Puts elements of `source` where the ids point along an axis, combined as `mode` says.
    ///
    /// # Shapes
    /// `ids` and `source` have one shape, which fits as in [`Var::gather`].
    ///
    /// # Errors
    /// If shapes don't fit, or an id goes beyond the axis.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::{Scatter, Tensor};
    ///
    /// let x = Var::leaf(Tensor::from([[3.0, 5.0]]));
    /// let (ids, source) = (Tensor::from([[0_i64, 0]]), Var::leaf(Tensor::from([[2.0, 0.0]])));
    /// let y = x.scatter(1, &ids, &source, Scatter::Mul)?;
    /// assert_eq!(*y.tensor(), Tensor::from([[0.0, 5.0]]));
    /// let gradients = y.sum().backward()?;
    /// assert_eq!(gradients.get(&source).unwrap(), Tensor::from([[0.0, 6.0]]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn scatter(&self, axis: isize, ids: &Tensor, source: &Self, mode: Scatter) -> Result<Self> {
        let places = self.tensor().flat_positions(axis, ids)?;
        Ok(self.flatten().index_reduce(0, &places, source, mode)?.reshape(self.shape()))
    }

    /// Takes slices at several indices at once: each row of `ids` names the first axes' positions.
    ///
    /// # Shapes
    /// `self` with k or more axes, `ids` i64 `[.., k]` → `[.., axes of self after the k-th]`.
    ///
    /// # Errors
    /// If k is above the number of axes, or an id goes beyond its axis.
    pub fn gather_nd(&self, ids: &Tensor) -> Result<Self> {
        let (rows, positions) = self.tensor().by_rows("gather_nd", ids)?;
        self.reshape(rows).index_select(0, &positions)
    }

    /// Puts slices at several indices at once, combined as `mode` says.
    ///
    /// # Shapes
    /// `ids` i64 `[.., k]`, `source` `[.., axes of self after the k-th]`.
    ///
    /// # Errors
    /// If k is above the number of axes, shapes don't fit, or an id goes beyond its axis.
    #[track_caller]
    pub fn scatter_nd(&self, ids: &Tensor, source: &Self, mode: Scatter) -> Result<Self> {
        let (rows, positions) = self.tensor().by_rows("scatter_nd", ids)?;
        Ok(self.reshape(rows).index_reduce(0, &positions, source, mode)?.reshape(self.shape()))
    }

    /// Takes the elements where the mask is true, in row-major order.
    ///
    /// # Panics
    /// If the mask isn't `bool` or doesn't broadcast.
    #[must_use]
    #[track_caller]
    pub fn masked_select(&self, mask: &Tensor) -> Self {
        within(self.take(&self.tensor().true_places("masked_select", mask)))
    }

    /// Puts the elements of `source`, in order, where the mask is true.
    ///
    /// # Errors
    /// If `source` has less elements than there are true places.
    ///
    /// # Panics
    /// If the mask isn't `bool` or doesn't broadcast.
    #[track_caller]
    pub fn masked_scatter(&self, mask: &Tensor, source: &Self) -> Result<Self> {
        let places = self.tensor().true_places("masked_scatter", mask);
        source.tensor().flatten().try_slice(0, ..places.size())?;
        let source = source.flatten().slice(0, 0..places.size());
        Ok(self.flatten().index_copy(0, &places, &source)?.reshape(self.shape()))
    }
}

/// Which ids are the last of their kind: what they put stays.
fn lasting(ids: &Tensor, len: usize) -> Result<Tensor> {
    let numbers = Tensor::arange(ids.size()).reshape(ids.shape());
    let last = Tensor::zeros_like(&Tensor::arange(len)).index_copy(0, ids, &numbers)?;
    Ok(last.index_select(0, ids)?.equal(&numbers))
}

/// Combines rows of equal ids, two and two, until each id comes once.
fn folded(ids: &Tensor, rows: Var, both: fn(&Var, &Var) -> Var) -> Result<(Tensor, Var)> {
    let (mut ids, mut rows) = (ids.clone(), rows);
    loop {
        let (sorted, order) = ids.sort(0, false);
        let (sorted, order) =
            (sorted.to(brand_nn_tensor::DType::I64).to_vec::<i64>(), order.to_vec::<i64>());
        let (mut left, mut right, mut single) = (Vec::new(), Vec::new(), Vec::new());
        let mut i = 0;
        while i < sorted.len() {
            if sorted.get(i + 1) == Some(&sorted[i]) {
                left.push(order[i]);
                right.push(order[i + 1]);
                i += 2;
            } else {
                single.push(order[i]);
                i += 1;
            }
        }
        if left.is_empty() {
            return Ok((ids, rows));
        }
        let kept = Tensor::from([left.clone(), single.clone()].concat());
        let [left, right, single] =
            [left, right, single].map(|positions| rows.index_select(0, &positions.into()));
        rows = Var::concat(&[both(&left?, &right?), single?], 0);
        ids = ids.index_select(0, &kept)?;
    }
}
