//! Weighted harmonic means of precision and recall.

use super::{Average, shared::counted};

counted! {
    /// The harmonic mean of precision and recall, 2 tp / (2 tp + fp + fn); 0 if nothing was found.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::F1};
    ///
    /// let mut f1 = F1::default();
    /// f1.update(&Tensor::from([0.9, 0.8, 0.1]), &Tensor::from([1.0, 0.0, 1.0]))?;
    /// assert_eq!(f1.value()?, 0.5);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    F1, "f1", |matrix| matrix.average(*average, |class| matrix.f_beta(class, 1.0)),
    /// How several classes become one number; class 1 alone by default.
    average: Average = Average::Binary
}

counted! {
    /// The harmonic mean of precision and recall, recall counted `beta` times as much.
    ///
    /// (1 + β²) tp / ((1 + β²) tp + β² fn + fp); 0 if nothing was found.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, metrics::FBeta};
    ///
    /// let mut f2 = FBeta::default().beta(2.0);
    /// f2.update(&Tensor::from([0.9, 0.8, 0.1]), &Tensor::from([1.0, 0.0, 0.0]))?;
    /// assert!((f2.value()? - 5.0 / 6.0).abs() < 1e-12);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    FBeta, "f_beta", |matrix| matrix.average(*average, |class| matrix.f_beta(class, *beta)),
    /// How many times as much as precision recall counts; 1 by default, 2 to miss little.
    beta: f64 = 1.0,
    /// How several classes become one number; class 1 alone by default.
    average: Average = Average::Binary
}
