//! The mean squared error of numbers.

use super::shared::{averaged, pairs};

averaged! {
    /// The mean squared error, mean (p − t)², over all numbers of the outputs.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::Mse};
    ///
    /// let mut mse = Mse::default();
    /// mse.update(&Tensor::from([1.0, 2.0]), &Tensor::from([1.5, 4.0]))?;
    /// assert_eq!(mse.value()?, 2.125);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    Mse, "mse", |p, t| pairs, brand_nn_stats::metrics::mse(&p, &t), |mean| mean
}
