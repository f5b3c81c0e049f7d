//! Rotary embedding: pairs of numbers turned by angles that grow with their position.

use std::ops::Range;

use brand_nn_kernels::{Buffer, Pairs, Rotary, rotary};

use crate::elementwise::same_dtype;
use crate::error::{expect, refuse};
use crate::storage::{Float, float_dtype};
use crate::tensor::not_float;
use crate::{DType, Error, Tensor};

/// Rotary embedding.
impl Tensor {
    /// Cosine and sine of `position / base^(2 i / dim)`, for rotary embedding of even dims.
    ///
    /// 10 000 is the usual base. Computed in `f64`, whatever the dtype.
    ///
    /// # Shapes
    /// → `[positions, dim / 2, 2]`.
    ///
    /// # Panics
    /// If `dim` is odd, or the dtype isn't `f32` or `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{DType, Tensor};
    ///
    /// let turns = Tensor::rotary_turns(0..3, 4, 10_000.0, DType::F64);
    /// assert_eq!(turns.get(&[0, 1, 0]), 1.0); // no turn at position 0
    /// assert_eq!(turns.get(&[2, 1, 1]), 0.02f64.sin());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn rotary_turns(positions: Range<usize>, dim: usize, base: f64, dtype: DType) -> Self {
        assert!(dim.is_multiple_of(2), "rotary_turns: dim {dim}, expected an even number");
        let pairs = dim / 2;
        let of = |position: usize, i: usize| {
            let angle = position as f64 / base.powf(2.0 * i as f64 / dim as f64);
            [angle.cos(), angle.sin()]
        };
        let shape = [positions.len(), pairs, 2];
        let all = positions.flat_map(|position| (0..pairs).flat_map(move |i| of(position, i)));
        expect(Self::new(all.collect::<Vec<f64>>(), shape)).to(dtype)
    }

    /// Turns pairs of numbers of the last axis by the angles of their position (Su et al. 2021).
    ///
    /// With `back` it turns the other way, which undoes it and is its gradient.
    ///
    /// # Shapes
    /// `self` `[…, positions, …, dim]` with the positions on `axis`, `turns`
    /// `[positions, dim / 2, 2]` → that of `self`.
    ///
    /// # Panics
    /// If the shapes or dtypes do not fit.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_kernels::Pairs;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let right_angle = Tensor::from([[[0.0, 1.0]]]);
    /// let x = Tensor::from([[2.0, 3.0]]);
    /// let turned = x.rotary(-2, &right_angle, Pairs::Halves, false);
    /// assert_eq!(turned, Tensor::from([[-3.0, 2.0]]));
    /// assert_eq!(turned.rotary(-2, &right_angle, Pairs::Halves, true), x);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn rotary(&self, axis: isize, turns: &Self, pairs: Pairs, back: bool) -> Self {
        expect(same_dtype("rotary", self, turns));
        let at = expect(self.shape().axis("rotary", axis));
        let (dim, positions) = (self.dim(-1), self.shape()[at]);
        let is_last = at + 1 == self.ndim();
        if is_last || *turns.shape() != [positions, dim / 2, 2] || !dim.is_multiple_of(2) {
            refuse(Error::Shape {
                op: "rotary",
                got: turns.shape().clone(),
                expected: format!("[positions, dim / 2, 2] for axis {axis} of {}", self.shape())
                    .into(),
                help: "make turns with Tensor::rotary_turns; positions are not on the last axis",
            });
        }
        let repeat = self.shape()[at + 1..self.ndim() - 1].iter().product::<usize>().max(1);
        let by = Rotary { angles: dim / 2, repeat, pairs, back };
        float_dtype!(self.dtype(), T => self.turned::<T>(&by, turns),
            else refuse(not_float("rotary", self.dtype())))
    }

    #[track_caller]
    fn turned<T: Float>(&self, by: &Rotary, turns: &Self) -> Self {
        let mut out = Buffer::stale(self.size());
        rotary::<T>(by, &self.data(), &turns.data(), &mut out);
        self.like::<T>(out)
    }
}
