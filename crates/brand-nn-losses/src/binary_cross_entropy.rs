//! Binary cross-entropy, of probabilities or of logits.

use crate::{Error, Loss, Result, loss::aligned};
use brand_nn_autodiff::{Logits, Var};
use brand_nn_tensor::{DType, Tensor};

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
#[derive(Clone, Copy, Debug)]
pub struct BinaryCrossEntropyWithLogits {
    positive_weight: f64,
}

impl Default for BinaryCrossEntropyWithLogits {
    fn default() -> Self {
        Self { positive_weight: 1.0 }
    }
}

impl BinaryCrossEntropyWithLogits {
    /// How much a positive example counts; 1 by default, more where positives are rare.
    #[must_use]
    pub fn positive_weight(self, weight: f64) -> Self {
        Self { positive_weight: weight }
    }
}

impl Loss for BinaryCrossEntropyWithLogits {
    fn each(&self, logits: &Var, target: &Tensor) -> Result<Var> {
        if self.positive_weight.is_nan() || self.positive_weight <= 0.0 {
            return Err(Error::Value {
                loss: "binary cross-entropy",
                what: "positive_weight",
                got: self.positive_weight.to_string(),
                expected: "a number above 0",
                help: "use the number of negatives divided by the number of positives",
            });
        }
        let target = checked(logits, target)?;
        let each = logits.bce_with_logits(&target);
        if self.positive_weight == 1.0 {
            return Ok(each);
        }
        // t softplus(−x) is the positives' part: it is counted more by (weight − 1).
        let positives = logits.bce_with_logits(&Tensor::ones_like(&target)) * &target;
        Ok(each + positives * (self.positive_weight - 1.0))
    }
}

/// The target in the output's shape, with every value in 0..=1.
fn checked(output: &Var, target: &Tensor) -> Result<Tensor> {
    let target = aligned("binary cross-entropy", output, target)?;
    let outside = target.at_least(0.0).and(&target.at_most(1.0)).not();
    if outside.any() {
        let wrong = first_outside(&target);
        return Err(Error::Value {
            loss: "binary cross-entropy",
            what: "a target",
            got: wrong.to_string(),
            expected: "0 to 1",
            help: "use cross-entropy for more than two classes",
        });
    }
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

fn first_outside(target: &Tensor) -> f64 {
    let values = target.to(DType::F64).to_vec::<f64>();
    values.into_iter().find(|t| !(0.0..=1.0).contains(t)).unwrap_or(f64::NAN)
}
