//! Mean absolute error, for regression that outliers must not rule.

use crate::{Loss, Result, loss::aligned};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

/// Mean absolute error, mean of |y − t|; the slope at 0 is 0.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Loss, MeanAbsoluteError};
/// use brand_nn_tensor::Tensor;
///
/// let loss = MeanAbsoluteError.loss(&Tensor::from([1.0, 5.0]).into(), &Tensor::from([2.0, 2.0]))?;
/// assert_eq!(loss.item(), 2.0);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "L1Loss")]
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanAbsoluteError;

impl Loss for MeanAbsoluteError {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        Ok((output - aligned("mae", output, target)?).abs())
    }
}

/// The mean of |y − t| over all elements; see [`MeanAbsoluteError`].
///
/// # Errors
/// If the shapes differ, but for a last axis of length one.
pub fn mae(prediction: &Var, target: &Tensor) -> Result<Var> {
    MeanAbsoluteError.loss(prediction, target)
}
