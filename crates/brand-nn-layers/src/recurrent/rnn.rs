//! A plain recurrent layer over sequences.

use super::cell::{self, Cell, Reading};
use crate::{
    Flow, Layer, Nonlinearity, Pass, Recipe, RecurrentState, Result, recipe::needs_axes,
    setting::Setting,
};
use brand_nn_autodiff::{self as autodiff, Init, Param, Params, RecurrentWeights, Var};
use brand_nn_tensor::{Shape, Tensor};

/// A plain recurrent layer over sequences (Elman 1990): h ← f(W x + U h + b).
///
/// f is the hyperbolic tangent, or [`Nonlinearity::Relu`]. There is one bias, the sum of PyTorch's
/// two. The type draws U(±1/√units) as PyTorch; the recipe [`simple_rnn`] draws as Keras: glorot
/// uniform, orthogonal, zeros.
///
/// Steps that a mask excludes are skipped: they cost nothing, their output is zero (Keras repeats
/// the output before), and the last state is that of the last real step.
///
/// # Shapes
/// `[batch, time, features] → [batch, units]`, or `[batch, time, units]` with
/// [`return_sequences`](Self::return_sequences).
///
/// # Errors
/// If the input has another number of axes or features, or no time step; `init`, `build` and `load`
/// refuse 0 units.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Nonlinearity, Pass, Rnn};
/// use brand_nn_tensor::Tensor;
///
/// let layer = Rnn::new(1, 1).nonlinearity(Nonlinearity::Relu).return_sequences(true);
/// layer.weight_ih.set(Tensor::ones([1, 1]))?;
/// layer.weight_hh.set(Tensor::full([1, 1], 2.0))?;
/// layer.bias.set(Tensor::zeros([1]))?;
/// let y = layer.call(Tensor::ones([1, 3, 1]), &mut Pass::inference())?;
/// assert_eq!(y.tensor().to_vec::<f32>(), [1.0, 3.0, 7.0]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "RNN")]
#[doc(alias = "SimpleRNN")]
#[derive(Debug, Params)]
pub struct Rnn {
    /// `[units, features]`.
    pub weight_ih: Param,
    /// `[units, units]`.
    pub weight_hh: Param,
    /// `[units]`.
    pub bias: Param,
    units: Setting,
    nonlinearity: Nonlinearity,
    reading: Reading,
}

impl Rnn {
    /// Makes the layer for steps of `features` numbers and `units` hidden numbers.
    #[must_use]
    pub fn new(features: usize, units: usize) -> Self {
        let init = cell::uniform(units);
        Self::drawn([features, units], [init.clone(), init.clone(), init])
    }

    fn drawn([features, units]: [usize; 2], [ih, hh, bias]: [Init; 3]) -> Self {
        Self {
            weight_ih: Param::new([units, features], ih),
            weight_hh: Param::new([units, units], hh),
            bias: Param::new([units], bias),
            units: Setting::count("simple_rnn", "units", units),
            nonlinearity: Nonlinearity::default(),
            reading: Reading::default(),
        }
    }

    /// The function at the end of a step; the hyperbolic tangent by default.
    #[must_use]
    pub fn nonlinearity(self, nonlinearity: Nonlinearity) -> Self {
        Self { nonlinearity, ..self }
    }
}

impl Cell for Rnn {
    fn kind(&self) -> &'static str {
        "simple_rnn"
    }

    fn weights(&self) -> Vec<(&'static str, &Param)> {
        vec![("weight_ih", &self.weight_ih), ("weight_hh", &self.weight_hh), ("bias", &self.bias)]
    }

    fn steps(
        &self,
        input: &Var,
        real: Option<&Tensor>,
        state: &RecurrentState,
        pass: &mut Pass,
    ) -> Result<(Var, RecurrentState)> {
        let bias = pass.var(&self.bias)?;
        let weights = RecurrentWeights {
            weight_ih: pass.var(&self.weight_ih)?,
            weight_hh: pass.var(&self.weight_hh)?,
            bias_hh: Tensor::zeros_like(bias.tensor()).into(),
            bias_ih: bias,
        };
        let start = Some(&state.hidden);
        let output = autodiff::rnn(input, &weights, start, real, self.nonlinearity)?;
        Ok((output.sequence, output.hidden.into()))
    }
}

recurrent!(Rnn, simple_rnn SimpleRnnRecipe);

/// A recipe for [`Rnn`] with Keras' initial values.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, simple_rnn};
///
/// let network = Sequential::new().add(simple_rnn(32)).build([100, 50])?;
/// assert_eq!(network.num_params(), 32 * (50 + 32 + 1));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "SimpleRNN")]
#[must_use]
pub fn simple_rnn(units: usize) -> SimpleRnnRecipe {
    let (nonlinearity, reading) = (Nonlinearity::default(), Reading::default());
    SimpleRnnRecipe { units, nonlinearity, reading }
}

/// The settings of a plain recurrent layer whose number of features is found out when it is built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct SimpleRnnRecipe {
    units: usize,
    nonlinearity: Nonlinearity,
    #[settings(flatten)]
    reading: Reading,
}

impl SimpleRnnRecipe {
    /// The function at the end of a step; the hyperbolic tangent by default.
    #[must_use]
    #[doc(alias = "activation")]
    pub fn nonlinearity(self, nonlinearity: Nonlinearity) -> Self {
        Self { nonlinearity, ..self }
    }

    fn layer(&self, features: usize) -> Rnn {
        let inits = [Init::GlorotUniform, Init::Orthogonal, Init::Zeros];
        let layer = Rnn::drawn([features, self.units], inits).nonlinearity(self.nonlinearity);
        Rnn { reading: self.reading, ..layer }
    }
}
