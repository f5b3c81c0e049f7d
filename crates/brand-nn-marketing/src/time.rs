//! Spans of time with their unit, so that no week is taken for a day.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A length of time, made of [`Days`], [`Weeks`], [`Months`] and the like.
///
/// Methods take `impl Into<Span>`: a bare number does not compile, and any unit is converted to
/// that of the model.
///
/// # Examples
/// ```
/// use brand_nn_marketing::{Days, Span, Unit, Weeks};
/// let span = Span::from(Weeks(2.0));
/// assert_eq!(span, Span::from(Days(14.0)));
/// assert_eq!(span.in_units(Unit::Week), 2.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Span {
    days: f64,
}

impl Span {
    /// The length counted in a unit.
    #[must_use]
    pub fn in_units(self, unit: Unit) -> f64 {
        self.days / unit.days()
    }

    /// So many of a unit.
    #[must_use]
    pub fn of(count: f64, unit: Unit) -> Self {
        Self { days: count * unit.days() }
    }
}

/// What time is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// A twelfth of a year, 30.4375 days.
    Month,
    /// 365.25 days.
    Year,
}

impl Unit {
    /// Its length in days.
    #[must_use]
    pub fn days(self) -> f64 {
        match self {
            Self::Minute => 1.0 / 1440.0,
            Self::Hour => 1.0 / 24.0,
            Self::Day => 1.0,
            Self::Week => 7.0,
            Self::Month => 365.25 / 12.0,
            Self::Year => 365.25,
        }
    }

    /// Its name for so many of it.
    pub(crate) fn name(self, count: f64) -> &'static str {
        let [one, many] = match self {
            Self::Minute => ["minute", "minutes"],
            Self::Hour => ["hour", "hours"],
            Self::Day => ["day", "days"],
            Self::Week => ["week", "weeks"],
            Self::Month => ["month", "months"],
            Self::Year => ["year", "years"],
        };
        if count == 1.0 { one } else { many }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name(1.0))
    }
}

/// A number of one unit, which becomes a [`Span`].
macro_rules! units {
    ($($(#[$doc:meta])* $name:ident $unit:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
        pub struct $name(pub f64);

        impl From<$name> for Span {
            fn from($name(count): $name) -> Self {
                Self::of(count, Unit::$unit)
            }
        }
    )*};
}

units! {
    /// Minutes.
    Minutes Minute;
    /// Hours of 60 minutes.
    Hours Hour;
    /// Days.
    Days Day;
    /// Weeks of 7 days.
    Weeks Week;
    /// Months of 30.4375 days, a twelfth of a year.
    Months Month;
    /// Years of 365.25 days.
    Years Year;
}
