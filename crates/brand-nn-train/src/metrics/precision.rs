//! Of what was taken for a class, the share that was of it.

use super::{Average, shared::counted};

counted! {
    /// Of what was taken for a class, the share that was of it: tp / (tp + fp); 0 if nothing was.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::Precision};
    ///
    /// let mut precision = Precision::default();
    /// precision.update(&Tensor::from([0.9, 0.8, 0.1]), &Tensor::from([1.0, 0.0, 1.0]))?;
    /// assert_eq!(precision.value()?, 0.5);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    Precision, "precision", |matrix| matrix.average(*average, |class| matrix.precision(class)),
    /// How several classes become one number; class 1 alone by default.
    average: Average = Average::Binary
}
