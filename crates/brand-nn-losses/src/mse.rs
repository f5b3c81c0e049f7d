//! Mean squared error, for regression.

use crate::{Loss, Result, loss::aligned};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

/// Mean squared error, mean of (y − t)², for regression.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Loss, MeanSquaredError};
/// use brand_nn_tensor::Tensor;
///
/// let loss = MeanSquaredError.loss(&Tensor::from([1.0, 5.0]).into(), &Tensor::from([2.0, 2.0]))?;
/// assert_eq!(loss.item(), 5.0);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "MSELoss")]
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanSquaredError;

impl Loss for MeanSquaredError {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        Ok((output - aligned("mse", output, target)?).square())
    }
}

/// The mean of (y − t)² over all elements; see [`MeanSquaredError`].
///
/// # Errors
/// If the shapes differ, but for a last axis of length one.
pub fn mse(prediction: &Var, target: &Tensor) -> Result<Var> {
    MeanSquaredError.loss(prediction, target)
}
