//! What metrics are made of: readings of tensors, and three ways to gather batches.

use crate::{Error, Result};
use brand_nn_stats::metrics::ConfusionMatrix;
use brand_nn_tensor::{DType, Tensor};

/// Counts the classes that outputs stand for: above one half for one column, else the largest.
///
/// # Shapes
/// `output`: `[batch]`, `[batch, 1]` or `[…, classes]`; `target`: a class for each row, or one-hot.
///
/// # Errors
/// If there is not one target a row, no row at all, or a NaN among the outputs.
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::metrics::confusion_matrix;
///
/// let (output, target) = (Tensor::from([0.9, 0.2, 0.7]), Tensor::from([1.0, 0.0, 0.0]));
/// assert_eq!(confusion_matrix(&output, &target)?.count(0, 1), 1.0);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub fn confusion_matrix(output: &Tensor, target: &Tensor) -> Result<ConfusionMatrix> {
    let (predicted, actual) = classes(output, target, 0.5)?;
    Ok(ConfusionMatrix::of(&predicted, &actual)?)
}

/// Outputs and targets as classes: by a threshold for one column, else the largest of each row.
pub(super) fn classes(
    output: &Tensor,
    target: &Tensor,
    threshold: f64,
) -> Result<(Vec<usize>, Vec<usize>)> {
    let actual = actual_classes(output, target)?;
    let numbers = numbers(output)?;
    let predicted = match width(output) {
        1 => numbers.iter().map(|&score| usize::from(score > threshold)).collect(),
        width => numbers.chunks(width).map(largest).collect(),
    };
    Ok((predicted, actual))
}

/// The place of the largest number, the first of equal ones.
fn largest(row: &[f64]) -> usize {
    (1..row.len()).fold(0, |best, place| if row[place] > row[best] { place } else { best })
}

/// The class of each row, from numbers or from rows with a largest one.
pub(super) fn actual_classes(output: &Tensor, target: &Tensor) -> Result<Vec<usize>> {
    let width = width(output);
    let numbers = numbers(target)?;
    if width > 1 && target.shape() == output.shape() {
        return Ok(numbers.chunks(width).map(largest).collect());
    }
    if width == 0 || output.size() / width != target.size() {
        return Err(unfit(output, target));
    }
    // What is far too large for a class is refused with its place by the confusion matrix.
    let class = |&number: &f64| match number >= 0.0 && number.fract() == 0.0 {
        true => Ok(number as usize),
        false => Err(unfit(output, target)),
    };
    numbers.iter().map(class).collect()
}

/// The numbers that an output has for each example.
pub(super) fn width(output: &Tensor) -> usize {
    if output.ndim() < 2 { 1 } else { output.dim(-1) }
}

/// Outputs and targets as numbers, side by side.
pub(super) fn pairs(output: &Tensor, target: &Tensor) -> Result<(Vec<f64>, Vec<f64>)> {
    if output.size() != target.size() {
        return Err(unfit(output, target));
    }
    Ok((numbers(output)?, numbers(target)?))
}

/// Outputs as scores, targets as yes and no: above one half is yes.
pub(super) fn labelled(output: &Tensor, target: &Tensor) -> Result<(Vec<f64>, Vec<bool>)> {
    let (scores, labels) = pairs(output, target)?;
    Ok((scores, labels.iter().map(|&label| label > 0.5).collect()))
}

/// All numbers of a tensor, none of them NaN.
pub(super) fn numbers(tensor: &Tensor) -> Result<Vec<f64>> {
    let numbers = tensor.to(DType::F64).to_vec::<f64>();
    match numbers.iter().position(|number| number.is_nan()) {
        Some(index) => {
            let (op, what, expected) = ("metric", "number", "a number");
            let got = numbers[index];
            Err(brand_nn_stats::Error::Value { op, what, index, got, expected }.into())
        }
        None => Ok(numbers),
    }
}

fn unfit(output: &Tensor, target: &Tensor) -> Error {
    Error::Data {
        what: "a metric's targets",
        got: format!(
            "{} of shape {} for outputs {}",
            target.dtype(),
            target.shape(),
            output.shape()
        ),
        expected: "one class from 0 on, or one number, for each row of outputs",
        help: "count classes from 0, and give one target a row",
    }
}

/// A mean over examples, added up batch by batch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mean {
    sum: f64,
    examples: f64,
}

impl Mean {
    /// Takes in the mean of a batch, which is not computed if there is no example.
    pub(super) fn add(
        &mut self,
        examples: usize,
        mean: impl FnOnce() -> Result<f64>,
    ) -> Result<()> {
        if examples > 0 {
            self.sum += mean()? * examples as f64;
            self.examples += examples as f64;
        }
        Ok(())
    }

    pub(super) fn state(self) -> Vec<f64> {
        vec![self.sum, self.examples]
    }

    pub(super) fn from_state(state: &[f64]) -> Result<Self> {
        let &[sum, examples] = state else { return Err(foreign(state)) };
        Ok(Self { sum, examples })
    }

    pub(super) fn value(self, op: &'static str) -> Result<f64> {
        if self.examples > 0.0 {
            return Ok(self.sum / self.examples);
        }
        Err(brand_nn_stats::Error::Empty { op, what: "examples" }.into())
    }
}

/// The numbers of a saved state that are not those of the metric.
pub(super) fn foreign(state: &[f64]) -> Error {
    Error::Data {
        what: "the saved state of a metric",
        got: format!("{} numbers", state.len()),
        expected: "the state of a metric of the same kind",
        help: "resume with the metrics that the file was written with",
    }
}

