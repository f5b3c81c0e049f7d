//! Cross-entropy of classes, given as integers or as probabilities.

use crate::{Error, Loss, Result, loss::unit};
use brand_nn_autodiff::{Logits, Var};
use brand_nn_tensor::{CrossEntropyOptions, DType, Tensor};

/// Cross-entropy of logits with classes, −Σ wₖ tₖ log softmax(x)ₖ.
///
/// Targets are classes as integers, or probabilities of all classes as floats. An output that was
/// made by a softmax remembers its logits, and the loss is computed of them; other outputs are
/// taken for logits. With class weights or ignored targets, the mean over integer classes divides
/// by the sum of the weights of the targets that count, as in PyTorch.
///
/// # Shapes
/// Outputs `[…, classes]`; targets i64 `[…]` or floats `[…, classes]`. The loss of each example is
/// `[…]`.
///
/// # Errors
/// If the shapes do not belong together, a class is out of range, or a setting is.
///
/// # Examples
/// ```
/// use brand_nn_losses::{CrossEntropy, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let logits = Tensor::from([[2.0, 1.0, 0.1], [0.0, 0.0, 0.0]]).into();
/// let loss = CrossEntropy::default().loss(&logits, &Tensor::from([0_i64, 2]))?;
/// assert!((loss.item() - (0.417_030 + 1.098_612) / 2.0).abs() < 1e-5);
/// let first = CrossEntropy::default().ignore_index(-1);
/// let loss = first.loss(&logits, &Tensor::from([0_i64, -1]))?;
/// assert!((loss.item() - 0.417_030).abs() < 1e-5);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "CrossEntropyLoss")]
#[derive(Clone, Debug, Default)]
pub struct CrossEntropy {
    label_smoothing: f64,
    class_weights: Option<Tensor>,
    ignore_index: Option<i64>,
}

impl CrossEntropy {
    /// Moves a share of the target's probability to all classes evenly; 0 by default.
    #[must_use]
    pub fn label_smoothing(self, share: f64) -> Self {
        Self { label_smoothing: share, ..self }
    }

    /// How much each class counts, `[classes]`; 1 by default.
    #[must_use]
    pub fn class_weights(self, weights: impl Into<Tensor>) -> Self {
        Self { class_weights: Some(weights.into()), ..self }
    }

    /// The integer target that does not count, such as that of padding; none by default.
    #[must_use]
    pub fn ignore_index(self, index: i64) -> Self {
        Self { ignore_index: Some(index), ..self }
    }

    fn check(&self, classes: usize) -> Result<()> {
        unit(("cross-entropy", "label_smoothing"), self.label_smoothing)?;
        let Some(weights) = &self.class_weights else { return Ok(()) };
        if weights.shape()[..] != [classes] || !weights.at_least(0.0).all() {
            return Err(Error::Value {
                loss: "cross-entropy",
                what: "class_weights",
                got: format!("of shape {}", weights.shape()),
                expected: "a number of at least 0 for each class",
                help: "give [classes] weights, such as one over how often each class comes",
            });
        }
        Ok(())
    }

    /// The targets that count; all of them if none is ignored.
    fn counted(&self, target: &Tensor) -> Option<Tensor> {
        let index = self.ignore_index.filter(|_| target.dtype() == DType::I64)?;
        Some(target.not_equal_to(index as f64))
    }

    /// What the mean divides by, where it is not the number of examples.
    fn total(&self, target: &Tensor) -> Result<Option<f64>> {
        if target.dtype().is_float()
            || (self.class_weights.is_none() && self.ignore_index.is_none())
        {
            return Ok(None);
        }
        let target = target.to(DType::I64);
        let counted = self.counted(&target).unwrap_or_else(|| target.equal(&target));
        let Some(weights) = &self.class_weights else {
            return Ok(Some(counted.to(DType::F64).sum().item()));
        };
        let own = weights.to(DType::F64).index_select(0, &target.masked(&counted).flatten())?;
        Ok(Some(own.masked(&counted.flatten()).sum().item()))
    }
}

impl Loss for CrossEntropy {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let logits = match output.logits() {
            Some(Logits::Softmax(logits)) => logits,
            _ => output,
        };
        let target = shaped(logits, target)?;
        self.check(logits.tensor().dim(-1))?;
        let floats = target.dtype().is_float();
        let target = if floats { target.to(logits.dtype()) } else { target };
        let options = CrossEntropyOptions {
            label_smoothing: self.label_smoothing,
            class_weights: self.class_weights.as_ref().map(|weights| weights.to(logits.dtype())),
            ignore_index: self.ignore_index,
        };
        Ok(logits.cross_entropy_with(&target, &options)?)
    }

    /// The mean; it is not a number where all targets are ignored, as in PyTorch.
    fn loss(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let each = self.each(output, target)?;
        Ok(match self.total(target)? {
            Some(total) => each.sum() / total,
            None => each.mean(),
        })
    }
}

/// The target, if it has the shape of all axes but the last, or of all.
fn shaped(logits: &Var, target: &Tensor) -> Result<Tensor> {
    let help = "targets are i64 classes, one an example, or floats, one a class";
    let refusal = || Error::Target {
        loss: "cross-entropy",
        target: target.shape().clone(),
        prediction: logits.shape().clone(),
        help,
    };
    let (_, examples) = logits.shape().split_last().ok_or_else(refusal)?;
    let target = if target.dtype().is_float() || target.dtype() == DType::I64 {
        target.clone()
    } else {
        target.to(DType::I64)
    };
    let fits = match target.dtype() {
        DType::I64 => target.shape()[..] == *examples,
        _ => target.shape() == logits.shape(),
    };
    if fits { Ok(target) } else { Err(refusal()) }
}

/// The mean cross-entropy of logits with classes; see [`CrossEntropy`].
///
/// # Errors
/// As [`CrossEntropy`].
pub fn cross_entropy(logits: &Var, target: &Tensor) -> Result<Var> {
    CrossEntropy::default().loss(logits, target)
}
