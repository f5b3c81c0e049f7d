//! The root of the mean squared error of numbers.

use super::shared::{averaged, pairs};

averaged! {
    /// The root of the mean squared error, in the unit of the targets.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::Rmse};
    ///
    /// let mut rmse = Rmse::default();
    /// rmse.update(&Tensor::from([1.0, 2.0]), &Tensor::from([4.0, 5.0]))?;
    /// assert_eq!(rmse.value()?, 3.0);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    Rmse, "rmse", |p, t| pairs, brand_nn_stats::metrics::mse(&p, &t), |mean| mean.sqrt()
}
