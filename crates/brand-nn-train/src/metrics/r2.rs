//! The share of the targets' variance that outputs explain.

use super::shared::{collected, pairs};

collected! {
    /// The share of the targets' variance that outputs take away, 1 − Σ (p − t)² / Σ (t − t̄)².
    ///
    /// All numbers of the outputs count as one series. It keeps all of them.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::R2};
    ///
    /// let mut r2 = R2::default();
    /// r2.update(&Tensor::from([1.0, 2.0, 4.0]), &Tensor::from([1.0, 2.0, 3.0]))?;
    /// assert_eq!(r2.value()?, 0.5);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    R2, "r2", pairs, f64, |x: f64| x, brand_nn_stats::metrics::r2
}
