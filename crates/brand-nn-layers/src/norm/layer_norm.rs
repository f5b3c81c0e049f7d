//! Normalisation of each position by itself: layer norm and RMS norm.

use crate::{
    Error, Layer, Pass, Recipe, Result, layer::same_type, recipe::needs_axes, setting::Setting,
};
use brand_nn_autodiff::{Init, Param, Params, Var};
use brand_nn_tensor::Shape;

/// Normalises the last axis to mean 0 and variance 1, then scales and shifts it.
///
/// y = (x − mean) / √(variance + ε) · w + b, with the variance of the population (Ba, Kiros and
/// Hinton 2016). ε is 1e-5 as in PyTorch; Keras has 1e-3, published BERTs have 1e-12.
///
/// # Shapes
/// `[…, features]`, which stays; `weight` and `bias` are `[features]`.
///
/// # Errors
/// If the last axis is not `features` long; `init`, `build` and `load` refuse an ε below 0.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, LayerNorm, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = LayerNorm::new(2).init(0)?;
/// let y = layer.call(Tensor::from([[1.0_f32, 5.0]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor().round(), Tensor::from([[-1.0_f32, 1.0]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "LayerNormalization")]
#[derive(Debug, Params)]
pub struct LayerNorm {
    /// `[features]`, ones at the start.
    pub weight: Param,
    /// `[features]`, zeros at the start.
    pub bias: Option<Param>,
    epsilon: Setting,
}

impl LayerNorm {
    /// Makes the layer for a last axis of `features`.
    #[must_use]
    pub fn new(features: usize) -> Self {
        let bias = Some(Param::new([features], Init::Zeros));
        let epsilon = Setting::epsilon("layer_norm", 1e-5);
        Self { weight: Param::new([features], Init::Ones), bias, epsilon }
    }

    /// Sets what is added to the variance.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon: self.epsilon.with(epsilon), ..self }
    }

    /// The same layer without a shift.
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { bias: None, ..self }
    }
}

impl Layer for LayerNorm {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.output_shape(input.shape())?;
        let weight = pass.var(&self.weight)?;
        same_type("layer_norm", &input, weight.dtype())?;
        let bias = self.bias.as_ref().map(|bias| pass.var(bias)).transpose()?;
        let features = weight.shape().clone();
        Ok(input.layer_norm(features, Some(&weight), bias.as_ref(), self.epsilon.value))
    }

    each_step!("layer_norm");

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        last_axis("layer_norm", input, &self.weight)
    }
}

/// Divides by the root of the last axis' mean square, then scales it.
///
/// y = x / √(mean x² + ε) · w (Zhang and Sennrich 2019): a layer norm that doesn't centre, as in
/// LLaMA and its kin. ε is 1e-6.
///
/// # Shapes
/// `[…, features]`, which stays; `weight` is `[features]`.
///
/// # Errors
/// If the last axis is not `features` long; `init`, `build` and `load` refuse an ε below 0.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, Pass, RmsNorm};
/// use brand_nn_tensor::Tensor;
///
/// let layer = RmsNorm::new(2).epsilon(0.0).init(0)?;
/// let y = layer.call(Tensor::from([[1.0_f32, 7.0]]), &mut Pass::inference())?; // mean x² is 25
/// assert_eq!(y.tensor(), &Tensor::from([[0.2_f32, 1.4]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "RMSNorm")]
#[derive(Debug, Params)]
pub struct RmsNorm {
    /// `[features]`, ones at the start.
    pub weight: Param,
    epsilon: Setting,
}

impl RmsNorm {
    /// Makes the layer for a last axis of `features`.
    #[must_use]
    pub fn new(features: usize) -> Self {
        let epsilon = Setting::epsilon("rms_norm", 1e-6);
        Self { weight: Param::new([features], Init::Ones), epsilon }
    }

    /// Sets what is added to the mean square.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon: self.epsilon.with(epsilon), ..self }
    }
}

impl Layer for RmsNorm {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.output_shape(input.shape())?;
        let weight = pass.var(&self.weight)?;
        same_type("rms_norm", &input, weight.dtype())?;
        Ok(input.rms_norm(weight.shape().clone(), Some(&weight), self.epsilon.value))
    }

    each_step!("rms_norm");

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        last_axis("rms_norm", input, &self.weight)
    }
}

/// The shape of the input, whose last axis must be as long as the weight.
fn last_axis(place: &str, input: &Shape, weight: &Param) -> Result<Shape> {
    if input.last() == weight.shape().last() {
        return Ok(input.clone());
    }
    Err(Error::Input {
        place: place.into(),
        got: input.clone(),
        expected: format!("a last axis of {} features", weight.shape()[0]),
        help: "give the layer the number of features that the one before makes",
    })
}

/// A recipe for [`LayerNorm`] of the last axis; ε is Keras' 1e-3.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, layer_norm};
///
/// let network = Sequential::new().add(layer_norm()).build([7, 5])?;
/// assert_eq!(network.num_params(), 2 * 5);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "LayerNormalization")]
#[must_use]
pub fn layer_norm() -> LayerNormRecipe {
    LayerNormRecipe { epsilon: 1e-3 }
}

/// The settings of a layer norm whose number of features is found out when it is built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct LayerNormRecipe {
    epsilon: f64,
}

impl LayerNormRecipe {
    /// What is added to the variance; 1e-3 by default.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon }
    }
}

impl Recipe for LayerNormRecipe {
    fn kind(&self) -> &'static str {
        "layer_norm"
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        let features = features("layer_norm", input)?;
        Ok(Box::new(LayerNorm::new(features).epsilon(self.epsilon)))
    }
}

/// A recipe for [`RmsNorm`] of the last axis.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, rms_norm};
///
/// let network = Sequential::new().add(rms_norm()).build([7, 5])?;
/// assert_eq!(network.num_params(), 5);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn rms_norm() -> RmsNormRecipe {
    RmsNormRecipe { epsilon: 1e-6 }
}

/// The settings of an RMS norm whose number of features is found out when it is built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct RmsNormRecipe {
    epsilon: f64,
}

impl RmsNormRecipe {
    /// What is added to the mean square; 1e-6 by default.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon }
    }
}

impl Recipe for RmsNormRecipe {
    fn kind(&self) -> &'static str {
        "rms_norm"
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        let features = features("rms_norm", input)?;
        Ok(Box::new(RmsNorm::new(features).epsilon(self.epsilon)))
    }
}

fn features(place: &str, input: &Shape) -> Result<usize> {
    input.last().copied().ok_or_else(|| needs_axes(place, input, "[…, features]"))
}
