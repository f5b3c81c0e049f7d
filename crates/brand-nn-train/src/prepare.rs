//! Columns made ready for a network: what is learnt of them once, kept, and applied ever after.
//!
//! | a column of … | use | gives |
//! |---|---|---|
//! | numbers | [`StandardScaler`], [`MinMaxScaler`], [`RobustScaler`] | a number |
//! | numbers, in classes | [`QuantileBins`] | a number from 0 |
//! | few categories | [`OneHot`] | a 0 or 1 for each |
//! | ordered categories | [`Ordinal`] | a number from 0 |
//! | many categories | [`Hashing`], [`TargetEncoder`] | some numbers, one number |
//! | texts | [`BagOfWords`] | a number for each word |
//! | days | [`DateFeatures`] | numbers of the calendar |
//! | anything with gaps | [`Imputer`] | the same without |
//! | labels | [`LabelEncoder`] | classes to train on |
//!
//! All but the last are a [`Transformer`], alone or as steps of a [`ColumnTransformer`]. A missing
//! value stays missing but where a page says otherwise; a tensor can't have one.

mod bag_of_words;
mod column_transformer;
mod date_features;
mod hashing;
mod imputer;
mod label_encoder;
mod min_max_scaler;
mod one_hot;
mod ordinal;
mod quantile_bins;
mod robust_scaler;
mod standard_scaler;
mod step;
mod target_encoder;

use std::{borrow::Cow, fmt};

use brand_nn_tensor::{DType, Tensor};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Column, Error, Result, Table};

pub use bag_of_words::{BagOfWords, Word};
pub use column_transformer::{ColumnTransformer, FittedColumnTransformer};
pub use date_features::{DateFeatures, DatePart};
pub use hashing::Hashing;
pub use imputer::{Fill, Imputer};
pub use label_encoder::{FittedLabelEncoder, LabelEncoder};
pub use min_max_scaler::MinMaxScaler;
pub use one_hot::OneHot;
pub use ordinal::Ordinal;
pub use quantile_bins::QuantileBins;
pub use robust_scaler::RobustScaler;
pub use standard_scaler::{Scaling, StandardScaler};
pub use step::{FittedStep, Step, Steps};
pub use target_encoder::{TargetEncoder, TargetMeans};

/// What learns something of each column of a table, and makes features of it.
///
/// It is a plain specification; [`fit`](Self::fit) returns what has learnt.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, StandardScaler, Table, Transformer};
///
/// let train = Table::new([("age", Column::from(vec![20.0, 30.0, 40.0]))])?;
/// let scaler = StandardScaler::new().fit(&train)?;
/// let new = Table::new([("age", Column::from(vec![30.0]))])?;
/// assert_eq!(scaler.transform(&new)?.column("age")?.number(0), Some(0.0));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub trait Transformer: Clone + Serialize + DeserializeOwned {
    /// What is learnt of a column.
    type State: Clone + fmt::Debug + PartialEq + Serialize + DeserializeOwned;

    /// Learns of a column, and of the target if there is one.
    ///
    /// # Errors
    ///
    /// If a setting is out of range, or the column is nothing to learn from.
    fn learn(&self, input: &Input<'_>, target: Option<&[f64]>) -> Result<Self::State>;

    /// Makes features of a column, each with its name.
    ///
    /// # Errors
    ///
    /// If a value is not what the transformer takes.
    fn apply(&self, state: &Self::State, input: &Input<'_>) -> Result<Vec<(String, Column)>>;

    /// Makes features of the column that it learns from, none of which has seen its own target.
    ///
    /// # Errors
    ///
    /// As [`learn`](Self::learn) and [`apply`](Self::apply).
    fn apply_out_of_fold(
        &self,
        state: &Self::State,
        input: &Input<'_>,
        _target: &[f64],
    ) -> Result<Vec<(String, Column)>> {
        self.apply(state, input)
    }

    /// Learns of all columns of a table.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`], [`Error::Data`] or [`Error::Cell`] if there is nothing to learn from.
    fn fit(&self, table: &Table) -> Result<Fitted<Self>> {
        fit_with(self, table, None)
    }

    /// Learns of all columns and a target, and makes features of the same rows.
    ///
    /// A [`TargetEncoder`] makes those out of fold: train on these, not on what
    /// [`transform`](Fitted::transform) would give.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit); also if there is not one finite number a row in the target.
    fn fit_transform(&self, table: &Table, target: &Tensor) -> Result<(Fitted<Self>, Table)> {
        let target = target_values(table, target)?;
        let fitted = fit_with(self, table, Some(&target))?;
        let features = fitted.features(table, Some(&target))?;
        Ok((fitted, features))
    }

    /// Does this first and another thing with what comes of it.
    fn then(self, next: impl Into<Step>) -> Steps
    where
        Self: Into<Steps>,
    {
        self.into().then(next)
    }
}

/// Learns of all columns of a table; there is one target a row, if any.
fn fit_with<T: Transformer>(
    transformer: &T,
    table: &Table,
    target: Option<&[f64]>,
) -> Result<Fitted<T>> {
    let learn = |(name, column)| {
        let state = transformer.learn(&Input { name, column, table }, target)?;
        Ok((String::from(name), state))
    };
    let columns = table.columns().map(learn).collect::<Result<_>>()?;
    Ok(Fitted { transformer: transformer.clone(), columns })
}

/// A transformer with what it has learnt of each column; it can be written as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "T: Transformer")]
pub struct Fitted<T: Transformer> {
    transformer: T,
    columns: Vec<(String, T::State)>,
}

impl<T: Transformer> Fitted<T> {
    /// What was learnt of a column.
    #[must_use]
    pub fn state(&self, name: &str) -> Option<&T::State> {
        self.columns.iter().find(|(other, _)| other == name).map(|(_, state)| state)
    }

    /// The features of the columns that were learnt, those of other columns being left out.
    ///
    /// # Errors
    ///
    /// [`Error::Column`] if a column is missing; [`Error::Cell`] if a value is not what the
    /// transformer takes.
    pub fn transform(&self, table: &Table) -> Result<Table> {
        self.features(table, None)
    }

    /// The features; out of fold where the table is the one that was learnt, with its target.
    pub(crate) fn features(&self, table: &Table, target: Option<&[f64]>) -> Result<Table> {
        let mut features = table.select::<&str>(&[])?;
        for (name, state) in &self.columns {
            let input = Input { name, column: table.column(name)?, table };
            let made = match target {
                Some(target) => self.transformer.apply_out_of_fold(state, &input, target)?,
                None => self.transformer.apply(state, &input)?,
            };
            made.into_iter().try_for_each(|(name, column)| features.append(name, column))?;
        }
        Ok(features)
    }
}

/// A column of a table, for a [`Transformer`] to learn from or to make features of.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The column's name.
    pub name: &'a str,
    /// Its values.
    pub column: &'a Column,
    table: &'a Table,
}

