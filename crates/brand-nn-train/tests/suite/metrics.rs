//! Every metric of batches against its pure function, through the contract of `metrics::check`.

use brand_nn_stats::{Result, metrics as pure};
use brand_nn_tensor::{DType, Tensor};
use brand_nn_train::{metrics::check, *};

/// Probabilities of yes in f32, as networks give them, and what came.
const YES: [f32; 7] = [0.9, 0.4, 0.4, 0.05, 0.75, 0.5, 0.6];
const CAME: [f64; 7] = [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0];
/// Scores of three classes in eighths, which are exact, and what came.
const ROWS: [[f64; 3]; 5] = [
    [0.25, 0.5, 0.25],
    [0.125, 0.125, 0.75],
    [0.625, 0.25, 0.125],
    [0.375, 0.375, 0.25],
    [0.5, 0.125, 0.375],
];
const CLASSES: [i64; 5] = [1, 2, 1, 1, 0];

#[track_caller]
fn check(metric: &mut dyn Metric, output: &Tensor, target: &Tensor, expected: Result<f64>) {
    check::metric(metric, output, target, expected.unwrap()).unwrap();
}

/// A metric of yes and no; the same for a column of outputs, and for targets in other dtypes.
#[track_caller]
fn yes_or_no(
    mut metric: impl Metric,
    pure: impl Fn(&[f64], &[bool], &[usize], &[usize]) -> Result<f64>,
) {
    let scores = YES.map(f64::from);
    let (taken, actual) = (scores.map(|p| usize::from(p > 0.5)), CAME.map(|t| t as usize));
    let expected = pure(&scores, &CAME.map(|t| t > 0.5), &taken, &actual);
    let (output, target) = (Tensor::from(YES), Tensor::from(CAME));
    check(&mut metric, &output, &target, expected.clone());
    let column = output.reshape([7, 1]);
    check(&mut metric, &column, &target.to(DType::I64), expected.clone());
    check(&mut metric, &column, &target.reshape([7, 1]), expected);
}

/// A metric of classes; the same for one-hot targets.
#[track_caller]
fn of_classes(mut metric: impl Metric, pure: impl Fn(&[f64], &[usize], &[usize]) -> Result<f64>) {
    let expected = pure(&ROWS.concat(), &[1, 2, 0, 0, 0], &CLASSES.map(|class| class as usize));
    let (output, target) = (Tensor::from(ROWS), Tensor::from(CLASSES));
    check(&mut metric, &output, &target, expected.clone());
    check(&mut metric, &output, &target.one_hot(3).unwrap().to(DType::F64), expected);
}

/// A metric of numbers; the same for numbers in rows.
#[track_caller]
fn of_numbers(mut metric: impl Metric, pure: impl Fn(&[f64], &[f64]) -> Result<f64>) {
    let (p, t) = ([1.5, -2.0, 0.0, 3.25, 8.0, 1.0], [1.0, -2.5, 0.5, 4.0, 6.0, 1.0]);
    let (output, target) = (Tensor::from(p), Tensor::from(t));
    check(&mut metric, &output, &target, pure(&p, &t));
    check(&mut metric, &output.reshape([3, 2]), &target.reshape([3, 2]), pure(&p, &t));
}

#[test]
fn metrics_of_yes_and_no() {
    let binary = Average::Binary;
    yes_or_no(Accuracy::default(), |_, _, p, t| pure::accuracy(p, t));
    yes_or_no(BalancedAccuracy::default(), |_, _, p, t| pure::balanced_accuracy(p, t));
    yes_or_no(Precision::default(), |_, _, p, t| pure::precision(p, t, binary));
    yes_or_no(Recall::default(), |_, _, p, t| pure::recall(p, t, binary));
    yes_or_no(F1::default(), |_, _, p, t| pure::f1(p, t, binary));
    yes_or_no(FBeta::default().beta(2.0), |_, _, p, t| pure::f_beta(p, t, 2.0, binary));
    yes_or_no(Mcc::default(), |_, _, p, t| pure::mcc(p, t));
    yes_or_no(CohenKappa::default(), |_, _, p, t| pure::cohen_kappa(p, t, KappaWeights::Plain));
    yes_or_no(Auc::default(), |p, t, _, _| pure::roc_auc(p, t));
    yes_or_no(PrAuc::default(), |p, t, _, _| pure::average_precision(p, t));
    yes_or_no(LogLoss::default(), |p, t, _, _| pure::log_loss(p, t));
    yes_or_no(Brier::default(), |p, t, _, _| pure::brier_score(p, t));
    // Three of seven are above 0.55: all but one of what came, and one more.
    yes_or_no(Accuracy::default().threshold(0.55), |_, _, _, _| Ok(5.0 / 7.0));
}

