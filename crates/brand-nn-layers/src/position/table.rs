//! A table with a row for each position, made once.

use brand_nn_tensor::{DType, Tensor};
use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

/// A table with a row for each position, made when it is first read and again when it is too short.
#[derive(Debug, Default)]
pub(super) struct Table(Mutex<Option<Tensor>>);

impl Table {
    /// The rows of some positions; `make` gives those of all positions below a number.
    pub(super) fn rows(
        &self,
        positions: Range<usize>,
        dtype: DType,
        make: impl FnOnce(usize) -> Tensor,
    ) -> Tensor {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = kept.as_ref()
            && table.len() >= positions.end
            && table.dtype() == dtype
        {
            return table.slice(0, positions);
        }
        kept.insert(make(positions.end)).slice(0, positions)
    }
}
