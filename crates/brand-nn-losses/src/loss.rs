//! What a loss is, and how one number is made of many.

use crate::{Error, Result};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

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
