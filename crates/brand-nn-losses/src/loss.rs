//! What a loss is, and how one number is made of many.

use crate::{Error, Result};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{DType, Tensor};

/// A measure of how far an output is from its target.
///
/// A closure of the right form is one, so `mse` itself and a formula of your own can be trained.
///
/// # Examples
/// ```
/// use brand_nn_losses::{BinaryCrossEntropy, Loss, Reduction, mse};
/// use brand_nn_tensor::Tensor;
///
/// let (output, target) = (Tensor::from([0.5, 0.5]).into(), Tensor::from([1.0, 0.0]));
/// assert_eq!(mse.loss(&output, &target)?.item(), 0.25);
/// let each = BinaryCrossEntropy.each(&output, &target)?;
/// assert_eq!(each.shape()[..], [2]);
/// assert!((Reduction::Sum.apply(&each).item() - 2.0 * 2_f64.ln()).abs() < 1e-6);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
pub trait Loss: Send {
    /// The loss of every example of a batch, or already one number for all.
    ///
    /// # Errors
    /// If the target does not belong to the output.
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var>;

    /// One number for the batch: the mean over all examples.
    ///
    /// # Errors
    /// As [`Loss::each`].
    fn loss(&self, output: &Var, target: &Tensor) -> Result<Var> {
        Ok(Reduction::Mean.apply(&self.each(output, target)?))
    }

    /// The mean over all examples, each counted with a weight: Σ wᵢ lᵢ / n.
    ///
    /// # Errors
    /// As [`Loss::each`]; also if the weights are not one an example.
    fn weighted(&self, output: &Var, target: &Tensor, weights: &Tensor) -> Result<Var> {
        let each = self.each(output, target)?;
        if weights.shape()[..] != each.shape()[..1.min(each.ndim())] {
            return Err(Error::Value {
                loss: "weighted",
                what: "the shape of the weights",
                got: weights.shape().to_string(),
                expected: "one weight an example",
                help: "weights are [batch], and the loss must be one that says each example's",
            });
        }
        let columns = each.tensor().size() / weights.size().max(1);
        let each = each.reshape([weights.size(), columns]);
        Ok((each * weights.to(output.dtype()).unsqueeze(1)).mean())
    }

    /// The mean over those examples, or steps of examples, that a mask keeps; 0 if it keeps none.
    ///
    /// # Shapes
    /// The mask is bool and has the first axes of [`Loss::each`]: `[batch]`, or `[batch, time]`.
    ///
    /// # Errors
    /// As [`Loss::each`]; also if the mask is of another shape.
    fn masked(&self, output: &Var, target: &Tensor, mask: &Tensor) -> Result<Var> {
        let each = self.each(output, target)?;
        let fits = mask.ndim() <= each.ndim() && mask.shape()[..] == each.shape()[..mask.ndim()];
        if !fits || mask.dtype() != DType::Bool {
            return Err(Error::Value {
                loss: "masked",
                what: "the mask",
                got: format!("{} of shape {}", mask.dtype(), mask.shape()),
                expected: "bool with the first axes of the loss",
                help: "compare to make one, such as ids.not_equal_to(0.0)",
            });
        }
        let columns = each.tensor().size() / mask.size().max(1);
        let kept = each.reshape([mask.size(), columns]).masked(&mask.reshape([mask.size(), 1]));
        let count = mask.to(DType::F64).sum().item() * columns as f64;
        Ok(kept.sum() / count.max(1.0))
    }
}

impl<F> Loss for F
where
    F: Fn(&Var, &Tensor) -> Result<Var> + Send,
{
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        self(output, target)
    }
}

/// How one number is made of the losses of many examples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// Their mean.
    #[default]
    Mean,
    /// Their sum.
    Sum,
    /// None: they stay as they are.
    None,
}

impl Reduction {
    /// Applies it.
    #[must_use]
    pub fn apply(self, each: &Var) -> Var {
        match self {
            Self::Mean => each.mean(),
            Self::Sum => each.sum(),
            Self::None => each.clone(),
        }
    }
}

/// The target in the prediction's shape and type; `[n]` and `[n, 1]` belong together.
pub(crate) fn aligned(loss: &'static str, prediction: &Var, target: &Tensor) -> Result<Tensor> {
    let (wanted, got) = (prediction.shape(), target.shape());
    let column = |shape: &[usize], flat: &[usize]| shape.split_last() == Some((&1, flat));
    if wanted != got && !column(wanted, got) && !column(got, wanted) {
        return Err(Error::Target {
            loss,
            target: got.clone(),
            prediction: wanted.clone(),
            help: "give one target for each number that the last layer makes",
        });
    }
    Ok(target.reshape(wanted).to(prediction.dtype()))
}

/// Refuses a setting that is not a positive number.
pub(crate) fn positive((loss, what): (&'static str, &'static str), value: f64) -> Result<()> {
    within(loss, what, value, value > 0.0 && value.is_finite(), "a number above 0")
}

/// Refuses a setting that is below zero or not a number.
pub(crate) fn not_negative((loss, what): (&'static str, &'static str), value: f64) -> Result<()> {
    within(loss, what, value, value >= 0.0 && value.is_finite(), "a number of at least 0")
}

/// Refuses a setting that is not from 0 to 1.
pub(crate) fn unit((loss, what): (&'static str, &'static str), value: f64) -> Result<()> {
    within(loss, what, value, (0.0..=1.0).contains(&value), "0 to 1")
}

fn within(
    loss: &'static str,
    what: &'static str,
    value: f64,
    holds: bool,
    expected: &'static str,
) -> Result<()> {
    let help = "leave the setting out for its default";
    if holds {
        return Ok(());
    }
    Err(Error::Value { loss, what, got: value.to_string(), expected, help })
}

/// Refuses targets where `holds` is false, naming the first of them.
pub(crate) fn check_targets(
    loss: &'static str,
    target: &Tensor,
    holds: &Tensor,
    (expected, help): (&'static str, &'static str),
) -> Result<()> {
    if holds.all() {
        return Ok(());
    }
    let (values, holds) = (target.to(DType::F64).to_vec::<f64>(), holds.to_vec::<bool>());
    let wrong = values.iter().zip(holds).find(|(_, holds)| !holds);
    let got = wrong.map_or(f64::NAN, |(value, _)| *value).to_string();
    Err(Error::Value { loss, what: "a target", got, expected, help })
}

/// Refuses two inputs of different shapes.
pub(crate) fn same_shape(loss: &'static str, a: &Var, b: &Var) -> Result<()> {
    if a.shape() == b.shape() {
        return Ok(());
    }
    Err(Error::Target {
        loss,
        target: b.shape().clone(),
        prediction: a.shape().clone(),
        help: "both inputs have one shape, [batch, features]",
    })
}

/// e^x up to a limit, and its tangent from there on, so that it is finite for x of 10,000.
pub(crate) fn tangent_exp(x: &Var) -> Var {
    const LIMIT: f64 = 50.0;
    x.clamp(f64::NEG_INFINITY, LIMIT).exp() * ((x - LIMIT).relu() + 1.0)
}
