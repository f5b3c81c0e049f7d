//! What callbacks see and do, one row each.

use brand_nn_autodiff::{Init, Param, ParamSet, Params};
use brand_nn_layers::{Network, Sequential, dense};
use brand_nn_losses::mse;
use brand_nn_optim::{Optimizer, Plateau, Sgd};
use brand_nn_tensor::Tensor;
use brand_nn_train::{
    Callback, CsvLogger, EarlyStopping, Ema, Fit, History, HtmlReport, JsonLogger, LrScheduler,
    Model, ModelCheckpoint, ReduceLrOnPlateau, Result, SavedModel, Scores, TerminateOnNan, Trainer,
    TrainingStep,
};
use std::{ops::ControlFlow, path::Path};
use tempfile::tempdir;

/// A network whose one weight goes from 0 towards 1, a step an epoch; the loss falls.
fn trainer(rate: f64) -> Trainer<Network> {
    let zeros = dense(1).bias(false).init(Init::Zeros);
    Sequential::new().add(zeros).build([1]).unwrap().compile(Sgd::new(rate), mse)
}

fn fit(rate: f64, plan: Fit) -> Result<(Trainer<Network>, History)> {
    let mut trainer = trainer(rate);
    let data = (Tensor::ones([1, 1]), Tensor::ones([1]));
    let history = trainer.fit(&data, plan.quiet())?;
    Ok((trainer, history))
}

fn weight(trainer: &Trainer<Network>) -> f64 {
    ParamSet::all(&trainer.model).unwrap()[0].value().unwrap().item()
}

/// A metric whose value is told, epoch by epoch.
struct Told(Vec<f64>, usize);

impl brand_nn_train::Metric for Told {
    fn name(&self) -> &'static str {
        "score"
    }

    fn update(&mut self, _: &Tensor, _: &Tensor) -> Result<()> {
        self.1 += 1;
        Ok(())
    }

    fn value(&self) -> Result<f64> {
        Ok(self.0[self.1 - 1])
    }

    fn reset(&mut self) {}

    fn state(&self) -> Vec<f64> {
        vec![self.1 as f64]
    }

    fn load_state(&mut self, state: &[f64]) -> Result<()> {
        self.1 = state[0] as usize;
        Ok(())
    }
}

/// Stops after how many epochs, and which one is put back, for scores that shall rise.
#[track_caller]
fn check(stop: EarlyStopping, scores: &[f64], epochs: usize, restored: Option<usize>) {
    let mut trainer = trainer(0.1).metric(Told(scores.to_vec(), 0));
    let data = (Tensor::ones([1, 1]), Tensor::ones([1]));
    let plan = Fit::epochs(scores.len()).callback(stop).quiet();
    let history = trainer.fit(&data, plan).unwrap();
    assert_eq!((history.len(), history.best_epoch), (epochs, restored));
    if let Some(epoch) = restored {
        let steps = epoch as i32 + 1;
        assert!((weight(&trainer) - (1.0 - 0.8_f64.powi(steps))).abs() < 1e-6);
    }
}

#[test]
fn early_stopping_has_all_settings() {
    let on = || EarlyStopping::on("score");
    check(on(), &[1.0, 2.0, 1.0, 5.0], 3, None);
    check(on().patience(2), &[1.0, 2.0, 1.0, 2.0, 5.0], 4, None);
    check(on().patience(2).restore_best(), &[1.0, 2.0, 1.0, 2.0, 5.0], 4, Some(1));
    check(on().patience(2).restore_best(), &[1.0, 2.0, 1.0, 3.0, 5.0], 5, Some(4));
    check(on().rising(false), &[3.0, 2.0, 1.0, 5.0, 6.0], 4, None);
    check(on().min_delta(0.5), &[1.0, 1.4, 9.0], 2, None);
    check(on().start_epoch(3), &[5.0, 4.0, 3.0, 2.0, 1.0, 0.0], 5, None);
    check(on().baseline(2.5).patience(2), &[1.0, 2.0, 3.0, 3.0, 3.0], 2, None);
    check(on().baseline(1.5).patience(2), &[1.0, 2.0, 3.0, 3.0, 3.0], 5, None);
    check(on().patience(2), &[f64::NAN, f64::NAN, 1.0], 2, None);
}

