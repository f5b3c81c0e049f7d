//! Overlap of two masks, for segmentation and other rare positives.

use crate::{
    Error, Loss, Result,
    loss::{check_targets, not_negative},
};
use brand_nn_autodiff::{Logits, Var};
use brand_nn_tensor::Tensor;

/// Dice loss, 1 − (2 Σ p t + s) / (Σ p + Σ t + s), of logits (Milletari et al. 2016).
///
/// p = σ(x); an output that was made by a sigmoid remembers its logits. The sums go over all axes
/// but the first, so each example has one loss.
///
/// # Shapes
/// Outputs and targets `[batch, …]` → `[batch]`.
///
/// # Errors
/// If the shapes differ, a target is outside 0..=1, or the smoothing is below 0.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Dice, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let output = Tensor::from([[1e4, 1e4, -1e4]]).into(); // 1, 1, 0
/// let loss = Dice::default().loss(&output, &Tensor::from([[1.0, 0.0, 0.0]]))?;
/// assert_eq!(loss.item(), 0.25); // 1 − (2 + 1) / (2 + 1 + 1)
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dice {
    smoothing: f64,
}

impl Default for Dice {
    fn default() -> Self {
        Self { smoothing: 1.0 }
    }
}

impl Dice {
    /// What is added to both sides of the quotient, s; 1 by default.
    #[must_use]
    pub fn smoothing(self, smoothing: f64) -> Self {
        Self { smoothing }
    }
}

impl Loss for Dice {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        not_negative(("dice", "smoothing"), self.smoothing)?;
        if target.shape() != output.shape() || output.ndim() == 0 {
            return Err(Error::Target {
                loss: "dice",
                target: target.shape().clone(),
                prediction: output.shape().clone(),
                help: "output and target are masks of one shape",
            });
        }
        let target = target.to(output.dtype());
        let holds = target.at_least(0.0).and(&target.at_most(1.0));
        check_targets("dice", &target, &holds, ("0 to 1", "divide by the largest"))?;
        let flat = [output.tensor().len(), output.tensor().size() / output.tensor().len().max(1)];
        let probability = match output.logits() {
            Some(Logits::Sigmoid(_)) => output.clone(),
            _ => output.sigmoid(),
        };
        let (probability, target) = (probability.reshape(flat), target.reshape(flat));
        let overlap = (&probability * &target).sum_axis(-1) * 2.0 + self.smoothing;
        let both = probability.sum_axis(-1) + target.sum_axis(-1) + self.smoothing;
        Ok(1.0 - overlap / both)
    }
}

/// The mean Dice loss of logits; see [`Dice`].
///
/// # Errors
/// As [`Dice`].
pub fn dice(logits: &Var, target: &Tensor) -> Result<Var> {
    Dice::default().loss(logits, target)
}
