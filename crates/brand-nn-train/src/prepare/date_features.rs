//! Days as numbers of the calendar.

use serde::{Deserialize, Serialize};

use super::{Input, Transformer};
use crate::{Column, Date, Result};

/// Makes numbers of days: year, month, day of the month and of the week, or others.
///
/// The features of a column `joined` are called `joined year` and so on. The column has days or
/// texts that spell them. Missing values stay missing.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, DateFeatures, DatePart, Table, Transformer};
///
/// let table = Table::new([("joined", Column::from(vec!["2024-02-29".parse::<brand_nn_train::Date>()?]))])?;
/// let parts = DateFeatures::of([DatePart::Quarter, DatePart::Weekend]);
/// let features = parts.fit(&table)?.transform(&table)?;
/// assert_eq!(features.numbers("joined quarter")?, [Some(1.0)]);
/// assert_eq!(features.numbers("joined weekend")?, [Some(0.0)]);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateFeatures {
    parts: Vec<DatePart>,
}

/// A number that a day has in the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DatePart {
    /// The year.
    Year,
    /// The quarter, from 1.
    Quarter,
    /// The month, from 1.
    Month,
    /// The day of the month, from 1.
    Day,
    /// The day of the week, Monday being 0.
    Weekday,
    /// The day of the year, from 1.
    DayOfYear,
    /// 1 on Saturdays and Sundays, else 0.
    Weekend,
    /// The days since 1970-01-01.
    Days,
}

impl DatePart {
    fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Quarter => "quarter",
            Self::Month => "month",
            Self::Day => "day",
            Self::Weekday => "weekday",
            Self::DayOfYear => "day_of_year",
            Self::Weekend => "weekend",
            Self::Days => "days",
        }
    }

    fn number(self, date: Date) -> f64 {
        match self {
            Self::Year => f64::from(date.year()),
            Self::Quarter => f64::from(date.month().div_ceil(3)),
            Self::Month => f64::from(date.month()),
            Self::Day => f64::from(date.day()),
            Self::Weekday => f64::from(date.weekday()),
            Self::DayOfYear => f64::from(date.day_of_year()),
            Self::Weekend => f64::from(u8::from(date.weekday() >= 5)),
            Self::Days => date.days() as f64,
        }
    }
}

impl Default for DateFeatures {
    fn default() -> Self {
        Self::of([DatePart::Year, DatePart::Month, DatePart::Day, DatePart::Weekday])
    }
}

impl DateFeatures {
    /// Makes year, month, day of the month and day of the week.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes these numbers.
    #[must_use]
    pub fn of(parts: impl IntoIterator<Item = DatePart>) -> Self {
        Self { parts: parts.into_iter().collect() }
    }
}

impl Transformer for DateFeatures {
    type State = ();

    fn learn(&self, input: &Input<'_>, _: Option<&[f64]>) -> Result<()> {
        dates(input).map(|_| ())
    }

    fn apply(&self, &(): &(), input: &Input<'_>) -> Result<Vec<(String, Column)>> {
        let dates = dates(input)?;
        let feature = |part: &DatePart| {
            let numbers = dates.iter().map(|date| date.map(|date| part.number(date)));
            (format!("{} {}", input.name, part.name()), Column::F64(numbers.collect()))
        };
        Ok(self.parts.iter().map(feature).collect())
    }
}

/// The days of a column.
fn dates(input: &Input<'_>) -> Result<Vec<Option<Date>>> {
    if let Column::Date(dates) = input.column {
        return Ok(dates.clone());
    }
    let help = "write year, month and day, and check that the month has that day";
    let refused = |row| input.refused(row, "a day such as 2024-02-29", help);
    let date = |row| match input.category(row).map(|text| text.parse()) {
        None => Ok(None),
        Some(date) => date.map(Some).map_err(|_| refused(row)),
    };
    (0..input.column.len()).map(date).collect()
}
