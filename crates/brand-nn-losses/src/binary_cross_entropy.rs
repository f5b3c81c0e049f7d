//! Binary cross-entropy, of probabilities or of logits.

use crate::{
    Error, Loss, Result,
    loss::{aligned, check_targets},
};
use brand_nn_autodiff::{Logits, Var};
use brand_nn_tensor::Tensor;

/// Binary cross-entropy of probabilities, −t log p − (1 − t) log(1 − p).
///
/// A probability that was made by a sigmoid remembers its logits x; then the loss is computed of
/// them, as max(x, 0) − x t + log(1 + e^−|x|), and is finite for every finite logit. For other
/// probabilities log is cut off at −100, as in PyTorch.
///
/// # Shapes
/// Outputs and targets of one shape; `[n, 1]` and `[n]` belong together. Targets are in 0..=1.
///
/// # Errors
/// If the shapes do not belong together or a target is outside 0..=1.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Var;
/// use brand_nn_losses::{BinaryCrossEntropy, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let logits = Var::leaf(Tensor::from([17.0, -1e4]));
/// let loss = BinaryCrossEntropy.loss(&logits.sigmoid(), &Tensor::from([1.0, 0.0]))?;
/// assert!((loss.item() - 4.139_937_5e-8 / 2.0).abs() < 1e-13);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "BCELoss")]
#[derive(Clone, Copy, Debug, Default)]
pub struct BinaryCrossEntropy;

impl Loss for BinaryCrossEntropy {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        if let Some(Logits::Sigmoid(logits)) = output.logits() {
            return BinaryCrossEntropyWithLogits::default().each(logits, target);
        }
        Ok(output.binary_cross_entropy(&checked(output, target)?))
    }
}

/// Binary cross-entropy of logits x: max(x, 0) − x t + log(1 + e^−|x|).
///
/// # Shapes
/// As [`BinaryCrossEntropy`].
///
/// # Errors
/// As [`BinaryCrossEntropy`]; also if the positive weight is not positive.
///
/// # Examples
/// ```
/// use brand_nn_losses::{BinaryCrossEntropyWithLogits, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let rare = BinaryCrossEntropyWithLogits::default().positive_weight(9.0);
/// let (missed, target) = (Tensor::from([0.0]).into(), Tensor::from([1.0]));
/// assert!((rare.loss(&missed, &target)?.item() - 9.0 * 2_f64.ln()).abs() < 1e-6);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "BCEWithLogitsLoss")]
#[derive(Clone, Debug, Default)]
pub struct BinaryCrossEntropyWithLogits {
    positive_weights: Option<Tensor>,
}

impl BinaryCrossEntropyWithLogits {
    /// How much a positive example counts; 1 by default, more where positives are rare.
    #[must_use]
    pub fn positive_weight(self, weight: f64) -> Self {
        self.positive_weights(Tensor::scalar(weight))
    }

    /// How much positives count, one weight for each place of the last axis.
    #[must_use]
    pub fn positive_weights(self, weights: impl Into<Tensor>) -> Self {
        Self { positive_weights: Some(weights.into()) }
    }

    /// The weights less one, if any are given.
    fn extra(&self, logits: &Var) -> Result<Option<Tensor>> {
        let Some(weights) = &self.positive_weights else { return Ok(None) };
        let fits = weights.size() == 1 || logits.shape().ends_with(weights.shape());
        if !fits || !weights.greater_than(0.0).all() {
            return Err(Error::Value {
                loss: "binary cross-entropy",
                what: "positive_weight",
                got: if weights.size() == 1 {
                    weights.item().to_string()
                } else {
                    weights.to_string()
                },
                expected: "a number above 0, or one for each place of the last axis",
                help: "use the number of negatives divided by the number of positives",
            });
        }
        Ok(Some(weights.to(logits.dtype()) - 1.0))
    }
}

impl Loss for BinaryCrossEntropyWithLogits {
    fn each(&self, logits: &Var, target: &Tensor) -> Result<Var> {
        let extra = self.extra(logits)?;
        let target = checked(logits, target)?;
        let each = logits.bce_with_logits(&target);
        let Some(extra) = extra else { return Ok(each) };
        // t softplus(−x) is the positives' part: it is counted more by (weight − 1).
        let positives = logits.bce_with_logits(&Tensor::ones_like(&target)) * &target;
        Ok(each + positives * extra)
    }
}

/// The target in the output's shape, with every value in 0..=1.
fn checked(output: &Var, target: &Tensor) -> Result<Tensor> {
    let target = aligned("binary cross-entropy", output, target)?;
    let holds = target.at_least(0.0).and(&target.at_most(1.0));
    let words = ("0 to 1", "use cross-entropy for more than two classes");
    check_targets("binary cross-entropy", &target, &holds, words)?;
    Ok(target)
}

/// The mean binary cross-entropy of probabilities; see [`BinaryCrossEntropy`].
///
/// # Errors
/// As [`BinaryCrossEntropy`].
pub fn binary_cross_entropy(probability: &Var, target: &Tensor) -> Result<Var> {
    BinaryCrossEntropy.loss(probability, target)
}

/// The mean binary cross-entropy of logits; see [`BinaryCrossEntropyWithLogits`].
///
/// # Errors
/// As [`BinaryCrossEntropyWithLogits`].
pub fn bce_with_logits(logits: &Var, target: &Tensor) -> Result<Var> {
    BinaryCrossEntropyWithLogits::default().loss(logits, target)
}
