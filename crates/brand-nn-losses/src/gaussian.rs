//! A normal distribution with a spread of its own for every example.

use crate::{
    Error, Loss, Result,
    loss::{aligned, positive},
};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;
use std::f64::consts::PI;

/// Negative log-likelihood of a normal distribution with its own spread for every example.
///
/// (log v + (t − μ)² / v) / 2, where v is at least ε. The last axis of the output has μ and a
/// number r with v = log(1 + eʳ). Nix and Weigend 1994.
///
/// # Shapes
/// Outputs `[…, 2]`, targets `[…]`.
///
/// # Errors
/// If the shapes do not belong together, or ε is not a positive number.
///
/// # Examples
/// ```
/// use brand_nn_losses::{GaussianNll, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let one = 1_f64.exp_m1().ln(); // log(1 + eʳ) is 1
/// let output = Tensor::from([[3.0, one]]).into();
/// let loss = GaussianNll::default().loss(&output, &Tensor::from([1.0]))?;
/// assert!((loss.item() - 2.0).abs() < 1e-12);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "GaussianNLLLoss")]
#[derive(Clone, Copy, Debug)]
pub struct GaussianNll {
    epsilon: f64,
    full: bool,
}

impl Default for GaussianNll {
    fn default() -> Self {
        Self { epsilon: 1e-6, full: false }
    }
}

impl GaussianNll {
    /// What the variance is at least; 1e-6 by default.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// Adds log(2π) / 2, which the output does not change.
    #[must_use]
    pub fn full(self) -> Self {
        Self { full: true, ..self }
    }

    /// The loss of every example, of means and variances in tensors of their own.
    ///
    /// # Errors
    /// If the shapes differ, or ε is not a positive number.
    pub fn of_variances(&self, mean: &Var, variance: &Var, target: &Tensor) -> Result<Var> {
        positive(("gaussian", "epsilon"), self.epsilon)?;
        crate::loss::same_shape("gaussian", mean, variance)?;
        let distance = mean - aligned("gaussian", mean, target)?;
        let variance = variance.clamp(self.epsilon, f64::INFINITY);
        let each = (variance.log() + distance.square() / variance) * 0.5;
        Ok(if self.full { each + 0.5 * (2.0 * PI).ln() } else { each })
    }
}

impl Loss for GaussianNll {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let [mean, raw] = columns("gaussian", output, target)?;
        self.of_variances(&mean, &raw.softplus(), target)
    }
}

/// Zero-inflated log-normal: does a customer come back, and what is he worth (Wang et al. 2019).
///
/// The last axis of the output has the logit of t > 0, the mean μ of log t, and a number r with
/// σ = log(1 + eʳ). The loss is the binary cross-entropy of the logit and, where t > 0,
/// log(t σ √2π) + (log t − μ)² / (2σ²). σ is at least √(1.19e-7), the root of the step of f32.
///
/// # Shapes
/// Outputs `[…, 3]`, targets `[…]`.
///
/// # Errors
/// If the shapes do not belong together or a target is below 0.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Loss, ZeroInflatedLogNormal};
/// use brand_nn_tensor::Tensor;
///
/// let output = Tensor::from([[0.0, 3.0, 1.0]]).into();
/// let loss = ZeroInflatedLogNormal.loss(&output, &Tensor::from([0.0]))?;
/// assert!((loss.item() - 2_f64.ln()).abs() < 1e-12); // an even chance, and nothing was bought
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "ZILN")]
#[derive(Clone, Copy, Debug, Default)]
pub struct ZeroInflatedLogNormal;

impl Loss for ZeroInflatedLogNormal {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let name = "zero-inflated log-normal";
        let [logit, mean, raw] = columns(name, output, target)?;
        let target = target.to(output.dtype());
        let words = ("a number of at least 0", "an amount that was spent is not below 0");
        crate::loss::check_targets(name, &target, &target.at_least(0.0), words)?;
        let bought = target.greater_than(0.0);
        let logs = Tensor::where_(&bought, &target, &Tensor::ones_like(&target)).log();
        let sigma = raw.softplus().clamp(f64::from(f32::EPSILON).sqrt(), f64::INFINITY);
        let normal = ((&logs - mean) / &sigma).square() * 0.5 + sigma.log();
        let amount = normal + (logs + 0.5 * (2.0 * PI).ln());
        Ok(logit.bce_with_logits(&bought.to(output.dtype())) + amount.masked(&bought))
    }
}

/// The numbers of the last axis, which has one place for each, if the target fits.
fn columns<const N: usize>(loss: &'static str, output: &Var, target: &Tensor) -> Result<[Var; N]> {
    let fits = output.shape().split_last() == Some((&N, &target.shape()[..]));
    if !fits {
        return Err(Error::Target {
            loss,
            target: target.shape().clone(),
            prediction: output.shape().clone(),
            help: "the last axis of the output has one place for each number of the distribution",
        });
    }
    Ok(std::array::from_fn(|i| output.select(-1, i)))
}

/// The mean loss of means and variances; see [`GaussianNll`].
///
/// # Errors
/// If the shapes differ.
pub fn gaussian_nll(mean: &Var, variance: &Var, target: &Tensor) -> Result<Var> {
    Ok(GaussianNll::default().of_variances(mean, variance, target)?.mean())
}

/// The mean loss of logits, means and spreads; see [`ZeroInflatedLogNormal`].
///
/// # Errors
/// As [`ZeroInflatedLogNormal`].
pub fn zero_inflated_log_normal(output: &Var, target: &Tensor) -> Result<Var> {
    ZeroInflatedLogNormal.loss(output, target)
}
