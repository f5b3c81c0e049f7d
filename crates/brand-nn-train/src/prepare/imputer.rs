//! Values where values are missing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Input, Transformer, quantile};
use crate::{Column, Result};

/// Fills missing values with the mean, the median, the most frequent value or a constant.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, Imputer, Table, Transformer};
///
/// let table = Table::new([("x", Column::from(vec![Some(1.0), None, Some(5.0)]))])?;
/// let filled = Imputer::mean().indicator().fit(&table)?.transform(&table)?;
/// assert_eq!(filled.numbers("x")?, [1.0, 3.0, 5.0].map(Some));
/// assert_eq!(filled.numbers("x missing")?, [0.0, 1.0, 0.0].map(Some));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[doc(alias = "SimpleImputer")]
pub struct Imputer {
    strategy: Strategy,
    indicator: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Strategy {
    Mean,
    Median,
    MostFrequent,
    Constant(Fill),
}

/// What fills missing values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Fill {
    /// A number; the column becomes one of numbers.
    Number(f64),
    /// A text; the column becomes one of texts.
    Text(String),
}

impl From<f64> for Fill {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Fill {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Imputer {
    fn new(strategy: Strategy) -> Self {
        Self { strategy, indicator: false }
    }

    /// Fills with the mean of the numbers.
    #[must_use]
    pub fn mean() -> Self {
        Self::new(Strategy::Mean)
    }

    /// Fills with the median of the numbers.
    #[must_use]
    pub fn median() -> Self {
        Self::new(Strategy::Median)
    }

    /// Fills with the value that most rows have; of several, the least.
    #[must_use]
    pub fn most_frequent() -> Self {
        Self::new(Strategy::MostFrequent)
    }

    /// Fills with a number or a text.
    #[must_use]
    pub fn constant(fill: impl Into<Fill>) -> Self {
        Self::new(Strategy::Constant(fill.into()))
    }

    /// Adds a feature, called `x missing`, that is 1 where the value was.
    #[must_use]
    pub fn indicator(mut self) -> Self {
        self.indicator = true;
        self
    }
}

impl Transformer for Imputer {
    type State = Fill;

    fn learn(&self, input: &Input<'_>, _: Option<&[f64]>) -> Result<Fill> {
        Ok(match &self.strategy {
            Strategy::Mean => {
                let values = input.sorted()?;
                Fill::Number(values.iter().sum::<f64>() / values.len() as f64)
            }
            Strategy::Median => Fill::Number(quantile(&input.sorted()?, 0.5)),
            Strategy::MostFrequent if matches!(input.column, Column::Text(_)) => {
                let texts = (0..input.column.len()).filter_map(|row| input.category(row));
                Fill::Text(most_frequent(texts).ok_or_else(|| input.nothing())?)
            }
            Strategy::MostFrequent => {
                let values = input.sorted()?;
                let runs = values.chunk_by(|a, b| a == b).rev(); // the first of equal runs comes last
                Fill::Number(runs.max_by_key(|run| run.len()).map_or(0.0, |run| run[0]))
            }
            Strategy::Constant(fill) => fill.clone(),
        })
    }

    fn apply(&self, state: &Fill, input: &Input<'_>) -> Result<Vec<(String, Column)>> {
        let filled = match state {
            Fill::Number(fill) => {
                let numbers = input.numbers()?.into_iter();
                Column::F64(numbers.map(|value| value.or(Some(*fill))).collect())
            }
            Fill::Text(fill) => {
                let texts = (0..input.column.len()).map(|row| input.category(row));
                Column::Text(texts.map(|text| text.or_else(|| Some(fill.clone()))).collect())
            }
        };
        let missing = |row| Some(f64::from(u8::from(input.column.text(row).is_none())));
        let indicator = self.indicator.then(|| {
            let values = (0..input.column.len()).map(missing).collect();
            (format!("{} missing", input.name), Column::F64(values))
        });
        Ok([(input.name.to_owned(), filled)].into_iter().chain(indicator).collect())
    }
}

fn most_frequent(values: impl Iterator<Item = String>) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(value, _)| value)
}
