//! Categories as their place in an order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Input, Transformer};
use crate::{Column, Error, Result};

/// Numbers categories from 0 in their order.
///
/// The order is that of numbers or letters, unless it is [said](Self::order). Other categories than
/// those of the training rows, or of the order, are refused, or get the number that
/// [`unknown`](Self::unknown) gives. Missing values stay missing.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, Ordinal, Table, Transformer};
///
/// let table = Table::new([("size", Column::from(vec!["M", "S", "L"]))])?;
/// let sizes = Ordinal::new().order(["S", "M", "L"]).fit(&table)?.transform(&table)?;
/// assert_eq!(sizes.numbers("size")?, [1.0, 0.0, 2.0].map(Some));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[doc(alias = "OrdinalEncoder")]
pub struct Ordinal {
    order: Option<Vec<String>>,
    unknown: Option<f64>,
}

impl Ordinal {
    /// Numbers the categories by size or letters, and refuses others.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The categories in their order.
    #[must_use]
    pub fn order<S: Into<String>>(mut self, categories: impl IntoIterator<Item = S>) -> Self {
        self.order = Some(categories.into_iter().map(Into::into).collect());
        self
    }

    /// The number of all other categories.
    #[must_use]
    pub fn unknown(mut self, number: f64) -> Self {
        self.unknown = Some(number);
        self
    }

    fn number(&self, known: Option<&usize>) -> Option<f64> {
        known.map(|&place| place as f64).or(self.unknown)
    }
}

impl Transformer for Ordinal {
    /// The categories in their order.
    type State = Vec<String>;

    fn learn(&self, input: &Input<'_>, _: Option<&[f64]>) -> Result<Vec<String>> {
        let Some(order) = &self.order else { return Ok(input.categories()) };
        let places: BTreeMap<_, usize> = order.iter().zip(0..).collect();
        if places.len() < order.len() {
            return Err(Error::Setting {
                setting: "order",
                got: format!("{order:?}"),
                expected: "each category once",
                help: "leave out what is there twice",
            });
        }
        self.apply(order, input)?; // refuses a category that the order lacks
        Ok(order.clone())
    }

    fn apply(&self, state: &Vec<String>, input: &Input<'_>) -> Result<Vec<(String, Column)>> {
        let places: BTreeMap<_, usize> = state.iter().zip(0..).collect();
        let number = |row| match input.category(row) {
            None => Ok(None),
            Some(category) => match self.number(places.get(&category)) {
                Some(number) => Ok(Some(number)),
                None => Err(input.refused(row, "a known category", "correct it, or say unknown")),
            },
        };
        let numbers = (0..input.column.len()).map(number).collect::<Result<_>>()?;
        Ok(vec![(input.name.to_owned(), Column::F64(numbers))])
    }
}
