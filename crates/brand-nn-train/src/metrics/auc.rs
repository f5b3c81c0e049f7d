//! The area under the ROC curve, exact.

use super::shared::{collected, labelled};

collected! {
    /// The area under the ROC curve: how often a positive is scored above a negative.
    ///
    /// Exact, with ties counted half, as scikit-learn's. Outputs have one column: probabilities or
    /// logits. It keeps all of them, and is an error if one class does not occur.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::Auc};
    ///
    /// let mut auc = Auc::default();
    /// auc.update(&Tensor::from([0.1, 0.4, 0.35, 0.8]), &Tensor::from([0.0, 0.0, 1.0, 1.0]))?;
    /// assert_eq!(auc.value()?, 0.75);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    Auc, "auc", labelled, bool, |x: f64| x > 0.5,
    brand_nn_stats::metrics::roc_auc
}
