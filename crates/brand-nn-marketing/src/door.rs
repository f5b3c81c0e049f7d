//! What every method asks of its settings and its data before it computes.

use crate::{Error, Result};

/// A setting that passes the test which `expected` words.
pub(crate) fn setting(
    method: &'static str,
    (setting, got): (&'static str, f64),
    (expected, test): (&'static str, fn(f64) -> bool),
    help: &'static str,
) -> Result<()> {
    if test(got) { Ok(()) } else { Err(Error::Setting { method, setting, got, expected, help }) }
}

/// A value of the data that passes the test which `expected` words; `row` counts from 0.
pub(crate) fn value(
    (data, row, column): (&'static str, usize, &'static str),
    got: f64,
    (expected, test): (&'static str, fn(f64) -> bool),
) -> Result<()> {
    if test(got) {
        return Ok(());
    }
    let (got, help) = (got.to_string(), "mend or leave out its row");
    Err(Error::Value { data, row: row + 1, column, got, expected, help })
}

/// One label a text, and both kinds.
pub(crate) fn labels(method: &'static str, texts: usize, praise: &[bool]) -> Result<()> {
    let undefined = |case, help| Err(Error::Undefined { method, case, help });
    if texts != praise.len() {
        return undefined("texts and labels differ in number", "give one label a text");
    }
    if praise.iter().all(|&good| good) || !praise.iter().any(|&good| good) {
        return undefined("all labels are the same", "bring praise and complaints");
    }
    Ok(())
}

pub(crate) const POSITIVE: (&str, fn(f64) -> bool) =
    ("a finite number above 0", |x| x.is_finite() && x > 0.0);
pub(crate) const NOT_NEGATIVE: (&str, fn(f64) -> bool) =
    ("a finite number of at least 0", |x| x.is_finite() && x >= 0.0);
pub(crate) const FINITE: (&str, fn(f64) -> bool) = ("a finite number", f64::is_finite);
pub(crate) const SHARE: (&str, fn(f64) -> bool) =
    ("a number above 0 and below 1", |x| x > 0.0 && x < 1.0);
pub(crate) const COUNT: (&str, fn(f64) -> bool) =
    ("a whole number of at least 0", |x| (0.0..=9e15).contains(&x) && x == x.round());
