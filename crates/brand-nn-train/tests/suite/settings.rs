//! What the settings of a training do, against what they stand for.

use brand_nn_autodiff::ParamSet;
use brand_nn_layers::{Network, Sequential, dense, embedding, lstm, time_distributed};
use brand_nn_losses::{CrossEntropy, MeanSquaredError, mse};
use brand_nn_optim::{Adam, Sgd};
use brand_nn_tensor::{Rng, Tensor};
use brand_nn_train::{
    Accuracy, BatchSizeFinder, Fit, Mae, Model, RateCurve, RateFinder, Result, Trainer,
};
use std::time::Duration;

fn network() -> Network {
    Sequential::new().add(dense(4)).add(dense(1)).build([3]).unwrap()
}

fn data() -> (Tensor, Tensor) {
    let x = Tensor::randn([60, 3], &mut Rng::new(1));
    (x.clone(), x.sum_axis(1))
}

fn weights(trainer: &Trainer<Network>) -> Vec<f32> {
    let set = ParamSet::all(&trainer.model).unwrap();
    set.iter().flat_map(|param| param.value().unwrap().to_vec::<f32>()).collect()
}

fn trained(plan: Fit) -> Vec<f32> {
    let mut trainer = network().compile(Sgd::new(0.05), mse);
    trainer.fit(&data(), plan.seed(2).quiet()).unwrap();
    weights(&trainer)
}

#[track_caller]
fn close(a: &[f32], b: &[f32]) {
    let far = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(far < 1e-6 && a.len() == b.len(), "{far}: {a:?} and {b:?}");
}

#[test]
fn small_batches_add_up_to_a_large_one() {
    let large = trained(Fit::epochs(3).batch_size(20));
    close(&trained(Fit::epochs(3).batch_size(5).accumulate(4)), &large);
    close(&trained(Fit::epochs(3).batch_size(10).accumulate(2)), &large);
    // The last step of an epoch takes what is left: 60 = 32 + 28.
    let uneven = trained(Fit::epochs(3).batch_size(32));
    close(&trained(Fit::epochs(3).batch_size(8).accumulate(4)), &uneven);
    assert_ne!(large, uneven);
    let clipped = trained(Fit::epochs(3).batch_size(20).clip_norm(0.1));
    close(&trained(Fit::epochs(3).batch_size(5).accumulate(4).clip_norm(0.1)), &clipped);
}

#[test]
fn limits_end_a_training() {
    let length = |plan: Fit| {
        let mut trainer = network().compile(Sgd::new(0.05), mse);
        trainer.fit(&data(), plan.batch_size(20).quiet()).unwrap().len()
    };
    assert_eq!(length(Fit::epochs(9).max_steps(7)), 3);
    assert_eq!(length(Fit::epochs(9).max_time(Duration::ZERO)), 1);
    assert_eq!(length(Fit::epochs(9).max_time(Duration::MAX)), 9);
    assert_eq!(length(Fit::epochs(9).fast_dev_run()), 1);
}

#[test]
fn a_dev_run_takes_a_step_and_measures_once() {
    let one = trained(Fit::epochs(5).batch_size(20).fast_dev_run());
    assert_eq!(one, trained(Fit::epochs(1).batch_size(20).max_steps(1)));
    let mut trainer = network().compile(Sgd::new(0.05), mse);
    let plan = Fit::epochs(5).validation_split(0.5).fast_dev_run().quiet();
    assert!(trainer.fit(&data(), plan).unwrap().last("val_loss").is_some());
}

#[test]
fn one_batch_is_learnt_by_heart() {
    let (x, _) = data();
    let noise = Tensor::randn([60], &mut Rng::new(9)); // nothing that could be learnt
    let mut trainer = Sequential::new()
        .add(dense(64).activation(brand_nn_layers::Activation::Tanh))
        .add(dense(1))
        .build([3])
        .unwrap()
        .compile(Adam::new(0.02), mse);
    let plan = Fit::epochs(400).batch_size(8).overfit_one_batch().quiet();
    let history = trainer.fit(&(x, noise), plan).unwrap();
    assert!(history.last("loss").unwrap() < 1e-2, "{:?}", history.last("loss"));
}

#[test]
fn gradients_are_clipped() {
    let rows = |plan: Fit| {
        let x = Tensor::full([4, 1], 100.0);
        let network = Sequential::new().add(dense(1)).build([1]).unwrap();
        let mut trainer = network.compile(Sgd::new(1.0), mse);
        trainer.fit(&(x, Tensor::zeros([4])), plan.max_steps(1).seed(1).quiet()).unwrap();
        weights(&trainer)
    };
    let start = rows(Fit::epochs(1).clip_norm(1e-12));
    let step = |plan| {
        let moved = rows(plan);
        moved.iter().zip(&start).map(|(a, b)| f64::from((a - b).abs())).collect::<Vec<_>>()
    };
    let value = step(Fit::epochs(1).clip_value(0.5));
    assert!(value.iter().all(|moved| (moved - 0.5).abs() < 1e-6), "{value:?}");
    let norm = step(Fit::epochs(1).clip_norm(0.5));
    assert!((norm.iter().map(|x| x * x).sum::<f64>().sqrt() - 0.5).abs() < 1e-5, "{norm:?}");
}

