//! Metrics against values that scikit-learn made (`golden/metrics.py`).

use approx::{assert_relative_eq, relative_eq};
use brand_nn_tensor::{DType, Tensor, check::golden_from_str};
use brand_nn_train::{Accuracy, Auc, Average, F1, Metric, Precision, Recall, confusion_matrix};
use serde_json::Value;

const GOLDEN: &str = include_str!("../golden/metrics.json");

fn tensor(value: &Value) -> Tensor {
    golden_from_str(&value.to_string()).unwrap()
}

/// Predicted classes as outputs: a column of 0 and 1 for two classes, else a one-hot row each.
fn outputs(case: &Value) -> Tensor {
    let predicted = tensor(&case["inputs"]["predicted"]).to(DType::I64);
    match case["config"]["classes"].as_u64().unwrap() {
        2 => predicted.to(DType::F32),
        classes => predicted.one_hot(classes as usize).unwrap(),
    }
}

/// The average of a case; `None` where it wants a number for every class.
fn average(case: &Value) -> Option<Average> {
    match case["config"]["average"].as_str() {
        Some("macro") => Some(Average::Macro),
        Some("micro") => Some(Average::Micro),
        Some("weighted") => Some(Average::Weighted),
        Some("none") => None,
        _ => Some(Average::Binary),
    }
}

fn metric(case: &Value) -> Option<Box<dyn Metric>> {
    let average = average(case)?;
    Some(match case["kind"].as_str()? {
        "accuracy" => Box::new(Accuracy::default()),
        "precision" => Box::new(Precision::default().average(average)),
        "recall" => Box::new(Recall::default().average(average)),
        "f1" => Box::new(F1::default().average(average)),
        _ => return None,
    })
}

/// Feeds a metric in two batches, as a training does.
#[track_caller]
fn check(metric: &mut dyn Metric, output: &Tensor, target: &Tensor, case: &Value) {
    let half = target.len() / 2;
    for range in [0..half, half..target.len()] {
        let (output, target) = (output.slice(0, range.clone()), target.slice(0, range));
        metric.update(&output, &target).unwrap();
    }
    let expected = case["value"].as_f64().unwrap();
    let value = metric.value().unwrap();
    let close = relative_eq!(value, expected, epsilon = 1e-9, max_relative = 1e-9);
    assert!(close, "{}: {value}, expected {expected}", case["name"]);
}

#[test]
fn metrics_agree() {
    let file: Value = serde_json::from_str(GOLDEN).unwrap();
    let mut checked = 0;
    for case in file["cases"].as_array().unwrap() {
        if let Some(mut metric) = metric(case) {
            let target = tensor(&case["inputs"]["target"]).to(DType::I64);
            check(&mut *metric, &outputs(case), &target, case);
            checked += 1;
        } else if case["kind"] == "roc_auc" {
            let (score, target) = (&case["inputs"]["score"], &case["inputs"]["target"]);
            check(&mut Auc::default(), &tensor(score), &tensor(target), case);
            checked += 1;
        }
    }
    assert!(checked >= 35, "only {checked} golden cases apply");
}

#[test]
fn confusion_matrices_agree() {
    let file: Value = serde_json::from_str(GOLDEN).unwrap();
    let cases = file["cases"].as_array().unwrap().iter();
    for case in cases.filter(|case| case["kind"] == "confusion_matrix") {
        let target = tensor(&case["inputs"]["target"]).to(DType::I64);
        let ours = confusion_matrix(&outputs(case), &target).unwrap();
        let expected = tensor(&case["value"]);
        for actual in 0..expected.dim(0) {
            for predicted in 0..expected.dim(1) {
                let count = expected.get(&[actual, predicted]);
                assert_relative_eq!(ours.count(actual, predicted), count);
            }
        }
    }
}
