//! The logarithm of the hyperbolic cosine: square near the target, straight far away, smooth.

use crate::{Loss, Result, loss::aligned};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;
use std::f64::consts::LN_2;

/// log cosh(y − t): d² / 2 near the target, |d| − log 2 far away, smooth between.
///
/// Computed as d + log(1 + e^−2d) − log 2, which does not overflow.
///
/// # Examples
/// ```
/// use brand_nn_losses::{LogCosh, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let loss = LogCosh.loss(&Tensor::from([1e4]).into(), &Tensor::from([0.0]))?;
/// assert!((loss.item() - (1e4 - 2_f64.ln())).abs() < 1e-9);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LogCosh;

impl Loss for LogCosh {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let distance = output - aligned("log-cosh", output, target)?;
        Ok(&distance + (&distance * -2.0).softplus() - LN_2)
    }
}

/// The mean of log cosh(y − t); see [`LogCosh`].
///
/// # Errors
/// If the shapes differ, but for a last axis of length one.
pub fn log_cosh(prediction: &Var, target: &Tensor) -> Result<Var> {
    LogCosh.loss(prediction, target)
}
