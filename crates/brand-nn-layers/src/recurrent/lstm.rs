//! Long short-term memory over sequences.

use crate::{Error, Layer, Pass, Recipe, Result, layer::same_type};
use brand_nn_autodiff::{self as autodiff, Init, LstmOutput, LstmWeights, Param, Params, Var};
use brand_nn_tensor::Shape;
use serde::{Deserialize, Serialize};

/// Long short-term memory over sequences (Hochreiter and Schmidhuber 1997; Gers and others 1999).
///
/// i, f, o = σ(W x + U h + b), g = tanh(W x + U h + b), c ← f c + i g, h ← o tanh(c).
///
/// The weights stand as in PyTorch: gates in the order i, f, g, o along the first axis. There is
/// one bias, the sum of PyTorch's two. The type draws U(±1/√units) as PyTorch; the recipe [`lstm`]
/// draws as Keras: glorot uniform, orthogonal, zero with 1 for the forget gate.
///
/// # Shapes
/// `[batch, time, features] → [batch, units]`, or `[batch, time, units]` with
/// [`return_sequences`](Self::return_sequences).
///
/// # Errors
/// If the input has another number of axes or features, or no time step.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, Lstm, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = Lstm::new(3, 8).init(42)?;
/// let last = layer.call(Tensor::ones([2, 5, 3]), &mut Pass::inference())?;
/// assert_eq!(last.shape()[..], [2, 8]);
/// let output = layer.run(Tensor::ones([2, 5, 3]), None, &mut Pass::inference())?;
/// assert_eq!(output.sequence.shape()[..], [2, 5, 8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug, Params)]
pub struct Lstm {
    /// `[4 · units, features]`.
    pub weight_ih: Param,
    /// `[4 · units, units]`.
    pub weight_hh: Param,
    /// `[4 · units]`.
    pub bias: Param,
    return_sequences: bool,
}

impl Lstm {
    /// Makes the layer for steps of `features` numbers and `units` hidden numbers.
    #[must_use]
    pub fn new(features: usize, units: usize) -> Self {
        let bound = (units.max(1) as f64).sqrt().recip();
        let param = |shape: &[usize]| Param::new(shape, Init::Uniform(-bound, bound));
        Self {
            weight_ih: param(&[4 * units, features]),
            weight_hh: param(&[4 * units, units]),
            bias: param(&[4 * units]),
            return_sequences: false,
        }
    }

    /// Whether the output has all steps or the last one only; the last by default.
    #[must_use]
    pub fn return_sequences(self, on: bool) -> Self {
        Self { return_sequences: on, ..self }
    }

    /// Runs the layer from a state `(hidden, cell)`, zero by default, and returns all it makes.
    ///
    /// # Errors
    /// If a shape does not fit, or a parameter is pending.
    pub fn run(
        &self,
        input: impl Into<Var>,
        state: Option<(&Var, &Var)>,
        pass: &mut Pass,
    ) -> Result<LstmOutput> {
        let input = input.into();
        if input.ndim() != 3 {
            return Err(self.refusal(input.shape(), "[batch, time, features]"));
        }
        self.output_shape(&input.shape()[1..].into())?;
        let weights = LstmWeights {
            weight_ih: pass.var(&self.weight_ih)?,
            weight_hh: pass.var(&self.weight_hh)?,
            bias: pass.var(&self.bias)?,
        };
        same_type("lstm", &input, &weights.weight_ih)?;
        Ok(autodiff::lstm(&input, &weights, state)?)
    }

    fn refusal(&self, got: &Shape, axes: &str) -> Error {
        Error::Input {
            place: "lstm".into(),
            got: got.clone(),
            expected: format!("{axes} with {} features", self.weight_ih.shape()[1]),
            help: "an embedding makes such input of ids; a layer before needs return_sequences",
        }
    }
}

impl Layer for Lstm {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        let output = self.run(input, None, pass)?;
        Ok(if self.return_sequences { output.sequence } else { output.hidden })
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let (units, features) = (self.weight_hh.shape()[1], self.weight_ih.shape()[1]);
        match input[..] {
            [time, width] if width == features && self.return_sequences => Ok([time, units].into()),
            [_, width] if width == features => Ok([units].into()),
            _ => Err(self.refusal(input, "[time, features] an example")),
        }
    }
}

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
#[must_use]
pub fn lstm(units: usize) -> LstmRecipe {
    LstmRecipe { units, return_sequences: false }
}

/// The settings of an LSTM layer whose number of features is found out when it is built.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LstmRecipe {
    units: usize,
    return_sequences: bool,
}

impl LstmRecipe {
    /// Whether the output has all steps or the last one only; the last by default.
    #[must_use]
    pub fn return_sequences(self, on: bool) -> Self {
        Self { return_sequences: on, ..self }
    }
}

impl Recipe for LstmRecipe {
    fn kind(&self) -> &'static str {
        "lstm"
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        crate::recipe::at_least("lstm", "units", self.units)?;
        let [_, features] = input[..] else {
            return Err(crate::recipe::needs_axes("lstm", input, "[time, features] an example"));
        };
        let gates = 4 * self.units;
        let forget = Init::Blocks(vec![Init::Zeros, Init::Ones, Init::Zeros, Init::Zeros]);
        Ok(Box::new(Lstm {
            weight_ih: Param::new([gates, features], Init::GlorotUniform),
            weight_hh: Param::new([gates, self.units], Init::Orthogonal),
            bias: Param::new([gates], forget),
            return_sequences: self.return_sequences,
        }))
    }
}
