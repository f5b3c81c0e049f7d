//! Normalisation of each example's channels: in groups, or each by itself.

use crate::{
    Error, Layer, Pass, Recipe, Result, door, layer::same_type, recipe::needs_axes,
    setting::Setting,
};
use brand_nn_autodiff::{Error as AutodiffError, Init, Param, Params, Var, Visitor};
use brand_nn_tensor::Shape;

/// Normalises each example's channels in groups, then scales and shifts each channel.
///
/// Wu and He 2018: what batch norm does, without a batch. As many groups as channels make it an
/// [instance norm](Self::instance). ε is 1e-5.
///
/// # Shapes
/// `[batch, channels, …]`, which stays; `weight` and `bias` are `[channels]`.
///
/// # Errors
/// If there are other channels; `init`, `build` and `load` refuse groups that do not divide the
/// channels.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, GroupNorm, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = GroupNorm::new(1, 2).init(0)?;
/// let y = layer.call(Tensor::from([[[1.0_f32], [5.0]]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor().round(), Tensor::from([[[-1.0_f32], [1.0]]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "GroupNormalization")]
#[doc(alias = "InstanceNorm")]
#[derive(Debug)]
pub struct GroupNorm {
    /// `[channels]`, ones at the start.
    pub weight: Option<Param>,
    /// `[channels]`, zeros at the start.
    pub bias: Option<Param>,
    groups: usize,
    channels: usize,
    epsilon: Setting,
}

impl GroupNorm {
    /// Makes the layer for `channels` in `groups`.
    #[must_use]
    pub fn new(groups: usize, channels: usize) -> Self {
        let param = |init| Some(Param::new([channels], init));
        let epsilon = Setting::epsilon("group_norm", 1e-5);
        let (weight, bias) = (param(Init::Ones), param(Init::Zeros));
        Self { weight, bias, groups, channels, epsilon }
    }

    /// Each channel by itself, without weights: instance norm as PyTorch has it (Ulyanov and others
    /// 2016).
    #[must_use]
    pub fn instance(channels: usize) -> Self {
        Self { weight: None, bias: None, ..Self::new(channels, channels) }
    }

    /// Sets what is added to the variance.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon: self.epsilon.with(epsilon), ..self }
    }
}

impl Params for GroupNorm {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("weight", &self.weight);
        visitor.child("bias", &self.bias);
        visitor.child("epsilon", &self.epsilon);
    }

    fn check(&self) -> brand_nn_autodiff::Result<()> {
        if self.groups > 0 && self.channels.is_multiple_of(self.groups) {
            return Ok(());
        }
        Err(AutodiffError::Setting {
            place: "group_norm".into(),
            setting: "groups",
            got: format!("{} for {} channels", self.groups, self.channels),
            expected: "a number that divides the channels",
            help: "32 groups are usual; 1 makes it a layer norm of all channels",
        })
    }
}

impl Layer for GroupNorm {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.check()?;
        door::floats("group_norm", &input)?;
        if input.ndim() < 2 {
            return Err(needs_axes("group_norm", input.shape(), "[batch, channels, …]"));
        }
        self.output_shape(&input.shape()[1..].into())?;
        let part = |param: &Option<Param>| param.as_ref().map(|it| pass.var(it)).transpose();
        let (weight, bias) = (part(&self.weight)?, part(&self.bias)?);
        weight.as_ref().map_or(Ok(()), |weight| same_type("group_norm", &input, weight.dtype()))?;
        Ok(input.group_norm(self.groups, weight.as_ref(), bias.as_ref(), self.epsilon.value))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        require_channels("group_norm", input, self.channels)
    }
}

/// The shape of an example, whose first axis must be the channels.
pub(crate) fn require_channels(place: &str, example: &Shape, channels: usize) -> Result<Shape> {
    if example.first() == Some(&channels) {
        return Ok(example.clone());
    }
    Err(Error::Input {
        place: place.into(),
        got: example.clone(),
        expected: format!("[{channels} channels, …] an example"),
        help: "channels come before time, height and width",
    })
}

/// A recipe for [`GroupNorm`]; ε is Keras' 1e-3.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, group_norm};
///
/// let network = Sequential::new().add(group_norm(2)).build([4, 10])?;
/// assert_eq!(network.num_params(), 2 * 4);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "GroupNormalization")]
#[must_use]
pub fn group_norm(groups: usize) -> GroupNormRecipe {
    GroupNormRecipe { groups, epsilon: 1e-3 }
}

/// The settings of a group norm whose number of channels is found out when it is built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct GroupNormRecipe {
    groups: usize,
    epsilon: f64,
}

impl GroupNormRecipe {
    /// What is added to the variance; 1e-3 by default.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }
}

impl Recipe for GroupNormRecipe {
    fn kind(&self) -> &'static str {
        "group_norm"
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        let Some(&channels) = input.first() else {
            return Err(needs_axes("group_norm", input, "[channels, …] an example"));
        };
        let layer = GroupNorm::new(self.groups, channels).epsilon(self.epsilon);
        layer.check()?;
        Ok(Box::new(layer))
    }
}
