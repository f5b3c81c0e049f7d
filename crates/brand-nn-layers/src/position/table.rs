//! A table with a row for each position, made once.

use brand_nn_tensor::{DType, Tensor};
use std::sync::{Mutex, PoisonError};

/// A table with a row for each position, made when it is first read and again when it is too short.
#[derive(Debug, Default)]
pub(super) struct Table(Mutex<Option<Tensor>>);

impl Table {
    /// The rows of the first positions; `make` gives them for a number of positions.
    pub(super) fn rows(
        &self,
        positions: usize,
        dtype: DType,
        make: impl FnOnce(usize) -> Tensor,
    ) -> Tensor {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = kept.as_ref()
            && table.len() >= positions
            && table.dtype() == dtype
        {
            return table.slice(0, ..positions);
        }
        kept.insert(make(positions)).clone()
    }
}
