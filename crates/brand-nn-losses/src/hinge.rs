//! Losses that are content with a margin.

use crate::{
    Error, Loss, Result,
    loss::{aligned, check_targets, not_negative},
};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{DType, Tensor};

/// Hinge loss max(0, 1 − t y), the one of support vector machines.
///
/// Targets are 1 and −1; 0 counts as −1, as in Keras. The slope at the hinge is 0.
///
/// # Errors
/// If a target is not −1, 0 or 1, or the shapes do not belong together.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Hinge, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let (output, target) = (Tensor::from([0.25, 3.0]).into(), Tensor::from([1.0, -1.0]));
/// assert_eq!(Hinge.each(&output, &target)?.tensor(), &Tensor::from([0.75, 4.0]));
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Hinge;

impl Loss for Hinge {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        Ok((1.0 - output * signs("hinge", output, target)?).relu())
    }
}

/// Squared hinge loss max(0, 1 − t y)².
///
/// Targets and errors as [`Hinge`].
///
/// # Examples
/// ```
/// use brand_nn_losses::{Loss, SquaredHinge};
/// use brand_nn_tensor::Tensor;
///
/// let (output, target) = (Tensor::from([0.5, 3.0]).into(), Tensor::from([1.0, 0.0]));
/// assert_eq!(SquaredHinge.each(&output, &target)?.tensor(), &Tensor::from([0.25, 16.0]));
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SquaredHinge;

impl Loss for SquaredHinge {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        Ok(Hinge.each(output, target)?.square())
    }
}

/// Targets of −1 and 1.
fn signs(loss: &'static str, output: &Var, target: &Tensor) -> Result<Tensor> {
    let target = aligned(loss, output, target)?;
    let ones = target.abs().equal_to(1.0);
    let holds = ones.or(&target.equal_to(0.0));
    check_targets(loss, &target, &holds, ("-1 or 1, or 0 for -1", "compare to make labels"))?;
    Ok(Tensor::where_(&ones, &target, &-Tensor::ones_like(&target)))
}

/// Multi-class margin loss: every wrong class should be a margin below the right one.
///
/// Σ max(0, margin − x_t + xⱼ)ᵖ / classes, over all j ≠ t. Crammer and Singer 2001.
///
/// # Shapes
/// Outputs `[batch, classes]`, targets i64 `[batch]`.
///
/// # Errors
/// If the shapes do not belong together, a target is not a class, or a setting is out of range.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Loss, MultiMargin};
/// use brand_nn_tensor::Tensor;
///
/// let output = Tensor::from([[3.0, 2.5, 0.0, 1.0]]).into();
/// let loss = MultiMargin::default().loss(&output, &Tensor::from([0_i64]))?;
/// assert_eq!(loss.item(), 0.125); // only class 1 is nearer than 1
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "MultiMarginLoss")]
#[derive(Clone, Copy, Debug)]
pub struct MultiMargin {
    margin: f64,
    squared: bool,
}

impl Default for MultiMargin {
    fn default() -> Self {
        Self { margin: 1.0, squared: false }
    }
}

impl MultiMargin {
    /// How far wrong classes should be below; 1 by default.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        Self { margin, ..self }
    }

    /// Squares what is missing, p = 2.
    #[must_use]
    pub fn squared(self) -> Self {
        Self { squared: true, ..self }
    }
}

impl Loss for MultiMargin {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        not_negative(("multi-margin", "margin"), self.margin)?;
        let fits = output.ndim() == 2 && output.shape()[..1] == target.shape()[..];
        if !fits || target.dtype() != DType::I64 {
            return Err(Error::Target {
                loss: "multi-margin",
                target: target.shape().clone(),
                prediction: output.shape().clone(),
                help: "targets are i64 classes, one an example",
            });
        }
        let classes = output.tensor().dim(-1);
        let own = target.one_hot(classes)?.to(DType::Bool);
        let right = output.masked(&own).sum_axes(&[-1], true);
        let missing = (output - right + self.margin).relu().masked(&own.not());
        let missing = if self.squared { missing.square() } else { missing };
        Ok(missing.sum_axis(-1) / classes.max(1) as f64)
    }
}

/// The mean hinge loss; see [`Hinge`].
///
/// # Errors
/// As [`Hinge`].
pub fn hinge(prediction: &Var, target: &Tensor) -> Result<Var> {
    Hinge.loss(prediction, target)
}
