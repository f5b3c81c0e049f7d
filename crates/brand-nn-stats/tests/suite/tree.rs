//! Gradient-boosted trees against scikit-learn (`golden/tree.py`), and against what they promise.

use crate::support;
use crate::support::{numbers, refused};
use brand_nn_kernels::{fill_normal, threads};
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::metrics::{r2, roc_auc};
use brand_nn_stats::tree::*;
use serde_json::Value;

const GOLDEN: &str = include_str!("../golden/tree.json");

fn spec(case: &Value) -> GradientBoosting {
    let objective = serde_json::from_value(case["objective"].clone()).expect("an objective");
    let mut spec = GradientBoosting::new(objective);
    for (name, value) in case["settings"].as_object().expect("settings") {
        let number = value.as_f64().expect("a number");
        match name.as_str() {
            "max_iter" => spec.max_trees = number as usize,
            "max_leaf_nodes" => spec.max_leaves = number as usize,
            "min_samples_leaf" => spec.min_samples_leaf = number as usize,
            "l2_regularization" => spec.l2 = number,
            "learning_rate" => spec.learning_rate = number,
            other => panic!("tree.json sets {other}, which the test does not know"),
        }
    }
    spec
}

#[test]
fn predictions_as_scikit_learn() {
    let file: Value = serde_json::from_str(GOLDEN).expect("it is JSON");
    for case in file["cases"].as_array().expect("a list") {
        let (x, y) = (numbers(&case["x"]), numbers(&case["y"]));
        let x = Matrix::new(y.len(), x.len() / y.len(), x).expect("a matrix");
        let fitted = spec(case).fit(&x, &y).expect("it fits");
        let predicted = fitted.predict(&x).expect("it fits");
        // The other side keeps slopes in 32 bits.
        let what = format!("{} {}", case["objective"], case["settings"]);
        support::all_near(&what, &predicted, &numbers(&case["predicted"]), 2e-5);
    }
}

/// 8000 rows of 6 columns, of which the first two matter.
fn drawn() -> (Matrix, Vec<f64>) {
    let mut data = vec![0.0; 8000 * 7];
    fill_normal(21, 0, &mut data);
    let x = Matrix::of(8000, 6, |i, j| data[i * 7 + j]);
    let y = (0..8000).map(|i| x[(i, 0)].abs() + x[(i, 1)] + 0.3 * data[i * 7 + 6]);
    let y = y.collect();
    (x, y)
}

#[test]
fn trees_find_what_matters() {
    let (x, y) = drawn();
    let fitted = GradientBoosting::new(Objective::Squared).fit(&x, &y).expect("it fits");
    let predicted = fitted.predict(&x).expect("it fits");
    // Noise of variance 0.09 on a signal of variance 1 + 1 − 2 / π.
    assert!(r2(&predicted, &y).expect("it has rows") > 0.93);
    assert!(fitted.importances[..2].iter().sum::<f64>() > 0.97, "{:?}", fitted.importances);
    assert!(fitted.training_losses.windows(2).all(|pair| pair[1] < pair[0]));
    let yes: Vec<f64> = y.iter().map(|y| f64::from(u8::from(*y > 1.0))).collect();
    let fitted = GradientBoosting::new(Objective::Logistic).fit(&x, &yes).expect("it fits");
    let labels: Vec<bool> = yes.iter().map(|yes| *yes == 1.0).collect();
    let auc = roc_auc(&fitted.predict(&x).expect("it fits"), &labels).expect("both classes");
    assert!(auc > 0.97, "{auc}");
}

#[test]
fn threads_change_nothing() {
    let (x, y) = drawn();
    let spec = GradientBoosting { max_trees: 10, ..GradientBoosting::new(Objective::Squared) };
    let fit = |count: usize| threads::with(count, || spec.fit(&x, &y).expect("it fits"));
    let one = fit(1);
    assert_eq!(one, fit(2));
    assert_eq!(one, fit(3));
}

