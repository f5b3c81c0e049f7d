//! Training from end to end: what is learnt, repeated, saved and refused.

use brand_nn_autodiff::{Params, Var, init};
use brand_nn_layers::{
    Activation, Call, Linear, Network, Pass, Sequential, dense, dropout, embedding, lstm,
};
use brand_nn_losses::{BinaryCrossEntropy, CrossEntropy, mse};
use brand_nn_optim::{Adam, Sgd};
use brand_nn_tensor::{Rng, Tensor};
use brand_nn_train::{
    Accuracy, Batch, Callback, EarlyStopping, Epoch, Fit, Model, Result, SavedModel, Trainer,
};
use std::{ops::ControlFlow, path::PathBuf};

/// A small form of the article's model.
fn classifier() -> Network {
    Sequential::new()
        .add(embedding(20, 6))
        .add(lstm(8).return_sequences(true))
        .add(dropout(0.2))
        .add(lstm(8))
        .add(dropout(0.2))
        .add(dense(1).activation(Activation::Sigmoid))
        .build([7])
        .unwrap()
}

/// Sequences that are positive if the word 3 is in them.
fn sequences(n: usize) -> (Tensor, Tensor) {
    let ids = Tensor::randint([n, 7], 1, 8, &mut Rng::new(5));
    let labels = ids.equal_to(3.0).to(brand_nn_tensor::DType::F32).max_axis(1);
    (ids, labels)
}

fn trainer() -> Trainer<Network> {
    classifier().compile(Adam::new(0.02), BinaryCrossEntropy).metric(Accuracy::default())
}

fn weights(trainer: &Trainer<Network>) -> Vec<u32> {
    let set = trainer.model.params("*").unwrap();
    let values = set.iter().flat_map(|param| param.value().unwrap().to_vec::<f32>());
    values.map(f32::to_bits).collect()
}

#[test]
fn the_article_model_learns_a_rule() {
    let (data, mut trainer) = (sequences(400), trainer());
    let stop = EarlyStopping::on("val_loss").patience(5).restore_best();
    let plan = Fit::epochs(30).validation_split(0.1).seed(1).quiet().callback(stop);
    let history = trainer.fit(&data, plan).unwrap();
    let best = history.best_epoch.unwrap();
    let lowest = history.column("val_loss").into_iter().fold(f64::INFINITY, f64::min);
    assert_eq!(history.epochs[best]["val_loss"], lowest);
    assert!(trainer.evaluate(&data).unwrap()["accuracy"] > 0.97, "{:?}", history.epochs.last());
}

/// Values that are kept in 16 bits change the way a little, and not where it leads.
#[test]
fn activations_may_be_kept_in_16_bits() {
    let run = |plan: Fit| {
        let (data, mut trainer) = (sequences(400), trainer());
        trainer.fit(&data, plan.seed(1).quiet()).unwrap();
        let accuracy = trainer.evaluate(&data).unwrap()["accuracy"];
        (weights(&trainer), accuracy)
    };
    let (exact, _) = run(Fit::epochs(20));
    let (rounded, accuracy) = run(Fit::epochs(20).save_in_bf16());
    assert!(exact != rounded && accuracy > 0.97, "{accuracy}");
}

#[test]
fn threads_are_invisible() {
    let run = |threads: usize| {
        brand_nn_kernels::threads::with(threads, || {
            let mut trainer = trainer();
            let plan = Fit::epochs(1).batch_size(40).seed(3).quiet();
            trainer.fit(&sequences(800), plan).unwrap(); // 20 steps
            weights(&trainer)
        })
    };
    let one = run(1);
    for threads in [2, 3, 8] {
        assert!(run(threads) == one, "{threads} threads give other weights than one");
    }
}

#[test]
fn a_seed_decides_everything() {
    let run = |seed| {
        let mut trainer = trainer();
        trainer.fit(&sequences(100), Fit::epochs(2).seed(seed).quiet()).unwrap();
        weights(&trainer)
    };
    assert!(run(1) == run(1));
    assert!(run(1) != run(2));
}

#[derive(Params)]
struct Match {
    customer: Linear,
    product: Linear,
}

#[derive(Batch)]
struct Pairs {
    customer: Tensor,
    product: Tensor,
}

impl Model for Match {
    type Input = Pairs;

    fn run(&self, pairs: &Pairs, pass: &mut Pass) -> Result<Var> {
        let customer = self.customer.call(&pairs.customer, pass)?;
        Ok((customer * self.product.call(&pairs.product, pass)?).sum_axis(1))
    }
}

