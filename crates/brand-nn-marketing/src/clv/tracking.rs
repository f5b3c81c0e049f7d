//! A purchase model held against what happened, also after it was fitted.

use super::FittedPurchases;
use crate::data::{Holdout, TransactionLog};
use crate::{Result, Span, Unit, door};
use brand_nn_report::{Finding, Format, Page, Plot};
use brand_nn_train::Date;

/// Repeated purchases over time and by earlier frequency, as they were and as expected.
///
/// # Examples
/// The program `examples/value.rs` follows a shop's customers for 39 weeks after calibration.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracking {
    /// Time since the first purchase of the log, in the model's unit: one entry a step.
    pub times: Vec<f64>,
    /// Repeated purchases up to then, counted.
    pub actual: Vec<f64>,
    /// Repeated purchases up to then, expected of customers by their first purchase alone.
    pub expected: Vec<f64>,
    /// Where the calibration ends.
    pub calibration_end: f64,
    /// By purchases in calibration, 0 to 7 and more: customers, later purchases, those expected.
    pub by_frequency: Vec<[f64; 3]>,
    unit: Unit,
}

impl Tracking {
    /// Follows the customers of a holdout over all days of a log, in steps of a length.
    ///
    /// # Errors
    /// If the step is not above 0, or shorter than a thousandth of the whole time.
    pub fn new(
        fitted: &FittedPurchases,
        log: &TransactionLog,
        holdout: &Holdout,
        step: impl Into<Span>,
    ) -> Result<Self> {
        let step = step.into().in_units(Unit::Day);
        let (first, last) = log.days();
        let steps = ((last.days() - first.days()) as f64 / step).ceil();
        let range: (_, fn(f64) -> bool) = ("1 to 1000", |x| (1.0..=1000.0).contains(&x));
        door::setting("tracking", ("number of steps", steps), range, "such as Weeks(1.0)")?;
        let unit = fitted.unit();
        let end = holdout.end;
        let known: Vec<_> = log.by_customer().filter(|bought| bought[0].date <= end).collect();
        let repeats = known.iter().flat_map(|bought| repeat_days(bought));
        let repeats: Vec<f64> = repeats.map(|day| (day - first.days()) as f64).collect();
        let births: Vec<f64> =
            known.iter().map(|bought| (bought[0].date.days() - first.days()) as f64).collect();
        let at = |i: usize| i as f64 * step;
        let actual = |i| repeats.iter().filter(|day| **day <= at(i)).count() as f64;
        let expected = |i| expected_until(fitted, &births, at(i));
        let steps = steps as usize;
        Ok(Self {
            times: (0..=steps).map(|i| Span::of(at(i), Unit::Day).in_units(unit)).collect(),
            actual: (0..=steps).map(actual).collect(),
            expected: (0..=steps).map(expected).collect(),
            calibration_end: since(first, end, unit),
            by_frequency: by_frequency(fitted, holdout),
            unit,
        })
    }

    /// By how much the expected number differs from the actual one at the end, as a share of it.
    #[must_use]
    pub fn error(&self) -> f64 {
        let last = |values: &[f64]| values.last().copied().unwrap_or(0.0);
        last(&self.expected) / last(&self.actual).max(1.0) - 1.0
    }

    /// A page with purchases over time and by earlier frequency.
    #[must_use]
    pub fn report(&self) -> Page {
        let over_time = |values: &[f64]| -> Vec<(f64, f64)> {
            self.times.iter().copied().zip(values.iter().copied()).collect()
        };
        let mean = |i: usize| {
            let rows = self.by_frequency.iter().enumerate().filter(|(_, row)| row[0] > 0.0);
            rows.map(move |(x, row)| (x as f64, row[i] / row[0])).collect::<Vec<_>>()
        };
        Page::new("The model against what happened")
            .finding(self.finding())
            .figure(
                Plot::new("Repeated purchases")
                    .x(format!("{} since the first purchase", self.unit.name(2.0)))
                    .y("purchases in all")
                    .line("expected", over_time(&self.expected))
                    .line("counted", over_time(&self.actual))
                    .rule(self.calibration_end, "end of calibration"),
            )
            .figure(
                Plot::new("Purchases after calibration, by purchases in it")
                    .x("repeated purchases in calibration (7: and more)")
                    .y("mean purchases after it")
                    .y_from_zero()
                    .line("expected", mean(2))
                    .line("counted", mean(1)),
            )
    }

    /// Whether the model may be used.
    fn finding(&self) -> Finding {
        let error = self.error();
        let evidence = format!("{} expected against counted", Format::Percent.text(error, 1));
        if error.abs() < 0.1 {
            Finding::good("The model foretold the number of purchases", evidence)
        } else {
            Finding::watch("The model misses the number of purchases", evidence)
                .next("look for seasons and campaigns, which it does not know, or refit later")
        }
    }
}

/// The days of a customer's repeated purchases.
fn repeat_days(bought: &[crate::data::Transaction]) -> impl Iterator<Item = i64> {
    bought.chunk_by(|a, b| a.date == b.date).skip(1).map(|day| day[0].date.days())
}

fn since(first: Date, day: Date, unit: Unit) -> f64 {
    Span::of((day.days() - first.days()) as f64, Unit::Day).in_units(unit)
}

/// Purchases expected up to a day of customers who were born on these days.
fn expected_until(fitted: &FittedPurchases, births: &[f64], day: f64) -> f64 {
    let mut ages = std::collections::BTreeMap::<u64, f64>::new();
    for birth in births.iter().filter(|birth| **birth < day) {
        *ages.entry((day - birth).to_bits()).or_default() += 1.0;
    }
    let expected = |(age, count): (u64, f64)| {
        count * fitted.expected_purchases_of_new(Span::of(f64::from_bits(age), Unit::Day))
    };
    ages.into_iter().map(expected).sum()
}

fn by_frequency(fitted: &FittedPurchases, holdout: &Holdout) -> Vec<[f64; 3]> {
    let mut rows = vec![[0.0; 3]; 8];
    for (customer, bought) in holdout.calibration.customers().iter().zip(&holdout.purchases) {
        let row = &mut rows[customer.frequency.min(7) as usize];
        row[0] += 1.0;
        row[1] += *bought as f64;
        row[2] += fitted.expected_purchases(customer, holdout.duration);
    }
    rows
}
