//! Recipes: layers as plain data, before their sizes are known, and the book that reads them back.

use crate::{Error, Layer, Result, Sequential};
use brand_nn_tensor::Shape;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A layer as plain data, before its sizes are known.
///
/// A file holds recipes; a [`Registry`] reads them back.
pub trait Recipe: Settings + Send + Sync {
    /// The name in files, which also names the layer in a network.
    fn kind(&self) -> &'static str;

    /// Makes the layer for examples of a shape, without the batch axis.
    ///
    /// # Errors
    /// If a setting is out of its range, or the layer does not take such examples.
    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>>;
}

/// The settings of a recipe as JSON; every serialisable type has it.
pub trait Settings {
    /// The settings as a JSON object.
    ///
    /// # Errors
    /// If they can't be written as JSON.
    fn settings(&self) -> Result<Value>;
}

impl<T: Serialize> Settings for T {
    fn settings(&self) -> Result<Value> {
        serde_json::to_value(self).map_err(|problem| unreadable(&problem))
    }
}

/// A recipe that can be read back from its settings; every deserialisable recipe can.
///
/// Recipes that hold other recipes write it by hand, and read those by [`Registry::read_layer`].
pub trait FromSettings: Recipe + Sized {
    /// Reads the recipe.
    ///
    /// # Errors
    /// If the settings can't be read.
    fn from_settings(settings: Value, registry: &Registry) -> Result<Self>;
}

impl<R: Recipe + DeserializeOwned> FromSettings for R {
    fn from_settings(settings: Value, _: &Registry) -> Result<Self> {
        serde_json::from_value(settings).map_err(|problem| unreadable(&problem))
    }
}

/// Reads one recipe from its settings.
type Reader = fn(Value, &Registry) -> Result<Box<dyn Recipe>>;

/// The layers that a file may name; users add their own.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Registry, Sequential, dense};
///
/// let network = Sequential::new().add(dense(2)).build([3])?;
/// let again = Sequential::from_json(network.to_json(), &Registry::default())?.rebuild()?;
/// assert_eq!(again.to_json(), network.to_json());
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
pub struct Registry {
    readers: BTreeMap<String, Reader>,
}

impl Registry {
    /// Adds a kind of layer of one's own.
    #[must_use]
    pub fn with<R: FromSettings + 'static>(mut self, kind: &str) -> Self {
        self.readers.insert(kind.to_owned(), |settings, registry| {
            Ok(Box::new(R::from_settings(settings, registry)?))
        });
        self
    }

    /// Reads a recipe of a kind from its settings.
    ///
    /// # Errors
    /// If the kind is not registered or its settings can't be read.
    pub fn read(&self, kind: &str, settings: Value) -> Result<Box<dyn Recipe>> {
        let Some(reader) = self.readers.get(kind) else {
            let known = self.readers.keys().cloned().collect();
            return Err(Error::UnknownLayer { name: kind.to_owned(), known });
        };
        reader(settings, self)
    }

    /// Reads a recipe from an object that names its kind as `layer`, beside its settings.
    ///
    /// # Errors
    /// As [`Registry::read`].
    pub fn read_layer(&self, mut description: Map<String, Value>) -> Result<Box<dyn Recipe>> {
        let kind = description.remove("layer");
        let kind = kind.as_ref().and_then(Value::as_str).unwrap_or("").to_owned();
        self.read(&kind, Value::Object(description))
    }
}

/// A recipe as [`Registry::read_layer`] takes it.
pub(crate) fn describe(recipe: &dyn Recipe) -> Result<Map<String, Value>> {
    let mut layer = Map::from_iter([("layer".to_owned(), recipe.kind().into())]);
    if let Value::Object(settings) = recipe.settings()? {
        layer.extend(settings);
    }
    Ok(layer)
}

/// Takes one setting out of an object.
pub(crate) fn field<T: DeserializeOwned>(settings: &mut Value, name: &str) -> Result<T> {
    let value = settings.get_mut(name).map(Value::take).unwrap_or_default();
    serde_json::from_value(value).map_err(|problem| unreadable(&problem))
}

/// All layers of this crate.
impl Default for Registry {
    fn default() -> Self {
        crate::enter_all(Self { readers: BTreeMap::new() }).with::<Sequential>("sequential")
    }
}

/// Reads the recipe that another one holds under the name `inner`.
pub(crate) fn read_inner(settings: &mut Value, registry: &Registry) -> Result<Box<dyn Recipe>> {
    match settings.get_mut("inner").map(Value::take) {
        Some(Value::Object(inner)) => registry.read_layer(inner),
        _ => Err(Error::Architecture { problem: "the recipe `inner` is missing".into() }),
    }
}

/// An architecture that can't be read or written, with the parser's own words.
pub(crate) fn unreadable(problem: &serde_json::Error) -> Error {
    Error::Architecture { problem: problem.to_string() }
}

/// An example that lacks axes.
pub(crate) fn needs_axes(layer: &str, got: &Shape, expected: &str) -> Error {
    let help = "check the shape given to build, or add the layer that makes such values";
    refused(layer, got, expected, help)
}

/// A shape that a layer does not take.
pub(crate) fn refused(
    layer: &str,
    got: &Shape,
    expected: impl Into<String>,
    help: &'static str,
) -> Error {
    Error::Input { place: layer.into(), got: got.clone(), expected: expected.into(), help }
}
