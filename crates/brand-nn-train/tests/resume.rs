//! A training that was ended at any instant goes on bit for bit.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::Params;
use brand_nn_kernels::threads;
use brand_nn_layers::{Activation, Network, Sequential, dense, dropout, embedding, lstm};
use brand_nn_losses::{BinaryCrossEntropy, mse};
use brand_nn_optim::{Adam, Plateau, Sgd, WarmUp};
use brand_nn_tensor::{
    DType, Rng, Tensor,
    io::{TensorFile, write_atomically},
};
use brand_nn_train::{
    Accuracy, Auc, Checkpoint, CsvLogger, DataLoader, EarlyStopping, Ema, Error, Fit, History,
    JsonLogger, LrScheduler, Model, ReduceLrOnPlateau, Result, StopSignal, Trainer,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::{TempDir, tempdir};

/// Tells the child program where its files are; without it the child does nothing.
const FOLDER: &str = "BRAND_NN_RESUME_FOLDER";
const THREADS: &str = "BRAND_NN_RESUME_THREADS";
/// How often the training is killed; more instants for a longer proof.
const KILLS: &str = "BRAND_NN_RESUME_KILLS";

fn trainer() -> Trainer<Network> {
    let network = Sequential::new()
        .add(embedding(20, 6))
        .add(lstm(8))
        .add(dropout(0.3))
        .add(dense(1).activation(Activation::Sigmoid))
        .build([7])
        .unwrap();
    let adam = Adam::new(WarmUp::new(6, 0.02));
    network.compile(adam, BinaryCrossEntropy).metric(Accuracy::default()).metric(Auc::default())
}

fn data() -> (Tensor, Tensor) {
    let ids = Tensor::randint([110, 7], 1, 8, &mut Rng::new(5));
    let labels = ids.equal_to(3.0).to(DType::F32).max_axis(1);
    (ids, labels)
}

/// A plan in which everything that has a state takes part.
fn plan(epochs: usize, folder: &Path) -> Fit {
    Fit::epochs(epochs)
        .batch_size(8)
        .accumulate(2)
        .validation_split(0.1)
        .seed(3)
        .clip_norm(0.5)
        .quiet()
        .callback(ReduceLrOnPlateau::on("loss", Plateau::new().patience(0).threshold(0.05)))
        .callback(Ema::new(0.9))
        .callback(EarlyStopping::on("val_loss").patience(2).restore_best())
        .callback(CsvLogger::new(folder.join("scores.csv")))
        .callback(JsonLogger::new(folder.join("scores.jsonl")))
}

/// All weights and the history as text.
fn outcome(trainer: &Trainer<Network>, history: &History) -> String {
    let set = trainer.model.params("*").unwrap();
    let bits = set.iter().flat_map(|param| param.value().unwrap().to_vec::<f32>());
    let hash = bits.fold(0xcbf2_9ce4_8422_2325, |hash: u64, weight| {
        (hash ^ u64::from(weight.to_bits())).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x} {history:?}")
}

fn train(plan: Fit) -> Result<String> {
    let mut trainer = trainer();
    let history = trainer.fit(&data(), plan)?;
    Ok(outcome(&trainer, &history))
}

fn whole() -> (TempDir, String) {
    let folder = tempdir().unwrap();
    let outcome = train(plan(4, folder.path())).unwrap();
    (folder, outcome)
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// Ends a training by `cut`, goes on from its file, and awaits what an uninterrupted one gives.
#[track_caller]
fn check(cut: impl Fn(Fit) -> Fit, epochs: usize, threads: usize) {
    let (calm, expected) = whole();
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let first = plan(epochs, folder.path()).checkpoint(Checkpoint::new(&path).every_steps(1));
    let _ = train(cut(first));
    let again = || train(plan(4, folder.path()).resume_from(&path)).unwrap();
    assert_eq!(threads::with(threads, again), expected);
    for log in ["scores.csv", "scores.jsonl"] {
        assert_eq!(text(folder.path(), log), text(calm.path(), log));
    }
}

#[test]
fn two_epochs_and_two_are_four() {
    check(|plan| plan, 2, 1);
    check(|plan| plan, 2, 3);
}

#[test]
fn in_the_middle_of_an_epoch_too() {
    check(|plan| plan.max_steps(1), 4, 1);
    check(|plan| plan.max_steps(9), 4, 2);
    check(|plan| plan.max_steps(14), 4, 1);
}

#[test]
fn after_a_signal_too() {
    let stop = StopSignal::new();
    stop.send(2);
    check(|plan| plan.stop_on(&stop), 4, 1);
}

#[test]
fn a_finished_training_stays_as_it_is() {
    check(|plan| plan, 4, 1);
}

#[test]
fn steps_before_a_resumption_count() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let plan = |steps| plan(4, folder.path()).max_steps(steps);
    train(plan(9).checkpoint(Checkpoint::new(&path))).unwrap();
    let before = fs::read(&path).unwrap();
    let again = Checkpoint::new(&path).resume();
    train(plan(9).checkpoint(again.clone())).unwrap();
    assert_eq!(fs::read(&path).unwrap(), before, "no step was left to take");
    train(plan(10).checkpoint(again)).unwrap();
    assert_ne!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_signal_is_an_error_with_a_code() {
    let (folder, stop) = (tempdir().unwrap(), StopSignal::new());
    stop.send(15);
    let path = folder.path().join("run.safetensors");
    let plan = plan(4, folder.path()).checkpoint(Checkpoint::new(&path)).stop_on(&stop);
    let error = train(plan).unwrap_err();
    assert_eq!(error.exit_code(), 143);
    assert!(error.to_string().starts_with("signal 15 after 1 steps; help: start again"), "{error}");
    assert!(path.exists());
}

#[test]
fn a_loader_with_workers_is_resumed_too() {
    let data = data();
    let run = |plan: Fit, workers: usize| {
        let loader = DataLoader::new(&data, 8).stratified(&data.1).workers(workers);
        let mut trainer = trainer();
        let history = trainer.fit(&loader, plan.seed(3).quiet()).unwrap();
        outcome(&trainer, &history)
    };
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let whole = run(Fit::epochs(3), 0);
    run(Fit::epochs(3).max_steps(17).checkpoint(Checkpoint::new(&path)), 2);
    assert_eq!(run(Fit::epochs(3).resume_from(&path), 3), whole);
}

/// The program that is killed: it says what it has come to, if it comes to it.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let count = std::env::var(THREADS).unwrap().parse().unwrap();
    let checkpoint = Checkpoint::new(folder.join("run.safetensors")).every_steps(1).resume();
    let outcome = || train(plan(4, &folder).checkpoint(checkpoint.clone())).unwrap();
    let text = threads::with(count, outcome);
    write_atomically(folder.join("outcome"), |out| out.write_all(text.as_bytes())).unwrap();
}

/// Runs the child until it is done or the time is over; says whether it was done.
fn run_child(folder: &Path, threads: usize, time: Duration) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact"])
        .env(FOLDER, folder)
        .env(THREADS, threads.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while begun.elapsed() < time {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "the child failed: {status}");
            return true;
        }
        sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}

#[test]
fn killed_at_any_instant() {
    let (calm, expected) = whole();
    let kills: u32 = std::env::var(KILLS).map_or(10, |count| count.parse().unwrap());
    let timed = || {
        let begun = Instant::now();
        assert!(run_child(tempdir().unwrap().path(), 2, Duration::MAX));
        begun.elapsed()
    };
    let (duration, mut killed) = (timed().min(timed()), 0);
    let mut rng = Rng::new(u64::from(kills));
    for number in 0..kills {
        let folder = tempdir().unwrap();
        let share =
            (f64::from(number) + rng.next_u64() as f64 / u64::MAX as f64) / f64::from(kills);
        killed += u32::from(!run_child(folder.path(), 2, duration.mul_f64(share)));
        assert!(run_child(folder.path(), 1 + number as usize % 3, Duration::MAX));
        assert_eq!(text(folder.path(), "outcome"), expected, "killed at {share:.2} of the time");
        assert_eq!(text(folder.path(), "scores.csv"), text(calm.path(), "scores.csv"));
    }
    assert!(killed >= kills / 4, "only {killed} of {kills} were killed in time");
}

/// The program that gets a signal: it ends with the code that the error says.
#[cfg(feature = "signals")]
#[test]
#[allow(clippy::exit, clippy::disallowed_methods, reason = "the code is what is tested")]
fn signalled_child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let stop = StopSignal::install().unwrap();
    let checkpoint = Checkpoint::new(folder.join("run.safetensors"));
    let plan = Fit::epochs(100_000).checkpoint(checkpoint).stop_on(&stop).quiet();
    std::process::exit(train(plan).unwrap_err().exit_code().into());
}

