//! Measures of how good outputs are, gathered batch by batch.

mod auc;
mod classification;
mod confusion;

pub use auc::{Auc, roc_auc};
pub use classification::{Accuracy, Average, F1, Precision, Recall};
pub use confusion::ConfusionMatrix;

use crate::{Error, Result};
use brand_nn_tensor::{DType, Tensor};

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
/// assert_eq!(accuracy.value(), 0.75);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub trait Metric: Send {
    /// The name under which scores have it.
    fn name(&self) -> &'static str;

    /// Takes in a batch of outputs and targets.
    ///
    /// # Errors
    /// If they do not belong together.
    fn update(&mut self, output: &Tensor, target: &Tensor) -> Result<()>;

    /// The measure of all batches since the last reset; not a number if there was none.
    fn value(&self) -> f64;

    /// Forgets all batches.
    fn reset(&mut self);
}

/// Outputs and targets as classes: by a threshold for one column, else the largest of each row.
fn classes(output: &Tensor, target: &Tensor, threshold: f64) -> Result<(Vec<usize>, Vec<usize>)> {
    let width = if output.ndim() < 2 { 1 } else { output.dim(-1) };
    if width == 0 || output.size() / width != rows_of(target, output) {
        return Err(unfit(output, target));
    }
    let predicted = match width {
        1 => output.greater_than(threshold).to(DType::I64).flatten(),
        _ => output.reshape([output.size() / width, width]).argmax(-1),
    };
    let actual = match target.shape() == output.shape() && width > 1 {
        true => target.reshape([target.size() / width, width]).argmax(-1),
        false => target.to(DType::I64).flatten(),
    };
    let ids = |classes: Tensor| {
        let class = |id| usize::try_from(id).map_err(|_| unfit(output, target));
        classes.to_vec::<i64>().into_iter().map(class).collect::<Result<Vec<_>>>()
    };
    Ok((ids(predicted)?, ids(actual)?))
}

/// The number of examples that a target is of.
fn rows_of(target: &Tensor, output: &Tensor) -> usize {
    match target.shape() == output.shape() && target.ndim() > 1 {
        true => target.size() / target.dim(-1).max(1),
        false => target.size(),
    }
}

fn unfit(output: &Tensor, target: &Tensor) -> Error {
    Error::Data {
        what: "a metric's targets",
        got: format!(
            "{} of shape {} for outputs {}",
            target.dtype(),
            target.shape(),
            output.shape()
        ),
        expected: "one class from 0 on for each row of outputs",
        help: "count classes from 0, and give one target a row",
    }
}
