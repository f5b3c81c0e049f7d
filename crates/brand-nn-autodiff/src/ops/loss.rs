//! The cores of losses on logits, as single nodes that stay finite.

use crate::{Error, Result, Var};
use brand_nn_tensor::{DType, Tensor};

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
            Ok([walk.when(0, || {
                (gradient * (walk.open(&x).sigmoid() - &target)).sum_to(x.value.shape())
            })])
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

    /// Cross-entropy of each row of logits with its class: the negative log of the class's softmax.
    ///
    /// # Shapes
    /// `self` `[rows, classes]`, `target` i64 `[rows]` → `[rows]`.
    ///
    /// # Errors
    /// If the shapes do not fit or a target is not a class.
    pub fn cross_entropy(&self, target: &Tensor) -> Result<Self> {
        let [rows, classes] = self.tensor().dims()?;
        check_targets(target, rows, classes)?;
        let column = target.unsqueeze(1);
        let logs = self.log_softmax(-1);
        Ok(-logs.gather(-1, &column).squeeze(-1))
    }
}

fn check_targets(target: &Tensor, rows: usize, classes: usize) -> Result<()> {
    if target.dtype() != DType::I64 || target.shape()[..] != [rows] {
        return Err(Error::Setting {
            place: "cross_entropy".into(),
            setting: "target",
            got: format!("{} of shape {}", target.dtype(), target.shape()),
            expected: "i64 classes, one a row of logits",
            help: "cast classes with .to(DType::I64); for probabilities use the dense form",
        });
    }
    let wrong =
        target.to_vec::<i64>().into_iter().find(|&class| class < 0 || class >= classes as i64);
    wrong.map_or(Ok(()), |class| {
        Err(Error::Setting {
            place: "cross_entropy".into(),
            setting: "target",
            got: class.to_string(),
            expected: "a class from 0 to below the number of logits",
            help: "count the classes from 0 and give the last layer one unit a class",
        })
    })
}
