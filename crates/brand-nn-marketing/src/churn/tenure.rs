//! How long customers stay: survival curves by group.

use crate::{Error, Result, columns, door};
use brand_nn_report::{Finding, Format, Page, Plot};
use brand_nn_stats::survival::{KaplanMeier, log_rank_test};
use brand_nn_train::Table;
use std::collections::BTreeMap;

/// Which columns say how long, whether somebody left, and in which group.
///
/// # Examples
/// ```
/// use brand_nn_marketing::churn::{TenureColumns, TenureCurves};
/// use brand_nn_train::TableReader;
///
/// let csv = b"months,left,plan\n1,Yes,a\n2,Yes,a\n3,No,a\n4,Yes,b\n6,No,b\n9,No,b\n";
/// let columns = TenureColumns::new("months", "left", "Yes").by("plan");
/// let curves = TenureCurves::new(&TableReader::new().read_bytes(csv)?, &columns)?;
/// assert_eq!(curves.groups().len(), 2);
/// assert!((curves.groups()[0].curve.survival_at(2.0) - 1.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenureColumns {
    duration: String,
    label: String,
    left: String,
    group: Option<String>,
}

impl TenureColumns {
    /// The columns of durations and of who left, and what that says of those who did.
    #[must_use]
    pub fn new(duration: &str, label: &str, left: &str) -> Self {
        let [duration, label, left] = [duration, label, left].map(str::to_owned);
        Self { duration, label, left, group: None }
    }

    /// A column of groups, each of which gets a curve.
    #[must_use]
    pub fn by(self, column: &str) -> Self {
        Self { group: Some(column.to_owned()), ..self }
    }
}

/// The survival curves of groups of customers.
#[derive(Clone, Debug, PartialEq)]
pub struct TenureCurves {
    groups: Vec<TenureGroup>,
    p_value: Option<f64>,
    duration: String,
}

/// A group with its curve.
#[derive(Clone, Debug, PartialEq)]
pub struct TenureGroup {
    /// What the group is called; empty if there is one only.
    pub name: String,
    /// How many customers it has.
    pub customers: usize,
    /// The share that is still there after each time.
    pub curve: KaplanMeier,
}

/// More curves can't be told apart in one picture.
const MOST: f64 = 12.0;

impl TenureCurves {
    /// Makes a curve of each group.
    ///
    /// # Errors
    /// If a column or a value is missing, a duration is negative, nobody left in a group, or there
    /// are more than 12 groups.
    pub fn new(table: &Table, names: &TenureColumns) -> Result<Self> {
        let durations = table.numbers(&names.duration)?;
        let left = columns::texts(table, &names.label)?;
        let group = match &names.group {
            Some(name) => columns::texts(table, name)?,
            None => vec![Some(String::new()); table.len()],
        };
        let mut groups = BTreeMap::<String, (Vec<f64>, Vec<bool>)>::new();
        for (row, ((duration, left), group)) in durations.iter().zip(left).zip(group).enumerate() {
            let duration = duration.unwrap_or(f64::NAN);
            door::value(("customers", row, "duration"), duration, door::NOT_NEGATIVE)?;
            let (Some(left), Some(group)) = (left, group) else {
                let (expected, help) = ("a value", "leave out customers of whom it is not known");
                let (data, column, got) = ("customers", "label or group", String::new());
                return Err(Error::Value { data, row: row + 1, column, got, expected, help });
            };
            let (durations, events) = groups.entry(group).or_default();
            durations.push(duration);
            events.push(left == names.left);
        }
        let range: (_, fn(f64) -> bool) = ("1 to 12", |x| (1.0..=MOST).contains(&x));
        door::setting("tenure", ("groups", groups.len() as f64), range, "join small groups")?;
        let p_value = (groups.len() > 1).then(|| differ(&groups)).transpose()?;
        let curve = |(name, (durations, events)): (String, (Vec<f64>, Vec<bool>))| {
            let curve = KaplanMeier::fit(&durations, &events)?;
            Ok(TenureGroup { name, customers: durations.len(), curve })
        };
        let groups = groups.into_iter().map(curve).collect::<Result<_>>()?;
        Ok(Self { groups, p_value, duration: names.duration.clone() })
    }

    /// All groups, by name.
    #[must_use]
    pub fn groups(&self) -> &[TenureGroup] {
        &self.groups
    }

    /// How likely groups differ so much by chance (log-rank test); none for one group.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.p_value
    }

    /// A page with the curves, and whether groups differ.
    #[must_use]
    pub fn report(&self) -> Page {
        let plot = Plot::new("Customers still there")
            .x(self.duration.clone())
            .y("share")
            .y_format(Format::Percent)
            .y_range(0.0, 1.0);
        let plot = self.groups.iter().fold(plot, |plot, group| {
            let points =
                group.curve.times.iter().copied().zip(group.curve.survival.iter().copied());
            plot.steps(group.name.clone(), std::iter::once((0.0, 1.0)).chain(points))
        });
        let rows = self.groups.iter().map(|group| {
            let median = group.curve.median();
            let median = median.map_or("not reached".to_owned(), |m| Format::Number.short(m));
            [group.name.clone(), group.customers.to_string(), median]
        });
        Page::new("How long customers stay")
            .findings(self.finding())
            .figure(plot)
            .table(["group", "customers", "median"], rows)
    }

    fn finding(&self) -> Option<Finding> {
        let p = self.p_value?;
        let evidence = format!("log-rank p {}", Format::Number.short(p));
        Some(if p < 0.05 {
            Finding::note("Groups stay for different times", evidence)
                .next("who joins a group is not drawn by lot: test whether moving helps")
        } else {
            Finding::watch("The groups' times can't be told apart", evidence)
        })
    }
}

fn differ(groups: &BTreeMap<String, (Vec<f64>, Vec<bool>)>) -> Result<f64> {
    let durations: Vec<f64> =
        groups.values().flat_map(|(durations, _)| durations.clone()).collect();
    let events: Vec<bool> = groups.values().flat_map(|(_, events)| events.clone()).collect();
    let numbers = groups.values().enumerate();
    let group: Vec<usize> =
        numbers.flat_map(|(i, (durations, _))| vec![i; durations.len()]).collect();
    Ok(log_rank_test(&durations, &events, &group)?.p_value)
}
