//! Days of the calendar.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// A day of the Gregorian calendar, from the year 1 to 9999.
///
/// # Examples
///
/// ```
/// use brand_nn_train::Date;
///
/// let day: Date = "2024-02-29".parse()?;
/// assert_eq!((day.year(), day.month(), day.day()), (2024, 2, 29));
/// assert_eq!(day.weekday(), 3); // a Thursday
/// assert!("2023-02-29".parse::<Date>().is_err());
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: i32,
    month: u32,
    day: u32,
}

impl Date {
    /// The day of these numbers, if there is one.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let exists = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// The day so many days after 1970-01-01, if its year has four digits.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_train::Date;
    ///
    /// assert_eq!(Date::from_days(19_782), Date::new(2024, 2, 29));
    /// assert_eq!(Date::from_days(-1), Date::new(1969, 12, 31));
    /// ```
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        let days = days.checked_add(EPOCH)?;
        // The year before, or the very one: a year has 365.2425 days in the mean.
        let mut year = days.checked_mul(10_000)?.div_euclid(3_652_425).clamp(1, 9999) as i32;
        let first = |year: i32| Self { year, month: 1, day: 1 }.days() + EPOCH;
        while year < 9999 && first(year + 1) <= days {
            year += 1;
        }
        while year > 1 && first(year) > days {
            year -= 1;
        }
        let mut rest = u32::try_from(days.checked_sub(first(year))?).ok()?;
        let month = (1..=12).find(|&month| {
            let here = rest < days_in(year, month);
            rest -= if here { 0 } else { days_in(year, month) };
            here
        })?;
        Self::new(year, month, rest + 1)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, from 1.
    #[must_use]
    pub fn month(self) -> u32 {
        self.month
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> u32 {
        self.day
    }

    /// The days since 1970-01-01, negative before it.
    #[must_use]
    pub fn days(self) -> i64 {
        let years = i64::from(self.year) - 1;
        let leap_days = years / 4 - years / 100 + years / 400;
        365 * years + leap_days + i64::from(self.day_of_year()) - EPOCH
    }

    /// The day of the week, from Monday, 0, to Sunday, 6.
    #[must_use]
    pub fn weekday(self) -> u32 {
        (self.days() + 3).rem_euclid(7) as u32 // 1970-01-01 was a Thursday
    }

    /// The day of the year, from 1.
    #[must_use]
    pub fn day_of_year(self) -> u32 {
        (1..self.month).map(|month| days_in(self.year, month)).sum::<u32>() + self.day
    }
}

/// The days from 0000-12-31 to 1970-01-01.
const EPOCH: i64 = 719_163;

fn days_in(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The numbers of `2024-02-29`, `2024/2/29` or `20240229`.
fn numbers(text: &str) -> Option<(i32, u32, u32)> {
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() == 8 && is_digits(text) {
        return Some((text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?));
    }
    let separator = if text.contains('/') { '/' } else { '-' };
    let mut parts = text.split(separator).filter(|part| is_digits(part) && part.len() <= 4);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = year.len() == 4 && text.len() == year.len() + month.len() + day.len() + 2;
    whole.then_some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// Reads `2024-02-29`, `2024/2/29` or `20240229`.
///
/// # Errors
/// [`Error::Data`] if it is none of these, or there is no such day.
impl FromStr for Date {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let day = numbers(text.trim()).and_then(|(year, month, day)| Self::new(year, month, day));
        day.ok_or_else(|| Error::Data {
            what: "a date",
            got: format!("`{text}`"),
            expected: "a day such as 2024-02-29",
            help: "write year, month and day, and check that the month has that day",
        })
    }
}

impl TryFrom<String> for Date {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

/// Writes `2024-02-29`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, days: i64, weekday: u32, day_of_year: u32) {
        let date: Date = text.parse().unwrap();
        assert_eq!((date.days(), date.weekday(), date.day_of_year()), (days, weekday, day_of_year));
        let written = serde_json::to_string(&date).unwrap();
        assert_eq!(serde_json::from_str::<Date>(&written).unwrap(), date);
    }

    #[test]
    fn days_are_counted() {
        check("1970-01-01", 0, 3, 1);
        check("1969/12/31", -1, 2, 365);
        check("2000-02-29", 11_016, 1, 60);
        check("20241231", 20_088, 1, 366);
        check("0001-01-01", -719_162, 0, 1);
        check("9999-12-31", 2_932_896, 4, 365);
        check("1900-03-01", -25_508, 3, 60);
    }

    #[test]
    fn what_is_no_day_is_refused() {
        let texts = ["", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "24-01-01"];
        let more =
            ["2024-01-01-", "2024--01-01", "0000-01-01", "2024-01", "２０２４-01-01", "2024-1/1"];
        for text in texts.into_iter().chain(more) {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
