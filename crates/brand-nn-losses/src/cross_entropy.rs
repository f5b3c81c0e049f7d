//! Cross-entropy of classes, given as integers or as probabilities.

use crate::{Error, Loss, Result};
use brand_nn_autodiff::{Logits, Var};
use brand_nn_tensor::{DType, Tensor};

/// Cross-entropy of logits with classes, −Σ tₖ log softmax(x)ₖ.
///
/// Targets are classes as integers, or probabilities of all classes as floats. An output that was
/// made by a softmax remembers its logits, and the loss is computed of them; other outputs are
/// taken for logits.
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
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "CrossEntropyLoss")]
#[derive(Clone, Debug, Default)]
pub struct CrossEntropy {
    label_smoothing: f64,
}

impl CrossEntropy {
    /// Moves a share of the target's probability to all classes evenly; 0 by default.
    #[must_use]
    pub fn label_smoothing(self, share: f64) -> Self {
        Self { label_smoothing: share }
    }

    /// The probabilities of all classes that the target stands for.
    fn dense(&self, target: &Tensor, classes: usize, dtype: DType) -> Result<Tensor> {
        let target = match target.dtype() {
            DType::I64 => target.one_hot(classes)?,
            _ => target.clone(),
        };
        let share = self.label_smoothing;
        Ok(target.to(dtype) * (1.0 - share) + share / classes as f64)
    }
}

impl Loss for CrossEntropy {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        if !(0.0..=1.0).contains(&self.label_smoothing) {
            return Err(Error::Value {
                loss: "cross-entropy",
                what: "label_smoothing",
                got: self.label_smoothing.to_string(),
                expected: "0 to 1",
                help: "0.1 is usual",
            });
        }
        let logits = match output.logits() {
            Some(Logits::Softmax(logits)) => logits,
            _ => output,
        };
        let target = shaped(logits, target)?;
        if target.dtype() == DType::I64 && self.label_smoothing == 0.0 {
            let classes = logits.tensor().dim(-1);
            let flat = logits.reshape([target.size(), classes]);
            return Ok(flat.cross_entropy(&target.flatten())?.reshape(target.shape()));
        }
        let dense = self.dense(&target, logits.tensor().dim(-1), logits.dtype())?;
        Ok(-(logits.log_softmax(-1) * dense).sum_axis(-1))
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