#[cfg(feature = "signals")]
#[test]
fn signals_of_the_system_are_heard() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let folder = tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["signalled_child", "--exact"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        while !folder.path().join("run.safetensors").exists() {
            sleep(Duration::from_millis(1));
        }
        let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert!(TensorFile::read(folder.path().join("run.safetensors")).is_ok());
    }
}

fn written(folder: &Path) -> (PathBuf, Vec<u8>) {
    let path = folder.join("run.safetensors");
    train(plan(2, folder).checkpoint(Checkpoint::new(&path))).unwrap();
    let bytes = fs::read(&path).unwrap();
    (path, bytes)
}

#[test]
fn every_flipped_bit_is_found() {
    let folder = tempdir().unwrap();
    let (path, mut bytes) = written(folder.path());
    let mut rng = Rng::new(1);
    for flip in 0..2_000 {
        let bit = (rng.next_u64() % (bytes.len() as u64 * 8)) as usize;
        bytes[bit / 8] ^= 1 << (bit % 8);
        let read = TensorFile::from_bytes(&bytes);
        assert!(read.is_err(), "flip {flip}: bit {bit} was not missed");
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    bytes[8] ^= 1;
    write_atomically(&path, |out| out.write_all(&bytes)).unwrap();
    refused(plan(4, folder.path()).resume_from(&path), "header, byte 8");
}

#[track_caller]
fn refused(plan: Fit, message: &str) {
    let text = train(plan).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let folder = tempdir().unwrap();
    let (path, _) = written(folder.path());
    let again = |folder: &Path| plan(4, folder).resume_from(&path);
    refused(again(folder.path()).seed(4), "its seed is 3, that of the plan and data 4; help:");
    refused(again(folder.path()).batch_size(9), "its batch_size is 8");
    refused(Fit::epochs(4).resume_from(folder.path().join("none")), "none: open failed");
    let bare = Fit::epochs(4).batch_size(8).accumulate(2).validation_split(0.1).seed(3).quiet();
    refused(bare.resume_from(&path), "the plan has nothing that its part callback.0.ReduceLrOn");
    let (mut other, model) = (TensorFile::default(), folder.path().join("model"));
    other.metadata.insert("brand_nn.training_version".into(), "2".into());
    other.write(&model).unwrap();
    refused(Fit::epochs(4).resume_from(&model), "its version is `2`, expected 1");
    let mut same = trainer();
    let network = Sequential::new().add(dense(1)).build([7]).unwrap();
    let error = network.compile(Sgd::new(0.1), mse).fit(&data(), again(folder.path()));
    assert!(error.unwrap_err().to_string().contains("unexpected: "));
    assert!(same.fit(&data(), again(folder.path())).is_ok());
}

#[test]
fn a_rate_by_epochs_goes_on() {
    let halved = |epoch: u64| 0.1 * 0.5_f64.powi(epoch as i32);
    let folder = tempdir().unwrap();
    let path = folder.path().join("run");
    let run = |plan: Fit| {
        let network = Sequential::new().add(dense(1)).build([7]).unwrap();
        let mut trainer = network.compile(Adam::new(0.3), mse);
        let plan = plan.quiet().callback(LrScheduler::new(halved));
        let plan = plan.callback(CsvLogger::new(folder.path().join("rates.csv")));
        let history = trainer.fit(&(data().0.to(DType::F32), data().1), plan).unwrap();
        outcome(&trainer, &history)
    };
    let whole = run(Fit::epochs(3));
    run(Fit::epochs(1).checkpoint(Checkpoint::new(&path)));
    assert_eq!(run(Fit::epochs(3).resume_from(&path)), whole);
    let log = text(folder.path(), "rates.csv");
    let rates: Vec<_> = log.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    let close =
        |(rate, expected): (&&str, f64)| (rate.parse::<f64>().unwrap() - expected).abs() < 1e-15;
    assert!(rates.iter().zip([0.1, 0.05, 0.025]).all(close), "{rates:?}");
}

#[test]
fn a_wild_loss_keeps_the_last_file() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run");
    let (x, y) = (Tensor::randn([40, 2], &mut Rng::new(1)), Tensor::ones([40]));
    let run = |rate: f64| {
        let network = Sequential::new().add(dense(1)).build([2]).unwrap();
        let mut trainer = network.compile(Sgd::new(rate), mse);
        let checkpoint = Checkpoint::new(&path).every_steps(1);
        let plan = Fit::epochs(90).batch_size(4).checkpoint(checkpoint).quiet();
        (trainer.fit(&(x.clone(), y.clone()), plan), trainer)
    };
    let (result, _) = run(1e3);
    let error = result.unwrap_err();
    let Error::NotFinite { gradient_norm, ref parameter, .. } = error else { panic!("{error}") };
    assert!(parameter.starts_with("dense.") && !gradient_norm.is_finite(), "{error}");
    let file = TensorFile::read(&path).unwrap();
    let weights = file.tensors.iter().filter(|(name, _)| name.starts_with("model/"));
    assert!(weights.clone().count() == 2 && weights.into_iter().all(|(_, t)| t.is_finite().all()));
}