impl Input<'_> {
    /// The values as finite numbers, `None` where one is missing.
    ///
    /// # Errors
    ///
    /// [`Error::Cell`] at the first that is none.
    pub fn numbers(&self) -> Result<Vec<Option<f64>>> {
        Ok(self.borrowed_numbers()?.into_owned())
    }

    fn borrowed_numbers(&self) -> Result<Cow<'_, [Option<f64>]>> {
        let numbers = self.table.borrowed_numbers(self.name)?;
        let infinite = |number: &Option<f64>| number.is_some_and(|x| !x.is_finite());
        match numbers.iter().position(infinite) {
            Some(row) => Err(self.refused(row, "a finite number", "correct the value")),
            None => Ok(numbers),
        }
    }

    /// The numbers that are there, in order of size.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if there is none; as [`numbers`](Self::numbers).
    pub fn sorted(&self) -> Result<Vec<f64>> {
        let mut values: Vec<f64> = self.borrowed_numbers()?.iter().flatten().copied().collect();
        values.sort_by(f64::total_cmp);
        if values.is_empty() { Err(self.nothing()) } else { Ok(values) }
    }

    /// The value of a row as the name of a category, if it is not missing.
    #[must_use]
    pub fn category(&self, row: usize) -> Option<String> {
        self.column.text(row).map(Into::into)
    }

    /// The categories that there are, numbers by size and others by letters.
    pub(crate) fn categories(&self) -> Vec<String> {
        let is_text = matches!(self.column, Column::Text(_));
        let number = |row| if is_text { 0.0 } else { self.column.number(row).unwrap_or(0.0) };
        let rows =
            (0..self.column.len()).filter_map(|row| Some((number(row), self.category(row)?)));
        let mut found: Vec<_> = rows.collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        found.dedup();
        found.into_iter().map(|(_, name)| name).collect()
    }

    /// The same done with each number that is there.
    fn map(&self, change: impl Fn(f64) -> f64) -> Result<Vec<(String, Column)>> {
        let values = self.borrowed_numbers()?;
        let values = values.iter().map(|value| value.map(&change));
        Ok(vec![(self.name.to_owned(), Column::F64(values.collect()))])
    }

    /// The complaint about the value of a row, counted from 0.
    #[must_use]
    pub fn refused(&self, row: usize, expected: &'static str, help: &'static str) -> Error {
        self.table.refused(self.name, row, expected, help)
    }

    /// The complaint about a column without values.
    fn nothing(&self) -> Error {
        Error::Data {
            what: "a column to learn from",
            got: format!("{} missing values and no other in {}", self.column.len(), self.name),
            expected: "at least one value",
            help: "leave the column out, or check how it was read",
        }
    }
}

/// A value at a share of the way through sorted values, between two of them by a straight line.
///
/// There is at least one value, and the share is from 0 to 1.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

/// A factor to divide by: 1 where all values are as good as one.
fn scale_of(width: f64) -> f64 {
    if width < 10.0 * f64::EPSILON { 1.0 } else { width }
}

/// A setting's refusal.
fn setting(name: &'static str, got: impl fmt::Display, expected: &'static str) -> Error {
    let help = "leave it out for the usual value";
    Error::Setting { setting: name, got: got.to_string(), expected, help }
}

/// The target as numbers, one a row.
fn target_values(table: &Table, target: &Tensor) -> Result<Vec<f64>> {
    crate::same_len(&[table.len(), target.size()])?;
    let values = target.to(DType::F64).to_vec::<f64>();
    match values.iter().find(|value| !value.is_finite()) {
        Some(value) => Err(Error::Data {
            what: "the target",
            got: value.to_string(),
            expected: "finite numbers",
            help: "leave out rows without a target",
        }),
        None => Ok(values),
    }
}
