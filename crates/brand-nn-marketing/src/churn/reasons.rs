//! Why a customer's chance is what it is: the share of each column in the log-odds.

use super::FittedChurn;
use crate::{Error, Result};
use brand_nn_report::{Bars, Format, Page};
use brand_nn_stats::special::logistic;
use brand_nn_train::Table;

/// Why a customer is more or less likely to leave than the average one.
///
/// The effects add up: `average` plus all of them is `log_odds`, exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The log-odds of the customer.
    pub log_odds: f64,
    /// The log-odds where every column has its mean.
    pub average: f64,
    /// Every column, the strongest effect first.
    pub reasons: Vec<Reason>,
}

/// What one column does to a customer's log-odds.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The column.
    pub column: String,
    /// What the customer has in it; empty if missing.
    pub value: String,
    /// What it adds to the log-odds; above 0 towards leaving.
    pub effect: f64,
}

impl FittedChurn {
    /// Why a row of a table has its chance.
    ///
    /// # Errors
    /// If there is no such row, or a column is missing.
    pub fn explain(&self, table: &Table, row: usize) -> Result<Explanation> {
        if row >= table.len() {
            let (case, help) = ("there is no such row", "count rows from 0");
            return Err(Error::Undefined { method: "explanation", case, help });
        }
        let customer = table.rows(&[row])?;
        let x = self.matrix(&customer)?;
        // Refuses what was read from a file and does not fit its features.
        self.learnt.predict(&x)?;
        let effects = self.learnt.effects(x.row(0));
        let mut reasons: Vec<Reason> = Vec::new();
        for ((_, column), effect) in self.sources().into_iter().zip(effects) {
            match reasons.iter_mut().find(|reason| reason.column == column) {
                Some(reason) => reason.effect += effect,
                None => {
                    let text = customer.column(column)?.text(0).unwrap_or_default().into_owned();
                    reasons.push(Reason { column: column.to_owned(), value: text, effect });
                }
            }
        }
        reasons.sort_by(|a, b| b.effect.abs().total_cmp(&a.effect.abs()));
        let effects: f64 = reasons.iter().map(|reason| reason.effect).sum();
        let average = self.learnt.average();
        Ok(Explanation { log_odds: average + effects, average, reasons })
    }
}

impl Explanation {
    /// The chance to leave.
    #[must_use]
    pub fn chance(&self) -> f64 {
        logistic(self.log_odds)
    }

    /// The strongest reasons towards leaving, in words.
    #[must_use]
    pub fn towards_leaving(&self, count: usize) -> String {
        let raise = self.reasons.iter().filter(|reason| reason.effect > 0.0).take(count);
        let words: Vec<_> =
            raise.map(|reason| format!("{} {}", reason.column, reason.value)).collect();
        words.join(", ")
    }

    /// A page with the effect of every column.
    #[must_use]
    pub fn report(&self) -> Page {
        let shown = &self.reasons[..self.reasons.len().min(12)];
        let name = |reason: &Reason| format!("{}: {}", reason.column, reason.value);
        let chance = Format::Percent.text(self.chance(), 1);
        let average = Format::Percent.text(logistic(self.average), 1);
        Page::new("Why this customer")
            .paragraph(format!("Chance to leave {chance}; {average} for the average customer."))
            .figure(
                Bars::new("What raises and what lowers the chance", shown.iter().map(name))
                    .unit("change of the log-odds")
                    .series("effect", shown.iter().map(|reason| reason.effect)),
            )
    }
}
