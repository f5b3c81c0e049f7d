//! Settings that are found by trying, and several models that answer together.

use brand_nn_autodiff::ParamSet;
use brand_nn_layers::{Layer, Sequential, batch_norm, dense, dropout};
use brand_nn_losses::mse;
use brand_nn_optim::Sgd;
use brand_nn_tensor::{Rng, Tensor};
use brand_nn_train::{
    Callback, Checkpoint, Ensemble, Error, Fit, Fold, KFold, Model, Result, Search, Settings,
    Snapshots, Space, TensorBoard, Trials, bagging, mc_dropout, out_of_fold,
};
use std::fs;
use tempfile::tempdir;

fn space() -> Space {
    Space::new()
        .uniform("x", -5.0, 10.0)
        .uniform("y", 0.0, 15.0)
        .log_uniform("rate", 1e-6, 1.0)
        .choice("word", ["bad", "good", "fair"])
}

/// Branin's function, whose least value is 0.397887, with a rate and a word that cost something.
fn cost(settings: &Settings) -> f64 {
    use std::f64::consts::PI;
    let (x, y) = (settings.number("x"), settings.number("y"));
    let valley = y - 5.1 / (4.0 * PI * PI) * x * x + 5.0 / PI * x - 6.0;
    let branin = valley * valley + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * x.cos() + 10.0;
    let word = f64::from(u8::from(settings.word("word") != "good"));
    branin + 3.0 * (settings.number("rate").log10() + 3.0).abs() + 5.0 * word
}

fn best(search: &Search) -> f64 {
    let trials = search.run(|trial| Ok::<_, Error>(cost(&trial.settings))).unwrap();
    trials.best().unwrap().value
}

#[test]
fn the_past_helps_to_find_better_settings() {
    let mean = |search: &dyn Fn(Space) -> Search| {
        let of = |seed| best(&search(space()).trials(80).seed(seed));
        (0..12).map(of).sum::<f64>() / 12.0
    };
    let (random, parzen) = (mean(&Search::random), mean(&Search::bayesian));
    assert!(parzen < 0.6 * random, "{parzen} by Bayes, {random} at random");
}

