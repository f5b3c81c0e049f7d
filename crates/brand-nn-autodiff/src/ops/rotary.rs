//! Rotary embedding as one node: its gradient is the turn the other way.

use crate::Var;
use brand_nn_kernels::Pairs;
use brand_nn_tensor::Tensor;

impl Var {
    /// Turns pairs of numbers of the last axis by the angles of their position (Su et al. 2021).
    ///
    /// Queries and keys that are turned so have products that depend on their distance alone.
    /// `turns` comes from [`Tensor::rotary_turns`].
    ///
    /// # Shapes
    /// `self` `[…, positions, …, dim]` with the positions on `axis`, `turns`
    /// `[positions, dim / 2, 2]` → that of `self`.
    ///
    /// # Panics
    /// If the shapes or dtypes do not fit.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Pairs, Var};
    /// use brand_nn_tensor::{DType, Tensor};
    ///
    /// let turns = Tensor::rotary_turns(0..2, 4, 10_000.0, DType::F32);
    /// let x = Var::leaf(Tensor::ones([1, 2, 4])); // [heads, positions, dim]
    /// let y = x.rotary(-2, &turns, Pairs::Halves);
    /// assert!((y.square().sum().item() - 8.0).abs() < 1e-5); // no length changes
    /// ```
    #[must_use]
    #[track_caller]
    pub fn rotary(&self, axis: isize, turns: &Tensor, pairs: Pairs) -> Self {
        turned(self, axis, turns, pairs, false)
    }
}

#[track_caller]
fn turned(x: &Var, axis: isize, turns: &Tensor, pairs: Pairs, back: bool) -> Var {
    let value = x.tensor().rotary(axis, turns, pairs, back);
    let turns = turns.clone();
    Var::record("rotary", [x], value, move |walk, gradient| {
        Ok([walk.when(0, || turned(&gradient, axis, &turns, pairs, !back))])
    })
}
