//! Settings on their way into a file or out of it: each by its name, none unread.

use crate::{Error, Recipe, Registry, Result, recipe::unreadable};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// The settings of a recipe by name, on their way into a file or out of it.
///
/// What is taken is gone, so that [`end`](Self::end) knows which settings nobody asked for: a
/// misspelt setting is an error, never silence. `None` is not written, and what is missing is read
/// as `None`.
///
/// # Examples
/// ```
/// use brand_nn_layers::Fields;
///
/// let mut fields = Fields::default();
/// fields.put("units", &3)?;
/// fields.put("bias", &true)?;
/// assert_eq!(fields.take::<usize>("units")?, 3);
/// assert_eq!(fields.take::<Option<f64>>("rate")?, None);
/// assert!(fields.end().unwrap_err().to_string().contains("unknown setting `bias`"));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct Fields {
    kind: String,
    values: Map<String, Value>,
}

impl Fields {
    /// Writes a setting.
    ///
    /// # Errors
    /// If the value can't be written as JSON.
    pub fn put<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        self.enter(name, serde_json::to_value(value))
    }

    /// Writes all settings of another recipe beside these.
    pub fn join(&mut self, other: Self) {
        self.values.extend(other.values);
    }

    /// Reads a setting.
    ///
    /// # Errors
    /// If it is missing or not of this type.
    pub fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<T> {
        let value = self.values.remove(name);
        let missing = value.is_none();
        serde_json::from_value(value.unwrap_or_default())
            .map_err(|problem| self.refused(name, missing, &problem))
    }

    /// Reads a setting that older files lack.
    ///
    /// # Errors
    /// If it is there and not of this type.
    pub fn take_or_default<T: DeserializeOwned + Default>(&mut self, name: &str) -> Result<T> {
        if self.values.contains_key(name) { self.take(name) } else { Ok(T::default()) }
    }

    /// Reads the recipe that another one holds.
    ///
    /// # Errors
    /// If it is missing or can't be read.
    pub fn take_recipe(&mut self, name: &str, registry: &Registry) -> Result<Box<dyn Recipe>> {
        registry.read_layer(self.take(name)?)
    }

    /// Reads the recipes that another one holds.
    ///
    /// # Errors
    /// If they are missing or one can't be read.
    pub fn take_recipes(
        &mut self,
        name: &str,
        registry: &Registry,
    ) -> Result<Vec<Box<dyn Recipe>>> {
        let recipes: Vec<Self> = self.take(name)?;
        recipes.into_iter().map(|recipe| registry.read_layer(recipe)).collect()
    }

    /// Hands over what has not been read yet.
    #[must_use]
    pub fn rest(&mut self) -> Self {
        Self { kind: self.kind.clone(), values: std::mem::take(&mut self.values) }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// If a setting has not been read.
    pub fn end(self) -> Result<()> {
        let Some(name) = self.values.keys().next() else { return Ok(()) };
        let help = "it is misspelt, or of a later version of this library";
        Err(self.problem(&format!("unknown setting `{name}`; help: {help}")))
    }

    /// The same settings, of a recipe that errors are to name.
    pub(crate) fn of(self, kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..self }
    }

    fn enter(&mut self, name: &str, value: serde_json::Result<Value>) -> Result<()> {
        match value.map_err(|problem| unreadable(&problem))? {
            Value::Null => {}
            value => drop(self.values.insert(name.to_owned(), value)),
        }
        Ok(())
    }

    fn refused(&self, name: &str, missing: bool, problem: &serde_json::Error) -> Error {
        match missing {
            true => self.problem(&format!("missing setting `{name}`")),
            false => self.problem(&format!("setting `{name}`: {problem}")),
        }
    }

    fn problem(&self, problem: &str) -> Error {
        let place = if self.kind.is_empty() { "a recipe" } else { &self.kind };
        Error::Architecture { problem: format!("{place}: {problem}") }
    }
}

impl From<Map<String, Value>> for Fields {
    fn from(values: Map<String, Value>) -> Self {
        Self { kind: String::new(), values }
    }
}

impl From<Fields> for Map<String, Value> {
    fn from(fields: Fields) -> Self {
        fields.values
    }
}
