//! Categories as a 0 or 1 for each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Input, Transformer, setting};
use crate::{Column, Error, Result};

/// Makes a feature of each category: 1 where a row has it, else 0.
///
/// The features of a column `city` are called `city=Bonn`, `city=Oslo` …, numbers by size and others
/// by letters. A missing value is a category too, the last, called `city missing`, if the training
/// rows have one. Other categories than theirs are refused, or get zeros with
/// [`ignore_unknown`](Self::ignore_unknown); a missing value where there was none is such a one.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, OneHot, Table, Transformer};
///
/// let table = Table::new([("city", Column::from(vec!["Oslo", "Bonn", "Oslo"]))])?;
/// let encoder = OneHot::new().fit(&table)?;
/// let features = encoder.transform(&table)?;
/// assert_eq!(features.names().collect::<Vec<_>>(), ["city=Bonn", "city=Oslo"]);
/// assert_eq!(features.numbers("city=Oslo")?, [1.0, 0.0, 1.0].map(Some));
///
/// let new = Table::new([("city", Column::from(vec!["Rome"]))])?;
/// assert_eq!(
///     encoder.transform(&new).unwrap_err().to_string(),
///     "the table, row 1, column city: got `Rome`, expected a category of the training rows; \
///      help: correct it, or say ignore_unknown"
/// );
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "OneHotEncoder")]
pub struct OneHot {
    drop_first: bool,
    ignore_unknown: bool,
    max_categories: usize,
}

impl Default for OneHot {
    fn default() -> Self {
        Self { drop_first: false, ignore_unknown: false, max_categories: 1000 }
    }
}

impl OneHot {
    /// Makes a feature of each category, and refuses others.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves the first category out, which the others being 0 tells: for linear models.
    #[must_use]
    pub fn drop_first(mut self) -> Self {
        self.drop_first = true;
        self
    }

    /// Gives a category that was not in the training rows zeros.
    #[must_use]
    pub fn ignore_unknown(mut self) -> Self {
        self.ignore_unknown = true;
        self
    }

    /// The most categories of a column, 1000 by default: more are refused.
    #[must_use]
    pub fn max_categories(mut self, count: usize) -> Self {
        self.max_categories = count;
        self
    }
}

impl Transformer for OneHot {
    /// The categories; the missing one is `None`.
    type State = Vec<Option<String>>;

    fn learn(&self, input: &Input<'_>, _: Option<&[f64]>) -> Result<Self::State> {
        if self.max_categories == 0 {
            return Err(setting("max_categories", 0, "at least 1"));
        }
        let missing = (input.column.num_missing() > 0).then_some(None);
        let found: Vec<_> = input.categories().into_iter().map(Some).chain(missing).collect();
        if found.len() > self.max_categories {
            return Err(Error::Data {
                what: "the categories of a column",
                got: format!("{} in {}", found.len(), input.name),
                expected: "no more than max_categories",
                help: "leave out a column of names, or take Hashing or TargetEncoder",
            });
        }
        Ok(found)
    }

    fn apply(&self, state: &Self::State, input: &Input<'_>) -> Result<Vec<(String, Column)>> {
        let places: BTreeMap<_, _> = state.iter().zip(0..).collect();
        let mut features = vec![vec![Some(0.0); input.column.len()]; state.len()];
        let categories = (0..input.column.len()).map(|row| input.category(row)).enumerate();
        for (row, category) in categories {
            match places.get(&category) {
                Some(&place) => features[place][row] = Some(1.0),
                None if self.ignore_unknown => {}
                None => {
                    let help = "correct it, or say ignore_unknown";
                    return Err(input.refused(row, "a category of the training rows", help));
                }
            }
        }
        let name = |category: &Option<String>| match category {
            Some(category) => format!("{}={category}", input.name),
            None => format!("{} missing", input.name),
        };
        let named = state.iter().map(name).zip(features.into_iter().map(Column::F64));
        Ok(named.skip(usize::from(self.drop_first)).collect())
    }
}