/// The counts of a matrix, row by row.
pub(super) fn counts(matrix: &ConfusionMatrix) -> Vec<f64> {
    let classes = 0..matrix.num_classes();
    classes.clone().flat_map(|a| classes.clone().map(move |p| matrix.count(a, p))).collect()
}

/// The matrix that has these counts.
pub(super) fn matrix_of(counts: &[f64]) -> Result<ConfusionMatrix> {
    let classes = counts.len().isqrt();
    if classes * classes != counts.len() {
        return Err(foreign(counts));
    }
    if counts.is_empty() {
        return Ok(ConfusionMatrix::default());
    }
    let places = 0..counts.len();
    let actual: Vec<_> = places.clone().map(|place| place / classes).collect();
    let predicted: Vec<_> = places.map(|place| place % classes).collect();
    Ok(ConfusionMatrix::weighted(&predicted, &actual, counts)?)
}

/// The numbers of a state cut in the middle.
pub(super) fn halves(state: &[f64]) -> Result<(&[f64], &[f64])> {
    if state.len() % 2 == 1 {
        return Err(foreign(state));
    }
    Ok(state.split_at(state.len() / 2))
}

/// A metric of predicted and actual classes, from the [`ConfusionMatrix`] of all batches.
///
/// Settings follow the formula: name, type and default, each with a method of that name.
macro_rules! counted {
    (
        $(#[$doc:meta])* $type:ident, $name:literal, |$matrix:ident| $value:expr
        $(, $(#[$setting:meta])* $field:ident: $kind:ty = $default:expr)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $type {
            matrix: brand_nn_stats::metrics::ConfusionMatrix,
            threshold: f64,
            $($field: $kind,)*
        }

        impl Default for $type {
            fn default() -> Self {
                Self { matrix: Default::default(), threshold: 0.5, $($field: $default,)* }
            }
        }

        impl $type {
            /// Above which a single output means class 1; 0.5 by default, 0 for logits.
            #[must_use]
            pub fn threshold(self, threshold: f64) -> Self {
                Self { threshold, ..self }
            }

            $($(#[$setting])*
            #[must_use]
            pub fn $field(self, $field: $kind) -> Self {
                Self { $field, ..self }
            })*
        }

        impl crate::Metric for $type {
            fn name(&self) -> &'static str {
                $name
            }

            fn update(
                &mut self,
                output: &brand_nn_tensor::Tensor,
                target: &brand_nn_tensor::Tensor,
            ) -> crate::Result<()> {
                let shared = crate::metrics::shared::classes(output, target, self.threshold);
                let (predicted, actual) = shared?;
                Ok(self.matrix.add(&predicted, &actual)?)
            }

            fn value(&self) -> crate::Result<f64> {
                let Self { matrix: $matrix, $($field,)* .. } = self;
                Ok($value?)
            }

            fn reset(&mut self) {
                self.matrix = Default::default();
            }

            fn state(&self) -> Vec<f64> {
                crate::metrics::shared::counts(&self.matrix)
            }

            fn load_state(&mut self, state: &[f64]) -> crate::Result<()> {
                self.matrix = crate::metrics::shared::matrix_of(state)?;
                Ok(())
            }
        }
    };
}

/// A metric that is a mean over examples: the size and the mean of a batch, then of all of them.
macro_rules! averaged {
    (
        $(#[$doc:meta])* $type:ident, $name:literal,
        |$output:ident, $target:ident| $examples:expr, $mean:expr, |$value:ident| $end:expr
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $type {
            mean: crate::metrics::shared::Mean,
        }

        impl crate::Metric for $type {
            fn name(&self) -> &'static str {
                $name
            }

            fn update(
                &mut self,
                output: &brand_nn_tensor::Tensor,
                target: &brand_nn_tensor::Tensor,
            ) -> crate::Result<()> {
                let ($output, $target) = $examples(output, target)?;
                self.mean.add($target.len(), || Ok($mean?))
            }

            fn value(&self) -> crate::Result<f64> {
                let $value = self.mean.value($name)?;
                Ok($end)
            }

            fn reset(&mut self) {
                *self = Self::default();
            }

            fn state(&self) -> Vec<f64> {
                self.mean.state()
            }

            fn load_state(&mut self, state: &[f64]) -> crate::Result<()> {
                self.mean = crate::metrics::shared::Mean::from_state(state)?;
                Ok(())
            }
        }
    };
}

/// A metric that needs all outputs and targets at once, and keeps them.
macro_rules! collected {
    (
        $(#[$doc:meta])* $type:ident, $name:literal, $read:path,
        $target:ty, $target_of:expr, $pure:path
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $type {
            outputs: Vec<f64>,
            targets: Vec<$target>,
        }

        impl crate::Metric for $type {
            fn name(&self) -> &'static str {
                $name
            }

            fn update(
                &mut self,
                output: &brand_nn_tensor::Tensor,
                target: &brand_nn_tensor::Tensor,
            ) -> crate::Result<()> {
                let (outputs, targets) = $read(output, target)?;
                self.outputs.extend(outputs);
                self.targets.extend(targets);
                Ok(())
            }

            fn value(&self) -> crate::Result<f64> {
                Ok($pure(&self.outputs, &self.targets)?)
            }

            fn reset(&mut self) {
                *self = Self::default();
            }

            fn state(&self) -> Vec<f64> {
                let targets = self.targets.iter().map(|&target| f64::from(target));
                self.outputs.iter().copied().chain(targets).collect()
            }

            fn load_state(&mut self, state: &[f64]) -> crate::Result<()> {
                let (outputs, targets) = crate::metrics::shared::halves(state)?;
                self.outputs = outputs.to_vec();
                self.targets = targets.iter().map(|&x| $target_of(x)).collect();
                Ok(())
            }
        }
    };
}

pub(super) use {averaged, collected, counted};
