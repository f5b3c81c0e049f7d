//! Normalisation of each channel by the batch, and by running statistics after training.

use crate::{
    Error, Layer, Pass, Recipe, Result,
    layer::same_type,
    norm::group_norm::require_channels,
    recipe::needs_axes,
    setting::{Range, Setting},
};
use brand_nn_autodiff::{Init, Param, Params, Var};
use brand_nn_tensor::Shape;

/// Normalises each channel by the batch, then scales and shifts it (Ioffe and Szegedy 2015).
///
/// y = (x − mean) / √(variance + ε) · w + b. While training, mean and variance are those of the
/// batch, and the running ones move towards them: r ← (1 − m) r + m s with momentum m = 0.1 and the
/// unbiased variance, as in PyTorch (Keras' 0.99 is 1 − m, and its variance is biased). A trip for
/// inference uses the running ones. They move when the pass ends, once a trip.
///
/// # Shapes
/// `[batch, channels, …]`, which stays; all weights are `[channels]`.
///
/// # Errors
/// If there are other channels, or a batch to train on has one value a channel. `init`, `build` and
/// `load` refuse an ε below 0 and a momentum outside 0 to 1.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{BatchNorm, Call, Pass};
/// use brand_nn_tensor::{Rng, Tensor};
///
/// let layer = BatchNorm::new(1).init(0)?;
/// let x = Tensor::from([[1.0_f32], [5.0]]);
/// let y = layer.call(&x, &mut Pass::training(&mut Rng::new(1)))?;
/// assert_eq!(y.tensor().round(), Tensor::from([[-1.0_f32], [1.0]]));
/// assert!((layer.running_mean.value()?.item() - 0.3).abs() < 1e-6); // 0.1 of 3
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "BatchNormalization")]
#[doc(alias = "BatchNorm1d")]
#[doc(alias = "BatchNorm2d")]
#[derive(Debug, Params)]
pub struct BatchNorm {
    /// `[channels]`, ones at the start.
    pub weight: Param,
    /// `[channels]`, zeros at the start.
    pub bias: Param,
    /// `[channels]`, zeros at the start.
    pub running_mean: Param,
    /// `[channels]`, ones at the start.
    pub running_var: Param,
    momentum: Setting,
    epsilon: Setting,
}

impl BatchNorm {
    /// Makes the layer for `channels`.
    #[must_use]
    pub fn new(channels: usize) -> Self {
        Self {
            weight: Param::new([channels], Init::Ones),
            bias: Param::new([channels], Init::Zeros),
            running_mean: Param::buffer([channels], Init::Zeros),
            running_var: Param::buffer([channels], Init::Ones),
            momentum: Setting::new("batch_norm", "momentum", Range::Share, 0.1),
            epsilon: Setting::epsilon("batch_norm", 1e-5),
        }
    }

    /// Sets the share of a batch in the running statistics.
    #[must_use]
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum: self.momentum.with(momentum), ..self }
    }

    /// Sets what is added to the variance.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon: self.epsilon.with(epsilon), ..self }
    }

    fn train(&self, input: &Var, [weight, bias]: [&Var; 2], pass: &mut Pass) -> Result<Var> {
        let values = input.shape()[0] * input.shape()[2..].iter().product::<usize>();
        if values == 1 {
            return Err(Error::Input {
                place: "batch_norm".into(),
                got: input.shape().clone(),
                expected: "more than one value a channel to train on".into(),
                help: "train with larger batches, or use a group norm",
            });
        }
        let (output, batch) = input.batch_norm(Some(weight), Some(bias), self.epsilon.value);
        if values > 0 {
            let share = self.momentum.value;
            let variance = batch.unbiased_variance();
            for (buffer, new) in [(&self.running_mean, &batch.mean), (&self.running_var, &variance)]
            {
                pass.update(buffer, buffer.value()? * (1.0 - share) + new * share)?;
            }
        }
        Ok(output)
    }
}

impl Layer for BatchNorm {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        if input.ndim() < 2 {
            return Err(needs_axes("batch_norm", input.shape(), "[batch, channels, …]"));
        }
        self.output_shape(&input.shape()[1..].into())?;
        let (weight, bias) = (pass.var(&self.weight)?, pass.var(&self.bias)?);
        same_type("batch_norm", &input, weight.dtype())?;
        if pass.is_training() {
            return self.train(&input, [&weight, &bias], pass);
        }
        let (mean, variance) = (self.running_mean.value()?, self.running_var.value()?);
        let epsilon = self.epsilon.value;
        Ok(input.batch_norm_with(&mean, &variance, Some(&weight), Some(&bias), epsilon))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        require_channels("batch_norm", input, self.weight.shape()[0])
    }
}

/// A recipe for [`BatchNorm`]; momentum and ε are Keras': 0.01 of each batch (Keras' 0.99), 1e-3.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, batch_norm};
///
/// let network = Sequential::new().add(batch_norm()).build([4, 10])?;
/// assert_eq!(network.num_params(), 2 * 4); // running statistics are not trained
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "BatchNormalization")]
#[must_use]
pub fn batch_norm() -> BatchNormRecipe {
    BatchNormRecipe { momentum: 0.01, epsilon: 1e-3 }
}

/// The settings of a batch norm whose number of channels is found out when it is built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct BatchNormRecipe {
    momentum: f64,
    epsilon: f64,
}

impl BatchNormRecipe {
    /// The share of a batch in the running statistics; 0.01 by default.
    #[must_use]
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// What is added to the variance; 1e-3 by default.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }
}

impl Recipe for BatchNormRecipe {
    fn kind(&self) -> &'static str {
        "batch_norm"
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        let Some(&channels) = input.first() else {
            return Err(needs_axes("batch_norm", input, "[channels, …] an example"));
        };
        let layer = BatchNorm::new(channels).momentum(self.momentum).epsilon(self.epsilon);
        Ok(Box::new(layer))
    }
}
