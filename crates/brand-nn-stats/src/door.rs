//! What every function asks of its slices before it computes.

use crate::{Error, Result};

/// At least one element.
pub(crate) fn some(op: &'static str, what: &'static str, len: usize) -> Result<()> {
    if len == 0 { Err(Error::Empty { op, what }) } else { Ok(()) }
}

/// As many elements as there are rows.
pub(crate) fn len(op: &'static str, what: &'static str, got: usize, expected: usize) -> Result<()> {
    if got == expected { Ok(()) } else { Err(Error::Length { op, what, got, expected }) }
}

/// Every element passes the test that `expected` words.
pub(crate) fn every(
    op: &'static str,
    what: &'static str,
    values: &[f64],
    (expected, test): (&'static str, fn(f64) -> bool),
) -> Result<()> {
    match values.iter().position(|&value| !test(value)) {
        Some(index) => Err(Error::Value { op, what, index, got: values[index], expected }),
        None => Ok(()),
    }
}

pub(crate) const FINITE: (&str, fn(f64) -> bool) = ("a finite number", f64::is_finite);
pub(crate) const NOT_NAN: (&str, fn(f64) -> bool) = ("a number", |x| !x.is_nan());
pub(crate) const PROBABILITY: (&str, fn(f64) -> bool) =
    ("a probability from 0 to 1", |x| (0.0..=1.0).contains(&x));
pub(crate) const NOT_NEGATIVE: (&str, fn(f64) -> bool) =
    ("a finite number of at least 0", |x| x.is_finite() && x >= 0.0);

/// Finite predictions and targets, side by side, at least one.
pub(crate) fn pair(op: &'static str, prediction: &[f64], target: &[f64]) -> Result<()> {
    some(op, "targets", target.len())?;
    len(op, "predictions", prediction.len(), target.len())?;
    every(op, "prediction", prediction, FINITE)?;
    every(op, "target", target, FINITE)
}

/// Rankable scores and labels, side by side, at least one.
pub(crate) fn scored(op: &'static str, scores: &[f64], labels: usize) -> Result<()> {
    some(op, "labels", labels)?;
    len(op, "scores", scores.len(), labels)?;
    every(op, "score", scores, NOT_NAN)
}

/// Probabilities and labels, side by side, at least one.
pub(crate) fn chances(op: &'static str, probability: &[f64], labels: usize) -> Result<()> {
    some(op, "labels", labels)?;
    len(op, "probabilities", probability.len(), labels)?;
    every(op, "probability", probability, PROBABILITY)
}

/// One weight a row, none negative, not all zero.
pub(crate) fn weights(op: &'static str, weights: &[f64], rows: usize) -> Result<()> {
    len(op, "weights", weights.len(), rows)?;
    every(op, "weight", weights, NOT_NEGATIVE)?;
    let total: f64 = weights.iter().sum();
    if total > 0.0 && total.is_finite() {
        return Ok(());
    }
    let case = "the weights add up to zero or overflow";
    Err(Error::Undefined { op, case, help: "scale them to a mean of 1" })
}

/// A setting that counts something.
pub(crate) fn at_least(
    op: &'static str,
    setting: &'static str,
    got: usize,
    least: usize,
) -> Result<()> {
    if got >= least {
        return Ok(());
    }
    let expected = if least == 1 { "at least 1" } else { "at least 2" };
    Err(Error::Setting { op, setting, got: got as f64, expected, help: "ask for more" })
}

/// A setting strictly between 0 and 1.
pub(crate) fn inside(op: &'static str, setting: &'static str, got: f64) -> Result<()> {
    if got > 0.0 && got < 1.0 {
        return Ok(());
    }
    let (expected, help) = ("a number above 0 and below 1", "give a share, not per cent");
    Err(Error::Setting { op, setting, got, expected, help })
}

/// The mean; a door made sure that there is one.
pub(crate) fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// The mean, each value counted as often as its weight says.
pub(crate) fn weighted_mean(values: impl Iterator<Item = f64>, weights: &[f64]) -> f64 {
    let sum: f64 = values.zip(weights).map(|(value, weight)| value * weight).sum();
    sum / weights.iter().sum::<f64>()
}

/// A finite setting.
pub(crate) fn finite(op: &'static str, setting: &'static str, got: f64) -> Result<()> {
    setting_is(got.is_finite(), (op, setting, got), "a finite number")
}

/// A finite setting above 0.
pub(crate) fn positive(op: &'static str, setting: &'static str, got: f64) -> Result<()> {
    setting_is(got.is_finite() && got > 0.0, (op, setting, got), "a finite number above 0")
}

/// A finite setting of at least 0.
pub(crate) fn not_negative(op: &'static str, setting: &'static str, got: f64) -> Result<()> {
    setting_is(got.is_finite() && got >= 0.0, (op, setting, got), "a finite number of at least 0")
}

/// A setting from 0 to 1.
pub(crate) fn share(op: &'static str, setting: &'static str, got: f64) -> Result<()> {
    setting_is((0.0..=1.0).contains(&got), (op, setting, got), "a number from 0 to 1")
}

/// A probability that is not 0.
pub(crate) fn success(op: &'static str, setting: &'static str, got: f64) -> Result<()> {
    setting_is(got > 0.0 && got <= 1.0, (op, setting, got), "a number above 0, at most 1")
}

/// A whole number that f64 counts exactly.
pub(crate) fn count(op: &'static str, setting: &'static str, got: f64) -> Result<()> {
    let is_count = (0.0..=9e15).contains(&got) && got.fract() == 0.0;
    setting_is(is_count, (op, setting, got), "a whole number of at least 0")
}

fn setting_is(
    is: bool,
    (op, setting, got): (&'static str, &'static str, f64),
    expected: &'static str,
) -> Result<()> {
    let help = "change it or leave out the row that it comes from";
    if is { Ok(()) } else { Err(Error::Setting { op, setting, got, expected, help }) }
}
