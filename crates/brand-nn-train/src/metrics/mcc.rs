//! Matthews' correlation of predicted and actual classes.

use super::shared::counted;

counted! {
    /// Matthews' correlation of predicted and actual classes, −1 to 1; 0 if one is constant.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::Mcc};
    ///
    /// let mut mcc = Mcc::default();
    /// mcc.update(&Tensor::from([0.9, 0.2, 0.1]), &Tensor::from([1.0, 0.0, 0.0]))?;
    /// assert_eq!(mcc.value()?, 1.0);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    Mcc, "mcc", |matrix| matrix.mcc()
}
