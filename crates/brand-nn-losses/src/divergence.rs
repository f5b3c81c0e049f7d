//! Distances between distributions over classes.

use crate::{Error, Loss, Result, loss::check_targets};
use brand_nn_autodiff::{Logits, Var};
use brand_nn_tensor::Tensor;

/// Kullback–Leibler divergence of the target from the output, Σ t (log t − log softmax(x)).
///
/// An output that was made by a softmax remembers its logits; others are taken for logits.
/// 0 log 0 is 0.
///
/// # Shapes
/// Outputs and targets `[…, classes]`; the loss of each example is `[…]`.
///
/// # Errors
/// If the shapes differ or a target is below 0.
///
/// # Examples
/// ```
/// use brand_nn_losses::{KlDivergence, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let output = Tensor::from([[0.0, 0.0]]).into();
/// let loss = KlDivergence.loss(&output, &Tensor::from([[1.0, 0.0]]))?;
/// assert!((loss.item() - 2_f64.ln()).abs() < 1e-12);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "KLDivLoss")]
#[derive(Clone, Copy, Debug, Default)]
pub struct KlDivergence;

impl Loss for KlDivergence {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let (logits, target) = distributions("kl divergence", output, target)?;
        let own = entropy(&target).sum_axis(-1);
        Ok(own - (logits.log_softmax(-1) * target).sum_axis(-1))
    }
}

/// Jensen–Shannon divergence of output and target, at most log 2.
///
/// (KL(t ‖ m) + KL(p ‖ m)) / 2 with p = softmax(x) and m = (p + t) / 2. Lin 1991. Shapes and errors
/// as [`KlDivergence`].
///
/// # Examples
/// ```
/// use brand_nn_losses::{JensenShannon, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let output = Tensor::from([[1e4, -1e4]]).into();
/// let loss = JensenShannon.loss(&output, &Tensor::from([[0.0, 1.0]]))?;
/// assert!((loss.item() - 2_f64.ln()).abs() < 1e-12); // nothing in common
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct JensenShannon;

impl Loss for JensenShannon {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let (logits, target) = distributions("jensen-shannon", output, target)?;
        let (probability, log) = (logits.softmax(-1), logits.log_softmax(-1));
        // Where the mean is smaller than this, both terms are 0 times a logarithm.
        let middle = ((&probability + &target) * 0.5).clamp(1e-30, f64::INFINITY).log();
        let theirs = entropy(&target) - &middle * &target;
        Ok((theirs + &probability * (log - middle)).sum_axis(-1) * 0.5)
    }
}

/// The logits and the target in one shape and type.
fn distributions(loss: &'static str, output: &Var, target: &Tensor) -> Result<(Var, Tensor)> {
    let logits = match output.logits() {
        Some(Logits::Softmax(logits)) => logits,
        _ => output,
    };
    if target.shape() != logits.shape() || logits.ndim() == 0 {
        return Err(Error::Target {
            loss,
            target: target.shape().clone(),
            prediction: logits.shape().clone(),
            help: "targets are probabilities of all classes",
        });
    }
    let target = target.to(logits.dtype());
    let words = ("a probability", "targets are probabilities of all classes");
    check_targets(loss, &target, &target.at_least(0.0), words)?;
    Ok((logits.clone(), target))
}

/// t log t, 0 for 0.
fn entropy(target: &Tensor) -> Tensor {
    (target * target.log()).masked(&target.greater_than(0.0))
}

/// The mean Kullback–Leibler divergence; see [`KlDivergence`].
///
/// # Errors
/// As [`KlDivergence`].
pub fn kl_divergence(logits: &Var, target: &Tensor) -> Result<Var> {
    KlDivergence.loss(logits, target)
}
