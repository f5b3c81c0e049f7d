//! Categories as the mean of the target that goes with them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Input, Transformer, setting};
use crate::{Column, Error, KFold, Result};

/// Turns a category into the mean target of its training rows, drawn towards the mean of all.
///
/// λ · mean of the category + (1 − λ) · mean of all. With [`smooth`](Self::smooth) s, λ is
/// n / (n + s) for n rows; by default it is σ² n / (σ² n + τ²), σ² being the variance of the target
/// and τ² that within the category (Micci-Barreca 2001). A category that is not known gets the mean
/// of all. A missing value is a category of its own.
///
/// A row that has helped to make its own feature looks better than any new one. So
/// [`fit_transform`](Transformer::fit_transform) makes the features of the training rows out of
/// fold: each from the rows of the other folds alone. As scikit-learn's.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{Column, Table, TargetEncoder, Transformer};
///
/// let table = Table::new([("city", Column::from(vec!["a", "b", "a", "b", "a", "b"]))])?;
/// let bought = Tensor::from([1.0_f32, 0.0, 1.0, 0.0, 0.0, 0.0]);
/// let (encoder, train) = TargetEncoder::new().smooth(0.0).folds(2).fit_transform(&table, &bought)?;
/// let new = Table::new([("city", Column::from(vec!["b", "c"]))])?;
/// let rate = encoder.transform(&new)?.numbers("city")?;
/// assert_eq!(rate, [0.0, 1.0 / 3.0].map(Some));
/// assert_ne!(train, encoder.transform(&table)?);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetEncoder {
    smooth: Option<f64>,
    folds: usize,
    seed: Option<u64>,
}

impl Default for TargetEncoder {
    fn default() -> Self {
        Self { smooth: None, folds: 5, seed: None }
    }
}

/// What was learnt of a column: the means of its categories and that of all rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TargetMeans {
    /// The mean of each category, drawn towards that of all rows.
    pub categories: BTreeMap<String, f64>,
    /// The mean of rows without a category; that of all rows if there was none.
    pub missing: f64,
    /// The mean of all rows.
    pub all: f64,
}

impl TargetEncoder {
    /// Draws means together as their variance tells, and uses five folds in the order of the rows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With how many rows of the mean of all each category is mixed.
    #[must_use]
    pub fn smooth(mut self, rows: f64) -> Self {
        self.smooth = Some(rows);
        self
    }

    /// The number of folds, 5 by default; they are stratified for a target of 0 and 1.
    #[must_use]
    pub fn folds(mut self, folds: usize) -> Self {
        self.folds = folds;
        self
    }

    /// Draws the folds at random; for rows that are sorted.
    #[must_use]
    pub fn shuffle(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The mean of a category, drawn towards that of all rows.
    fn drawn(&self, values: &[f64], mean_of_all: f64, variance: f64) -> f64 {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let weight = match self.smooth {
            Some(smooth) => count / (count + smooth),
            None => {
                let within = values.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / count;
                let weight = variance * count / (variance * count + within);
                if weight.is_nan() { 0.0 } else { weight }
            }
        };
        weight * mean + (1.0 - weight) * mean_of_all
    }

    /// The means of some rows, of which there is at least one.
    fn means(&self, input: &Input<'_>, target: &[f64], rows: &[usize]) -> TargetMeans {
        let count = rows.len() as f64;
        let all = rows.iter().map(|&row| target[row]).sum::<f64>() / count;
        let variance = rows.iter().map(|&row| (target[row] - all).powi(2)).sum::<f64>() / count;
        let mut values: BTreeMap<Option<String>, Vec<f64>> = BTreeMap::new();
        for &row in rows {
            values.entry(input.category(row)).or_default().push(target[row]);
        }
        let mut missing = all;
        let mut categories = BTreeMap::new();
        for (category, values) in values {
            let mean = self.drawn(&values, all, variance);
            match category {
                Some(category) => drop(categories.insert(category, mean)),
                None => missing = mean,
            }
        }
        TargetMeans { categories, missing, all }
    }
}

impl TargetMeans {
    fn of(&self, category: Option<String>) -> f64 {
        category.map_or(self.missing, |name| *self.categories.get(&name).unwrap_or(&self.all))
    }
}

impl Transformer for TargetEncoder {
    type State = TargetMeans;

    fn learn(&self, input: &Input<'_>, target: Option<&[f64]>) -> Result<TargetMeans> {
        if let Some(smooth) = self.smooth.filter(|smooth| !(0.0..f64::MAX).contains(smooth)) {
            return Err(setting("smooth", smooth, "at least 0"));
        }
        let target = target.ok_or_else(|| Error::Data {
            what: "a TargetEncoder",
            got: "no target".into(),
            expected: "a target to learn from",
            help: "call fit_transform(&table, &target)",
        })?;
        if target.is_empty() {
            return Err(input.nothing());
        }
        Ok(self.means(input, target, &(0..target.len()).collect::<Vec<_>>()))
    }

    fn apply(&self, state: &TargetMeans, input: &Input<'_>) -> Result<Vec<(String, Column)>> {
        let rows = 0..input.column.len();
        let means = rows.map(|row| Some(state.of(input.category(row)))).collect();
        Ok(vec![(input.name.to_owned(), Column::F64(means))])
    }

    fn apply_out_of_fold(
        &self,
        _: &TargetMeans,
        input: &Input<'_>,
        target: &[f64],
    ) -> Result<Vec<(String, Column)>> {
        let plan = KFold::new(self.folds);
        let plan = self.seed.map_or(plan, |seed| plan.shuffle(seed));
        let folds = if target.iter().all(|&y| y == 0.0 || y == 1.0) {
            plan.stratified(&target.iter().map(|&y| y == 1.0).collect::<Vec<_>>())?
        } else {
            plan.split(target.len())?
        };
        let mut means = vec![None; target.len()];
        for fold in folds {
            let state = self.means(input, target, &fold.train);
            for row in fold.test {
                means[row] = Some(state.of(input.category(row)));
            }
        }
        Ok(vec![(input.name.to_owned(), Column::F64(means))])
    }
}
