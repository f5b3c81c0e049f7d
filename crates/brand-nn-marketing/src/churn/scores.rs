//! How good a churn model is on customers that it has not seen.

use super::FittedChurn;
use crate::{Error, Resampling, Result};
use brand_nn_report::{Finding, Format, Page, Plot};
use brand_nn_stats::bootstrap::{Bootstrap, Interval};
use brand_nn_stats::metrics::{
    Binning, accuracy, average_precision, brier_score, calibration_curve,
    expected_calibration_error, gain_curve, lift_at, log_loss, roc_auc, roc_curve,
};
use brand_nn_train::Table;

/// The measures of a churn model on test rows.
#[derive(Clone, Debug, PartialEq)]
pub struct ChurnScores {
    /// The area under the ROC curve, with its interval.
    pub auc: Interval,
    /// The area under precision over recall.
    pub average_precision: f64,
    /// The mean of −ln of the chance that was given to what happened.
    pub log_loss: f64,
    /// The mean square of chance minus outcome.
    pub brier: f64,
    /// The share of right answers, taking more than 50 % for leaving.
    pub accuracy: f64,
    /// How many more leave among the tenth with the largest chances than among all.
    pub lift_of_tenth: f64,
    /// By how much chances miss shares, on average.
    pub calibration_error: f64,
    pub(super) chances: Vec<f64>,
    pub(super) left: Vec<bool>,
}

impl FittedChurn {
    /// Measures the model on customers of whom it is known, none of which it has learnt from.
    ///
    /// # Errors
    /// If a column or a label is missing, all or none left, so few left or stayed that a resample
    /// has none of them, or the resampling is out of range.
    pub fn evaluate(&self, table: &Table, resampling: Resampling) -> Result<ChurnScores> {
        resampling.check()?;
        let left = self.model().labels(table)?;
        let chances = self.predict(table)?;
        let auc = |rows: &[usize]| {
            let scores: Vec<f64> = rows.iter().map(|row| chances[*row]).collect();
            let labels: Vec<bool> = rows.iter().map(|row| left[*row]).collect();
            roc_auc(&scores, &labels)
        };
        let bootstrap =
            Bootstrap::new(resampling.seed).resamples(resampling.resamples).level(resampling.level);
        let classes = |of: &dyn Fn(usize) -> bool| {
            (0..left.len()).map(|row| usize::from(of(row))).collect::<Vec<_>>()
        };
        let tenth = left.len() / 10;
        Ok(ChurnScores {
            auc: both_drawn(&left, bootstrap.percentile(left.len(), &auc))?,
            average_precision: average_precision(&chances, &left)?,
            log_loss: log_loss(&chances, &left)?,
            brier: brier_score(&chances, &left)?,
            accuracy: accuracy(&classes(&|row| chances[row] > 0.5), &classes(&|row| left[row]))?,
            lift_of_tenth: lift_at(&chances, &left, tenth.max(1) as f64 / left.len() as f64)?,
            calibration_error: expected_calibration_error(&chances, &left, 10)?,
            chances,
            left,
        })
    }
}

/// An interval of resamples; where one has a single class although the rows have both, says so.
pub(super) fn both_drawn(
    left: &[bool],
    drawn: brand_nn_stats::Result<Interval>,
) -> Result<Interval> {
    let (case, help) = ("so few left or stayed that a resample has none", "measure more customers");
    let has_both = left.contains(&true) && left.contains(&false);
    drawn.map_err(|error| match error {
        brand_nn_stats::Error::Undefined { .. } if has_both => {
            Error::Undefined { method: "churn scores", case, help }
        }
        error => error.into(),
    })
}

impl ChurnScores {
    /// A page with the curves, the calibration and what may be said.
    ///
    /// # Errors
    /// None for scores that were made by [`FittedChurn::evaluate`].
    pub fn report(&self) -> Result<Page> {
        let (chances, left) = (&self.chances, &self.left);
        let roc = roc_curve(chances, left)?;
        let roc = roc.false_positive_rate.into_iter().zip(roc.true_positive_rate);
        let bins = calibration_curve(chances, left, 10, Binning::Quantile)?;
        let bins = bins.into_iter().map(|bin| (bin.probability, bin.frequency));
        let gain = gain_curve(chances, left)?;
        let gain = gain.reached.into_iter().zip(gain.gain);
        let text = |x| Format::Number.text(x, 4);
        let rows = [
            ["AUC", &interval(&self.auc)],
            ["average precision", &text(self.average_precision)],
            ["log-loss", &text(self.log_loss)],
            ["Brier score", &text(self.brier)],
            ["accuracy", &text(self.accuracy)],
            ["lift of the first tenth", &text(self.lift_of_tenth)],
        ];
        Ok(Page::new("How well leaving is foreseen")
            .findings(self.findings())
            .table(["measure", "value"], rows)
            .figure(Plot::roc("Leavers found", "model", roc))
            .figure(Plot::calibration("What was foretold, and what came", "model", bins))
            .figure(
                Plot::new("Leavers reached")
                    .x("customers contacted, the likeliest first")
                    .y("leavers among them")
                    .x_format(Format::Percent)
                    .y_format(Format::Percent)
                    .line("model", gain)
                    .dashed("at random", [(0.0, 0.0), (1.0, 1.0)]),
            ))
    }

    fn findings(&self) -> [Finding; 2] {
        let lift = Format::Number.text(self.lift_of_tenth, 1);
        let evidence = format!("AUC {}", interval(&self.auc));
        let order = if self.auc.lower <= 0.55 {
            Finding::act("The model hardly knows who leaves", evidence)
                .next("bring columns of behaviour: contacts, use, complaints, payments")
        } else {
            Finding::good(format!("The likeliest tenth leaves {lift} times as often"), evidence)
                .next("do not prefer another model for less than the width of this interval")
        };
        let error = Format::Percent.text(self.calibration_error, 1);
        let evidence = format!("{error} wrong on average");
        let calibration = if self.calibration_error < 0.05 {
            Finding::good("Chances can be taken at their word", evidence)
        } else {
            Finding::watch("Chances are not shares", evidence)
                .next("use their order only, or fit anew on recent customers")
        };
        [order, calibration]
    }
}

fn interval(interval: &Interval) -> String {
    let text = |x| Format::Number.text(x, 4);
    format!("{} ({} to {})", text(interval.estimate), text(interval.lower), text(interval.upper))
}
