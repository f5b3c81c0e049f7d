//! Who to keep first: customers by the value that is likely to be lost.

use super::FittedChurn;
use crate::{Error, Result, columns, door};
use brand_nn_report::{Bars, Finding, Format, Page};
use brand_nn_train::Table;

/// A customer with what may be lost, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct AtRisk {
    /// Who it is.
    pub customer: String,
    /// The chance to leave.
    pub chance: f64,
    /// What the customer is worth.
    pub value: f64,
    /// Chance times value.
    pub value_at_risk: f64,
    /// The strongest reasons towards leaving.
    pub reasons: String,
}

/// Customers in the order in which they should be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct RetentionList {
    customers: Vec<AtRisk>,
}

impl FittedChurn {
    /// Ranks customers by chance times value, such as that of [`clv`](crate::clv), one a row.
    ///
    /// Reasons are given for the first `explained` of them.
    ///
    /// # Errors
    /// If a column is missing, there are other numbers of values than rows, or a value is not a
    /// finite number of at least 0.
    pub fn retention_list(
        &self,
        table: &Table,
        customer: &str,
        value: &[f64],
        explained: usize,
    ) -> Result<RetentionList> {
        if value.len() != table.len() {
            let (case, help) =
                ("there are other numbers of values than customers", "give one each");
            return Err(Error::Undefined { method: "retention list", case, help });
        }
        for (row, value) in value.iter().enumerate() {
            door::value(("customers", row, "value"), *value, door::NOT_NEGATIVE)?;
        }
        let chances = self.predict(table)?;
        let names = columns::texts(table, customer)?;
        let mut order: Vec<usize> = (0..table.len()).collect();
        order.sort_by(|a, b| (chances[*b] * value[*b]).total_cmp(&(chances[*a] * value[*a])));
        let at_risk = |(place, row): (usize, usize)| {
            let is_explained = place < explained;
            let reasons = is_explained.then(|| self.explain(table, row)).transpose()?;
            Ok(AtRisk {
                customer: names[row].clone().unwrap_or_default(),
                chance: chances[row],
                value: value[row],
                value_at_risk: chances[row] * value[row],
                reasons: reasons.map_or(String::new(), |why| why.towards_leaving(2)),
            })
        };
        let customers = order.into_iter().enumerate().map(at_risk).collect::<Result<_>>()?;
        Ok(RetentionList { customers })
    }
}

impl RetentionList {
    /// All customers, most value at risk first.
    #[must_use]
    pub fn customers(&self) -> &[AtRisk] {
        &self.customers
    }

    /// Whom to contact: those whose value at risk, times the share that an offer keeps, pays
    /// for it.
    ///
    /// # Errors
    /// If the cost is negative or the share not from 0 to 1.
    pub fn worth_contacting(&self, cost: f64, share_kept: f64) -> Result<&[AtRisk]> {
        let share: (_, fn(f64) -> bool) = ("from 0 to 1", |x| (0.0..=1.0).contains(&x));
        door::setting("retention list", ("cost", cost), door::NOT_NEGATIVE, "an amount each")?;
        door::setting("retention list", ("share kept", share_kept), share, "measure it by a test")?;
        let pays = |customer: &AtRisk| customer.value_at_risk * share_kept > cost;
        Ok(&self.customers[..self.customers.partition_point(pays)])
    }

    /// A page with the first customers and the value at risk.
    #[must_use]
    pub fn report(&self) -> Page {
        let short = |x| Format::Number.short(x);
        let first = &self.customers[..self.customers.len().min(25)];
        let total: f64 = self.customers.iter().map(|customer| customer.value_at_risk).sum();
        let part: f64 = first.iter().map(|customer| customer.value_at_risk).sum();
        let claim = format!("{} of value is likely to be lost", Format::Number.text(total, 0));
        let evidence =
            format!("{} of it with the first {}", Format::Number.text(part, 0), first.len());
        let rows = first.iter().map(|c| {
            let chance = Format::Percent.text(c.chance, 0);
            [c.customer.clone(), chance, short(c.value), short(c.value_at_risk), c.reasons.clone()]
        });
        Page::new("Whom to keep first")
            .finding(Finding::note(claim, evidence).next(
                "offer to a random half of the list, and compare: who leaves anyway is lost money",
            ))
            .figure(
                Bars::new("Value at risk", first.iter().map(|c| &*c.customer))
                    .series("value at risk", first.iter().map(|c| c.value_at_risk)),
            )
            .table(["customer", "chance", "value", "at risk", "reasons"], rows)
    }
}
