//! Long short-term memory over sequences.

use super::cell::{self, Cell, Reading};
use crate::{
    Flow, Layer, Pass, Recipe, RecurrentState, Result, recipe::needs_axes, setting::Setting,
};
use brand_nn_autodiff::{self as autodiff, Init, LstmWeights, Param, Params, Var};
use brand_nn_tensor::{Shape, Tensor};

/// Long short-term memory over sequences (Hochreiter and Schmidhuber 1997; Gers and others 1999).
///
/// i, f, o = σ(W x + U h + b), g = tanh(W x + U h + b), c ← f c + i g, h ← o tanh(c).
///
/// The weights stand as in PyTorch: gates in the order i, f, g, o along the first axis. There is
/// one bias, the sum of PyTorch's two. The type draws U(±1/√units) as PyTorch; the recipe [`lstm`]
/// draws as Keras: glorot uniform, orthogonal, zero with 1 for the forget gate.
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
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, Lstm, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let (layer, pass) = (Lstm::new(3, 8).init(42)?, &mut Pass::inference());
/// let last = layer.call(Tensor::ones([2, 5, 3]), pass)?;
/// assert_eq!(last.shape()[..], [2, 8]);
/// let (sequence, state) = layer.run(Tensor::ones([2, 5, 3]), None, pass)?;
/// assert_eq!(sequence.value.shape()[..], [2, 5, 8]);
/// assert_eq!(state.hidden.tensor(), last.tensor());
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "LSTM")]
#[derive(Debug, Params)]
pub struct Lstm {
    /// `[4 · units, features]`.
    pub weight_ih: Param,
    /// `[4 · units, units]`.
    pub weight_hh: Param,
    /// `[4 · units]`.
    pub bias: Param,
    units: Setting,
    reading: Reading,
}

impl Lstm {
    /// Makes the layer for steps of `features` numbers and `units` hidden numbers.
    #[must_use]
    pub fn new(features: usize, units: usize) -> Self {
        let init = cell::uniform(units);
        Self::drawn([features, units], [init.clone(), init.clone(), init])
    }

    fn drawn([features, units]: [usize; 2], [ih, hh, bias]: [Init; 3]) -> Self {
        Self {
            weight_ih: Param::new([4 * units, features], ih),
            weight_hh: Param::new([4 * units, units], hh),
            bias: Param::new([4 * units], bias),
            units: Setting::count("lstm", "units", units),
            reading: Reading::default(),
        }
    }
}

impl Cell for Lstm {
    fn kind(&self) -> &'static str {
        "lstm"
    }

    fn weights(&self) -> Vec<(&'static str, &Param)> {
        vec![("weight_ih", &self.weight_ih), ("weight_hh", &self.weight_hh), ("bias", &self.bias)]
    }

    fn has_cell(&self) -> bool {
        true
    }

    fn steps(
        &self,
        input: &Var,
        real: Option<&Tensor>,
        state: &RecurrentState,
        pass: &mut Pass,
    ) -> Result<(Var, RecurrentState)> {
        let weights = LstmWeights {
            weight_ih: pass.var(&self.weight_ih)?,
            weight_hh: pass.var(&self.weight_hh)?,
            bias: pass.var(&self.bias)?,
        };
        let start = state.cell.as_ref().map(|cell| (&state.hidden, cell));
        let output = autodiff::lstm(input, &weights, start, real)?;
        Ok((output.sequence, (output.hidden, output.cell).into()))
    }
}

recurrent!(Lstm, lstm LstmRecipe);

/// A recipe for [`Lstm`] with Keras' initial values.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, lstm};
///
/// let network = Sequential::new().add(lstm(128)).build([100, 50])?;
/// assert_eq!(network.num_params(), 4 * 128 * (50 + 128 + 1));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "LSTM")]
#[must_use]
pub fn lstm(units: usize) -> LstmRecipe {
    LstmRecipe { units, reading: Reading::default() }
}

/// The settings of an LSTM layer whose number of features is found out when it is built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct LstmRecipe {
    units: usize,
    #[settings(flatten)]
    reading: Reading,
}

impl LstmRecipe {
    fn layer(&self, features: usize) -> Lstm {
        let forget = Init::Blocks(vec![Init::Zeros, Init::Ones, Init::Zeros, Init::Zeros]);
        let inits = [Init::GlorotUniform, Init::Orthogonal, forget];
        Lstm { reading: self.reading, ..Lstm::drawn([features, self.units], inits) }
    }
}
