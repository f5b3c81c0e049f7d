//! A log of touches: which customer met which channel when, and whether that was a conversion.

use crate::{Error, Result, Span, Unit, columns, door};
use brand_nn_train::{Column, Date, Table};

/// One row of a log.
///
/// # Examples
/// ```
/// use brand_nn_marketing::{Hours, attribution::Touch};
/// let click = Touch::new("ann", Hours(30.0), "search");
/// assert_eq!(click.clone().converts(49.5).conversion, Some(49.5));
/// assert_eq!(click.conversion, None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Touch {
    /// Who it was.
    pub customer: String,
    /// When it was, counted from any fixed moment that is the same for all.
    pub at: Span,
    /// What was touched; empty where a conversion is logged apart from its visit.
    pub channel: String,
    /// What the conversion was worth, if the row is one.
    pub conversion: Option<f64>,
}

impl Touch {
    /// A touch that did not convert by itself.
    #[must_use]
    pub fn new(
        customer: impl Into<String>,
        at: impl Into<Span>,
        channel: impl Into<String>,
    ) -> Self {
        let (customer, channel) = (customer.into(), channel.into());
        Self { customer, at: at.into(), channel, conversion: None }
    }

    /// The same touch, which ended in a conversion of this worth.
    #[must_use]
    pub fn converts(self, value: f64) -> Self {
        Self { conversion: Some(value), ..self }
    }
}

/// Touches by customer and time, each with the row that it came from.
///
/// # Examples
/// ```
/// use brand_nn_marketing::attribution::{JourneyRules, TouchColumns, TouchLog};
/// use brand_nn_train::TableReader;
///
/// let csv = b"who,when,channel,order,paid\n\
///     ann,2024-03-01 09:10,search,no,\n\
///     bob,2024-03-01 09:30,social,no,\n\
///     ann,2024-03-04 20:00,mail,yes,49.5\n";
/// let columns = TouchColumns::new("who", "when", "channel").conversion("order").value("paid");
/// let log = TouchLog::from_table(&TableReader::new().read_bytes(csv)?, &columns)?;
/// let journeys = JourneyRules::default().journeys(&log)?;
/// assert_eq!((journeys.num_journeys(), journeys.num_conversions()), (2, 1));
/// assert_eq!(journeys.total_value(), 49.5);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TouchLog {
    pub(super) touches: Vec<(usize, Touch)>,
}

/// Which columns of a table mean what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TouchColumns {
    customer: String,
    time: String,
    channel: String,
    conversion: Option<String>,
    value: Option<String>,
    unit: Option<Unit>,
}

impl TouchColumns {
    /// The columns of customers, of times such as `2024-02-29 13:05`, and of channels.
    #[must_use]
    pub fn new(
        customer: impl Into<String>,
        time: impl Into<String>,
        channel: impl Into<String>,
    ) -> Self {
        let (customer, time, channel) = (customer.into(), time.into(), channel.into());
        Self { customer, time, channel, conversion: None, value: None, unit: None }
    }

    /// The column that says which rows are conversions: 1, true or yes; 0, false, no or nothing.
    ///
    /// Without it, rows with a value are.
    #[must_use]
    pub fn conversion(self, column: impl Into<String>) -> Self {
        Self { conversion: Some(column.into()), ..self }
    }

    /// The column of what a conversion was worth; without it each is worth 1.
    #[must_use]
    pub fn value(self, column: impl Into<String>) -> Self {
        Self { value: Some(column.into()), ..self }
    }

    /// Takes times as numbers of a unit since some moment, and not as days and hours.
    #[must_use]
    pub fn counted_in(self, unit: Unit) -> Self {
        Self { unit: Some(unit), ..self }
    }
}

pub(super) const DATA: &str = "touches";

impl TouchLog {
    /// Takes in touches in any order; those of one moment stay in the order in which they came.
    ///
    /// # Errors
    /// If there are none, a customer has no name, a time or a value is not finite, a value is
    /// below 0, or a row that is no conversion names no channel.
    pub fn new(touches: impl IntoIterator<Item = Touch>) -> Result<Self> {
        let mut touches: Vec<(usize, Touch)> = touches.into_iter().enumerate().collect();
        if touches.is_empty() {
            return Err(Error::Empty { what: DATA, help: "hand over what customers touched" });
        }
        touches.iter().try_for_each(|(row, touch)| check(*row, touch))?;
        touches.sort_by(|(_, a), (_, b)| {
            a.customer.cmp(&b.customer).then(a.at.in_units(Unit::Day).total_cmp(&days(b)))
        });
        Ok(Self { touches })
    }

    /// Reads a table with a touch a row.
    ///
    /// # Errors
    /// If a column is missing or not of its kind, a cell is empty that must not be, a row that is
    /// no conversion has a value, or as [`new`](Self::new).
    pub fn from_table(table: &Table, names: &TouchColumns) -> Result<Self> {
        let customers = columns::texts(table, &names.customer)?;
        let channels = columns::texts(table, &names.channel)?;
        let times = times(table, names)?;
        let conversions = conversions(table, names)?;
        let parts = customers.into_iter().zip(channels).zip(times.into_iter().zip(conversions));
        Self::new(parts.map(|((customer, channel), (at, conversion))| Touch {
            customer: customer.unwrap_or_default(),
            at,
            channel: channel.map_or_else(String::new, |name| name.trim().to_owned()),
            conversion,
        }))
    }

