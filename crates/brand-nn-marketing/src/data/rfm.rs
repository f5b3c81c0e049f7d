//! What models of customers ask of a log: how often, how recently, since when, for how much.

use super::{Transaction, TransactionLog};
use crate::{Error, Result, Span, Unit, columns, door};
use brand_nn_train::{Date, Table};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One customer's history in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerSummary {
    /// Who it is.
    pub customer: String,
    /// x, the number of days with a purchase after the first one.
    pub frequency: u64,
    /// tₓ, the time from the first purchase to the last; 0 if there was one.
    pub recency: f64,
    /// T, the time from the first purchase to the end of the observation.
    pub age: f64,
    /// What was spent on a day with a purchase, on average, the first day left out; 0 if there
    /// was no other.
    pub mean_spend: f64,
}

/// The histories of customers, times in one unit.
///
/// # Examples
/// ```
/// use brand_nn_marketing::{Unit, data::{Cleaning, RfmSummary, Transaction, TransactionLog}};
///
/// let buy = |day: &str, spend| -> Result<_, brand_nn_marketing::Error> {
///     Ok(Transaction { customer: "ann".into(), date: day.parse()?, spend })
/// };
/// let rows = [buy("2024-01-01", 9.0)?, buy("2024-01-15", 20.0)?, buy("2024-01-29", 30.0)?];
/// let log = TransactionLog::new(rows, &Cleaning::default())?;
/// let summary = RfmSummary::new(&log, Unit::Week, "2024-02-05".parse()?)?;
/// let ann = &summary.customers()[0];
/// assert_eq!((ann.frequency, ann.recency, ann.age, ann.mean_spend), (2, 4.0, 5.0, 25.0));
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RfmSummary {
    unit: Unit,
    customers: Vec<CustomerSummary>,
}

/// Histories up to a day, and what the same customers did after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Holdout {
    /// What a model may know.
    pub calibration: RfmSummary,
    /// Days with a purchase after it, in the order of the customers.
    pub purchases: Vec<u64>,
    /// The last day of the calibration.
    pub end: Date,
    /// How long the time after it was.
    pub duration: Span,
}

/// Which columns of a table of histories mean what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryColumns {
    customer: String,
    frequency: String,
    recency: String,
    age: String,
    mean_spend: Option<String>,
}

impl SummaryColumns {
    /// The columns of customer, frequency, recency and age (often called T).
    #[must_use]
    pub fn new(customer: &str, frequency: &str, recency: &str, age: &str) -> Self {
        let [customer, frequency, recency, age] =
            [customer, frequency, recency, age].map(str::to_owned);
        Self { customer, frequency, recency, age, mean_spend: None }
    }

    /// The column of mean spends (often called monetary value).
    #[must_use]
    pub fn mean_spend(self, column: &str) -> Self {
        Self { mean_spend: Some(column.to_owned()), ..self }
    }
}

const DATA: &str = "customer summary";

impl RfmSummary {
    /// Counts each customer's days with purchases up to the end of the observation.
    ///
    /// Purchases of one day are one. Who first bought after the end is left out.
    ///
    /// # Errors
    /// If nobody bought up to the end.
    pub fn new(log: &TransactionLog, unit: Unit, end: Date) -> Result<Self> {
        let customers = log.by_customer().filter_map(|bought| summary(bought, unit, end));
        Self::of(unit, customers.collect())
    }

    /// Takes in histories that were counted elsewhere.
    ///
    /// # Errors
    /// If there are none, or one can't be: a time below 0, a recency beyond the age, a recency
    /// without a repeated purchase or the other way round.
    pub fn of(unit: Unit, customers: Vec<CustomerSummary>) -> Result<Self> {
        if customers.is_empty() {
            return Err(Error::Empty { what: DATA, help: "choose a later end" });
        }
        for (row, customer) in customers.iter().enumerate() {
            customer.check(row)?;
        }
        Ok(Self { unit, customers })
    }

