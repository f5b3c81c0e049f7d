//! Cross-entropy of rows of logits, forward and backward, without a table of probabilities.

use brand_nn_kernels::{Buffer, CrossEntropy, Error as KernelError, Targets};

use crate::error::expect;
use crate::storage::{Float, float_dtype};
use crate::tensor::not_float;
use crate::{DType, Error, Result, Tensor};

/// Settings of a cross-entropy; by default no class is special and nothing is smoothed.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::CrossEntropyOptions;
///
/// let options = CrossEntropyOptions { ignore_index: Some(-100), ..Default::default() };
/// assert_eq!(options.label_smoothing, 0.0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct CrossEntropyOptions {
    /// A weight for each class, `[classes]`, of the logits' dtype.
    pub class_weights: Option<Tensor>,
    /// The share of the target's probability that goes to all classes evenly, 0 to 1.
    pub label_smoothing: f64,
    /// The class of rows that do not count, which need not be one of the classes.
    pub ignore_index: Option<i64>,
}

/// Cross-entropy of logits.
impl Tensor {
    /// `Σ cₖ (ln Σ e^x − xₖ)` for each row; also `[rows, 2]` of what the way back needs.
    ///
    /// Targets are classes or the probabilities of all classes. [`CrossEntropy`] says what the
    /// shares c are made of.
    ///
    /// # Shapes
    /// `self` `[rows, classes]`, `target` i64 `[rows]` or floats `[rows, classes]` → `[rows]`.
    ///
    /// # Errors
    /// If a shape or dtype does not fit, or a target is not a class.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{CrossEntropyOptions, Tensor};
    ///
    /// let logits = Tensor::from([[0.0, 0.0]]);
    /// let options = CrossEntropyOptions::default();
    /// let (losses, _) = logits.cross_entropy_rows(&Tensor::from([1i64]), &options)?;
    /// assert_eq!(losses, Tensor::from([2f64.ln()]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn cross_entropy_rows(
        &self,
        target: &Self,
        options: &CrossEntropyOptions,
    ) -> Result<(Self, Self)> {
        let [rows, classes] = self.dims()?;
        options.check(self.dtype(), classes)?;
        check_target(self, target)?;
        float_dtype!(self.dtype(), T => {
            let (mut losses, mut saved) = (Buffer::stale(rows), Buffer::stale(2 * rows));
            self.compared::<T, _>(target, options, |of, logits| {
                of.forward(logits, &mut losses, &mut saved)
            })?;
            let losses = Self::from_raw::<T>(losses, [rows].into());
            Ok((losses, Self::from_raw::<T>(saved, [rows, 2].into())))
        }, else Err(not_float(OP, self.dtype())))
    }

    /// The gradient of [`Tensor::cross_entropy_rows`], with a factor for each row.
    ///
    /// # Panics
    /// If the shapes, dtypes or targets are not those of the way there.
    #[track_caller]
    #[must_use]
    pub fn cross_entropy_rows_backward(
        &self,
        target: &Self,
        options: &CrossEntropyOptions,
        [saved, scale]: [&Self; 2],
    ) -> Self {
        float_dtype!(self.dtype(), T => {
            let mut out = Buffer::stale(self.size());
            expect(self.compared::<T, _>(target, options, |of, logits| {
                of.backward(logits, &saved.data(), &scale.data(), &mut out)
            }));
            self.like::<T>(out)
        }, else expect(Err(not_float(OP, self.dtype()))))
    }

    /// Hands the kernel's description of the call to `f`.
    fn compared<T: Float, R>(
        &self,
        target: &Self,
        options: &CrossEntropyOptions,
        f: impl FnOnce(CrossEntropy<T>, &[T]) -> Result<R, KernelError>,
    ) -> Result<R> {
        let class_weights = options.class_weights.as_ref().map(Self::data::<T>);
        let mut of = CrossEntropy {
            classes: self.dim(-1),
            targets: Targets::Probabilities(&[]),
            class_weights: class_weights.as_deref(),
            smoothing: options.label_smoothing,
        };
        let result = match target.dtype() {
            DType::I64 => {
                let ids = target.data::<i64>();
                of.targets = Targets::Classes { ids: &ids, ignore: options.ignore_index };
                f(of, &self.data())
            }
            _ => {
                let shares = target.data::<T>();
                of.targets = Targets::Probabilities(&shares);
                f(of, &self.data())
            }
        };
        result.map_err(|error| match error {
            KernelError::OutOfRange { position, id, rows } => {
                Error::Index { op: OP, index: id, position, len: rows }
            }
            other => unreachable!("{OP}: {other}"),
        })
    }
}

const OP: &str = "cross_entropy";

impl CrossEntropyOptions {
    fn check(&self, dtype: DType, classes: usize) -> Result<()> {
        if let Some(weights) = &self.class_weights {
            weights.require_dtype(OP, dtype)?;
            if *weights.shape() != [classes] {
                return Err(Error::Shape {
                    op: OP,
                    got: weights.shape().clone(),
                    expected: format!("[{classes}], a weight for each class").into(),
                    help: "give every class a weight, 1 where it is not special",
                });
            }
        }
        Ok(())
    }
}

/// Checks that targets are i64 `[rows]`, or of the logits' shape and dtype.
fn check_target(logits: &Tensor, target: &Tensor) -> Result<()> {
    let classes = target.dtype() == DType::I64;
    if !classes {
        target.require_dtype(OP, logits.dtype())?;
    }
    let expected = if classes { &logits.shape()[..1] } else { &logits.shape()[..] };
    if target.shape()[..] == *expected {
        return Ok(());
    }
    Err(Error::Shape {
        op: OP,
        got: target.shape().clone(),
        expected: format!("{expected:?} for logits of {}", logits.shape()).into(),
        help: "targets are i64 classes, one a row, or floats, one a class of each row",
    })
}