#[test]
fn files_are_written_on_the_way() {
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let plan = Fit::epochs(4)
        .callback(ModelCheckpoint::best("loss", path("best")))
        .callback(ModelCheckpoint::best("loss", path("first")).rising(true))
        .callback(ModelCheckpoint::every(2, path("at-{epoch}")))
        .callback(CsvLogger::new(path("scores.csv")))
        .callback(JsonLogger::new(path("scores.jsonl")));
    let (trainer, _) = fit(0.25, plan).unwrap();
    let saved = |name: &str| {
        let network = SavedModel::open(path(name)).unwrap().network;
        ParamSet::all(&network).unwrap()[0].value().unwrap().item()
    };
    assert_eq!(saved("best"), weight(&trainer));
    assert_eq!([saved("first"), saved("at-2"), saved("at-4")], [0.5, 0.75, 0.9375]);
    assert!(!path("at-1").exists() && !path("at-3").exists());
    let csv = "epoch,learning_rate,loss\n1,0.25,1\n2,0.25,0.25\n3,0.25,0.0625\n4,0.25,0.015625\n";
    assert_eq!(std::fs::read_to_string(path("scores.csv")).unwrap(), csv);
    let json = std::fs::read_to_string(path("scores.jsonl")).unwrap();
    assert_eq!(json.lines().nth(1), Some(r#"{"epoch":2,"learning_rate":0.25,"loss":0.25}"#));
}

#[test]
fn a_page_is_written_on_the_way() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("training.html");
    let report = HtmlReport::new(&path).title("<b>&");
    fit(0.25, Fit::epochs(3).callback(report.clone())).unwrap();
    let page = std::fs::read_to_string(&path).unwrap();
    for expected in
        ["&lt;b&gt;&amp;", "Epoch 3 of 3 has the lowest loss", "gradient norm", "0.0625"]
    {
        assert!(page.contains(expected), "{expected} is not in {page}");
    }
    let mut again = HtmlReport::new(&path);
    again.load_state(report.state()).unwrap();
    assert!(again.load_state(CsvLogger::new("x").state()).is_err());
}

/// Two columns of numbers as a history; what the report says of them.
#[track_caller]
fn check_findings(train: &[f64], held_out: &[f64], norms: &[f64], expected: &[&str]) {
    let named = |i: usize| {
        let columns = [("loss", train), ("val_loss", held_out), ("gradient norm", norms)];
        let cell = |(name, all): (&str, &[f64])| Some((name.to_owned(), *all.get(i)?));
        columns.into_iter().filter_map(cell).collect::<Scores>()
    };
    let epochs = (0..train.len()).map(named).collect();
    let page = History { epochs, best_epoch: None }.report("x");
    let claims: Vec<_> = page.all_findings().map(|finding| finding.claim.as_str()).collect();
    assert_eq!(claims, expected);
}

#[test]
fn a_page_says_what_its_curves_mean() {
    let best = "Epoch 2 of 3 has the lowest val_loss";
    check_findings(&[0.7, 0.5, 0.4], &[0.6, 0.5, 0.51], &[], &[best]);
    let heart = "The model learns by heart";
    check_findings(&[0.7, 0.5, 0.4], &[0.6, 0.5, 0.6], &[], &[best, heart]);
    check_findings(&[0.7, 0.5, 0.6], &[0.6, 0.5, 0.6], &[], &[best]);
    let flat = ["Epoch 1 of 2 has the lowest loss", "The loss does not fall"];
    check_findings(&[0.7, 0.7], &[], &[], &flat);
    let jump = ["Epoch 3 of 3 has the lowest loss", "Gradients jump"];
    check_findings(&[0.7, 0.6, 0.5], &[], &[1.0, 20.0, 1.0], &jump);
    check_findings(&[], &[], &[], &[]);
    check_findings(&[f64::NAN, 0.5], &[f64::NAN; 2], &[f64::NAN; 2], &[]);
}

/// Notes the rate of each step.
struct Rates(std::sync::mpsc::Sender<f64>);

impl Callback for Rates {
    fn step_end(&mut self, step: &mut TrainingStep<'_>) -> Result<ControlFlow<()>> {
        self.0.send(step.optimizer.rate()).unwrap();
        Ok(ControlFlow::Continue(()))
    }
}

#[track_caller]
fn check_rates(callback: impl Callback + 'static, expected: &[f64]) {
    let (sender, rates) = std::sync::mpsc::channel();
    let plan = Fit::epochs(expected.len()).callback(callback).callback(Rates(sender));
    fit(0.5, plan).unwrap();
    let rates: Vec<_> = rates.iter().collect();
    let far = rates.iter().zip(expected).any(|(rate, e)| (rate - e).abs() > 1e-15);
    assert!(!far && rates.len() == expected.len(), "{rates:?}, expected {expected:?}");
}

#[test]
fn rates_are_changed() {
    let halved = |epoch: u64| 0.5_f64.powi(epoch as i32 + 1);
    check_rates(LrScheduler::new(halved), &[0.5, 0.25, 0.125]);
    check_rates(LrScheduler::new(0.2), &[0.2, 0.2]);
    // With a rate of one half the first step already finds the weight: the loss stays 0 then.
    let rule = Plateau::new().patience(1).factor(0.1);
    check_rates(ReduceLrOnPlateau::on("loss", rule), &[0.5, 0.5, 0.5, 0.5, 0.05]);
}

#[test]
fn the_average_stays_at_the_end() {
    let (trainer, _) = fit(0.25, Fit::epochs(3).callback(Ema::new(0.5))).unwrap();
    assert_eq!(weight(&trainer), 0.5 * 0.875 + 0.5 * (0.5 * 0.75 + 0.5 * 0.5));
    let (trainer, _) = fit(0.25, Fit::epochs(3).callback(Ema::equal())).unwrap();
    assert!((weight(&trainer) - (0.5 + 0.75 + 0.875) / 3.0).abs() < 1e-7);
}

#[test]
fn a_wild_loss_can_be_forgiven() {
    let mut trainer = trainer(0.25);
    let data = (Tensor::from([[1.0_f32], [f32::NAN]]), Tensor::ones([2]));
    let plan = Fit::epochs(3).batch_size(1).shuffle(false).callback(TerminateOnNan).quiet();
    assert!(trainer.fit(&data, plan).unwrap().is_empty());
    assert_eq!(weight(&trainer), 0.5); // of the last good step
}

#[track_caller]
fn refused(callback: impl Callback + 'static, message: &str) {
    let text = fit(0.1, Fit::epochs(2).callback(callback)).map(drop).unwrap_err().to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn wrong_settings_are_refused() {
    let none = "there is no score `val_loss`, only loss; help: a score of validation begins";
    refused(EarlyStopping::on("val_loss"), none);
    refused(ModelCheckpoint::best("val_loss", "x"), none);
    refused(ReduceLrOnPlateau::on("val_loss", Plateau::new()), none);
    refused(ModelCheckpoint::every(0, "x"), "every: got 0, expected at least 1 epoch");
    refused(ReduceLrOnPlateau::on("loss", Plateau::new().factor(2.0)), "factor is 2");
    refused(LrScheduler::new(-1.0), "learning_rate is -1");
    refused(LrScheduler::new(|epoch| 0.1 - epoch as f64), "the rate of epoch 2 is -0.9 after 0.1");
    refused(Ema::new(1.5), "decay is 1.5, expected");
    refused(HtmlReport::new("/no/folder/x.html"), "/no/folder/x.html: create failed");
    refused(CsvLogger::new(Path::new("/no/folder/x.csv")), "/no/folder/x.csv: create failed");
}

#[test]
fn a_state_of_something_else_is_refused() {
    let state = EarlyStopping::on("loss").state();
    let error = CsvLogger::new("x").load_state(state).unwrap_err().to_string();
    assert!(error.starts_with("callback CsvLogger: its saved state is not its own"), "{error}");
    assert!(Ema::new(0.9).load_state(brand_nn_tensor::io::TensorFile::default()).is_err());
    let mut w = Param::new([1], Init::Zeros).init(0).unwrap();
    assert!(Ema::new(0.9).fit_end(&mut w).is_ok());
    let mut sgd = Sgd::new(0.1);
    assert!(TerminateOnNan.epoch_start(0, &mut sgd).is_ok() && sgd.rate() == 0.1);
}