#[test]
fn metrics_of_classes() {
    let (average, weights) = (Average::Macro, KappaWeights::Linear);
    of_classes(Accuracy::default(), |_, p, t| pure::accuracy(p, t));
    of_classes(BalancedAccuracy::default(), |_, p, t| pure::balanced_accuracy(p, t));
    of_classes(Precision::default().average(average), |_, p, t| pure::precision(p, t, average));
    of_classes(Recall::default().average(average), |_, p, t| pure::recall(p, t, average));
    of_classes(F1::default().average(average), |_, p, t| pure::f1(p, t, average));
    let half = FBeta::default().beta(0.5).average(average);
    of_classes(half, |_, p, t| pure::f_beta(p, t, 0.5, average));
    of_classes(Mcc::default(), |_, p, t| pure::mcc(p, t));
    of_classes(CohenKappa::default().weights(weights), |_, p, t| pure::cohen_kappa(p, t, weights));
    of_classes(TopKAccuracy::default().k(2), |rows, _, t| pure::top_k_accuracy(rows, 3, t, 2));
    of_classes(TopKAccuracy::default(), |_, _, _| Ok(1.0));
    of_classes(LogLoss::default(), |rows, _, t| pure::log_loss_classes(rows, 3, t));
}

#[test]
fn metrics_of_numbers() {
    of_numbers(Mae::default(), pure::mae);
    of_numbers(Mse::default(), pure::mse);
    of_numbers(Rmse::default(), pure::rmse);
    of_numbers(R2::default(), pure::r2);
}

#[track_caller]
fn refused(mut metric: impl Metric, output: &Tensor, target: &Tensor, message: &str) {
    let result = metric.update(output, target).and_then(|()| metric.value());
    let text = result.expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn what_has_no_measure_is_refused() {
    let two = &Tensor::from([0.25, 0.5]);
    let ones = &Tensor::from([1.0, 1.0]);
    refused(Auc::default(), two, ones, "undefined where all labels are of one class");
    refused(R2::default(), two, ones, "undefined where all targets are equal");
    refused(LogLoss::default(), &(ones * 2.0), ones, "probability 0 is 2, expected a probability");
    refused(Accuracy::default(), two, &Tensor::from([0.5, 1.0]), "expected one class from 0 on");
    refused(Accuracy::default(), two, &Tensor::from([-1_i64, 1]), "expected one class from 0 on");
    refused(Accuracy::default(), two, &Tensor::from([9000_i64, 1]), "class 0 is 9000");
    refused(F1::default(), two, &Tensor::from([2_i64, 1]), "Average::Binary is 3, expected two");
    refused(FBeta::default().beta(f64::NAN), two, ones, "is NaN, expected a finite number");
    refused(TopKAccuracy::default().k(0), two, ones, "k is 0, expected at least 1");
    refused(Mae::default(), &Tensor::zeros([0]), &Tensor::zeros([0]), "mae: no examples");
    refused(Accuracy::default(), &Tensor::zeros([2, 0]), two, "shape [2] for outputs [2, 0]");
}

/// A metric that counts batches instead of examples.
#[derive(Default)]
struct Careless(f64);

impl Metric for Careless {
    fn name(&self) -> &'static str {
        "careless"
    }

    fn update(&mut self, _: &Tensor, _: &Tensor) -> brand_nn_train::Result<()> {
        self.0 += 1.0;
        Ok(())
    }

    fn value(&self) -> brand_nn_train::Result<f64> {
        Ok(self.0)
    }

    fn reset(&mut self) {
        self.0 = 0.0;
    }

    fn state(&self) -> Vec<f64> {
        vec![self.0]
    }

    fn load_state(&mut self, state: &[f64]) -> brand_nn_train::Result<()> {
        self.0 = state[0];
        Ok(())
    }
}

#[test]
#[should_panic(expected = "careless: a value without examples")]
fn the_contract_finds_a_careless_metric() {
    let numbers = Tensor::from([1.0, 2.0]);
    check(&mut Careless::default(), &numbers, &numbers, Ok(1.0));
}
