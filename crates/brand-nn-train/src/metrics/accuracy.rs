//! The share of examples whose class was found.

use super::shared::counted;

counted! {
    /// The share of examples whose class was found.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Accuracy, Metric};
    ///
    /// let mut accuracy = Accuracy::default();
    /// let scores = Tensor::from([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]]); // three classes
    /// accuracy.update(&scores, &Tensor::from([1_i64, 2]))?;
    /// assert_eq!(accuracy.value()?, 0.5);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    Accuracy, "accuracy", |matrix| matrix.accuracy()
}
