//! Fitted things come back from files, and files that say nonsense are errors and no panics.

use brand_nn_stats::cluster::*;
use brand_nn_stats::decompose::{FittedPca, Pca};
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::regression::*;
use brand_nn_stats::series::*;
use brand_nn_stats::survival::*;
use brand_nn_stats::tree::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::fmt::Debug;

fn rows() -> Matrix {
    Matrix::of(40, 2, |i, j| ((i * 7 + j * 3) % 11) as f64 + 0.1 * ((i * i) % 5) as f64)
}

fn numbers() -> Vec<f64> {
    (0..40).map(|i| ((i * 5) % 7) as f64 + 1.0).collect()
}

/// Every array and number of a value, changed: emptied, shortened, made huge.
fn spoiled(value: &Value) -> Vec<Value> {
    let mut out = Vec::new();
    match value {
        Value::Array(list) => {
            out.push(Value::Array(Vec::new()));
            out.push(Value::Array(list[..list.len() / 2].to_vec()));
            for (i, part) in list.iter().enumerate().take(4) {
                out.extend(spoiled(part).into_iter().map(|changed| {
                    let mut list = list.clone();
                    list[i] = changed;
                    Value::Array(list)
                }));
            }
        }
        Value::Object(fields) => {
            for (name, part) in fields {
                out.extend(spoiled(part).into_iter().map(|changed| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), changed);
                    Value::Object(fields)
                }));
            }
        }
        Value::Number(_) => {
            out.extend([Value::from(0), Value::from(u64::MAX), Value::from(-1e300)]);
        }
        _ => {}
    }
    out
}

/// Saves, loads, compares; then loads every spoiled file and uses what comes, if anything does.
#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(fitted: &T, using: impl Fn(&T)) {
    let value = serde_json::to_value(fitted).expect("JSON");
    let read: T = serde_json::from_value(value.clone()).expect("it was written so");
    assert_eq!(&read, fitted);
    let files = spoiled(&value);
    assert!(files.len() > 5, "only {} files", files.len());
    for file in files {
        if let Ok(read) = serde_json::from_value::<T>(file) {
            using(&read);
        }
    }
}

#[test]
fn regressions() {
    let (x, y) = (rows(), numbers());
    let yes: Vec<bool> = y.iter().map(|y| *y > 4.0).collect();
    let classes: Vec<usize> = y.iter().map(|y| *y as usize % 3).collect();
    check(&LinearRegression::default().fit(&x, &y).expect("it fits"), |fitted| {
        let _ = (fitted.predict(&x), fitted.prediction_intervals(&x, 0.9), fitted.intervals(0.9));
        let _ = (fitted.p_values(), fitted.f_test_p_value(), fitted.adjusted_r2());
    });
    check(&Ridge::default().fit(&x, &y).expect("it fits"), |f| drop(f.predict(&x)));
    check(&ElasticNet::default().fit(&x, &y).expect("it fits"), |f| drop(f.predict(&x)));
    check(&LogisticRegression::default().fit(&x, &yes).expect("it fits"), |f| drop(f.predict(&x)));
    check(&PoissonRegression::default().fit(&x, &y).expect("it fits"), |f| drop(f.predict(&x)));
    let fitted = MultinomialRegression::default().fit(&x, &classes).expect("it fits");
    check(&fitted, |fitted| drop(fitted.predict(&x)));
}

#[test]
fn groups_and_components() {
    let x = rows();
    check(&KMeans::new(3, 1).fit(&x).expect("it fits"), |fitted| drop(fitted.predict(&x)));
    let fitted = GaussianMixture::new(2, 1).fit(&x).expect("it fits");
    check(&fitted, |fitted| {
        let _ = (fitted.predict(&x), fitted.schwarz());
    });
    let tree = Agglomerative { linkage: Linkage::Ward }.fit(&x).expect("it fits");
    check(&tree, |tree: &MergeTree| {
        let _ = (tree.cut(1), tree.cut(3), tree.cut(40));
    });
    check(&Pca::new(2).fit(&x).expect("it fits"), |fitted: &FittedPca| {
        let _ = (fitted.transform(&x), fitted.inverse_transform(&x));
    });
}

#[test]
fn durations_and_series() {
    let (x, t) = (rows(), numbers());
    let events: Vec<bool> = (0..40).map(|i| i % 3 > 0).collect();
    check(&KaplanMeier::fit(&t, &events).expect("it fits"), |curve| {
        let _ = (curve.survival_at(9.0), curve.median(), curve.intervals(0.9));
        let _ = curve.restricted_mean(5.0);
    });
    check(&NelsonAalen::fit(&t, &events).expect("it fits"), |curve| {
        let _ = (curve.hazard_until(9.0), curve.intervals(0.9));
    });
    check(&Cox::default().fit(&x, &t, &events).expect("it fits"), |fitted| {
        let _ = (fitted.predict_survival(&x, &[1.0, 9.0]), fitted.hazard_ratios());
    });
    let fitted = HoltWinters::seasonal(Seasonal::Multiplicative, 7).fit(&t).expect("it fits");
    check(&fitted, |fitted| {
        let _ = (fitted.forecast(9), fitted.intervals(3, 0.9, 10, 0));
    });
}

#[test]
fn trees() {
    let (x, y) = (rows(), numbers());
    let spec = GradientBoosting { max_trees: 3, ..GradientBoosting::new(Objective::Squared) };
    let spec = GradientBoosting { min_samples_leaf: 5, ..spec };
    check(&spec.fit(&x, &y).expect("it fits"), |fitted| drop(fitted.predict(&x)));
}
