//! Dropout by counter: the mask is computed again where it is needed, and never stored.

use crate::Var;

impl Var {
    /// Puts zero in place of a share `rate` of the elements and scales the others by 1 / (1 − rate).
    ///
    /// The mask is a function of `key` and the position alone: the same key gives the same mask.
    ///
    /// # Panics
    /// If `rate` is not in `0.0..1.0`.
    #[must_use]
    #[track_caller]
    pub fn dropout(&self, rate: f64, key: [u64; 2]) -> Self {
        let value = self.tensor().dropout(rate, key);
        Self::record("dropout", [self], value, move |walk, gradient| {
            Ok([walk.when(0, || gradient.dropout(rate, key))])
        })
    }
}