#[test]
fn a_model_of_two_inputs_learns() {
    let mut rng = Rng::new(1);
    let (customer, product) =
        (Tensor::randn([200, 3], &mut rng), Tensor::randn([200, 3], &mut rng));
    let liking = (&customer * &product).sum_axis(1);
    let model = Match { customer: Linear::new(3, 3), product: Linear::new(3, 3) };
    let mut trainer = model.compile(Adam::new(0.02), mse);
    let data = (Pairs { customer, product }, liking);
    let history = trainer.fit(&data, Fit::epochs(60).seed(2).quiet()).unwrap();
    assert!(history.last("loss").unwrap() < 0.01, "{:?}", history.last("loss"));
    assert_eq!(trainer.predict(&data.0).unwrap().shape()[..], [200]);
}

#[test]
fn several_classes_by_integers() {
    let x = Tensor::randn([150, 2], &mut Rng::new(3));
    let y = x.argmax(1);
    let network =
        Sequential::new().add(dense(2).activation(Activation::Softmax)).build([2]).unwrap();
    let mut trainer =
        network.compile(Sgd::new(0.5), CrossEntropy::default()).metric(Accuracy::default());
    let data = (x, y);
    trainer.fit(&data, Fit::epochs(20).quiet()).unwrap();
    assert!(trainer.evaluate(&data).unwrap()["accuracy"] > 0.97);
}

#[test]
fn class_weights_move_the_decision() {
    let x = Tensor::ones([100, 1]);
    let y = Tensor::range(0.0, 100.0, 1.0).less_than(20.0).to(brand_nn_tensor::DType::F32);
    let chance = |weights: Vec<f64>| {
        let network =
            Sequential::new().add(dense(1).activation(Activation::Sigmoid)).build([1]).unwrap();
        let mut trainer = network.compile(Adam::new(0.05), BinaryCrossEntropy);
        let plan = Fit::epochs(150).batch_size(100).class_weight(weights).quiet();
        trainer.fit(&(x.clone(), y.clone()), plan).unwrap();
        trainer.predict(&x).unwrap().get(&[0, 0])
    };
    assert!((chance(vec![]) - 0.2).abs() < 0.01);
    assert!((chance(vec![1.0, 4.0]) - 0.5).abs() < 0.01);
}

