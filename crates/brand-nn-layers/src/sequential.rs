//! Layers in a row: first as recipes, then built into a network.

use crate::{
    Error, Fields, Layer, Network, Recipe, Registry, Result, Settings,
    network::{Stage, numbered},
    recipe::{FromSettings, describe_all, unreadable},
};
use brand_nn_autodiff::ParamSet;
use brand_nn_tensor::Shape;
use serde::{Deserialize, Serialize};

/// Recipes in a row; only [`Sequential::build`] makes a [`Network`] of them.
///
/// # Examples
/// The review classifier of Keras' tutorials:
/// ```
/// use brand_nn_layers::{Activation, Sequential, dense, dropout, embedding, lstm};
///
/// let network = Sequential::new()
///     .add(embedding(10_000, 50))
///     .add(lstm(128).return_sequences(true))
///     .add(dropout(0.2))
///     .add(lstm(128))
///     .add(dropout(0.2))
///     .add(dense(1).activation(Activation::Sigmoid))
///     .build([100])?;
/// assert_eq!(network.num_params(), 723_361);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Default)]
pub struct Sequential {
    recipes: Vec<Box<dyn Recipe>>,
    input: Option<Shape>,
}

/// A network as a file holds it.
#[derive(Serialize, Deserialize)]
struct Description {
    input: Vec<usize>,
    layers: Vec<Fields>,
}

impl Sequential {
    /// Makes an empty row.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a layer at the end.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "the word that every framework uses")]
    pub fn add(mut self, recipe: impl Recipe + 'static) -> Self {
        self.recipes.push(Box::new(recipe));
        self
    }

    /// Makes the layers for examples of shape `input`, without the batch axis.
    ///
    /// Sizes are inferred from layer to layer, and every setting and shape is checked here.
    ///
    /// # Errors
    /// If a setting is out of range or a layer does not take what the one before makes.
    pub fn build(self, input: impl Into<Shape>) -> Result<Network> {
        self.network(input.into())
    }

    fn network(&self, input: Shape) -> Result<Network> {
        let json = self.describe(&input)?;
        let mut shape = input.clone();
        let mut stages: Vec<Stage> = Vec::new();
        for recipe in &self.recipes {
            let kind = recipe.kind();
            let repeats = stages.iter().filter(|stage| stage.kind == kind).count();
            let name = numbered(kind, repeats);
            let layer = recipe.build(&shape).map_err(|error| error.at(&name))?;
            let flops = layer.flops(&shape);
            shape = layer.output_shape(&shape).map_err(|error| error.at(&name))?;
            stages.push(Stage { name, kind, layer, output: shape.clone(), flops });
        }
        let network = Network::from_stages(stages, input, json);
        ParamSet::all(&network)?;
        Ok(network)
    }

    /// Builds the network that a description has been read of.
    ///
    /// # Errors
    /// As [`Sequential::build`]; also if the recipes did not come from a description.
    pub fn rebuild(mut self) -> Result<Network> {
        let input = self.input.take().ok_or_else(|| Error::Architecture {
            problem: "the shape of an example is not known".into(),
        })?;
        self.build(input)
    }

    /// Reads what [`Network::to_json`] wrote.
    ///
    /// # Errors
    /// If the text is not such a description or names an unknown layer.
    pub fn from_json(json: &str, registry: &Registry) -> Result<Self> {
        let description: Description =
            serde_json::from_str(json).map_err(|problem| unreadable(&problem))?;
        let recipes = description.layers.into_iter().map(|layer| registry.read_layer(layer));
        let recipes = recipes.collect::<Result<_>>()?;
        Ok(Self { recipes, input: Some(description.input.into()) })
    }

    fn describe(&self, input: &Shape) -> Result<String> {
        let description =
            Description { input: input.to_vec(), layers: describe_all(&self.recipes)? };
        serde_json::to_string(&description).map_err(|problem| unreadable(&problem))
    }
}

/// A row of layers is a recipe itself, for places that take one: branches, short cuts, other rows.
impl Recipe for Sequential {
    fn kind(&self) -> &'static str {
        "sequential"
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        Ok(Box::new(self.network(input.clone())?))
    }
}

impl Settings for Sequential {
    fn settings(&self) -> Result<Fields> {
        let mut fields = Fields::default();
        fields.put("layers", &describe_all(&self.recipes)?)?;
        Ok(fields)
    }
}

impl FromSettings for Sequential {
    fn from_settings(mut fields: Fields, registry: &Registry) -> Result<Self> {
        let recipes = fields.take_recipes("layers", registry)?;
        fields.end()?;
        Ok(Self { recipes, input: None })
    }
}
