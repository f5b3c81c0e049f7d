//! The area under the ROC curve, exact.

use crate::{Metric, Result, metrics::unfit};
use brand_nn_tensor::{DType, Tensor};

/// The area under the ROC curve: how often a positive is scored above a negative.
///
/// Exact, with ties counted half, as scikit-learn's; not a number if one class does not occur.
/// Outputs have one column: probabilities or logits.
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{Auc, Metric};
///
/// let mut auc = Auc::default();
/// auc.update(&Tensor::from([0.1, 0.4, 0.35, 0.8]), &Tensor::from([0.0, 0.0, 1.0, 1.0]))?;
/// assert_eq!(auc.value(), 0.75);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Auc {
    scores: Vec<f64>,
    positive: Vec<bool>,
}

impl Metric for Auc {
    fn name(&self) -> &'static str {
        "auc"
    }

    fn update(&mut self, output: &Tensor, target: &Tensor) -> Result<()> {
        if output.size() != target.size() {
            return Err(unfit(output, target));
        }
        self.scores.extend(output.to(DType::F64).to_vec::<f64>());
        self.positive.extend(target.to(DType::F64).to_vec::<f64>().iter().map(|&t| t > 0.5));
        Ok(())
    }

    fn value(&self) -> f64 {
        roc_auc(&self.scores, &self.positive)
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

/// The area under the ROC curve of scores, by the sum of the positives' ranks (Mann and Whitney).
///
/// # Examples
/// ```
/// assert_eq!(brand_nn_train::roc_auc(&[0.2, 0.9, 0.9], &[false, true, false]), 0.75);
/// ```
#[must_use]
pub fn roc_auc(scores: &[f64], positive: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len().min(positive.len())).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let (mut below, mut rank_sum) = (0, 0.0);
    for tied in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let middle = below as f64 + (tied.len() as f64 + 1.0) / 2.0;
        rank_sum += middle * tied.iter().filter(|&&i| positive[i]).count() as f64;
        below += tied.len();
    }
    let positives = order.iter().filter(|&&i| positive[i]).count() as f64;
    let negatives = order.len() as f64 - positives;
    (rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives)
}
