//! Labels as classes to train on, and back.

use std::collections::BTreeMap;

use brand_nn_tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::Input;
use crate::{Error, Result, Table};

/// Numbers the labels of a column: 0 and 1 as `f32` for two classes, `i64` from 0 for more.
///
/// Classes are in the order of numbers or letters, unless it is [said](Self::order): `No` is 0 and
/// `Yes` is 1. These are what [`bce_with_logits`](brand_nn_losses::bce_with_logits) and
/// [`cross_entropy`](brand_nn_losses::cross_entropy) train on.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, LabelEncoder, Table};
///
/// let table = Table::new([("churn", Column::from(vec!["No", "Yes", "No"]))])?;
/// let labels = LabelEncoder::new().fit(&table, "churn")?;
/// assert_eq!(labels.transform(&table)?.to_vec::<f32>(), [0.0, 1.0, 0.0]);
/// assert_eq!(labels.classes(), ["No", "Yes"]);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelEncoder {
    order: Option<Vec<String>>,
}

impl LabelEncoder {
    /// Numbers classes by size or letters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The classes in their order.
    #[must_use]
    pub fn order<S: Into<String>>(mut self, classes: impl IntoIterator<Item = S>) -> Self {
        self.order = Some(classes.into_iter().map(Into::into).collect());
        self
    }

    /// Finds the classes of a column.
    ///
    /// # Errors
    ///
    /// [`Error::Column`] if there is no such column; [`Error::Data`] if it has fewer than two
    /// classes, or an order has a class twice; [`Error::Cell`] if a label is missing or not in the
    /// order.
    pub fn fit(&self, table: &Table, name: &str) -> Result<FittedLabelEncoder> {
        let input = Input { name, column: table.column(name)?, table };
        let classes = self.order.clone().unwrap_or_else(|| input.categories());
        let differing = classes.iter().collect::<std::collections::BTreeSet<_>>().len();
        if differing < 2 || differing < classes.len() {
            return Err(Error::Data {
                what: "labels",
                got: format!("the classes {classes:?} of column {name}"),
                expected: "two or more that differ",
                help: "add rows of another class, or name another column for the labels",
            });
        }
        let fitted = FittedLabelEncoder { column: name.to_owned(), classes };
        fitted.transform(table)?;
        Ok(fitted)
    }
}

/// The classes of a column of labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FittedLabelEncoder {
    column: String,
    classes: Vec<String>,
}

impl FittedLabelEncoder {
    /// What the column calls each class, by number.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The number of each row's class: `[rows]`.
    ///
    /// # Errors
    ///
    /// [`Error::Column`] if the column is missing; [`Error::Cell`] if a label is missing or new.
    pub fn transform(&self, table: &Table) -> Result<Tensor> {
        let input = Input { name: &self.column, column: table.column(&self.column)?, table };
        let places: BTreeMap<_, _> = self.classes.iter().zip(0..).collect();
        let number = |row| {
            let place = input.category(row).and_then(|label| places.get(&label).copied());
            place.ok_or_else(|| input.refused(row, "a known class", "correct it, or leave it out"))
        };
        let numbers: Vec<i64> = (0..table.len()).map(number).collect::<Result<_>>()?;
        Ok(match self.classes.len() {
            2 => Tensor::from(numbers.into_iter().map(|number| number as f32).collect::<Vec<_>>()),
            _ => Tensor::from(numbers),
        })
    }
}
