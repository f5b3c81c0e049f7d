//! The mean absolute error of numbers.

use super::shared::{averaged, pairs};

averaged! {
    /// The mean absolute error, mean |p − t|, over all numbers of the outputs.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::Mae};
    ///
    /// let mut mae = Mae::default();
    /// mae.update(&Tensor::from([1.0, 2.0]), &Tensor::from([1.5, 4.0]))?;
    /// assert_eq!(mae.value()?, 1.25);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    Mae, "mae", |p, t| pairs, brand_nn_stats::metrics::mae(&p, &t), |mean| mean
}
