//! Errors relative to the target: percentages and logarithms.

use crate::{
    Loss, Result,
    loss::{aligned, check_targets},
};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

/// What divisors and outputs are taken to be at least.
const LEAST: f64 = 1e-7;

/// Mean absolute percentage error, 100 · |y − t| / max(|t|, 1e-7).
///
/// # Examples
/// ```
/// use brand_nn_losses::{Loss, MeanAbsolutePercentageError};
/// use brand_nn_tensor::Tensor;
///
/// let (output, target) = (Tensor::from([1.5, 9.0]).into(), Tensor::from([2.0, 10.0]));
/// assert_eq!(MeanAbsolutePercentageError.loss(&output, &target)?.item(), 17.5);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "MAPE")]
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanAbsolutePercentageError;

impl Loss for MeanAbsolutePercentageError {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let target = aligned("mape", output, target)?;
        let size = target.abs().clamp(LEAST, f64::INFINITY);
        Ok((output - target).abs() * (100.0 / size))
    }
}

/// Mean squared logarithmic error, (log(1 + y) − log(1 + t))², for targets over many magnitudes.
///
/// Outputs and targets below 1e-7 count as 1e-7, as in Keras.
///
/// # Errors
/// If a target is below 0, or the shapes do not belong together.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Loss, MeanSquaredLogarithmicError};
/// use brand_nn_tensor::Tensor;
///
/// let (output, target) = (Tensor::from([9.0]).into(), Tensor::from([99.0]));
/// let loss = MeanSquaredLogarithmicError.loss(&output, &target)?.item();
/// assert!((loss - 10_f64.ln().powi(2)).abs() < 1e-12);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "MSLE")]
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanSquaredLogarithmicError;

impl Loss for MeanSquaredLogarithmicError {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let target = aligned("msle", output, target)?;
        let words = ("a number of at least 0", "use mse for targets below 0");
        check_targets("msle", &target, &target.at_least(0.0), words)?;
        let target = target.clamp(LEAST, f64::INFINITY).log1p();
        Ok((output.clamp(LEAST, f64::INFINITY).log1p() - target).square())
    }
}

/// The mean absolute percentage error; see [`MeanAbsolutePercentageError`].
///
/// # Errors
/// If the shapes differ, but for a last axis of length one.
pub fn mape(prediction: &Var, target: &Tensor) -> Result<Var> {
    MeanAbsolutePercentageError.loss(prediction, target)
}

/// The mean squared logarithmic error; see [`MeanSquaredLogarithmicError`].
///
/// # Errors
/// As [`MeanSquaredLogarithmicError`].
pub fn msle(prediction: &Var, target: &Tensor) -> Result<Var> {
    MeanSquaredLogarithmicError.loss(prediction, target)
}