    /// All touches, by customer and then by time.
    pub fn touches(&self) -> impl Iterator<Item = &Touch> {
        self.touches.iter().map(|(_, touch)| touch)
    }

    /// The touches of each customer, by time, each with its row from 0.
    pub(super) fn by_customer(&self) -> impl Iterator<Item = &[(usize, Touch)]> {
        self.touches.chunk_by(|a, b| a.1.customer == b.1.customer)
    }
}

pub(super) fn days(touch: &Touch) -> f64 {
    touch.at.in_units(Unit::Day)
}

fn check(row: usize, touch: &Touch) -> Result<()> {
    if touch.customer.trim().is_empty() {
        return Err(missing(row, "customer"));
    }
    if touch.channel.trim().is_empty() && touch.conversion.is_none() {
        return Err(missing(row, "channel"));
    }
    door::value((DATA, row, "time"), days(touch), door::FINITE)?;
    door::value((DATA, row, "value"), touch.conversion.unwrap_or(0.0), door::NOT_NEGATIVE)
}

fn missing(row: usize, column: &'static str) -> Error {
    let (got, expected) = (String::new(), "a name");
    Error::Value { data: DATA, row: row + 1, column, got, expected, help: "leave out the row" }
}

fn wrong(row: usize, column: &'static str, got: &str, expected: &'static str) -> Error {
    let help = "mend or leave out its row";
    Error::Value { data: DATA, row: row + 1, column, got: got.to_owned(), expected, help }
}

/// When each row was: days, moments, or numbers of the unit that was named.
fn times(table: &Table, names: &TouchColumns) -> Result<Vec<Span>> {
    if let Some(unit) = names.unit {
        let numbers = table.numbers(&names.time)?.into_iter().enumerate();
        let time = |(row, number): (usize, Option<f64>)| {
            let number = number.ok_or_else(|| wrong(row, "time", "", "a number"))?;
            Ok(Span::of(number, unit))
        };
        return numbers.map(time).collect();
    }
    if let Column::Date(dates) = table.column(&names.time)? {
        let time = |(row, date): (usize, &Option<Date>)| {
            let date = date.ok_or_else(|| wrong(row, "time", "", MOMENT))?;
            Ok(Span::of(date.days() as f64, Unit::Day))
        };
        return dates.iter().enumerate().map(time).collect();
    }
    let texts = columns::texts(table, &names.time)?.into_iter().map(Option::unwrap_or_default);
    let time = |(row, text): (usize, String)| {
        moment(&text).ok_or_else(|| wrong(row, "time", &text, MOMENT))
    };
    texts.enumerate().map(time).collect()
}

const MOMENT: &str =
    "a moment such as 2024-02-29 13:05, or numbers and their TouchColumns::counted_in";

/// `2024-02-29`, `2024-02-29 13:05`, `2024-02-29T13:05:09.5Z`.
fn moment(text: &str) -> Option<Span> {
    let text = text.trim().trim_end_matches('Z');
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, "0:00"));
    let day: Date = day.parse().ok()?;
    let mut parts = time.trim().split(':');
    let mut part = |end: f64| -> Option<f64> {
        let part = parts.next()?;
        let is_plain = part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        part.parse().ok().filter(|number| is_plain && (0.0..end).contains(number))
    };
    let (hour, minute) = (part(24.0)?, part(60.0)?);
    // A second of 60 is a leap second.
    let second = if time.matches(':').count() == 2 { part(61.0)? } else { 0.0 };
    let whole = time.matches(':').count() <= 2 && hour.fract() == 0.0 && minute.fract() == 0.0;
    let seconds = hour * 3600.0 + minute * 60.0 + second;
    whole.then(|| Span::of(day.days() as f64 + seconds / 86_400.0, Unit::Day))
}

/// What each row converted for, if it did.
fn conversions(table: &Table, names: &TouchColumns) -> Result<Vec<Option<f64>>> {
    let values = names.value.as_ref().map(|name| table.numbers(name)).transpose()?;
    let marks = names.conversion.as_ref().map(|name| columns::texts(table, name)).transpose()?;
    let conversion = |row: usize| {
        let value = values.as_ref().map(|values| values[row]);
        let is_one = match &marks {
            Some(marks) => is_yes(row, marks[row].as_deref().unwrap_or(""))?,
            None => value.flatten().is_some(),
        };
        match (is_one, value) {
            (true, None) => Ok(Some(1.0)),
            (true, Some(None)) => Err(wrong(row, "value", "", "what the conversion was worth")),
            (true, Some(value)) => Ok(value),
            (false, Some(Some(value))) if value != 0.0 => {
                let expected = "no value where there is no conversion";
                Err(wrong(row, "value", &value.to_string(), expected))
            }
            (false, _) => Ok(None),
        }
    };
    (0..table.len()).map(conversion).collect()
}

fn is_yes(row: usize, text: &str) -> Result<bool> {
    match text.trim().to_lowercase().as_str() {
        "1" | "true" | "yes" => Ok(true),
        "" | "0" | "false" | "no" => Ok(false),
        _ => Err(wrong(row, "conversion", text, "1, true, yes, 0, false, no or nothing")),
    }
}
