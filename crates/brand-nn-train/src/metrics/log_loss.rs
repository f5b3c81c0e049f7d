//! The mean surprise of probabilities.

use super::shared::{Mean, actual_classes, labelled, numbers, width};
use crate::{Metric, Result};
use brand_nn_stats::metrics::{log_loss, log_loss_classes};
use brand_nn_tensor::Tensor;

/// The mean of −ln p, where p is the probability that was given to what came.
///
/// Outputs are probabilities: one column for yes and no, else a row that adds up to 1.
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{Metric, metrics::LogLoss};
///
/// let mut loss = LogLoss::default();
/// loss.update(&Tensor::from([[0.25, 0.5, 0.25]]), &Tensor::from([1_i64]))?;
/// assert!((loss.value()? - 2.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct LogLoss {
    mean: Mean,
}

impl Metric for LogLoss {
    fn name(&self) -> &'static str {
        "log_loss"
    }

    fn update(&mut self, output: &Tensor, target: &Tensor) -> Result<()> {
        let width = width(output);
        if width == 1 {
            let (probability, positive) = labelled(output, target)?;
            return self.mean.add(positive.len(), || Ok(log_loss(&probability, &positive)?));
        }
        let (rows, actual) = (numbers(output)?, actual_classes(output, target)?);
        self.mean.add(actual.len(), || Ok(log_loss_classes(&rows, width, &actual)?))
    }

    fn value(&self) -> Result<f64> {
        self.mean.value("log_loss")
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn state(&self) -> Vec<f64> {
        self.mean.state()
    }

    fn load_state(&mut self, state: &[f64]) -> Result<()> {
        self.mean = Mean::from_state(state)?;
        Ok(())
    }
}
