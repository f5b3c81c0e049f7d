//! What each customer is worth: expected purchases times expected spend, discounted.

use super::{FittedGammaGamma, FittedPurchases};
use crate::data::RfmSummary;
use crate::{Result, Span, door};
use brand_nn_report::{Bars, Finding, Format, Page, Plot};
use serde::{Deserialize, Serialize};

/// Over how many periods of which length value is added up, at which rate of discount a period.
///
/// Σₖ (E[X(k Δ)] − E[X((k − 1) Δ)]) · spend / (1 + rate)^k for k from 1 to `periods`.
///
/// # Examples
/// ```
/// use brand_nn_marketing::{Months, clv::ValueHorizon};
/// let year = ValueHorizon::new(12, Months(1.0)).discount_rate(0.01);
/// assert_eq!(year.periods, 12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueHorizon {
    /// How many periods.
    pub periods: u32,
    /// How long each is.
    pub period: Span,
    /// By what share value shrinks with each.
    pub discount_rate: f64,
}

/// What one customer is expected to bring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerValue {
    /// Who it is.
    pub customer: String,
    /// The chance that the customer still buys.
    pub alive: f64,
    /// Purchases within the horizon.
    pub purchases: f64,
    /// What a purchase is worth.
    pub spend: f64,
    /// What all of them are worth today.
    pub value: f64,
}

/// What all customers are expected to bring, in the order of the summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerValues {
    horizon: ValueHorizon,
    customers: Vec<CustomerValue>,
}

const METHOD: &str = "customer value";

impl ValueHorizon {
    /// So many periods of one length, without discount.
    #[must_use]
    pub fn new(periods: u32, period: impl Into<Span>) -> Self {
        Self { periods, period: period.into(), discount_rate: 0.0 }
    }

    /// By what share value shrinks with each period, such as 0.01 a month.
    #[must_use]
    pub fn discount_rate(self, rate: f64) -> Self {
        Self { discount_rate: rate, ..self }
    }

    /// What each customer is worth.
    ///
    /// # Errors
    /// If there are no periods or more than 10,000, one has no length, the rate is not above −1, or
    /// the spend model has no mean for customers who bought once.
    pub fn value(
        &self,
        purchases: &FittedPurchases,
        spend: &FittedGammaGamma,
        summary: &RfmSummary,
    ) -> Result<CustomerValues> {
        self.check()?;
        let mean = ("mean spend", spend.mean_spend());
        door::setting(METHOD, mean, door::FINITE, "its q must be above 1: take more customers")?;
        let customers = summary.customers().iter().map(|customer| {
            let spend = spend.expected_spend(customer);
            let until = |k: u32| purchases.expected_purchases(customer, self.end(k));
            let (mut before, mut discounted) = (0.0, 0.0);
            for k in 1..=self.periods {
                let now = until(k);
                discounted += (now - before) / (1.0 + self.discount_rate).powf(f64::from(k));
                before = now;
            }
            CustomerValue {
                customer: customer.customer.clone(),
                alive: purchases.alive(customer),
                purchases: before,
                spend,
                value: discounted * spend,
            }
        });
        Ok(CustomerValues { horizon: *self, customers: customers.collect() })
    }

    fn end(&self, k: u32) -> Span {
        let days = self.period.in_units(crate::Unit::Day);
        Span::of(days * f64::from(k), crate::Unit::Day)
    }

    fn check(&self) -> Result<()> {
        let range: (_, fn(f64) -> bool) = ("1 to 10,000", |x| (1.0..=1e4).contains(&x));
        door::setting(METHOD, ("periods", f64::from(self.periods)), range, "such as 12")?;
        let length = ("period in days", self.period.in_units(crate::Unit::Day));
        door::setting(METHOD, length, door::POSITIVE, "such as Months(1.0)")?;
        let above: (_, fn(f64) -> bool) =
            ("a finite number above −1", |x| x > -1.0 && x.is_finite());
        door::setting(METHOD, ("discount rate", self.discount_rate), above, "such as 0.01")
    }
}

impl CustomerValues {
    /// All customers, in the order of the summary.
    #[must_use]
    pub fn customers(&self) -> &[CustomerValue] {
        &self.customers
    }

    /// What all of them are worth together.
    #[must_use]
    #[doc(alias = "customer equity")]
    pub fn total(&self) -> f64 {
        self.customers.iter().map(|customer| customer.value).sum()
    }

    /// Customers with most value first.
    #[must_use]
    pub fn ranked(&self) -> Vec<&CustomerValue> {
        let mut ranked: Vec<_> = self.customers.iter().collect();
        ranked.sort_by(|a, b| b.value.total_cmp(&a.value));
        ranked
    }

    /// The share of all value that the best customers hold.
    ///
    /// # Errors
    /// If the share of customers is not above 0 and below 1.
    pub fn share_of_best(&self, customers: f64) -> Result<f64> {
        door::setting(METHOD, ("share of customers", customers), door::SHARE, "such as 0.2")?;
        Ok(self.held(&self.ranked(), customers))
    }

    fn held(&self, ranked: &[&CustomerValue], share: f64) -> f64 {
        let count = (ranked.len() as f64 * share).round() as usize;
        let best: f64 = ranked[..count].iter().map(|customer| customer.value).sum();
        if self.total() > 0.0 { best / self.total() } else { 0.0 }
    }

    /// A page with how value is spread and who holds it.
    #[must_use]
    pub fn report(&self) -> Page {
        let ranked = self.ranked();
        let (first, short) = (&ranked[..ranked.len().min(20)], |x| Format::Number.short(x));
        let rows = first.iter().map(|c| {
            let alive = Format::Percent.text(c.alive, 0);
            [c.customer.clone(), alive, short(c.purchases), short(c.spend), short(c.value)]
        });
        let curve = (0..=100).map(|percent| {
            let share = f64::from(percent) / 100.0;
            (share, self.held(&ranked, share))
        });
        Page::new("What customers are worth")
            .findings(self.findings(&ranked))
            .figure(
                Plot::new("Value held by the best customers")
                    .x("share of customers")
                    .y("share of value")
                    .x_format(Format::Percent)
                    .y_format(Format::Percent)
                    .y_range(0.0, 1.0)
                    .line("customers", curve),
            )
            .figure(
                Bars::new("The most valuable customers", first.iter().map(|c| &*c.customer))
                    .unit("value")
                    .series("value", first.iter().map(|c| c.value)),
            )
            .table(["customer", "alive", "purchases", "spend", "value"], rows)
    }

    fn findings(&self, ranked: &[&CustomerValue]) -> Vec<Finding> {
        let share = Format::Percent.text(self.held(ranked, 0.2), 0);
        let total = Format::Number.text(self.total(), 0);
        let best = Finding::note(
            format!("A fifth of the customers holds {share} of the value"),
            format!("{total} in all, from {} customers", ranked.len()),
        )
        .next("spend on keeping them in proportion to what they will bring");
        let best_half = &ranked[..ranked.len().div_ceil(2)];
        let at_risk: Vec<_> = best_half.iter().filter(|c| c.alive < 0.5).collect();
        let lost = (!at_risk.is_empty()).then(|| {
            let value = Format::Number.text(at_risk.iter().map(|c| c.value).sum(), 0);
            Finding::watch(
                format!("{} valuable customers are probably gone", at_risk.len()),
                format!("chance to be alive below 50 %, {value} expected of them"),
            )
            .next("try to win them back before their silence grows")
        });
        std::iter::once(best).chain(lost).collect()
    }
}
