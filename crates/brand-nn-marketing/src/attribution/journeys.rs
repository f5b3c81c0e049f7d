//! Journeys: which channels were touched, in which order, and how that ended.

use crate::resampling::Uniforms;
use crate::{Error, Result, columns, door};
use brand_nn_train::Table;
use std::collections::BTreeMap;

/// The paths of customers over channels, each with its numbers of conversions and of none.
///
/// # Examples
/// ```
/// use brand_nn_marketing::attribution::Journeys;
///
/// let mut journeys = Journeys::new();
/// journeys.add(["search", "mail"], 3, 1)?;
/// journeys.add(["mail"], 0, 6)?;
/// assert_eq!(journeys.channels(), ["search", "mail"]);
/// assert_eq!((journeys.num_journeys(), journeys.num_conversions()), (10, 3));
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journeys {
    channels: Vec<String>,
    numbers: BTreeMap<String, usize>,
    pub(super) paths: Vec<Path>,
    pub(super) counts: Vec<Counts>,
    known: BTreeMap<Vec<usize>, usize>,
}

/// The channels of a path by number, and how long before its end each was touched, if known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    pub(super) touches: Vec<usize>,
    pub(super) days_before: Option<Vec<f64>>,
}

/// How often a path was walked, and what it brought.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) conversions: u64,
    pub(super) nulls: u64,
    pub(super) value: f64,
}

/// Which columns of a table of paths mean what.
///
/// # Examples
/// ```
/// use brand_nn_marketing::attribution::{Journeys, PathColumns};
/// use brand_nn_train::TableReader;
///
/// let csv = b"path,orders,none,revenue\nsearch > mail,3,1,90\nmail,0,6,0\n";
/// let columns = PathColumns::new("path", "orders").nulls("none").value("revenue");
/// let journeys = Journeys::from_table(&TableReader::new().read_bytes(csv)?, &columns)?;
/// assert_eq!(journeys.total_value(), 90.0);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathColumns {
    path: String,
    conversions: String,
    nulls: Option<String>,
    value: Option<String>,
    separator: String,
}

impl PathColumns {
    /// The column of paths, such as `search > mail`, and that of their numbers of conversions.
    #[must_use]
    pub fn new(path: impl Into<String>, conversions: impl Into<String>) -> Self {
        let (path, conversions) = (path.into(), conversions.into());
        Self { path, conversions, nulls: None, value: None, separator: ">".to_owned() }
    }

    /// The column of journeys that ended without a conversion.
    #[must_use]
    pub fn nulls(self, column: impl Into<String>) -> Self {
        Self { nulls: Some(column.into()), ..self }
    }

    /// The column of what the conversions of a path brought together.
    #[must_use]
    pub fn value(self, column: impl Into<String>) -> Self {
        Self { value: Some(column.into()), ..self }
    }

    /// What stands between two channels, `>` by default.
    #[must_use]
    pub fn separator(self, separator: impl Into<String>) -> Self {
        Self { separator: separator.into(), ..self }
    }
}

const DATA: &str = "journeys";

impl Journeys {
    /// No journeys yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Journeys of a path that ended with and without a conversion.
    ///
    /// # Errors
    /// If the path has no touch, or a channel has no name.
    pub fn add<S: AsRef<str>>(
        &mut self,
        path: impl IntoIterator<Item = S>,
        conversions: u64,
        nulls: u64,
    ) -> Result<()> {
        self.add_valued(path, conversions, nulls, conversions as f64)
    }

    /// As [`add`](Self::add), with what all conversions of the path brought together.
    ///
    /// # Errors
    /// As [`add`](Self::add), or if the value is negative or not finite.
    pub fn add_valued<S: AsRef<str>>(
        &mut self,
        path: impl IntoIterator<Item = S>,
        conversions: u64,
        nulls: u64,
        value: f64,
    ) -> Result<()> {
        let touches = self.touches(path)?;
        door::value((DATA, self.paths.len(), "value"), value, door::NOT_NEGATIVE)?;
        let next = self.paths.len();
        let place = *self.known.entry(touches.clone()).or_insert(next);
        if place == next {
            self.paths.push(Path { touches, days_before: None });
            self.counts.push(Counts::default());
        }
        let counts = &mut self.counts[place];
        counts.conversions = counts.conversions.saturating_add(conversions);
        counts.nulls = counts.nulls.saturating_add(nulls);
        counts.value += value;
        Ok(())
    }

    /// One journey whose touches were so many days before its end, and the value of its end.
    ///
    /// No value means that it ended without a conversion.
    ///
    /// # Errors
    /// As [`add`](Self::add), or if a number of days or the value is negative or not finite.
    pub fn add_timed<S: AsRef<str>>(
        &mut self,
        touches: impl IntoIterator<Item = (S, f64)>,
        value: Option<f64>,
    ) -> Result<()> {
        let (path, days): (Vec<_>, Vec<_>) = touches.into_iter().unzip();
        let touches = self.touches(path)?;
        let row = self.paths.len();
        for &days in &days {
            door::value((DATA, row, "days before the end"), days, door::NOT_NEGATIVE)?;
        }
        let worth = value.unwrap_or(0.0);
        door::value((DATA, row, "value"), worth, door::NOT_NEGATIVE)?;
        self.paths.push(Path { touches, days_before: Some(days) });
        let conversions = u64::from(value.is_some());
        self.counts.push(Counts { conversions, nulls: 1 - conversions, value: worth });
        Ok(())
    }

