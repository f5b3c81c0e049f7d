//! What the golden tests share: their file, and how near is near enough.

#![allow(dead_code, reason = "each test uses some of it")]

use serde_json::Value;
use std::path::PathBuf;

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

/// A refusal whose text has these words.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: brand_nn_stats::Result<T>, words: &str) {
    let error = result.expect_err("it has no answer").to_string();
    assert!(error.contains(words), "{error}\nlacks: {words}");
}

/// A file of `BRAND_NN_DATA`; without it the test is skipped, unless it is required.
#[track_caller]
pub(crate) fn data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BRAND_NN_DATA").map(PathBuf::from);
    let path = folder.map(|folder| folder.join(name)).filter(|path| path.exists());
    let is_required = std::env::var_os("BRAND_NN_DATA_REQUIRED").is_some_and(|value| value == "1");
    assert!(path.is_some() || !is_required, "data {name} is missing; help: set BRAND_NN_DATA");
    if path.is_none() {
        // Not a macro, whose output the test harness would hide. A closed stream is no failure.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            format!("SKIPPED {name}\n").as_bytes(),
        );
    }
    path
}
