//! The first hundred rates of every schedule against PyTorch's (`golden/schedules.py`).

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_optim::{
    Anneal, Chained, Cosine, CosineRestarts, Cyclic, CyclicMode, Exponential, InverseSqrt,
    MultiStep, OneCycle, Optimizer, Plateau, Polynomial, Schedule, Sequence, Sgd, StepDecay,
    WarmUp,
};
use serde_json::Value;

const GOLDEN: &str = include_str!("golden/schedules.json");

fn cases() -> Vec<Value> {
    let file: Value = serde_json::from_str(GOLDEN).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The schedule of a case; plateaus, which see a metric, have a test of their own.
fn schedule(kind: &str, config: &Value) -> Option<Box<dyn Schedule>> {
    let number = |name: &str| config[name].as_f64().unwrap();
    let count = |name: &str| config[name].as_u64().unwrap();
    let rate = number("rate");
    Some(match kind {
        "constant" => Box::new(rate),
        "step" => Box::new(StepDecay::new(rate, count("every")).factor(number("factor"))),
        "multi_step" => {
            let milestones: Vec<_> =
                numbers(&config["milestones"]).iter().map(|step| *step as u64).collect();
            Box::new(MultiStep::new(rate, milestones).factor(number("factor")))
        }
        "exponential" => Box::new(Exponential::new(rate, number("factor"))),
        "polynomial" => Box::new(Polynomial::new(rate, count("steps")).power(number("power"))),
        "linear" => Box::new(Polynomial::new(rate, count("steps")).end(number("end"))),
        "cosine" => Box::new(Cosine::new(rate, count("steps")).end(number("end"))),
        "cosine_restarts" => Box::new(
            CosineRestarts::new(rate, count("period")).growth(count("growth")).end(number("end")),
        ),
        "warm_up" => {
            Box::new(WarmUp::new(count("steps"), Exponential::new(rate, number("factor"))))
        }
        "noam" => Box::new(InverseSqrt::noam(count("size") as usize, count("warm_up"))),
        "one_cycle" => {
            let linear = config["anneal"] == "linear";
            let anneal = if linear { Anneal::Linear } else { Anneal::Cosine };
            let cycle = OneCycle::new(rate, count("steps")).rise(number("rise")).anneal(anneal);
            let three = config["three_phases"].as_bool().unwrap();
            Box::new(if three { cycle.three_phases() } else { cycle })
        }
        "cyclic" => {
            let mode = match config["mode"].as_str().unwrap() {
                "triangular" => CyclicMode::Constant,
                "triangular2" => CyclicMode::Halving,
                _ => CyclicMode::Exponential(number("gamma")),
            };
            let cycle = Cyclic::new(rate, number("high"), count("up")).down(count("down"));
            Box::new(cycle.mode(mode))
        }
        "sequence" => {
            let later = Exponential::new(rate, number("factor"));
            Box::new(Sequence::new(0.5 * rate).then(25, later))
        }
        "chained" => {
            let half = Sequence::new(0.5).then(25, 1.0);
            Box::new(Chained::new(Exponential::new(rate, number("factor"))).times(half))
        }
        "lambda" => Box::new(move |step: u64| rate / (1.0 + 0.1 * step as f64)),
        "plateau" => return None,
        kind => panic!("no schedule for golden cases of kind {kind}"),
    })
}

#[track_caller]
fn check(kind: &str, step: usize, ours: f64, expected: f64) {
    assert!((ours - expected).abs() <= 1e-9, "{kind}, step {step}: {ours}, expected {expected}");
}

#[test]
fn the_first_hundred_rates() {
    for case in cases() {
        let kind = case["kind"].as_str().unwrap();
        let Some(schedule) = schedule(kind, &case["config"]) else { continue };
        assert!(schedule.settings().iter().all(|setting| setting.check("golden").is_ok()));
        for (step, expected) in numbers(&case["rates"]).into_iter().enumerate() {
            check(kind, step, schedule.rate(step as u64), expected);
        }
    }
}

#[test]
fn plateaus() {
    let mut checked = 0;
    for case in cases().iter().filter(|case| case["kind"] == "plateau") {
        let config = &case["config"];
        let number = |name: &str, default: f64| config[name].as_f64().unwrap_or(default);
        let mut plateau = Plateau::new()
            .factor(number("factor", 0.1))
            .patience(number("patience", 10.0) as u64)
            .cooldown(number("cooldown", 0.0) as u64)
            .least(number("min_lr", 0.0));
        if config["mode"] == "max" {
            plateau = plateau.rising().absolute_threshold(number("threshold", 0.0));
        }
        let mut sgd = Sgd::new(number("rate", 0.0));
        let metrics = numbers(&case["metrics"]);
        for (step, expected) in numbers(&case["rates"]).into_iter().enumerate() {
            check("plateau", step, sgd.rate(), expected);
            // What was saved and resumed goes on as if nothing had been.
            plateau = plateau.resume(plateau.state());
            plateau.observe(metrics[step], &mut sgd).unwrap();
        }
        checked += 1;
    }
    assert_eq!(checked, 3);
}

#[track_caller]
fn refused(schedule: impl Schedule + 'static, message: &str) {
    let text = Sgd::new(schedule).check().expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn wrong_settings_are_refused() {
    refused(StepDecay::new(0.1, 0), "Sgd: every is 0, expected a number of at least 1");
    refused(MultiStep::new(0.1, [3]).factor(-1.0), "factor is -1");
    refused(Exponential::new(0.1, f64::NAN), "factor is NaN");
    refused(Polynomial::new(0.1, 10).end(-0.1), "end is -0.1");
    refused(Cosine::new(-0.1, 10), "peak is -0.1");
    refused(CosineRestarts::new(0.1, 10).growth(0), "growth is 0");
    refused(WarmUp::new(0, 0.1), "warm_up is 0");
    refused(InverseSqrt::new(f64::INFINITY, 10), "peak is inf");
    refused(OneCycle::new(0.1, 100).rise(1.5), "rise is 1.5");
    refused(OneCycle::new(0.1, 100).rise(0.6).three_phases(), "rise is 1.2");
    refused(Cyclic::new(0.1, 0.2, 5).down(0), "down is 0");
    refused(Sequence::new(0.1).then(5, -1.0), "learning_rate is -1");
    refused(Chained::new(0.1).times(Exponential::new(1.0, 0.0)), "factor is 0");
    refused(|_: u64| f64::NAN, "learning_rate is NaN");
    let error = Plateau::new().factor(1.0).observe(1.0, &mut Sgd::new(0.1)).unwrap_err();
    assert_eq!(error.to_string(), "Plateau: factor is 1, expected a number from 0 to below 1");
}

#[test]
fn rates_far_beyond_the_end_are_finite() {
    let far: [Box<dyn Schedule>; 6] = [
        Box::new(Cosine::new(0.1, 10)),
        Box::new(CosineRestarts::new(0.1, 10).growth(3)),
        Box::new(OneCycle::new(0.1, 1)),
        Box::new(Polynomial::new(0.1, 10)),
        Box::new(Cyclic::new(0.1, 0.2, 5).mode(CyclicMode::Halving)),
        Box::new(InverseSqrt::new(0.1, 10)),
    ];
    for schedule in far {
        for step in [0, 1, 10, 1 << 20, 1 << 40, u64::MAX] {
            assert!((0.0..=0.2).contains(&schedule.rate(step)), "{}", schedule.rate(step));
        }
    }
}