    /// Reads a table with a path a row.
    ///
    /// # Errors
    /// If a column is missing or not of its kind, a path is empty, or a number is no count.
    pub fn from_table(table: &Table, names: &PathColumns) -> Result<Self> {
        let paths = columns::texts(table, &names.path)?;
        let conversions = table.numbers(&names.conversions)?;
        let optional = |name: &Option<String>| name.as_ref().map(|name| table.numbers(name));
        let nulls = optional(&names.nulls).transpose()?;
        let values = optional(&names.value).transpose()?;
        let mut journeys = Self::new();
        for row in 0..table.len() {
            let path = paths[row].as_deref().unwrap_or("");
            let number = |numbers: &[Option<f64>]| numbers[row].unwrap_or(0.0);
            let converted = count(row, "conversions", number(&conversions))?;
            let lost = count(row, "nulls", nulls.as_deref().map_or(0.0, number))?;
            let value = values.as_deref().map_or(converted as f64, number);
            let path = path.split(&names.separator).map(str::trim).collect::<Vec<_>>();
            journeys.add_valued(path, converted, lost, value).map_err(|error| at(error, row))?;
        }
        Ok(journeys)
    }

    /// The names of all channels, as they came first.
    #[must_use]
    pub fn channels(&self) -> &[String] {
        &self.channels
    }

    /// How many journeys there are.
    #[must_use]
    pub fn num_journeys(&self) -> u64 {
        let walked = |count: &Counts| count.conversions.saturating_add(count.nulls);
        self.counts.iter().map(walked).fold(0, u64::saturating_add)
    }

    /// How many of them converted.
    #[must_use]
    pub fn num_conversions(&self) -> u64 {
        self.counts.iter().map(|count| count.conversions).fold(0, u64::saturating_add)
    }

    /// What all conversions brought; their number, where no value was given.
    #[must_use]
    pub fn total_value(&self) -> f64 {
        self.counts.iter().map(|count| count.value).sum()
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.num_journeys() == 0 {
            return Err(Error::Empty { what: DATA, help: "add what customers touched" });
        }
        if self.num_conversions() > 0 {
            return Ok(());
        }
        let (case, help) = ("no journey converts", "take a longer period");
        Err(Error::Undefined { method: "attribution", case, help })
    }

    /// As many journeys as there are, drawn with repetition: how often each path comes.
    pub(super) fn draw(&self, uniforms: &mut Uniforms) -> Vec<Counts> {
        let mut ends = Vec::with_capacity(2 * self.counts.len());
        let mut total = 0_u64;
        for counts in &self.counts {
            for walked in [counts.conversions, counts.nulls] {
                total = total.saturating_add(walked);
                ends.push(total);
            }
        }
        let mut drawn = vec![Counts::default(); self.counts.len()];
        for _ in 0..total {
            let journey = uniforms.below(total);
            let place = ends.partition_point(|end| *end <= journey);
            let counts = &mut drawn[place / 2];
            if place % 2 == 0 { counts.conversions += 1 } else { counts.nulls += 1 }
        }
        for (drawn, counts) in drawn.iter_mut().zip(&self.counts) {
            let each = counts.value / counts.conversions.max(1) as f64;
            drawn.value = each * drawn.conversions as f64;
        }
        drawn
    }

    /// The numbers of a path's channels; new ones get the next.
    fn touches<S: AsRef<str>>(&mut self, path: impl IntoIterator<Item = S>) -> Result<Vec<usize>> {
        let touches = path.into_iter().map(|name| self.number(name.as_ref()));
        let touches = touches.collect::<Result<Vec<_>>>()?;
        if touches.is_empty() {
            return Err(self.nameless());
        }
        Ok(touches)
    }

    fn number(&mut self, name: &str) -> Result<usize> {
        if name.trim().is_empty() {
            return Err(self.nameless());
        }
        if let Some(&number) = self.numbers.get(name) {
            return Ok(number);
        }
        self.channels.push(name.to_owned());
        self.numbers.insert(name.to_owned(), self.channels.len() - 1);
        Ok(self.channels.len() - 1)
    }

    fn nameless(&self) -> Error {
        let (expected, help) = ("names of channels", "name direct visits `direct`");
        let (row, column, got) = (self.paths.len() + 1, "path", String::new());
        Error::Value { data: DATA, row, column, got, expected, help }
    }
}

fn count(row: usize, column: &'static str, number: f64) -> Result<u64> {
    door::value((DATA, row, column), number, door::COUNT)?;
    Ok(number as u64)
}

/// The error of a path, with the row of the table that it came from.
fn at(error: Error, place: usize) -> Error {
    match error {
        Error::Value { data, column, got, expected, help, .. } => {
            Error::Value { data, row: place + 1, column, got, expected, help }
        }
        error => error,
    }
}
