//! Units over periods, such as sales of regions by week, some of them treated from a period on.

use crate::{Error, Result, door};

/// One unit's numbers, a period each.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelUnit {
    /// What it is called.
    pub name: String,
    /// Whether it was treated.
    pub treated: bool,
    /// Its number in every period.
    pub values: Vec<f64>,
}

/// Units with numbers of the same periods, and the first period of the treatment.
///
/// # Examples
/// ```
/// use brand_nn_marketing::experiment::Panel;
///
/// let panel = Panel::new(2)
///     .treated("Bonn", [10.0, 11.0, 15.0, 16.0])
///     .control("Oslo", [20.0, 21.0, 22.0, 23.0]);
/// assert_eq!(panel.units().len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    start: usize,
    units: Vec<PanelUnit>,
}

impl Panel {
    /// No units yet; the treatment begins in period `start`, counted from 0.
    #[must_use]
    pub fn new(start: usize) -> Self {
        Self { start, units: Vec::new() }
    }

    /// A unit that was treated.
    #[must_use]
    pub fn treated(self, name: impl Into<String>, values: impl Into<Vec<f64>>) -> Self {
        self.unit(PanelUnit { name: name.into(), treated: true, values: values.into() })
    }

    /// A unit that was not.
    #[must_use]
    pub fn control(self, name: impl Into<String>, values: impl Into<Vec<f64>>) -> Self {
        self.unit(PanelUnit { name: name.into(), treated: false, values: values.into() })
    }

    /// Any unit.
    #[must_use]
    pub fn unit(mut self, unit: PanelUnit) -> Self {
        self.units.push(unit);
        self
    }

    /// All units.
    #[must_use]
    pub fn units(&self) -> &[PanelUnit] {
        &self.units
    }

    /// The first period of the treatment, from 0.
    #[must_use]
    pub fn start(&self) -> usize {
        self.start
    }

    pub(super) fn of(&self, treated: bool) -> impl Iterator<Item = &PanelUnit> {
        self.units.iter().filter(move |unit| unit.treated == treated)
    }

    pub(super) fn periods(&self) -> usize {
        self.units.first().map_or(0, |unit| unit.values.len())
    }

    /// Finite numbers of the same periods, some before and some after the start, both groups.
    pub(super) fn check(&self, method: &'static str) -> Result<()> {
        let wrong = |case, help| Err(Error::Undefined { method, case, help });
        if self.of(true).next().is_none() || self.of(false).next().is_none() {
            return wrong("there are no treated or no control units", "add units of both kinds");
        }
        if self.units.iter().any(|unit| unit.values.len() != self.periods()) {
            return wrong("units have other numbers of periods", "give each the same periods");
        }
        if self.start == 0 || self.start >= self.periods() {
            return wrong("no period is before or after the start", "count periods from 0");
        }
        for (row, unit) in self.units.iter().enumerate() {
            for value in &unit.values {
                door::value(("panel", row, "values"), *value, door::FINITE)?;
            }
        }
        Ok(())
    }
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The mean of several units in each period.
pub(super) fn mean_by_period<'a>(units: impl Iterator<Item = &'a PanelUnit>) -> Vec<f64> {
    let units: Vec<_> = units.collect();
    let periods = units.first().map_or(0, |unit| unit.values.len());
    let at =
        |period| units.iter().map(|unit| unit.values[period]).sum::<f64>() / units.len() as f64;
    (0..periods).map(at).collect()
}
