//! The mean recall of the classes that occur.

use super::shared::counted;

counted! {
    /// The mean recall of the classes that occur: each counts the same, however rare.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::BalancedAccuracy};
    ///
    /// let mut balanced = BalancedAccuracy::default();
    /// balanced.update(&Tensor::from([0.9, 0.8, 0.7, 0.6]), &Tensor::from([1.0, 1.0, 1.0, 0.0]))?;
    /// assert_eq!(balanced.value()?, 0.5);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    BalancedAccuracy, "balanced_accuracy", |matrix| matrix.balanced_accuracy()
}
