//! A table made into a tensor, each column in its own way.

use brand_nn_tensor::{DType, Tensor};
use serde::{Deserialize, Serialize};

use super::{FittedStep, Steps, target_values};
use crate::{Result, Schema, Table};

/// Makes a tensor `[rows, features]` of a table, each column in its own way.
///
/// What it has learnt can be put into a model's file with
/// [`Trainer::attach`](crate::Trainer::attach) and comes back with
/// [`SavedModel::part`](crate::SavedModel::part). Columns that are not named are left out.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, ColumnTransformer, OneHot, StandardScaler, Table};
///
/// let table = Table::new([
///     ("age", Column::from(vec![20, 40])),
///     ("city", Column::from(vec!["Oslo", "Bonn"])),
/// ])?;
/// let features = ColumnTransformer::new()
///     .add(["age"], StandardScaler::new())
///     .add(["city"], OneHot::new())
///     .fit(&table)?;
/// assert_eq!(features.names(), ["age", "city=Bonn", "city=Oslo"]);
/// assert_eq!(features.transform(&table)?.to_vec::<f32>(), [-1.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnTransformer {
    groups: Vec<(Vec<String>, Steps)>,
}

impl ColumnTransformer {
    /// Makes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes features of some columns, after those that were added before.
    #[must_use]
    pub fn add<S: Into<String>>(
        mut self,
        columns: impl IntoIterator<Item = S>,
        steps: impl Into<Steps>,
    ) -> Self {
        self.groups.push((columns.into_iter().map(Into::into).collect(), steps.into()));
        self
    }

    /// Learns of a table.
    ///
    /// # Errors
    ///
    /// [`Error::Column`](crate::Error::Column) if a column is missing; as
    /// [`Transformer::fit`](crate::Transformer::fit).
    pub fn fit(&self, table: &Table) -> Result<FittedColumnTransformer> {
        Ok(self.learn(table, None)?.0)
    }

    /// Learns of a table and a target, and makes the tensor of the same rows.
    ///
    /// A [`TargetEncoder`](crate::TargetEncoder) needs it: its features are made out of fold.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit) and [`FittedColumnTransformer::transform`].
    pub fn fit_transform(
        &self,
        table: &Table,
        target: &Tensor,
    ) -> Result<(FittedColumnTransformer, Tensor)> {
        let target = target_values(table, target)?;
        let (fitted, features) = self.learn(table, Some(&target))?;
        Ok((fitted, features.to_tensor(DType::F32)?))
    }

    fn learn(
        &self,
        table: &Table,
        target: Option<&[f64]>,
    ) -> Result<(FittedColumnTransformer, Table)> {
        let mut groups = Vec::new();
        let mut inputs = table.select::<&str>(&[])?;
        let mut features = inputs.clone();
        for (columns, Steps(steps)) in &self.groups {
            let mut part = table.select(columns)?;
            for (name, column) in part.columns() {
                inputs = inputs.with(name, column.clone())?;
            }
            let mut fitted = Vec::new();
            for step in steps {
                let step = step.fit(&part, target)?;
                part = step.features(&part, target)?;
                fitted.push(step);
            }
            features.append_all(part)?;
            groups.push((columns.clone(), fitted));
        }
        let names = features.names().map(str::to_owned).collect();
        Ok((FittedColumnTransformer { inputs: inputs.schema(), groups, names }, features))
    }
}

/// A [`ColumnTransformer`] with what it has learnt; it can be written as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedColumnTransformer {
    inputs: Schema,
    groups: Vec<(Vec<String>, Vec<FittedStep>)>,
    names: Vec<String>,
}

impl FittedColumnTransformer {
    /// The names of the features, in the tensor's order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns that it needs, with their types: what to read new files with.
    #[must_use]
    pub fn inputs(&self) -> &Schema {
        &self.inputs
    }

    /// The features of a table: `f32 [rows, features]`.
    ///
    /// # Errors
    ///
    /// [`Error::Column`](crate::Error::Column) if a column is missing;
    /// [`Error::Cell`](crate::Error::Cell) if a value is not what a transformer takes, or a feature
    /// has a missing value.
    pub fn transform(&self, table: &Table) -> Result<Tensor> {
        self.features(table)?.to_tensor(DType::F32)
    }

    /// The features of a table under their names, in `f64`.
    ///
    /// # Errors
    ///
    /// As [`transform`](Self::transform), but that values may be missing.
    pub fn features(&self, table: &Table) -> Result<Table> {
        let mut features = table.select::<&str>(&[])?;
        for (columns, steps) in &self.groups {
            let mut part = table.select(columns)?;
            for step in steps {
                part = step.features(&part, None)?;
            }
            features.append_all(part)?;
        }
        Ok(features)
    }
}
