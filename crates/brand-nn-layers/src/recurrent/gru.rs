//! Gated recurrent units over sequences.

use super::cell::{self, Cell, Reading};
use crate::{
    Flow, Layer, Pass, Recipe, RecurrentState, Result, recipe::needs_axes, setting::Setting,
};
use brand_nn_autodiff::{self as autodiff, Init, Param, Params, RecurrentWeights, Var};
use brand_nn_tensor::{Shape, Tensor};

/// Gated recurrent units over sequences (Cho and others 2014), as PyTorch and cuDNN compute them.
///
/// With a = W x + b and c = U h + d, r, z = σ(a + c), n = tanh(a + r c), h ← (1 − z) n + z h: the
/// reset comes after the product, as in Keras with its default `reset_after = true`.
///
/// The weights stand as in PyTorch: gates in the order r, z, n along the first axis (Keras: z, r,
/// h). There are two biases, as the reset gate divides them. The type draws U(±1/√units) as
/// PyTorch; the recipe [`gru`] draws as Keras: glorot uniform, orthogonal, zeros.
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
/// use brand_nn_layers::{Call, Gru, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = Gru::new(3, 8).init(42)?;
/// let last = layer.call(Tensor::ones([2, 5, 3]), &mut Pass::inference())?;
/// assert_eq!(last.shape()[..], [2, 8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "GRU")]
#[derive(Debug, Params)]
pub struct Gru {
    /// `[3 · units, features]`.
    pub weight_ih: Param,
    /// `[3 · units, units]`.
    pub weight_hh: Param,
    /// `[3 · units]`, added to what the input gives.
    pub bias_ih: Param,
    /// `[3 · units]`, added to what the state gives.
    pub bias_hh: Param,
    units: Setting,
    reading: Reading,
}

impl Gru {
    /// Makes the layer for steps of `features` numbers and `units` hidden numbers.
    #[must_use]
    pub fn new(features: usize, units: usize) -> Self {
        let init = cell::uniform(units);
        Self::drawn([features, units], [init.clone(), init.clone(), init])
    }

    fn drawn([features, units]: [usize; 2], [ih, hh, bias]: [Init; 3]) -> Self {
        Self {
            weight_ih: Param::new([3 * units, features], ih),
            weight_hh: Param::new([3 * units, units], hh),
            bias_ih: Param::new([3 * units], bias.clone()),
            bias_hh: Param::new([3 * units], bias),
            units: Setting::count("gru", "units", units),
            reading: Reading::default(),
        }
    }
}

impl Cell for Gru {
    fn kind(&self) -> &'static str {
        "gru"
    }

    fn weights(&self) -> Vec<(&'static str, &Param)> {
        vec![
            ("weight_ih", &self.weight_ih),
            ("weight_hh", &self.weight_hh),
            ("bias_ih", &self.bias_ih),
            ("bias_hh", &self.bias_hh),
        ]
    }

    fn steps(
        &self,
        input: &Var,
        real: Option<&Tensor>,
        state: &RecurrentState,
        pass: &mut Pass,
    ) -> Result<(Var, RecurrentState)> {
        let weights = RecurrentWeights {
            weight_ih: pass.var(&self.weight_ih)?,
            weight_hh: pass.var(&self.weight_hh)?,
            bias_ih: pass.var(&self.bias_ih)?,
            bias_hh: pass.var(&self.bias_hh)?,
        };
        let output = autodiff::gru(input, &weights, Some(&state.hidden), real)?;
        Ok((output.sequence, output.hidden.into()))
    }
}

recurrent!(Gru, gru GruRecipe);

/// A recipe for [`Gru`] with Keras' initial values.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, gru};
///
/// let network = Sequential::new().add(gru(64)).build([100, 50])?;
/// assert_eq!(network.num_params(), 3 * 64 * (50 + 64 + 2));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "GRU")]
#[must_use]
pub fn gru(units: usize) -> GruRecipe {
    GruRecipe { units, reading: Reading::default() }
}

/// The settings of a GRU layer whose number of features is found out when it is built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct GruRecipe {
    units: usize,
    #[settings(flatten)]
    reading: Reading,
}

impl GruRecipe {
    fn layer(&self, features: usize) -> Gru {
        let inits = [Init::GlorotUniform, Init::Orthogonal, Init::Zeros];
        Gru { reading: self.reading, ..Gru::drawn([features, self.units], inits) }
    }
}
