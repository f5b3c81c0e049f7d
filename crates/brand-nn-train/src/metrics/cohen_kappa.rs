//! How much more predicted classes agree with the actual ones than by chance.

use super::{KappaWeights, shared::counted};

counted! {
    /// Cohen's kappa: how much more classes agree than by chance.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::CohenKappa};
    ///
    /// let mut kappa = CohenKappa::default();
    /// kappa.update(&Tensor::from([0.9, 0.8, 0.1, 0.2]), &Tensor::from([1.0, 0.0, 0.0, 0.0]))?;
    /// assert_eq!(kappa.value()?, 0.5);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    CohenKappa, "cohen_kappa", |matrix| matrix.kappa(*weights),
    /// How much a disagreement counts; each as 1 by default, Quadratic for ratings.
    weights: KappaWeights = KappaWeights::Plain
}
