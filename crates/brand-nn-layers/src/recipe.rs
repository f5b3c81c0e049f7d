//! Recipes: layers as plain data, before their sizes are known, and the book that reads them back.

use crate::{Error, Fields, Layer, Result, Sequential};
use brand_nn_tensor::Shape;
use std::collections::BTreeMap;

/// A layer as plain data, before its sizes are known.
///
/// A file holds recipes; a [`Registry`] reads them back. A recipe of your own derives [`Settings`].
pub trait Recipe: Settings + Send + Sync {
    /// The name in files, which also names the layer in a network.
    fn kind(&self) -> &'static str;

    /// Makes the layer for examples of a shape, without the batch axis.
    ///
    /// # Errors
    /// If a setting is out of its range, or the layer does not take such examples.
    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>>;
}

/// The settings of a recipe by name, as files hold them; derived for structs.
pub trait Settings {
    /// The settings.
    ///
    /// # Errors
    /// If they can't be written as JSON.
    fn settings(&self) -> Result<Fields>;
}

/// What can be read back from its settings; derived with [`Settings`].
///
/// Recipes that hold other recipes write it by hand, and read those by [`Fields::take_recipe`].
pub trait FromSettings: Sized {
    /// Reads the settings: all that it knows, and no others.
    ///
    /// # Errors
    /// If a setting is missing, unknown, or not of its type.
    fn from_settings(fields: Fields, registry: &Registry) -> Result<Self>;
}

/// Reads one recipe from its settings.
type Reader = fn(Fields, &Registry) -> Result<Box<dyn Recipe>>;

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
    pub fn with<R: Recipe + FromSettings + 'static>(self, kind: &str) -> Self {
        self.enter(kind, |fields, registry| Ok(Box::new(R::from_settings(fields, registry)?)))
    }

    fn enter(mut self, kind: &str, reader: Reader) -> Self {
        self.readers.insert(kind.to_owned(), reader);
        self
    }

    /// Reads a recipe of a kind from its settings.
    ///
    /// # Errors
    /// If the kind is not registered or its settings can't be read.
    pub fn read(&self, kind: &str, fields: Fields) -> Result<Box<dyn Recipe>> {
        let Some(reader) = self.readers.get(kind) else {
            let known = self.readers.keys().cloned().collect();
            return Err(Error::UnknownLayer { name: kind.to_owned(), known });
        };
        reader(fields.of(kind), self)
    }

    /// Reads a recipe from settings among which its kind stands as `layer`.
    ///
    /// # Errors
    /// As [`Registry::read`].
    pub fn read_layer(&self, mut fields: Fields) -> Result<Box<dyn Recipe>> {
        let kind: String = fields.take("layer")?;
        self.read(&kind, fields)
    }
}

/// A recipe as [`Registry::read_layer`] takes it.
pub(crate) fn describe(recipe: &dyn Recipe) -> Result<Fields> {
    let mut fields = recipe.settings()?;
    fields.put("layer", recipe.kind())?;
    Ok(fields)
}

/// Recipes as [`Fields::take_recipes`] takes them.
pub(crate) fn describe_all(recipes: &[Box<dyn Recipe>]) -> Result<Vec<Fields>> {
    recipes.iter().map(|recipe| describe(&**recipe)).collect()
}

/// All layers of this crate.
impl Default for Registry {
    fn default() -> Self {
        crate::enter_all(Self { readers: BTreeMap::new() }).with::<Sequential>("sequential")
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
