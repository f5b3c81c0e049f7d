//! Ops that pick elements by number, and their opposites that put them back.

use crate::{Result, Var};
use brand_nn_tensor::{DType, Shape, Tensor};

impl Var {
    /// Takes the slices at the positions `ids` along one axis.
    ///
    /// # Shapes
    /// `[a, n, b]` with axis 1 and i64 ids `[i, j]` → `[a, i, j, b]`.
    ///
    /// # Errors
    /// If an id is beyond the axis.
    pub fn index_select(&self, axis: isize, ids: &Tensor) -> Result<Self> {
        let (kept, base) = (ids.clone(), zeros(self.shape(), self.dtype()));
        let value = self.tensor().index_select(axis, ids)?;
        Ok(Self::record("index_select", [self], value, move |walk, gradient| {
            let sum = base.index_add(axis, &kept, &gradient)?;
            Ok([walk.when(0, || sum)])
        }))
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
    #[doc(alias = "take_along_axis")]
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

/// A constant of zeros.
pub(crate) fn zeros(shape: &Shape, dtype: DType) -> Var {
    Tensor::zeros_of((), dtype).expand(shape).into()
}

/// A table of zeros with `values` added at the rows `ids`; the opposite of taking rows.
pub(crate) fn put_rows(values: &Var, ids: &Tensor, shape: &Shape) -> Result<Var> {
    zeros(shape, values.dtype()).index_add(0, ids, values)
}

/// [`put_rows`] on plain tensors.
pub(crate) fn scatter_rows(values: &Tensor, ids: &Tensor, shape: &Shape) -> Result<Tensor> {
    Ok(Tensor::zeros_of(shape, values.dtype()).index_add(0, ids, values)?)
}

/// Opens a result of positions that were made from the shape itself.
#[track_caller]
pub(crate) fn within(picked: Result<Var>) -> Var {
    match picked {
        Ok(var) => var,
        Err(error) => panic!("{error}"),
    }
}
