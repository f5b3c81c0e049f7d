//! Losses and their gradients against values that PyTorch made in f64 (`golden/losses.py`).

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::Var;
use brand_nn_losses::{
    BinaryCrossEntropy, BinaryCrossEntropyWithLogits, CrossEntropy, Loss, MeanSquaredError,
    Reduction,
};
use brand_nn_tensor::{DType, Tensor, check::golden_from_str};
use serde_json::Value;

const GOLDEN: &str = include_str!("golden/losses.json");

fn tensor(value: &Value) -> Tensor {
    golden_from_str(&value.to_string()).unwrap()
}

/// The loss of a case, where its settings are ones that we have.
fn loss_of(case: &Value) -> Option<Box<dyn Loss>> {
    let config = &case["config"];
    let smoothing = config["label_smoothing"].as_f64().unwrap_or(0.0);
    let ignores = config["ignore_index"].as_i64().is_some_and(|index| {
        let targets = tensor(&case["inputs"]["target"]).to(DType::I64).to_vec::<i64>();
        targets.contains(&index)
    });
    if !case["inputs"]["weight"].is_null() || ignores {
        return None;
    }
    Some(match case["kind"].as_str()? {
        "mse" => Box::new(MeanSquaredError),
        "bce" => Box::new(BinaryCrossEntropy),
        "bce_with_logits" => {
            let weights = &case["inputs"]["pos_weight"];
            let weight =
                if weights.is_null() { vec![1.0] } else { tensor(weights).to_vec::<f64>() };
            let same = weight.iter().all(|w| *w == weight[0]).then_some(weight[0])?;
            Box::new(BinaryCrossEntropyWithLogits::default().positive_weight(same))
        }
        "cross_entropy" | "cross_entropy_dense" => {
            Box::new(CrossEntropy::default().label_smoothing(smoothing))
        }
        kind => panic!("no loss for golden cases of kind {kind}"),
    })
}

fn reduction_of(case: &Value) -> Reduction {
    match case["config"]["reduction"].as_str().unwrap() {
        "mean" => Reduction::Mean,
        "sum" => Reduction::Sum,
        _ => Reduction::None,
    }
}

/// Compares point by point: one huge value must not hide the others.
#[track_caller]
fn check_points(case: &Value, ours: &Tensor, golden: &Value, tolerance: f64) {
    let reference = tensor(golden).reshape(ours.shape());
    let bound = reference.abs().maximum(&Tensor::ones_like(&reference)) * tolerance;
    let close = (ours.to(DType::F64) - &reference).abs().less_equal(&bound);
    assert!(close.all(), "{}: {ours}\nexpected {reference}", case["name"]);
}

/// The value and the gradient of one case in a precision.
#[track_caller]
fn check(case: &Value, loss: &dyn Loss, dtype: DType, tolerance: f64) {
    let input = Var::leaf(tensor(&case["inputs"]["input"]).to(dtype));
    let target = tensor(&case["inputs"]["target"]);
    let integers = case["kind"] == "cross_entropy";
    let target = if integers { target.to(DType::I64) } else { target };
    let value = reduction_of(case).apply(&loss.each(&input, &target).unwrap());
    check_points(case, value.tensor(), &case["output"], tolerance);
    let seed = tensor(&case["seed_gradient"]).reshape(value.shape()).to(dtype);
    let gradients = (value * seed).sum().backward().unwrap();
    let slope = gradients.get(&input).unwrap();
    assert!(slope.is_finite().all(), "{}: {slope}", case["name"]);
    check_points(case, &slope, &case["gradient"], tolerance);
}

#[test]
fn losses_and_gradients() {
    let file: Value = serde_json::from_str(GOLDEN).unwrap();
    let mut checked = 0;
    for case in file["cases"].as_array().unwrap() {
        if let Some(loss) = loss_of(case) {
            // PyTorch's smallest divisor of the slope of probabilities is 1e-12 rounded to f32.
            let double = if case["kind"] == "bce" { 1e-8 } else { 1e-10 };
            check(case, &*loss, DType::F64, double);
            // Probabilities beside 0 and 1 are 0 and 1 in f32: another loss.
            if !case["name"].as_str().unwrap().contains("at_0_and_1") {
                check(case, &*loss, DType::F32, 2e-5);
            }
            checked += 1;
        }
    }
    assert!(checked >= 55, "only {checked} golden cases apply");
}

/// The loss of logits is also the loss of the probabilities that were made of them.
#[test]
fn probabilities_remember_their_logits() {
    let logits = Var::leaf(Tensor::from([[1e4, -1e4], [17.0, 3.0]]));
    let target = Tensor::from([[1.0, 0.0], [1.0, 0.0]]);
    let direct = BinaryCrossEntropyWithLogits::default().loss(&logits, &target).unwrap();
    let through = BinaryCrossEntropy.loss(&logits.sigmoid(), &target).unwrap();
    assert_eq!(direct.tensor(), through.tensor());
    let classes = Tensor::from([0_i64, 1]);
    let direct = CrossEntropy::default().loss(&logits, &classes).unwrap();
    let through = CrossEntropy::default().loss(&logits.softmax(-1), &classes).unwrap();
    assert_eq!(direct.tensor(), through.tensor());
    assert!(through.backward().unwrap().is_finite());
}

#[track_caller]
fn refused(result: brand_nn_losses::Result<Var>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn wrong_targets_are_refused() {
    let logits = Var::from(Tensor::zeros([2, 3]));
    let of = |target: Tensor| CrossEntropy::default().loss(&logits, &target);
    refused(of(Tensor::from([0_i64])), "the target has shape [1], the prediction [2, 3]");
    refused(of(Tensor::from([0_i64, 3])), "target is 3, expected a class from 0");
    refused(of(Tensor::zeros([2])), "the target has shape [2]");
    let column = Var::from(Tensor::full([2, 1], 0.5));
    let binary = |target: Tensor| BinaryCrossEntropy.loss(&column, &target);
    refused(binary(Tensor::from([0.0, 2.0])), "a target is 2, expected 0 to 1");
    refused(binary(Tensor::from([0.0, f32::NAN])), "a target is NaN");
    refused(binary(Tensor::zeros([3])), "the target has shape [3], the prediction [2, 1]");
    assert!(binary(Tensor::from([0.0, 1.0])).is_ok(), "[n] belongs to [n, 1]");
    let weight = BinaryCrossEntropyWithLogits::default().positive_weight(0.0);
    refused(weight.loss(&column, &Tensor::zeros([2])), "positive_weight is 0");
    let smooth = CrossEntropy::default().label_smoothing(1.5);
    refused(smooth.loss(&logits, &Tensor::from([0_i64, 1])), "label_smoothing is 1.5");
}
