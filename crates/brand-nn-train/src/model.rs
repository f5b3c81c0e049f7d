//! What can be trained: a batch of data in, a value out.

use crate::{Batch, Result, Trainer};
use brand_nn_autodiff::{Params, Var};
use brand_nn_layers::{Call, Flow, Layer, Pass};
use brand_nn_losses::Loss;
use brand_nn_optim::Optimizer;
use brand_nn_tensor::Tensor;

/// What can be trained: a batch of data in, a value out.
///
/// Every [`Layer`] is a model of one tensor. A model with several inputs names the struct they
/// come in.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Params, Var};
/// use brand_nn_layers::{Call, Linear, Pass};
/// use brand_nn_optim::Sgd;
/// use brand_nn_losses::mse;
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{Fit, Model, Result};
///
/// /// A score of a customer and a product: two inputs.
/// #[derive(Params)]
/// struct Match { customer: Linear, product: Linear }
///
/// impl Model for Match {
///     type Input = (Tensor, Tensor);
///     fn run(&self, (customer, product): &Self::Input, pass: &mut Pass) -> Result<Var> {
///         let (a, b) = (self.customer.call(customer, pass)?, self.product.call(product, pass)?);
///         Ok((a * b).sum_axis(1))
///     }
/// }
///
/// let model = Match { customer: Linear::new(2, 4), product: Linear::new(3, 4) };
/// let data = ((Tensor::ones([8, 2]), Tensor::ones([8, 3])), Tensor::ones([8]));
/// let mut trainer = model.compile(Sgd::new(0.1), mse);
/// let history = trainer.fit(&data, Fit::epochs(20).seed(1))?;
/// assert!(history.last("loss").unwrap() < 0.01);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub trait Model: Params + Send + Sync {
    /// What a batch comes in.
    type Input: Batch;

    /// Computes the output of a batch.
    ///
    /// # Errors
    /// If the input is not what the model takes.
    fn run(&self, input: &Self::Input, pass: &mut Pass) -> Result<Var>;

    /// Computes the output of a batch with the mask of its real steps, where it has one.
    ///
    /// The loss and the metrics then leave padded steps out.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    fn run_flow(&self, input: &Self::Input, pass: &mut Pass) -> Result<Flow> {
        Ok(self.run(input, pass)?.into())
    }

    /// The architecture as text that it can be rebuilt from, where it has one.
    fn architecture(&self) -> Option<String> {
        None
    }

    /// Joins the model with an optimizer and a loss, ready to be trained.
    fn compile(
        self,
        optimizer: impl Optimizer + 'static,
        loss: impl Loss + 'static,
    ) -> Trainer<Self>
    where
        Self: Sized,
    {
        Trainer::new(self, Box::new(optimizer), Box::new(loss))
    }
}

impl<L: Layer> Model for L {
    type Input = Tensor;

    fn run(&self, input: &Tensor, pass: &mut Pass) -> Result<Var> {
        Ok(self.call(input, pass)?)
    }

    fn run_flow(&self, input: &Tensor, pass: &mut Pass) -> Result<Flow> {
        Ok(self.call_flow(input, pass)?)
    }

    fn architecture(&self) -> Option<String> {
        Layer::architecture(self)
    }
}