#[test]
fn weights_of_examples_count() {
    // Two rows that want 0 and 1 for the same input: the weighted mean is the answer.
    let (x, y) = (Tensor::ones([2, 1]), Tensor::from([0.0_f32, 1.0]));
    let answer = |weights: Tensor, classes: Vec<f64>| {
        let network = Sequential::new().add(dense(1)).build([1]).unwrap();
        let mut trainer = network.compile(Sgd::new(0.1), MeanSquaredError);
        let plan = Fit::epochs(300).class_weight(classes).quiet();
        trainer.fit(&(x.clone(), y.clone(), weights), plan).unwrap();
        trainer.predict(&x).unwrap().get(&[0, 0])
    };
    assert!((answer(Tensor::from([1.0, 1.0]), vec![]) - 0.5).abs() < 1e-4);
    assert!((answer(Tensor::from([1.0, 3.0]), vec![]) - 0.75).abs() < 1e-4);
    assert!((answer(Tensor::from([1.0, 3.0]), vec![3.0, 1.0]) - 0.5).abs() < 1e-4);
}

/// A network that says something of every step, and leaves padded ones out.
fn tagger() -> Network {
    Sequential::new()
        .add(embedding(9, 4).mask_zero(true))
        .add(lstm(5).return_sequences(true))
        .add(time_distributed(dense(3)))
        .build([6])
        .unwrap()
}

#[test]
fn padded_steps_count_for_nothing() {
    let ids = Tensor::from([[1_i64, 2, 3, 0, 0, 0], [4, 5, 6, 7, 8, 1]]);
    let tags = Tensor::from([[0_i64, 1, 2, 0, 0, 0], [1, 1, 2, 2, 0, 0]]);
    let other = Tensor::from([[0_i64, 1, 2, 2, 1, 2], [1, 1, 2, 2, 0, 0]]); // behind the padding
    let run = |tags: &Tensor| {
        let mut trainer =
            tagger().compile(Adam::new(0.05), CrossEntropy::default()).metric(Accuracy::default());
        let data = (ids.clone(), tags.clone());
        let history = trainer.fit(&data, Fit::epochs(60).seed(1).quiet()).unwrap();
        (weights(&trainer), history, trainer.evaluate(&data).unwrap())
    };
    let outcome = run(&tags);
    assert_eq!(outcome, run(&other));
    assert_eq!(outcome.2["accuracy"], 1.0);
    let plan = Fit::epochs(1).class_weight([1.0, 1.0, 1.0]).quiet();
    let error = tagger().compile(Adam::new(0.1), CrossEntropy::default()).fit(&(ids, tags), plan);
    assert!(error.unwrap_err().to_string().contains("for an output with a mask, expected none"));
}

#[test]
fn finders_change_nothing() {
    let data = data();
    let mut trainer = network().compile(Adam::new(1e-3), mse).metric(Mae::default());
    trainer.fit(&data, Fit::epochs(2).seed(1).quiet()).unwrap();
    let (before, rate) = (weights(&trainer), trainer.predict(&data.0).unwrap());
    let curve = RateFinder::new().range(1e-6, 1e3).steps(80).run(&mut trainer, &data).unwrap();
    assert!((1e-4..1.0).contains(&curve.suggestion().unwrap()), "{curve:?}");
    assert!(curve.rates.len() <= 80 && curve.rates.is_sorted());
    let sizes = BatchSizeFinder::new().least(4).most(20).run(&mut trainer, &data).unwrap();
    assert_eq!(sizes.measured.len(), 3);
    assert_eq!((weights(&trainer), trainer.predict(&data.0).unwrap()), (before, rate));
    let mut same = network().compile(Adam::new(1e-3), mse).metric(Mae::default());
    same.fit(&data, Fit::epochs(2).seed(1).quiet()).unwrap();
    for trainer in [&mut trainer, &mut same] {
        trainer.fit(&data, Fit::epochs(1).seed(3).quiet()).unwrap();
    }
    assert_eq!(weights(&trainer), weights(&same), "the optimizer is as it was");
}

#[track_caller]
fn refused<T>(result: Result<T>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn wrong_settings_are_refused() {
    let fit = |plan: Fit| network().compile(Sgd::new(0.1), mse).fit(&data(), plan.quiet());
    refused(fit(Fit::epochs(1).accumulate(0)), "accumulate: got 0, expected at least 1");
    refused(fit(Fit::epochs(1).max_steps(0)), "max_steps: got 0, expected at least 1");
    refused(fit(Fit::epochs(1).clip_value(f64::NAN)), "clip_value: got NaN");
    let mut trainer = network().compile(Sgd::new(0.1), mse);
    let plan = Fit::epochs(1).validation_split(0.2).quiet();
    refused(
        trainer.fit_validated(&data(), &data(), plan),
        "validation_split: got 0.2, expected none",
    );
    let finder = RateFinder::new();
    refused(finder.range(1.0, 0.5).run(&mut trainer, &data()), "range: got 1 to 0.5");
    refused(finder.steps(3).run(&mut trainer, &data()), "steps: got 3, expected at least 20");
    let flat = RateCurve { rates: vec![0.1; 30], losses: vec![1.0; 30] };
    refused(flat.suggestion(), "30 steps in which the loss does not fall");
    refused(BatchSizeFinder::new().least(0).run(&mut trainer, &data()), "got 0 to 30 in 5 steps");
    let weights = (data().0, data().1, Tensor::ones([59]));
    refused(trainer.fit(&weights, Fit::epochs(1).quiet()), "got 60 and 60 and 59 examples");
}
