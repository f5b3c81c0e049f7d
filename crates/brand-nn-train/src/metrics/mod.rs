//! Measures of how good outputs are, gathered batch by batch.
//!
//! Each streaming form gives what the pure function of its name gives for all batches together.
//! Those functions, which take slices, are here too; more are in [`brand_nn_stats::metrics`].
//!
//! | outputs | metrics | memory |
//! |---|---|---|
//! | classes, by the largest score or a threshold | [`Accuracy`], [`Mcc`], [`CohenKappa`] | counts |
//! | each class | [`Precision`], [`Recall`], [`F1`], [`FBeta`], [`BalancedAccuracy`] | counts |
//! | scores of classes | [`TopKAccuracy`] | a sum |
//! | probabilities | [`LogLoss`], [`Brier`] | a sum |
//! | numbers | [`Mae`], [`Mse`], [`Rmse`] | a sum |
//! | scores of yes and no | [`Auc`], [`PrAuc`] | all outputs |
//! | numbers, against their mean | [`R2`] | all outputs |
//!
//! One more is a file with one of the macros of `shared`, two lines below, and a row of
//! `tests/suite/metrics.rs`; [`check::metric`] puts one of your own through the same contract.

mod accuracy;
mod auc;
mod balanced_accuracy;
mod brier;
pub mod check;
mod cohen_kappa;
mod f_beta;
mod log_loss;
mod mae;
mod mcc;
mod mse;
mod pr_auc;
mod precision;
mod r2;
mod recall;
mod rmse;
mod shared;
mod top_k_accuracy;

pub use accuracy::Accuracy;
pub use auc::Auc;
pub use balanced_accuracy::BalancedAccuracy;
pub use brand_nn_stats::metrics::{
    Average, ConfusionMatrix, KappaWeights, accuracy, average_precision, balanced_accuracy,
    brier_score, cohen_kappa, f_beta, f1, log_loss, log_loss_classes, mae, mcc, mse, precision, r2,
    recall, rmse, roc_auc, top_k_accuracy,
};
pub use brier::Brier;
pub use cohen_kappa::CohenKappa;
pub use f_beta::{F1, FBeta};
pub use log_loss::LogLoss;
pub use mae::Mae;
pub use mcc::Mcc;
pub use mse::Mse;
pub use pr_auc::PrAuc;
pub use precision::Precision;
pub use r2::R2;
pub use recall::Recall;
pub use rmse::Rmse;
pub use shared::confusion_matrix;
pub use top_k_accuracy::TopKAccuracy;

use crate::Result;
use brand_nn_tensor::Tensor;

/// A measure of how good outputs are, gathered batch by batch.
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{Accuracy, Metric};
///
/// let mut accuracy = Accuracy::default();
/// accuracy.update(&Tensor::from([0.9, 0.2]), &Tensor::from([1.0, 1.0]))?;
/// accuracy.update(&Tensor::from([0.1, 0.6]), &Tensor::from([0.0, 1.0]))?;
/// assert_eq!(accuracy.value()?, 0.75);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub trait Metric: Send {
    /// The name under which scores have it.
    fn name(&self) -> &'static str;

    /// Takes in a batch of outputs and targets; one without examples changes nothing.
    ///
    /// # Errors
    /// If they do not belong together, or are not numbers that the metric takes.
    fn update(&mut self, output: &Tensor, target: &Tensor) -> Result<()>;

    /// The measure of all batches since the last reset, never NaN.
    ///
    /// # Errors
    /// If there was no example, or the formula divides by zero on these.
    fn value(&self) -> Result<f64>;

    /// Forgets all batches.
    fn reset(&mut self);

    /// All that it has gathered, as numbers, for a checkpoint in the middle of an epoch.
    fn state(&self) -> Vec<f64>;

    /// Goes on from what another of the same settings had gathered.
    ///
    /// # Errors
    /// If the numbers are not such a state.
    fn load_state(&mut self, state: &[f64]) -> Result<()>;
}