    /// Reads a table with a customer a row.
    ///
    /// # Errors
    /// If a column is missing or not of its kind, a cell is empty, a customer has two rows, or as
    /// [`of`](Self::of).
    pub fn from_table(table: &Table, names: &SummaryColumns, unit: Unit) -> Result<Self> {
        let customers = columns::texts(table, &names.customer)?;
        let [frequency, recency, age] = [&names.frequency, &names.recency, &names.age]
            .map(|name| Ok::<_, Error>(table.numbers(name)?));
        let (frequency, recency, age) = (frequency?, recency?, age?);
        let spend = names.mean_spend.as_ref().map(|name| table.numbers(name)).transpose()?;
        each_once(&customers)?;
        let row = |row: usize| {
            let number = |numbers: &[Option<f64>]| numbers[row].unwrap_or(f64::NAN);
            door::value((DATA, row, "frequency"), number(&frequency), door::COUNT)?;
            Ok(CustomerSummary {
                customer: customers[row].clone().unwrap_or_default(),
                frequency: number(&frequency) as u64,
                recency: number(&recency),
                age: number(&age),
                mean_spend: spend.as_deref().map_or(0.0, number),
            })
        };
        Self::of(unit, (0..table.len()).map(row).collect::<Result<_>>()?)
    }

    /// Histories up to a day, and what the same customers did from then to a later day.
    ///
    /// # Errors
    /// If the second day is not later, or nobody bought up to the first.
    pub fn with_holdout(
        log: &TransactionLog,
        unit: Unit,
        end: Date,
        holdout_end: Date,
    ) -> Result<Holdout> {
        let days = (holdout_end.days() - end.days()) as f64;
        door::setting("holdout", ("its days", days), door::POSITIVE, "end it after calibration")?;
        let calibration = Self::new(log, unit, end)?;
        let known = log.by_customer().filter(|bought| bought[0].date <= end);
        let later = |bought: &[Transaction]| {
            let later = |day: &Date| *day > end && *day <= holdout_end;
            purchase_days(bought).map(|(day, _)| day).filter(later).count() as u64
        };
        let purchases = known.map(later).collect();
        Ok(Holdout { calibration, purchases, end, duration: Span::of(days, Unit::Day) })
    }

    /// What times are counted in.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// All customers.
    #[must_use]
    pub fn customers(&self) -> &[CustomerSummary] {
        &self.customers
    }
}

/// Refuses rows without a customer, and customers with several rows.
fn each_once(customers: &[Option<String>]) -> Result<()> {
    let mut seen = BTreeSet::new();
    for (row, customer) in customers.iter().enumerate() {
        let name = customer.as_deref().unwrap_or("").trim();
        if name.is_empty() || !seen.insert(name) {
            let (row, column, got) = (row + 1, "customer", name.to_owned());
            let expected = "each customer once";
            let help = "name each, and make one history of a customer's rows";
            return Err(Error::Value { data: DATA, row, column, got, expected, help });
        }
    }
    Ok(())
}

impl CustomerSummary {
    /// Refuses a history that no customer can have.
    fn check(&self, row: usize) -> Result<()> {
        door::value((DATA, row, "recency"), self.recency, door::NOT_NEGATIVE)?;
        door::value((DATA, row, "age"), self.age, door::NOT_NEGATIVE)?;
        door::value((DATA, row, "mean spend"), self.mean_spend, door::FINITE)?;
        let wrong = |expected, help| {
            let (row, column, got) = (row + 1, "recency", self.recency.to_string());
            Err(Error::Value { data: DATA, row, column, got, expected, help })
        };
        if self.recency > self.age {
            return wrong("at most the age", "check that both have one unit and one end");
        }
        if (self.recency > 0.0) != (self.frequency > 0) {
            return wrong("0 exactly where frequency is 0", "do not count the first purchase");
        }
        Ok(())
    }
}

/// Each day with purchases, and what was spent on it.
fn purchase_days(bought: &[Transaction]) -> impl Iterator<Item = (Date, f64)> {
    bought
        .chunk_by(|a, b| a.date == b.date)
        .map(|day| (day[0].date, day.iter().map(|transaction| transaction.spend).sum()))
}

fn summary(bought: &[Transaction], unit: Unit, end: Date) -> Option<CustomerSummary> {
    let first = bought[0].date;
    let since = |day: Date| Span::of((day.days() - first.days()) as f64, Unit::Day).in_units(unit);
    let repeats: Vec<_> = purchase_days(bought).skip(1).filter(|(day, _)| *day <= end).collect();
    let spend: f64 = repeats.iter().map(|(_, spend)| spend).sum();
    (first <= end).then(|| CustomerSummary {
        customer: bought[0].customer.clone(),
        frequency: repeats.len() as u64,
        recency: repeats.last().map_or(0.0, |(day, _)| since(*day)),
        age: since(end),
        mean_spend: spend / repeats.len().max(1) as f64,
    })
}