#[test]
fn early_stopping_waits_and_restores() {
    struct Watch(Vec<usize>);
    impl Callback for Watch {
        fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
            self.0.push(epoch.number);
            Ok(ControlFlow::Continue(()))
        }
    }
    // A rate of nearly nothing: the loss of the first epoch is never improved by 0.5.
    let (x, y) = (Tensor::ones([8, 1]), Tensor::ones([8]));
    let network = || Sequential::new().add(dense(1)).build([1]).unwrap();
    for (patience, epochs) in [(0, 2), (1, 2), (3, 4)] {
        let stop = EarlyStopping::on("loss").patience(patience).min_delta(0.5).restore_best();
        let mut trainer = network().compile(Sgd::new(1e-9), mse);
        let plan = Fit::epochs(9).callback(stop).callback(Watch(Vec::new())).quiet();
        let history = trainer.fit(&(x.clone(), y.clone()), plan).unwrap();
        assert_eq!((history.len(), history.best_epoch), (epochs, Some(0)), "patience {patience}");
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("brand-nn-fit-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_saved_model_predicts_the_same_bits() {
    let folder = folder("same");
    let (data, mut trainer) = (sequences(64), trainer());
    trainer.fit(&data, Fit::epochs(1).quiet()).unwrap();
    let path = folder.join("model.safetensors");
    trainer.attach("words", &["a", "b"]).unwrap().save(&path).unwrap();
    let saved = SavedModel::open(&path).unwrap();
    assert_eq!(saved.predict(&data.0).unwrap(), trainer.predict(&data.0).unwrap());
    assert_eq!(saved.part::<Vec<String>>("words").unwrap(), ["a", "b"]);
    let missing = saved.part::<Vec<String>>("tokenizer").unwrap_err().to_string();
    assert!(missing.contains("it has no part `tokenizer`"), "{missing}");
    let wrong = saved.part::<u64>("words").unwrap_err().to_string();
    assert!(wrong.contains("part `words`"), "{wrong}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn damaged_and_foreign_files_are_refused() {
    let folder = folder("bad");
    let mut trainer = trainer();
    trainer.fit(&sequences(32), Fit::epochs(1).quiet()).unwrap();
    let path = folder.join("model.safetensors");
    trainer.save(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let open = |bytes: &[u8]| {
        let bad = folder.join("bad.safetensors");
        #[allow(clippy::disallowed_methods, reason = "a damaged file on purpose")]
        std::fs::write(&bad, bytes).unwrap();
        SavedModel::open(&bad).unwrap_err().to_string()
    };
    for length in [0, 7, 8, 100, bytes.len() - 1] {
        let message = open(&bytes[..length]);
        assert!(message.contains("bad.safetensors"), "{length} bytes: {message}");
    }
    let step = bytes.len() / 200;
    for bit in (0..bytes.len()).step_by(step.max(1)) {
        let mut flipped = bytes.clone();
        flipped[bit] ^= 1 << (bit % 8);
        assert!(!open(&flipped).is_empty());
    }
    let other = Sequential::new().add(embedding(20, 6)).add(lstm(9)).build([7]).unwrap();
    init(&other, 0).unwrap();
    let message = other.load(&path).unwrap_err().to_string();
    for part in ["mismatched: lstm.weight_ih", "unexpected: dense.bias, dense.weight, lstm_1"] {
        assert!(message.contains(part), "{message}\nlacks {part}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_place_that_can_not_be_written_keeps_the_old_file() {
    let folder = folder("keep");
    let mut trainer = trainer();
    trainer.fit(&sequences(32), Fit::epochs(1).quiet()).unwrap();
    let path = folder.join("model.safetensors");
    trainer.save(&path).unwrap();
    let before = std::fs::read(&path).unwrap();
    // A file is no folder, for any user.
    let message = trainer.save(path.join("inside.safetensors")).unwrap_err().to_string();
    assert!(message.contains("inside.safetensors"), "{message}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "no stray file");
    std::fs::remove_dir_all(folder).unwrap();
}

#[track_caller]
fn refused<T>(result: Result<T>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn wrong_plans_and_data_are_refused() {
    let fit = |data: &(Tensor, Tensor), plan: Fit| trainer().fit(data, plan.quiet());
    let good = sequences(32);
    refused(fit(&good, Fit::epochs(0)), "epochs: got 0, expected at least 1");
    refused(fit(&good, Fit::epochs(1).batch_size(0)), "batch_size: got 0");
    refused(fit(&good, Fit::epochs(1).validation_split(1.0)), "validation_split: got 1");
    refused(fit(&good, Fit::epochs(1).validation_split(0.999)), "the split: got a share of 0.999");
    refused(fit(&good, Fit::epochs(1).clip_norm(0.0)), "clip_norm: got 0");
    refused(fit(&good, Fit::epochs(1).class_weight([1.0, -1.0])), "class_weight: got -1");
    let uneven = (good.0.clone(), good.1.slice(0, 0..31));
    refused(fit(&uneven, Fit::epochs(1)), "got 32 and 31 examples");
    let empty = (good.0.slice(0, 0..0), good.1.slice(0, 0..0));
    refused(fit(&empty, Fit::epochs(1)), "the data: got no example");
    let beyond = (&good.0 + 20, good.1.clone());
    refused(fit(&beyond, Fit::epochs(1)), "embedding: id 27, expected 0 to 19");
    let stop = EarlyStopping::on("val_loss");
    refused(fit(&good, Fit::epochs(1).callback(stop)), "there is no score `val_loss`, only loss");
    let rate = classifier().compile(Adam::new(-1.0), BinaryCrossEntropy).fit(&good, Fit::epochs(1));
    refused(rate, "learning_rate is -1");
    refused(trainer().predict(&good.0), "has no value yet");
}

#[test]
fn a_loss_that_is_not_finite_stops_and_keeps_the_weights() {
    let network = Sequential::new().add(dense(1)).build([1]).unwrap();
    let mut trainer = network.compile(Sgd::new(0.1), mse);
    let x = Tensor::from([[1.0], [f32::NAN]]);
    let plan = Fit::epochs(3).batch_size(1).shuffle(false).quiet();
    refused(
        trainer.fit(&(x, Tensor::ones([2])), plan),
        "epoch 1, step 2: the loss is NaN at rate 1e-1",
    );
    let set = trainer.model.params("*").unwrap();
    assert!(set.iter().all(|param| param.value().unwrap().is_finite().all()));
}
