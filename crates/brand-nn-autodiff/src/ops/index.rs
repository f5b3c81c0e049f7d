//! Ops that pick elements by number, and their opposites that put them back.

use crate::{Result, Var};
use brand_nn_tensor::{Shape, Tensor};

impl Var {
    /// Takes the positions `ids` along one axis.
    ///
    /// # Shapes
    /// `ids` is i64 `[n]`; the axis gets the length n.
    ///
    /// # Errors
    /// If an id is beyond the axis.
    #[track_caller]
    pub fn index_select(&self, axis: isize, ids: &Tensor) -> Result<Self> {
        if self.tensor().dim(axis) == self.tensor().dim(0) && is_first(axis, self.ndim()) {
            return select_rows(self, ids);
        }
        Ok(select_rows(&self.transpose(0, axis), ids)?.transpose(0, axis))
    }

    /// Takes the element that `ids` names along one axis, for each position of `ids`.
    ///
    /// # Shapes
    /// `ids` is i64 with as many axes as `self`; the result has its shape.
    ///
    /// # Panics
    /// If an id is beyond the axis.
    #[must_use]
    #[track_caller]
    pub fn gather(&self, axis: isize, ids: &Tensor) -> Self {
        let (kept, shape) = (ids.clone(), self.shape().clone());
        Self::record("gather", [self], self.tensor().gather(axis, ids), move |walk, gradient| {
            let zeros = || Self::from(Tensor::zeros_of(&shape, gradient.dtype()));
            Ok([walk.when(0, || zeros().scatter_add(axis, &kept, &gradient))])
        })
    }

    /// Adds each element of `source` at the position that `ids` names along one axis.
    ///
    /// # Panics
    /// If an id is beyond the axis, or the shapes of `ids` and `source` differ.
    #[must_use]
    #[track_caller]
    pub fn scatter_add(&self, axis: isize, ids: &Tensor, source: &Self) -> Self {
        let kept = ids.clone();
        let value = self.tensor().scatter_add(axis, ids, source.tensor());
        Self::record("scatter_add", [self, source], value, move |walk, gradient| {
            Ok([walk.when(0, || gradient.clone()), walk.when(1, || gradient.gather(axis, &kept))])
        })
    }
}

fn is_first(axis: isize, ndim: usize) -> bool {
    axis == 0 || axis + ndim as isize == 0
}

fn select_rows(table: &Var, ids: &Tensor) -> Result<Var> {
    let (kept, shape) = (ids.clone(), table.shape().clone());
    let value = table.tensor().index_select(0, ids)?;
    Ok(Var::record("index_select", [table], value, move |walk, gradient| {
        Ok([Some(put_rows(&gradient, &kept, &shape)?.into()).filter(|_| walk.needs(0))])
    }))
}

/// A table of zeros with `values` added at the rows `ids`; the opposite of taking rows.
pub(crate) fn put_rows(values: &Var, ids: &Tensor, shape: &Shape) -> Result<Var> {
    let kept = ids.clone();
    let value = scatter_rows(values.tensor(), ids, shape)?;
    Ok(Var::record("put_rows", [values], value, move |walk, gradient| {
        let rows = gradient.index_select(0, &kept)?;
        Ok([walk.when(0, || rows)])
    }))
}

/// [`put_rows`] on plain tensors.
pub(crate) fn scatter_rows(values: &Tensor, ids: &Tensor, shape: &Shape) -> Result<Tensor> {
    Ok(Tensor::zeros_of(shape, values.dtype()).index_add(0, ids, values)?)
}