#[test]
fn a_seed_decides_everything() {
    let run = |seed| -> Trials {
        let search = Search::bayesian(space()).trials(25).seed(seed);
        search.run(|trial| Ok::<_, Error>(cost(&trial.settings))).unwrap()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn values_stay_in_their_ranges() {
    let space = Space::new().integers("n", -2, 2).log_uniform("r", 1e-3, 1e3);
    let mut seen = Vec::new();
    let trials = Search::random(space)
        .trials(200)
        .maximize()
        .run(|trial| {
            assert!((1e-3..=1e3).contains(&trial.settings.number("r")));
            seen.push(trial.settings.number("n"));
            Ok::<_, Error>(if trial.number == 7 { f64::NAN } else { seen[trial.number] })
        })
        .unwrap();
    seen.sort_by(f64::total_cmp);
    seen.dedup();
    assert_eq!(seen, [-2.0, -1.0, 0.0, 1.0, 2.0]);
    assert_eq!(trials.best().unwrap().value, 2.0);
    assert!(trials.to_string().lines().last().unwrap().starts_with("NaN"));
}

#[track_caller]
fn refused<T>(result: Result<T>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn wrong_searches_are_refused() {
    let run = |space: Space| Search::random(space).run(|_| Ok::<_, Error>(1.0));
    refused(run(Space::new().uniform("x", 1.0, 1.0)), "got x: Uniform(1.0, 1.0)");
    refused(run(Space::new().log_uniform("x", 0.0, 1.0)), "x: LogUniform");
    refused(run(Space::new().integers("x", i64::MIN, i64::MAX)), "x: Integers");
    refused(run(Space::new().choice("x", [""; 0])), "x: Choice([])");
    let twice = Space::new().uniform("x", 0.0, 1.0).uniform("x", 0.0, 2.0);
    refused(run(twice), "got x: a second Uniform");
    refused(Search::random(space()).trials(0).run(|_| Ok(1.0)), "expected at least 1");
    let nothing = Search::random(space()).trials(3).run(|_| Ok::<_, Error>(f64::NAN)).unwrap();
    refused(nothing.best().map(drop), "3 values, none of them a number");
    let failing = Search::random(space()).run(|_| Err(nothing.best().unwrap_err()));
    refused(failing, "none of them a number");
    let none = Search::random(space())
        .pruning(1)
        .run(|trial| train(Fit::epochs(2).callback(trial.pruner("accuracy"))).map(|_| 1.0));
    refused(none, "there is no score `accuracy`, only loss");
}

fn data() -> (Tensor, Tensor) {
    let x = Tensor::randn([40, 2], &mut Rng::new(1));
    (x.clone(), x.sum_axis(1))
}

fn train(plan: Fit) -> Result<usize> {
    let mut trainer = Sequential::new().add(dense(1)).build([2])?.compile(Sgd::new(0.1), mse);
    Ok(trainer.fit(&data(), plan.quiet())?.len())
}

#[test]
fn weak_trials_end_early() {
    let space = Space::new().log_uniform("rate", 1e-4, 0.3);
    let run = |search: Search| {
        let mut epochs = 0;
        let trials = search.trials(27).seed(3).run(|trial| {
            let sgd = Sgd::new(trial.settings.number("rate"));
            let mut trainer = Sequential::new().add(dense(1)).build([2])?.compile(sgd, mse);
            let plan = Fit::epochs(9).callback(trial.pruner("loss")).quiet();
            let history = trainer.fit(&data(), plan)?;
            epochs += history.len();
            Ok::<_, Error>(history.last("loss").unwrap())
        });
        (epochs, trials.unwrap())
    };
    let (all, calm) = run(Search::random(space.clone()));
    let (fewer, pruned) = run(Search::random(space).pruning(1));
    assert_eq!(all, 27 * 9);
    assert!(fewer < all / 2, "{fewer} epochs of {all}");
    assert_eq!(calm.best().unwrap().settings, pruned.best().unwrap().settings);
    assert!(!pruned.best().unwrap().pruned);
}

#[test]
fn folds_are_answered_by_others() {
    let folds = KFold::new(3).shuffle(1).split(10).unwrap();
    let rows = out_of_fold(&folds, |train, test| {
        assert!(test.iter().all(|row| !train.contains(row)));
        Ok::<_, Error>(Tensor::from(test.iter().map(|&row| row as f64).collect::<Vec<_>>()))
    });
    assert_eq!(rows.unwrap().to_vec::<f64>(), (0..10).map(f64::from).collect::<Vec<_>>());
    let half = [Fold { train: vec![0], test: vec![1] }];
    refused(
        out_of_fold(&half, |_, _| Ok::<_, Error>(Tensor::ones([1]))),
        "1 rows to test in 1 folds",
    );
    refused(out_of_fold(&[], |_, _| Ok::<_, Error>(Tensor::ones([1]))), "0 rows to test");
    let few = out_of_fold(&folds, |_, _| Ok::<_, Error>(Tensor::ones([1])));
    refused(few, "got 4 and 1 examples");
}

#[test]
fn a_forest_is_steadier_than_a_tree() {
    let noise = Tensor::randn([40], &mut Rng::new(7));
    let noisy = (data().0, data().1 + noise);
    let fresh = Tensor::randn([200, 2], &mut Rng::new(9));
    let error = |models: usize, seed: u64| {
        let ensemble = bagging(&noisy, models, seed, |number, sample| {
            let network = Sequential::new().add(dense(30)).add(dense(1)).build([2])?;
            let mut trainer = network.compile(Sgd::new(0.05), mse);
            trainer.fit(sample, Fit::epochs(60).seed(number as u64 + seed).quiet())?;
            Ok(trainer.model)
        })
        .unwrap();
        assert_eq!(ensemble.models().len(), models);
        let far = ensemble.predict(&fresh).unwrap().flatten() - fresh.sum_axis(1);
        far.square().mean().item()
    };
    let mean = |models| (0..5).map(|seed| error(models, seed)).sum::<f64>();
    assert!(mean(8) < mean(1), "{} and {}", mean(8), mean(1));
    let none = bagging(&data(), 0, 1, |_, _| -> Result<brand_nn_layers::Network> { panic!("no") });
    refused(none, "models of an ensemble: got none");
    refused(Ensemble::<brand_nn_layers::Network>::new(Vec::new()), "expected at least one");
}

#[test]
fn dropout_tells_how_sure_a_model_is() {
    let network = Sequential::new()
        .add(dense(50))
        .add(batch_norm())
        .add(dropout(0.5))
        .add(dense(1))
        .build([2])
        .unwrap();
    brand_nn_autodiff::init(&network, 1).unwrap();
    let values = || -> Vec<f32> {
        let set = ParamSet::all(&network).unwrap();
        set.iter().flat_map(|param| param.value().unwrap().to_vec::<f32>()).collect()
    };
    let (before, x) = (values(), data().0);
    let spread = mc_dropout(&network, &x, 40, 7).unwrap();
    assert_eq!(values(), before, "running statistics are as they were");
    assert_eq!(spread, mc_dropout(&network, &x, 40, 7).unwrap());
    assert_ne!(spread, mc_dropout(&network, &x, 40, 8).unwrap());
    assert!(spread.std.min().item() > 0.0 && spread.mean.shape() == spread.std.shape());
    let certain = Sequential::new().add(dense(1)).build([2]).unwrap();
    brand_nn_autodiff::init(&certain, 1).unwrap();
    assert_eq!(mc_dropout(&certain, &x, 3, 1).unwrap().std.max().item(), 0.0);
    refused(mc_dropout(&certain, &x, 0, 1), "samples of dropout: got none");
    assert!(Layer::output_shape(&certain, &[2].into()).is_ok());
}

#[test]
fn snapshots_survive_a_resumption() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run");
    let run = |plan: Fit| {
        let snapshots = Snapshots::every(2);
        let network = Sequential::new().add(dense(1)).build([2]).unwrap();
        let mut trainer = network.compile(Sgd::new(0.01), mse);
        trainer.fit(&data(), plan.callback(snapshots.clone()).quiet()).unwrap();
        (snapshots.len(), snapshots.spread(&trainer.model, &data().0).unwrap())
    };
    let whole = run(Fit::epochs(6));
    run(Fit::epochs(3).checkpoint(Checkpoint::new(&path)));
    assert_eq!(run(Fit::epochs(6).resume_from(&path)), whole);
    assert_eq!(whole.0, 3);
    refused(train(Fit::epochs(1).callback(Snapshots::every(0))), "every: got 0");
    let network = Sequential::new().add(dense(1)).build([2]).unwrap();
    refused(Snapshots::every(1).spread(&network, &data().0), "snapshots: got none");
}

/// The steps of the events in a file, and how many bytes it has.
fn steps(folder: &std::path::Path) -> (Vec<u8>, usize) {
    let file = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let (bytes, mut at, mut steps) = (fs::read(file).unwrap(), 0, Vec::new());
    while at < bytes.len() {
        let length = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
        let event = &bytes[at + 12..at + 12 + length];
        // The step is field 2, behind the eight bytes of the time.
        steps.extend((event[9] == 0x10).then_some(event[10]));
        at += 16 + length;
    }
    (steps, bytes.len())
}

#[test]
fn tensor_board_is_cut_where_a_training_goes_on() {
    let folder = tempdir().unwrap();
    let (runs, state) = (folder.path().join("runs/first"), folder.path().join("run"));
    let plan = |epochs| Fit::epochs(epochs).callback(TensorBoard::new(&runs));
    train(plan(2).checkpoint(Checkpoint::new(&state))).unwrap();
    train(plan(4).resume_from(&state)).unwrap();
    let whole = steps(&runs);
    assert_eq!(whole.0, [1, 1, 2, 2, 3, 3, 4, 4]); // a rate and a loss each
    train(plan(4).resume_from(&state)).unwrap();
    assert_eq!(steps(&runs), whole);
    train(plan(1)).unwrap();
    assert_eq!(steps(&runs).0, [1, 1]);
    let file = folder.path().join("file");
    fs::copy(&state, &file).unwrap();
    refused(train(Fit::epochs(1).callback(TensorBoard::new(&file))), "callback TensorBoard: ");
    assert_eq!(TensorBoard::new("x").name(), "TensorBoard");
}
