//! The share of examples whose class is among the best scored.

use super::shared::{Mean, actual_classes, numbers, width};
use crate::{Metric, Result};
use brand_nn_stats::metrics::top_k_accuracy;
use brand_nn_tensor::Tensor;

/// The share of examples whose class is among the `k` best scored; 5 by default.
///
/// Of equal scores that of the smaller class comes first.
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{Metric, metrics::TopKAccuracy};
///
/// let mut top = TopKAccuracy::default().k(2);
/// let scores = Tensor::from([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]]);
/// top.update(&scores, &Tensor::from([2_i64, 2]))?;
/// assert_eq!(top.value()?, 0.5);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TopKAccuracy {
    mean: Mean,
    k: usize,
}

impl Default for TopKAccuracy {
    fn default() -> Self {
        Self { mean: Mean::default(), k: 5 }
    }
}

impl TopKAccuracy {
    /// How many classes may stand before the rest; 5 by default.
    #[must_use]
    pub fn k(self, k: usize) -> Self {
        Self { k, ..self }
    }
}

impl Metric for TopKAccuracy {
    fn name(&self) -> &'static str {
        "top_k_accuracy"
    }

    fn update(&mut self, output: &Tensor, target: &Tensor) -> Result<()> {
        let (scores, actual) = (numbers(output)?, actual_classes(output, target)?);
        let width = width(output);
        self.mean.add(actual.len(), || Ok(top_k_accuracy(&scores, width, &actual, self.k)?))
    }

    fn value(&self) -> Result<f64> {
        self.mean.value("top_k_accuracy")
    }

    fn reset(&mut self) {
        self.mean = Mean::default();
    }

    fn state(&self) -> Vec<f64> {
        self.mean.state()
    }

    fn load_state(&mut self, state: &[f64]) -> Result<()> {
        self.mean = Mean::from_state(state)?;
        Ok(())
    }
}