#[test]
fn patience_ends_before_noise_is_learned() {
    let mut noise = vec![0.0; 600];
    fill_normal(4, 0, &mut noise);
    let x = Matrix::of(300, 1, |i, _| noise[i]);
    let spec = GradientBoosting { patience: Some(5), ..GradientBoosting::new(Objective::Squared) };
    let fitted = spec.fit(&x, &noise[300..]).expect("it fits");
    assert!(fitted.trees.len() < 20, "{} trees", fitted.trees.len());
    assert!(fitted.validation_losses.len() >= fitted.trees.len() + 5);
    let best = fitted.validation_losses[fitted.trees.len() - 1];
    assert!(fitted.validation_losses.iter().all(|loss| *loss >= best));
}

/// That a value is missing may be all there is to know.
#[test]
fn missing_values_go_their_own_way() {
    let x = Matrix::of(200, 1, |i, _| if i % 4 == 0 { f64::NAN } else { 1.0 });
    let y: Vec<f64> = (0..200).map(|i| if i % 4 == 0 { 9.0 } else { 2.0 }).collect();
    let fitted = GradientBoosting::new(Objective::Squared).fit(&x, &y).expect("it fits");
    let row = Matrix::new(2, 1, vec![f64::NAN, 1.0]).expect("it fits");
    let predicted = fitted.predict(&row).expect("it fits");
    support::all_near("predicted", &predicted, &[9.0, 2.0], 1e-3);
    let text = serde_json::to_string(&fitted).expect("JSON");
    let read: FittedBoosting = serde_json::from_str(&text).expect("JSON");
    assert_eq!(read.predict(&row).expect("it fits"), predicted);
    assert_eq!(read, fitted);
}

#[test]
fn what_has_no_answer_is_refused() {
    let x = Matrix::of(4, 1, |i, _| i as f64);
    let y = [0.0, 1.0, 0.0, 1.0];
    let of = GradientBoosting::new;
    refused(of(Objective::Squared).fit(&x, &[1.0; 4]), "all targets are the same");
    refused(
        of(Objective::Logistic).fit(&x, &[0.0, 1.0, 2.0, 1.0]),
        "target 2 is 2, expected 0 or 1",
    );
    refused(of(Objective::Poisson).fit(&x, &[0.0, -1.0, 2.0, 1.0]), "target 1 is -1");
    refused(of(Objective::Squared).fit(&x, &[0.0, f64::NAN, 2.0, 1.0]), "target 1 is NaN");
    refused(of(Objective::Squared).fit(&x, &y[..2]), "2 targets, expected 4");
    refused(of(Objective::Squared).fit(&Matrix::zeros(0, 1), &[]), "no rows");
    refused(of(Objective::Squared).fit(&Matrix::zeros(4, 0), &y), "no columns");
    let infinite = Matrix::of(4, 1, |_, _| f64::INFINITY);
    refused(of(Objective::Squared).fit(&infinite, &y), "number 0 is inf");
    let with = |change: fn(&mut GradientBoosting)| {
        let mut spec = of(Objective::Squared);
        change(&mut spec);
        spec.fit(&x, &y)
    };
    refused(with(|spec| spec.learning_rate = 0.0), "learning_rate is 0");
    refused(with(|spec| spec.max_bins = 256), "max_bins is 256");
    refused(with(|spec| spec.max_leaves = 1), "max_leaves is 1");
    refused(with(|spec| spec.max_trees = 0), "max_trees is 0");
    refused(with(|spec| spec.l2 = -1.0), "l2 is -1");
    let fitted = of(Objective::Squared).fit(&x, &y).expect("it fits");
    refused(fitted.predict(&Matrix::zeros(1, 2)), "2 columns, expected 1");
    // Too few rows to ask anything: the mean is the answer.
    assert_eq!(fitted.predict(&x).expect("it fits"), [0.5; 4]);
}
