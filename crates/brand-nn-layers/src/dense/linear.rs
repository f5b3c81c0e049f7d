//! The affine map of the last axis: y = x Wᵀ + b.

use crate::{
    Activation, Error, Layer, Pass, Recipe, Result, flops, layer::same_type, pass::Weight,
};
use brand_nn_autodiff::{Init, Param, Params, Var};
use brand_nn_tensor::{Affine, Shape};

/// The affine map of the last axis, y = a(x Wᵀ + b).
///
/// The type has PyTorch's initial values, U(±1/√in) for weight and bias; the recipe [`dense`] has
/// Keras'.
///
/// # Shapes
/// `[…, in] → […, out]`; `weight` is `[out, in]`, `bias` `[out]`.
///
/// # Errors
/// If the last axis of the input is not `in` long.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, Linear, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = Linear::new(3, 2).init(42)?;
/// layer.weight.set(Tensor::from([[1.0, 0.0, 1.0], [0.0, 2.0, 0.0]]))?;
/// layer.bias.as_ref().unwrap().set(Tensor::from([0.5, 0.0]))?;
/// let y = layer.call(Tensor::from([[1.0, 2.0, 3.0]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[4.5, 4.0]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "Dense")]
#[derive(Debug, Params)]
pub struct Linear {
    /// `[out, in]`.
    pub weight: Param,
    /// `[out]`.
    pub bias: Option<Param>,
    activation: Activation,
}

impl Linear {
    /// Makes the layer for inputs of length `ins` and outputs of length `outs`.
    #[must_use]
    pub fn new(ins: usize, outs: usize) -> Self {
        let bound = (ins.max(1) as f64).sqrt().recip();
        let weight = Param::new([outs, ins], Init::FanIn);
        let bias = Param::new([outs], Init::Uniform(-bound, bound));
        Self::from_params(weight, Some(bias))
    }

    /// Makes the layer of parameters that exist, for example of a tied embedding.
    #[must_use]
    pub fn from_params(weight: Param, bias: Option<Param>) -> Self {
        Self { weight, bias, activation: Activation::Linear }
    }

    /// The same layer without a bias.
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { bias: None, ..self }
    }

    /// The same layer followed by `activation`.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }
}

/// The way forward, with what goes round the layer.
impl Linear {
    /// a(x Wᵀ + b) + r: one pass over memory where nothing needs a gradient, else step by step.
    pub(crate) fn beside(&self, input: &Var, round: Option<&Var>, pass: &Pass) -> Result<Var> {
        self.output_shape(input.shape())?;
        same_type("linear", input, self.weight.dtype())?;
        let weight = pass.constant_weight(&self.weight)?;
        let bias = self.bias.as_ref().map(|bias| pass.var(bias)).transpose()?;
        let mut others = [Some(input), bias.as_ref(), round].into_iter().flatten();
        match weight.filter(|_| !others.any(Var::is_tracked)) {
            Some(weight) => Ok(self.at_once(input, &weight, [bias.as_ref(), round])),
            None => self.step_by_step(input, round, pass),
        }
    }

    fn step_by_step(&self, input: &Var, round: Option<&Var>, pass: &Pass) -> Result<Var> {
        let output = pass.linear(input, &self.weight, self.bias.as_ref())?;
        let output = self.activation.apply(&output);
        Ok(round.map_or(output.clone(), |round| round + output))
    }

    fn at_once(&self, input: &Var, weight: &Weight, [bias, round]: [Option<&Var>; 2]) -> Var {
        let function = self.activation.as_last_step();
        let is_whole = function.is_some() || self.activation == Activation::Linear;
        let residual = round.filter(|_| is_whole).map(Var::tensor);
        let then = Affine { bias: bias.map(Var::tensor), function, residual };
        let output = Var::from(weight.affine(input.tensor(), &then));
        match round {
            _ if is_whole => output,
            Some(round) => round + self.activation.apply(&output),
            None => self.activation.apply(&output),
        }
    }
}

impl Layer for Linear {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.beside(&input, None, pass)
    }

    each_step!("linear");

    fn flops(&self, input: &Shape) -> Option<u64> {
        flops::products(self, flops::rows(input))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let (outs, ins) = (self.weight.shape()[0], self.weight.shape()[1]);
        match input.split_last() {
            Some((&last, rest)) if last == ins => Ok([rest, &[outs]].concat().into()),
            _ => Err(Error::Input {
                place: "linear".into(),
                got: input.clone(),
                expected: format!("a last axis of {ins} features"),
                help: "give the layer the number of features that the one before makes",
            }),
        }
    }
}

/// A recipe for [`Linear`] with Keras' initial values: glorot uniform weight, zero bias.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Activation, Sequential, dense};
///
/// let network = Sequential::new().add(dense(4).activation(Activation::Relu)).build([3])?;
/// assert_eq!(network.num_params(), 3 * 4 + 4);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "Dense")]
#[must_use]
pub fn dense(units: usize) -> DenseRecipe {
    let (activation, bias) = (Activation::Linear, true);
    DenseRecipe { units, activation, bias, init: Init::GlorotUniform }
}

/// The settings of a dense layer whose input length is found out when it is built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct DenseRecipe {
    units: usize,
    activation: Activation,
    bias: bool,
    init: Init,
}

impl DenseRecipe {
    /// The function that follows; none by default.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// Whether a bias is added; yes by default.
    #[must_use]
    pub fn bias(self, bias: bool) -> Self {
        Self { bias, ..self }
    }

    /// How the weight is drawn; glorot uniform by default.
    #[must_use]
    pub fn init(self, init: Init) -> Self {
        Self { init, ..self }
    }
}

impl Recipe for DenseRecipe {
    fn kind(&self) -> &'static str {
        "dense"
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        crate::setting::positive("dense", "units", self.units)?;
        let Some(&ins) = input.last() else {
            return Err(crate::recipe::needs_axes("dense", input, "[…, features]"));
        };
        let weight = Param::new([self.units, ins], self.init.clone());
        let bias = self.bias.then(|| Param::new([self.units], Init::Zeros));
        Ok(Box::new(Linear::from_params(weight, bias).activation(self.activation)))
    }
}
