//! The area under the precision-recall curve.

use super::shared::{collected, labelled};

collected! {
    /// The area under the precision-recall curve, as average precision: for a rare yes.
    ///
    /// Outputs have one column: probabilities or logits. It keeps all of them.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::PrAuc};
    ///
    /// let mut area = PrAuc::default();
    /// area.update(&Tensor::from([0.1, 0.4, 0.35, 0.8]), &Tensor::from([0.0, 0.0, 1.0, 1.0]))?;
    /// assert!((area.value()? - 5.0 / 6.0).abs() < 1e-12);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    PrAuc, "pr_auc", labelled, bool, |x: f64| x > 0.5,
    brand_nn_stats::metrics::average_precision
}
