//! Binary cross-entropy that looks away from what is easy.

use crate::{
    Loss, Result,
    loss::{aligned, check_targets, not_negative, unit},
};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

/// Focal loss (Lin et al. 2017): binary cross-entropy that looks away from what is easy.
///
/// −α (1 − p)^γ log p, with p the probability of the right answer and α for positives, 1 − α for
/// negatives. Takes logits; without α both sides count 1.
///
/// # Errors
/// If a target is not 0 or 1, γ is below 0, α is not from 0 to 1, or shapes do not belong together.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Focal, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let loss = Focal::default().loss(&Tensor::from([0.0]).into(), &Tensor::from([1.0]))?;
/// assert!((loss.item() - 0.25 * 0.25 * 2_f64.ln()).abs() < 1e-12); // α (1 − ½)² log 2
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Focal {
    gamma: f64,
    alpha: Option<f64>,
}

impl Default for Focal {
    fn default() -> Self {
        Self { gamma: 2.0, alpha: Some(0.25) }
    }
}

impl Focal {
    /// How much it looks away, γ; 2 by default, and 0 is cross-entropy.
    #[must_use]
    pub fn gamma(self, gamma: f64) -> Self {
        Self { gamma, ..self }
    }

    /// How much positives count, α; 0.25 by default, and negatives count 1 − α.
    #[must_use]
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha: Some(alpha), ..self }
    }

    /// Counts positives and negatives alike.
    #[must_use]
    pub fn unweighted(self) -> Self {
        Self { alpha: None, ..self }
    }
}

impl Loss for Focal {
    fn each(&self, logits: &Var, target: &Tensor) -> Result<Var> {
        not_negative(("focal", "gamma"), self.gamma)?;
        unit(("focal", "alpha"), self.alpha.unwrap_or(0.0))?;
        let target = aligned("focal", logits, target)?;
        let holds = target.equal_to(0.0).or(&target.equal_to(1.0));
        check_targets("focal", &target, &holds, ("0 or 1", "round soft targets"))?;
        // The logit of the right answer is x or −x, so (1 − p)^γ is e^(γ log σ(∓x)): never 0⁰.
        let right = logits * (&target * 2.0 - 1.0);
        let away = ((-&right).log_sigmoid() * self.gamma).exp();
        let each = -(right.log_sigmoid() * away);
        Ok(match self.alpha {
            Some(alpha) => each * (&target * (2.0 * alpha - 1.0) + (1.0 - alpha)),
            None => each,
        })
    }
}

/// The mean focal loss of logits; see [`Focal`].
///
/// # Errors
/// As [`Focal`].
pub fn focal(logits: &Var, target: &Tensor) -> Result<Var> {
    Focal::default().loss(logits, target)
}
