//! Of what was of a class, the share that was found.

use super::{Average, shared::counted};

counted! {
    /// Of what was of a class, the share that was found: tp / (tp + fn); 0 if nothing was.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::Recall};
    ///
    /// let mut recall = Recall::default();
    /// recall.update(&Tensor::from([0.9, 0.8, 0.1]), &Tensor::from([1.0, 1.0, 1.0]))?;
    /// assert!((recall.value()? - 2.0 / 3.0).abs() < 1e-12);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    Recall, "recall", |matrix| matrix.average(*average, |class| matrix.recall(class)),
    /// How several classes become one number; class 1 alone by default.
    average: Average = Average::Binary
}
