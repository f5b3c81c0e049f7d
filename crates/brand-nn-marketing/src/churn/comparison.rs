//! Whether one churn model foresees better than another, or only seems to.

use super::ChurnScores;
use super::scores::both_drawn;
use crate::{Error, Resampling, Result};
use brand_nn_report::{Finding, Format, Page};
use brand_nn_stats::bootstrap::{Bootstrap, Interval};
use brand_nn_stats::metrics::roc_auc;

/// Two models on the same customers, none of which they have learnt from.
///
/// Customers are drawn again for both at once, so that what makes some of them hard to foresee
/// does not widen the interval of the difference.
///
/// # Examples
/// ```
/// use brand_nn_marketing::Resampling;
/// use brand_nn_marketing::churn::{ChurnComparison, ChurnModel};
/// use brand_nn_train::TableReader;
///
/// let left = |i: u32| if i % 3 == 0 && i % 4 != 0 { "Yes" } else { "No" };
/// let row = |i: u32| format!("{},{},{}\n", left(i), i % 3, i % 7);
/// let csv = "left,plan,calls\n".to_owned() + &(0..200).map(row).collect::<String>();
/// let table = TableReader::new().read_bytes(csv.as_bytes())?;
/// let draws = Resampling { resamples: 100, ..Resampling::new(42) };
/// let scores = |model: ChurnModel| model.fit(&table)?.evaluate(&table, draws);
/// let full = scores(ChurnModel::new("left", "Yes"))?;
/// let blind = scores(ChurnModel::new("left", "Yes").without(["plan"]))?;
/// let compared = ChurnComparison::new(("full", &full), ("blind", &blind), draws)?;
/// assert_eq!(compared.better(), Some("full"));
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ChurnComparison {
    /// What the models are called.
    pub names: [String; 2],
    /// The area under the ROC curve of each.
    pub aucs: [f64; 2],
    /// The first area minus the second, with its interval.
    pub difference: Interval,
}

impl ChurnComparison {
    /// Compares two models, each with its name and its scores.
    ///
    /// # Errors
    /// If the scores are not of the same customers, or the resampling is out of range.
    pub fn new(
        (first, one): (&str, &ChurnScores),
        (second, two): (&str, &ChurnScores),
        resampling: Resampling,
    ) -> Result<Self> {
        resampling.check()?;
        if one.left != two.left {
            let (case, help) =
                ("the scores are of other customers", "evaluate both on the same rows");
            return Err(Error::Undefined { method: "churn comparison", case, help });
        }
        let difference = |rows: &[usize]| {
            let left: Vec<bool> = rows.iter().map(|row| one.left[*row]).collect();
            let auc = |scores: &ChurnScores| {
                let chances: Vec<f64> = rows.iter().map(|row| scores.chances[*row]).collect();
                roc_auc(&chances, &left)
            };
            Ok(auc(one)? - auc(two)?)
        };
        let bootstrap =
            Bootstrap::new(resampling.seed).resamples(resampling.resamples).level(resampling.level);
        let difference = both_drawn(&one.left, bootstrap.percentile(one.left.len(), &difference))?;
        Ok(Self {
            names: [first.to_owned(), second.to_owned()],
            aucs: [one.auc.estimate, two.auc.estimate],
            difference,
        })
    }

    /// The model that foresees better by more than chance, if one does.
    #[must_use]
    pub fn better(&self) -> Option<&str> {
        let [first, second] = &self.names;
        if self.difference.lower > 0.0 {
            return Some(first);
        }
        (self.difference.upper < 0.0).then_some(second)
    }

    /// A page with both areas and what may be said of them.
    #[must_use]
    pub fn report(&self) -> Page {
        let text = |x| Format::Number.text(x, 4);
        let Interval { estimate, lower, upper } = self.difference;
        let difference = format!("{} ({} to {})", text(estimate), text(lower), text(upper));
        let finding = match self.better() {
            Some(name) => Finding::note(format!("{name} foresees better"), difference.clone())
                .next("ask whether the difference is worth its price"),
            None => Finding::watch("Neither model foresees better", difference.clone())
                .next("take the one that is easier to explain"),
        };
        let [first, second] = &self.names;
        let rows = [
            [first.clone(), text(self.aucs[0])],
            [second.clone(), text(self.aucs[1])],
            ["difference".to_owned(), difference],
        ];
        Page::new("Which model foresees better").finding(finding).table(["model", "AUC"], rows)
    }
}
