//! What the golden tests share: their file, and how near is near enough.

#![allow(dead_code, reason = "each test uses some of it")]

use serde_json::Value;

/// The numbers of a list, an inner list's one after the other; `null` and its like are NaN.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    match value.as_array() {
        Some(list) => list.iter().flat_map(numbers).collect(),
        None => vec![value.as_f64().unwrap_or(f64::NAN)],
    }
}

/// The whole numbers of a list.
pub(crate) fn sizes(value: &Value) -> Vec<usize> {
    numbers(value).into_iter().map(|x| x as usize).collect()
}

/// Two numbers that differ by at most `tolerance` of the expected one, or of 1 if that is smaller.
#[track_caller]
pub(crate) fn near(what: &str, got: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(1.0);
    assert!((got - expected).abs() <= tolerance * scale, "{what}: {got}, expected {expected}");
}

/// [`near`] for each of a list.
#[track_caller]
pub(crate) fn all_near(what: &str, got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len(), "{what}: {got:?}, expected {expected:?}");
    for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
        near(&format!("{what}[{i}]"), *got, *expected, tolerance);
    }
}
