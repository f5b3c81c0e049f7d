//! A short cut around a layer.

use crate::{
    Call, Fields, Flow, Layer, Merge, Pass, Recipe, Registry, Result, door,
    recipe::{FromSettings, Settings, describe, refused},
};
use brand_nn_autodiff::{Params, Var};
use brand_nn_tensor::Shape;

/// A layer and a short cut around it: y = x + f(x).
///
/// The gradient has a way past every layer, so that deep nets train (He and others 2016).
///
/// # Shapes
/// Any shape that f keeps.
///
/// # Errors
/// What f returns; also if it makes another shape or type.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Activation, Call, Pass, Residual};
/// use brand_nn_tensor::Tensor;
///
/// let layer = Residual::new(Activation::Relu);
/// let y = layer.call(Tensor::from([-1.0, 2.0]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([-1.0, 4.0]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug, Params)]
pub struct Residual<L: Layer> {
    /// What the short cut leads around.
    pub layer: L,
}

impl<L: Layer> Residual<L> {
    /// Makes the short cut around `layer`.
    #[must_use]
    pub fn new(layer: L) -> Self {
        Self { layer }
    }
}

impl<L: Layer> Layer for Residual<L> {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.flow(input.into(), pass).map(|flow| flow.value)
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        door::floats("residual", &input.value)?;
        let Flow { value, mask } = self.layer.call_flow(input.clone(), pass)?;
        let input = input.value;
        if value.shape() != input.shape() {
            return Err(other_shape(value.shape(), input.shape()));
        }
        let sum = Merge::Add.apply(vec![input, value]).map_err(|error| error.at("residual"))?;
        Ok(Flow { value: sum, mask })
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        self.layer.flops(input)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let output = self.layer.output_shape(input)?;
        if &output == input { Ok(output) } else { Err(other_shape(&output, input)) }
    }
}

fn other_shape(output: &Shape, input: &Shape) -> crate::Error {
    let expected = format!("{input} of the layer's output, as its input");
    refused("residual", output, expected, "project the sum's parts to one shape")
}

/// A recipe for [`Residual`]; a [`Sequential`](crate::Sequential) goes around several layers.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Activation, Sequential, dense, layer_norm, residual};
///
/// let block = Sequential::new()
///     .add(layer_norm())
///     .add(dense(16).activation(Activation::Gelu))
///     .add(dense(4));
/// let network = Sequential::new().add(residual(block)).build([4])?;
/// assert_eq!(network.output_shape_of_example()[..], [4]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn residual(recipe: impl Recipe + 'static) -> ResidualRecipe {
    ResidualRecipe { recipe: Box::new(recipe) }
}

/// The settings of a short cut: the recipe of what it leads around.
pub struct ResidualRecipe {
    recipe: Box<dyn Recipe>,
}

impl Recipe for ResidualRecipe {
    fn kind(&self) -> &'static str {
        "residual"
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        Ok(Box::new(Residual::new(self.recipe.build(input)?)))
    }
}

impl Settings for ResidualRecipe {
    fn settings(&self) -> Result<Fields> {
        let mut fields = Fields::default();
        fields.put("around", &describe(&*self.recipe)?)?;
        Ok(fields)
    }
}

impl FromSettings for ResidualRecipe {
    fn from_settings(mut fields: Fields, registry: &Registry) -> Result<Self> {
        let recipe = fields.take_recipe("around", registry)?;
        fields.end()?;
        Ok(Self { recipe })
    }
}
