//! Accuracy, precision, recall and F1 of classes.

use crate::{ConfusionMatrix, Metric, Result, metrics::classes};
use brand_nn_tensor::Tensor;

/// How the measures of several classes become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Average {
    /// That of class 1 alone: for yes and no.
    #[default]
    Binary,
    /// The mean over all classes that occur.
    Macro,
    /// That of all decisions taken together, which is the accuracy.
    Micro,
    /// The mean over all classes, each counted as often as it occurs.
    Weighted,
}

impl Average {
    fn of(self, matrix: &ConfusionMatrix, measure: impl Fn(usize) -> f64) -> f64 {
        let occurs = |class: &usize| matrix.actual(*class) + matrix.predicted(*class) > 0;
        let classes: Vec<_> = (0..matrix.num_classes()).filter(occurs).collect();
        match self {
            Self::Binary => measure(1),
            Self::Macro => classes.iter().map(|&c| measure(c)).sum::<f64>() / classes.len() as f64,
            Self::Micro => matrix.accuracy(),
            Self::Weighted => {
                let weighted = classes.iter().map(|&c| measure(c) * matrix.actual(c) as f64);
                weighted.sum::<f64>() / matrix.total() as f64
            }
        }
    }
}

macro_rules! metric {
    ($(#[$doc:meta])* $type:ident, $name:literal, |$matrix:ident, $average:ident| $value:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $type {
            matrix: ConfusionMatrix,
            threshold: f64,
            average: Average,
        }

        impl Default for $type {
            fn default() -> Self {
                Self { matrix: ConfusionMatrix::default(), threshold: 0.5, average: Average::Binary }
            }
        }

        impl $type {
            /// Above which a single output means class 1; 0.5 by default, 0 for logits.
            #[must_use]
            pub fn threshold(self, threshold: f64) -> Self {
                Self { threshold, ..self }
            }

            /// How several classes become one number; class 1 alone by default.
            #[must_use]
            pub fn average(self, average: Average) -> Self {
                Self { average, ..self }
            }
        }

        impl Metric for $type {
            fn name(&self) -> &'static str {
                $name
            }

            fn update(&mut self, output: &Tensor, target: &Tensor) -> Result<()> {
                let (predicted, actual) = classes(output, target, self.threshold)?;
                self.matrix.add(&predicted, &actual);
                Ok(())
            }

            fn value(&self) -> f64 {
                let ($matrix, $average) = (&self.matrix, self.average);
                $value
            }

            fn reset(&mut self) {
                self.matrix = ConfusionMatrix::default();
            }
        }
    };
}

metric! {
    /// The share of examples whose class was found; the average has no influence.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Accuracy, Metric};
    ///
    /// let mut accuracy = Accuracy::default();
    /// let scores = Tensor::from([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]]); // three classes
    /// accuracy.update(&scores, &Tensor::from([1_i64, 2]))?;
    /// assert_eq!(accuracy.value(), 0.5);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    Accuracy, "accuracy", |matrix, _average| matrix.accuracy()
}

metric! {
    /// Of what was taken for a class, the share that was of it: tp / (tp + fp); 0 if nothing was.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, Precision};
    ///
    /// let mut precision = Precision::default();
    /// precision.update(&Tensor::from([0.9, 0.8, 0.1]), &Tensor::from([1.0, 0.0, 1.0]))?;
    /// assert_eq!(precision.value(), 0.5);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    Precision, "precision", |matrix, average| average.of(matrix, |class| matrix.precision(class))
}

metric! {
    /// Of what was of a class, the share that was found: tp / (tp + fn); 0 if nothing was.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Metric, Recall};
    ///
    /// let mut recall = Recall::default();
    /// recall.update(&Tensor::from([0.9, 0.8, 0.1]), &Tensor::from([1.0, 1.0, 1.0]))?;
    /// assert!((recall.value() - 2.0 / 3.0).abs() < 1e-12);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    Recall, "recall", |matrix, average| average.of(matrix, |class| matrix.recall(class))
}

metric! {
    /// The harmonic mean of precision and recall, 2 tp / (2 tp + fp + fn); 0 if nothing was found.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{F1, Metric};
    ///
    /// let mut f1 = F1::default();
    /// f1.update(&Tensor::from([0.9, 0.8, 0.1]), &Tensor::from([1.0, 0.0, 1.0]))?;
    /// assert_eq!(f1.value(), 0.5);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    F1, "f1", |matrix, average| average.of(matrix, |class| matrix.f1(class))
}
