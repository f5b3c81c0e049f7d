//! The mean squared distance of probabilities from what came.

use super::shared::{averaged, labelled};

averaged! {
    /// The mean squared distance of probabilities from 0 and 1: 0 is best, 1 worst.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::Brier};
    ///
    /// let mut brier = Brier::default();
    /// brier.update(&Tensor::from([0.75, 0.5]), &Tensor::from([1.0, 0.0]))?;
    /// assert_eq!(brier.value()?, (0.0625 + 0.25) / 2.0);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    Brier, "brier", |p, t| labelled, brand_nn_stats::metrics::brier_score(&p, &t), |mean| mean
}
