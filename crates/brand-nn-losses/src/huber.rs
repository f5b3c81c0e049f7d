//! Losses that are square near the target and straight far away.

use crate::{
    Loss, Result,
    loss::{aligned, positive},
};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

/// Huber's loss: square near the target, straight far away.
///
/// With d = y − t: d² / 2 where |d| ≤ δ, else δ (|d| − δ / 2). Huber 1964.
///
/// # Errors
/// If δ is not a positive number, or the shapes do not belong together.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Huber, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let (output, target) = (Tensor::from([0.5, 9.0]).into(), Tensor::from([0.0, 4.0]));
/// let each = Huber::default().delta(2.0).each(&output, &target)?;
/// assert_eq!(each.tensor(), &Tensor::from([0.125, 8.0]));
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "HuberLoss")]
#[derive(Clone, Copy, Debug)]
pub struct Huber {
    delta: f64,
}

impl Default for Huber {
    fn default() -> Self {
        Self { delta: 1.0 }
    }
}

impl Huber {
    /// The distance from which on it is straight; 1 by default.
    #[must_use]
    pub fn delta(self, delta: f64) -> Self {
        Self { delta }
    }
}

impl Loss for Huber {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        positive(("huber", "delta"), self.delta)?;
        let distance = (output - aligned("huber", output, target)?).abs();
        let near = distance.clamp(0.0, self.delta);
        // With n = min(|d|, δ): n²/2 + δ (|d| − n), which is both formulas.
        Ok(near.square() * 0.5 + (distance - near) * self.delta)
    }
}

/// Smooth L1: Huber's loss over its δ, here called β, so that it is |d| far away.
///
/// With d = y − t: d² / (2β) where |d| < β, else |d| − β / 2.
///
/// # Errors
/// If β is not a positive number, or the shapes do not belong together.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Loss, SmoothL1};
/// use brand_nn_tensor::Tensor;
///
/// let (output, target) = (Tensor::from([0.5, 9.0]).into(), Tensor::from([0.0, 4.0]));
/// let each = SmoothL1::default().beta(2.0).each(&output, &target)?;
/// assert_eq!(each.tensor(), &Tensor::from([0.0625, 4.0]));
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "SmoothL1Loss")]
#[derive(Clone, Copy, Debug)]
pub struct SmoothL1 {
    beta: f64,
}

impl Default for SmoothL1 {
    fn default() -> Self {
        Self { beta: 1.0 }
    }
}

impl SmoothL1 {
    /// The distance from which on it is straight; 1 by default.
    #[must_use]
    pub fn beta(self, beta: f64) -> Self {
        Self { beta }
    }
}

impl Loss for SmoothL1 {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        positive(("smooth l1", "beta"), self.beta)?;
        Ok(Huber { delta: self.beta }.each(output, target)? / self.beta)
    }
}

/// The mean Huber loss with δ = 1; see [`Huber`].
///
/// # Errors
/// As [`Huber`].
pub fn huber(prediction: &Var, target: &Tensor) -> Result<Var> {
    Huber::default().loss(prediction, target)
}

/// The mean smooth L1 loss with β = 1; see [`SmoothL1`].
///
/// # Errors
/// As [`SmoothL1`].
pub fn smooth_l1(prediction: &Var, target: &Tensor) -> Result<Var> {
    SmoothL1::default().loss(prediction, target)
}
