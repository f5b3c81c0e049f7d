//! The chance to leave, by all columns of a table.

use super::Perceptron;
use super::learner::{Learner, Learnt};
use crate::{Error, Result, columns, features};
use brand_nn_report::{Bars, Format, Page};
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::tree::GradientBoosting;
use brand_nn_train::{FittedColumnTransformer, Table};
use serde::{Deserialize, Serialize};

/// Which column says who left, and which say nothing.
///
/// Numbers get what is missing filled, texts become a feature each category but the first, all are
/// brought to mean 0 and deviation 1; then logistic regression with a penalty. On most tables of
/// customers it is as good as anything, and it can say why.
///
/// # Examples
/// ```
/// use brand_nn_marketing::churn::ChurnModel;
/// use brand_nn_train::TableReader;
///
/// let plan = |i: u32| if i % 3 == 0 { "monthly" } else { "yearly" };
/// let row = |i: u32| format!("c{i},{},{}\n", plan(i), i % 7);
/// let left = |i: u32| if i % 3 == 0 && i % 4 != 0 { "Yes," } else { "No," };
/// let rows: String = (0..60).map(|i| left(i).to_owned() + &row(i)).collect();
/// let table = TableReader::new().read_bytes(format!("left,id,plan,calls\n{rows}").as_bytes())?;
///
/// let fitted = ChurnModel::new("left", "Yes").without(["id"]).fit(&table)?;
/// let chances = fitted.predict(&table)?;
/// assert!(chances[3] > 0.5 && chances[4] < 0.2);
/// let why = fitted.explain(&table, 3)?;
/// assert_eq!(why.reasons[0].column, "plan");
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChurnModel {
    label: String,
    left: String,
    ignored: Vec<String>,
    fill: f64,
    learner: Learner,
}

/// A model that gives the chance to leave of any customer whose columns are known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedChurn {
    model: ChurnModel,
    features: FittedColumnTransformer,
    pub(super) learnt: Learnt,
}

impl ChurnModel {
    /// The column of who left, and what it says of those who did.
    #[must_use]
    pub fn new(label: impl Into<String>, left: impl Into<String>) -> Self {
        let (label, left, ignored) = (label.into(), left.into(), Vec::new());
        Self { label, left, ignored, fill: 0.0, learner: Learner::Logistic(1.0) }
    }

    /// Columns that say nothing, such as the customer's number, or that tell the end.
    ///
    /// What is only known after somebody left, such as a reason for leaving, must be among them.
    #[must_use]
    pub fn without<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.ignored.extend(columns.into_iter().map(Into::into));
        self
    }

    /// What a missing number counts as; 0 by default.
    #[must_use]
    pub fn fill(self, fill: f64) -> Self {
        Self { fill, ..self }
    }

    /// The C of the penalty: the larger, the freer the coefficients; 1 by default.
    #[must_use]
    pub fn inverse_penalty(self, inverse_penalty: f64) -> Self {
        Self { learner: Learner::Logistic(inverse_penalty), ..self }
    }

    /// Learns by boosted trees instead, which see thresholds and what columns do together.
    ///
    /// Their objective must be logistic. Compare both on customers that neither has seen, and take
    /// trees only where they are better by more than the interval is wide.
    #[must_use]
    pub fn boosted(self, trees: GradientBoosting) -> Self {
        Self { learner: Learner::Trees(trees), ..self }
    }

    /// Learns by a network instead, which bends and joins all columns at once.
    ///
    /// As of trees, take it only where it is better than the logistic model on customers that
    /// neither has seen, which [`ChurnComparison`](super::ChurnComparison) tells.
    #[must_use]
    pub fn neural(self, network: Perceptron) -> Self {
        Self { learner: Learner::Neural(network), ..self }
    }

    /// Learns from customers of whom it is known.
    ///
    /// # Errors
    /// If a column is missing, a label is missing, all or none left, no column varies, or a
    /// setting is out of its range.
    pub fn fit(&self, table: &Table) -> Result<FittedChurn> {
        let left = self.labels(table)?;
        let without = [&self.ignored[..], std::slice::from_ref(&self.label)].concat();
        let features = features::fit("churn model", table, &without, self.fill)?;
        let learnt = self.learner.fit(&features::matrix(&features, table)?, &left)?;
        Ok(FittedChurn { model: self.clone(), features, learnt })
    }

    /// Who left.
    pub(super) fn labels(&self, table: &Table) -> Result<Vec<bool>> {
        let label = |(row, text): (usize, Option<String>)| {
            let missing = || Error::Value {
                data: "customers",
                row: row + 1,
                column: "label",
                got: String::new(),
                expected: "whether the customer left",
                help: "leave out customers of whom it is not known",
            };
            text.map(|text| text == self.left).ok_or_else(missing)
        };
        columns::texts(table, &self.label)?.into_iter().enumerate().map(label).collect()
    }
}

impl FittedChurn {
    /// The chance of each customer to leave.
    ///
    /// # Errors
    /// If a column is missing or not of its type.
    pub fn predict(&self, table: &Table) -> Result<Vec<f64>> {
        self.learnt.predict(&self.matrix(table)?)
    }

    pub(super) fn matrix(&self, table: &Table) -> Result<Matrix> {
        features::matrix(&self.features, table)
    }

    /// The names of the features, each with the column that it is made of.
    pub(super) fn sources(&self) -> Vec<(&str, &str)> {
        let source = |feature: &str| {
            let is_of = |column: &&str| {
                feature == *column
                    || feature.strip_prefix(*column).is_some_and(|rest| rest.starts_with('='))
            };
            self.features.inputs().names().filter(is_of).max_by_key(|column| column.len())
        };
        let names = self.features.names().iter().map(String::as_str);
        names.map(|feature| (feature, source(feature).unwrap_or(feature))).collect()
    }

    /// How much each column matters, in shares, the most important first.
    #[must_use]
    pub fn importances(&self) -> Vec<(String, f64)> {
        let mut columns: Vec<(String, f64)> = Vec::new();
        for ((_, column), share) in self.sources().into_iter().zip(self.learnt.importances()) {
            match columns.iter_mut().find(|(name, _)| name == column) {
                Some((_, sum)) => *sum += share,
                None => columns.push((column.to_owned(), share)),
            }
        }
        columns.sort_by(|a, b| b.1.total_cmp(&a.1));
        columns
    }

    /// A page with the columns that matter most.
    #[must_use]
    pub fn report(&self) -> Page {
        let columns = self.importances();
        let first = &columns[..columns.len().min(15)];
        Page::new("What goes together with leaving")
            .figure(
                Bars::new("Importance of columns", first.iter().map(|(name, _)| name.as_str()))
                    .format(Format::Percent)
                    .series("share", first.iter().map(|(_, share)| *share)),
            )
            .paragraph(
                "A column that matters is not a lever: whether changing it keeps customers is a \
                 question for an experiment.",
            )
    }

    /// The names of the features, in the order in which they are learnt from.
    #[must_use]
    pub fn features(&self) -> &[String] {
        self.features.names()
    }

    /// How it was learnt.
    #[must_use]
    pub fn model(&self) -> &ChurnModel {
        &self.model
    }
}
