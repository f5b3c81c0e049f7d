//! The cores of losses on logits, as single nodes that stay finite.

use crate::Var;
use brand_nn_tensor::Tensor;

impl Var {
    /// Binary cross-entropy of logits, an element each: max(x, 0) − x t + log(1 + e^−|x|).
    ///
    /// Finite for every finite logit; the slope is σ(x) − t.
    ///
    /// # Shapes
    /// `target` broadcasts to `self`; its values are in 0..=1.
    #[must_use]
    #[track_caller]
    pub fn bce_with_logits(&self, target: &Tensor) -> Self {
        let x = self.tensor();
        let value = x.relu() - x * target + (-x.abs()).exp().log1p();
        let (x, target) = (self.save(0), target.clone());
        Self::record("bce_with_logits", [self], value, move |walk, gradient| {
            Ok(
                [walk.when(0, || {
                    (gradient * (walk.open(&x).sigmoid() - &target)).sum_to(x.shape())
                })],
            )
        })
    }

    /// Binary cross-entropy of probabilities p, an element each: −t log p − (1 − t) log(1 − p).
    ///
    /// Logarithms are cut off at −100, and the slope (p − t) / (p (1 − p)) divides by at least
    /// 1e-12: finite for 0 and 1 too, as in PyTorch.
    ///
    /// # Shapes
    /// `target` broadcasts to `self`; its values are in 0..=1.
    #[must_use]
    #[track_caller]
    pub fn binary_cross_entropy(&self, target: &Tensor) -> Self {
        let p = self.tensor();
        let log = |p: &Tensor| p.log().clamp(-100.0, 0.0);
        let value = -(log(p) * target + log(&(1.0 - p)) * (1.0 - target));
        let (p, target) = (self.save(0), target.clone());
        Self::record("binary_cross_entropy", [self], value, move |walk, gradient| {
            Ok([walk.when(0, || {
                let p = walk.open(&p);
                let spread = (&p * (1.0 - &p)).clamp(1e-12, 1.0);
                (gradient * (&p - &target) / spread).sum_to(p.shape())
            })])
        })
    }
}
