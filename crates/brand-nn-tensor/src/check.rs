//! What tests on every floor share: real data that may be missing, reference values, closeness.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{DType, Error, Result, Tensor};

/// The file of real data with this name, or `None` where the data isn't at hand.
///
/// The environment variable `BRAND_NN_DATA` names the folder. If the file is missing a line
/// `SKIPPED name` goes to the standard error, so that a report can count what wasn't checked.
///
/// # Panics
/// If the file is missing while `BRAND_NN_DATA_REQUIRED` is `1`.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::check;
///
/// assert_eq!(check::data("no/such/file.csv"), None);
/// ```
#[track_caller]
pub fn data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BRAND_NN_DATA").map(PathBuf::from);
    let required = std::env::var_os("BRAND_NN_DATA_REQUIRED").is_some_and(|value| value == "1");
    find(folder.as_deref(), name, required)
}

#[track_caller]
fn find(folder: Option<&Path>, name: &str, required: bool) -> Option<PathBuf> {
    let path = folder.map(|folder| folder.join(name)).filter(|path| path.exists());
    assert!(
        path.is_some() || !required,
        "data {name}: missing in {folder:?}, expected the file; help: set BRAND_NN_DATA to its \
         folder"
    );
    if path.is_none() {
        // Not a macro, whose output the test harness would hide. A closed stream is no failure.
        let _ = writeln!(std::io::stderr(), "SKIPPED {name}");
    }
    path
}

/// A reference tensor `{"shape": [..], "values": [..]}` in JSON, as `f64`.
///
/// # Errors
/// If the text isn't such an object, or the number of values isn't the product of the shape.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::{check, Tensor};
///
/// let golden = check::golden_from_str(r#"{"shape": [2], "values": [1, 2.5]}"#)?;
/// assert_eq!(golden, Tensor::from([1.0, 2.5]));
/// # Ok::<(), brand_nn_tensor::Error>(())
/// ```
pub fn golden_from_str(json: &str) -> Result<Tensor> {
    parse(json, Path::new("json"))
}

/// As [`golden_from_str`], from a file.
///
/// # Errors
/// If the file can't be read, or its content isn't a reference tensor.
pub fn golden(path: impl AsRef<Path>) -> Result<Tensor> {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path);
    let failed = |source| Error::Io { op: "read", path: path.to_path_buf(), source };
    parse(&text.map_err(failed)?, path)
}

#[derive(Deserialize)]
struct Golden {
    shape: Vec<usize>,
    values: Vec<f64>,
}

fn parse(json: &str, path: &Path) -> Result<Tensor> {
    let golden: Golden = serde_json::from_str(json).map_err(|error| Error::File {
        path: path.to_path_buf(),
        place: format!("line {} column {}", error.line(), error.column()),
        problem: error.to_string(),
        help: "a reference is an object with \"shape\" and \"values\"",
    })?;
    Tensor::new(golden.values, golden.shape)
}

/// The largest difference over the largest reference: `max|a − b| / max|b|`, in `f64`.
///
/// NaN in both at one place is no difference, nor is the same infinity. Where the reference is 0
/// everywhere, the difference itself. NaN on one side alone gives infinity.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn relative_difference(a: &Tensor, b: &Tensor) -> f64 {
    assert!(
        a.shape() == b.shape(),
        "relative_difference: shape {}, expected {}",
        a.shape(),
        b.shape()
    );
    let (a, b) = (a.to(DType::F64), b.to(DType::F64));
    let (a, b) = (a.data::<f64>(), b.data::<f64>());
    let difference = a.iter().zip(b.iter()).map(|(a, b)| match (a - b).abs() {
        _ if a == b || (a.is_nan() && b.is_nan()) => 0.0,
        difference if difference.is_nan() => f64::INFINITY,
        difference => difference,
    });
    let difference = difference.fold(0.0, f64::max);
    let scale = b.iter().filter(|b| b.is_finite()).fold(0.0f64, |scale, b| scale.max(b.abs()));
    if scale > 0.0 { difference / scale } else { difference }
}

/// Panics unless `max|a − b| ≤ tolerance · max|b|`, whatever the dtypes.
///
/// # Panics
/// If the shapes differ or the difference is larger.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::{check, Tensor};
///
/// let third = Tensor::from([1.0f32]) / 3.0;
/// check::assert_close(&third, &Tensor::from([0.333_333_333]), 1e-7);
/// ```
#[track_caller]
pub fn assert_close(a: &Tensor, b: &Tensor, tolerance: f64) {
    let difference = relative_difference(a, b);
    assert!(
        difference <= tolerance,
        "assert_close: a relative difference of {difference:e}, expected at most {tolerance:e}\n\
         left: {a}\nright: {b}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_data_is_skipped_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        assert_eq!(find(Some(folder.path()), "x.csv", false), None);
        let required = || find(Some(folder.path()), "x.csv", true);
        assert!(std::panic::catch_unwind(required).is_err());
        std::fs::File::create(&path).unwrap();
        assert_eq!(find(Some(folder.path()), "x.csv", true), Some(path));
        assert_eq!(find(None, "x.csv", false), None);
    }

    #[track_caller]
    fn check(a: [f64; 2], b: [f64; 2], expected: f64) {
        assert_eq!(relative_difference(&Tensor::from(a), &Tensor::from(b)), expected);
    }

    #[test]
    fn differences_are_relative_to_the_largest_reference() {
        check([1.0, 4.0], [2.0, 4.0], 0.25);
        check([0.5, 0.0], [0.0, 0.0], 0.5);
        check([f64::NAN, 1.0], [f64::NAN, 1.0], 0.0);
        check([f64::NAN, 1.0], [1.0, 1.0], f64::INFINITY);
        check([f64::INFINITY, 1.0], [f64::INFINITY, 1.0], 0.0);
        check([f64::INFINITY, 1.0], [f64::NEG_INFINITY, 1.0], f64::INFINITY);
        check([1.0, 1.0], [f64::INFINITY, 1.0], f64::INFINITY);
    }

    #[track_caller]
    fn check_refused(json: &str, text: &str) {
        let error = golden_from_str(json).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    }

    #[test]
    fn references_are_checked() {
        check_refused("[]", "json: line 1 column");
        check_refused(r#"{"shape": [2]}"#, "missing field `values`");
        check_refused(
            r#"{"shape": [2], "values": [1]}"#,
            "new: shape [2], expected one of 1 elements",
        );
        let error = golden("/no/such/golden.json").unwrap_err().to_string();
        assert!(error.starts_with("/no/such/golden.json: read failed: "), "{error}");
    }
}
