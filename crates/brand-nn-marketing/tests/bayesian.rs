//! Models with beliefs against SciPy's modes and long chains of Metropolis (`golden/clv.py`).

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_marketing::clv::{
    Drawn, FittedPurchases, GammaGamma, Posterior, Prior, PurchaseModel,
};
use brand_nn_marketing::data::{CustomerSummary, RfmSummary};
use brand_nn_marketing::{Days, Unit, Weeks};
use brand_nn_stats::sampler::Nuts;
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/clv.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn summary(data: &Value) -> RfmSummary {
    let column = |name: &str| numbers(&data[name]);
    let (frequency, recency) = (column("frequency"), column("recency"));
    let (age, spend) = (column("age"), column("spend"));
    let one = |i: usize| CustomerSummary {
        customer: format!("c{i}"),
        frequency: frequency[i] as u64,
        recency: recency[i],
        age: age[i],
        mean_spend: spend[i],
    };
    RfmSummary::of(Unit::Week, (0..age.len()).map(one).collect()).unwrap()
}

fn priors(case: &Value) -> Vec<Prior> {
    let prior = |prior: &Value| {
        let (one, two) = (prior[1].as_f64().unwrap(), prior[2].as_f64().unwrap());
        match prior[0].as_str().unwrap() {
            "log_normal" => Prior::LogNormal { median: one, deviation: two },
            "gamma" => Prior::Gamma { shape: one, rate: two },
            _ => Prior::HalfNormal { deviation: one },
        }
    };
    case["priors"].as_array().unwrap().iter().map(prior).collect()
}

#[track_caller]
fn check_mode(model: &impl Drawn, case: &Value) {
    let parameters = model.parameters();
    for (got, expected) in parameters.values().iter().zip(numbers(&case["mode"])) {
        assert!((got / expected - 1.0).abs() < 1e-4, "{got}, expected {expected}");
    }
    let (got, expected) =
        (parameters.estimate().unwrap().log_likelihood, case["log_likelihood"].as_f64().unwrap());
    assert!((got - expected).abs() < 1e-3, "{got}, expected {expected}");
}

/// Means and quantiles within what the draws of both sides allow.
#[track_caller]
fn check_posterior<M: Drawn>(posterior: &Posterior<M>, case: &Value) {
    assert_eq!(posterior.draws().divergences, 0);
    let column = |name: &str| numbers(&case["posterior"][name]);
    let (mean, deviation) = (column("mean"), column("deviation"));
    let (low, high) = (column("low"), column("high"));
    for (i, (name, of)) in posterior.parameters().enumerate() {
        assert!(of.r_hat < 1.015 && of.effective_sample_size > 300.0, "{name}: {of:?}");
        // The reference is worth some 5000 draws.
        let error = deviation[i] * (1.0 / of.effective_sample_size + 1.0 / 5000.0).sqrt();
        assert!((of.mean - mean[i]).abs() < 4.0 * error, "{name}: {of:?}, expected {}", mean[i]);
        let [from, to] = of.interval;
        assert!((from - low[i]).abs() < 12.0 * error, "{name}: {from}, expected {}", low[i]);
        assert!((to - high[i]).abs() < 18.0 * error, "{name}: {to}, expected {}", high[i]);
    }
}

#[test]
fn beliefs_move_the_most_likely_model_as_scipy_says() {
    let golden = golden();
    let (customers, cases) = (summary(&golden["data"]), &golden["cases"]);
    let bg_nbd = PurchaseModel::BgNbd.fit_with(&customers, &priors(&cases[0])).unwrap();
    check_mode(&bg_nbd, &cases[0]);
    let penalty = &priors(&cases[1])[..1];
    check_mode(&PurchaseModel::MbgNbd.fit_with(&customers, penalty).unwrap(), &cases[1]);
    check_mode(&GammaGamma.fit_with(&customers, &priors(&cases[2])).unwrap(), &cases[2]);
    let flat = PurchaseModel::BgNbd.fit_with(&customers, &[Prior::Flat; 4]).unwrap();
    assert_eq!(flat, PurchaseModel::BgNbd.fit(&customers).unwrap());
    let log_likelihood =
        |model: &FittedPurchases| model.parameters().estimate().unwrap().log_likelihood;
    assert!(log_likelihood(&flat) > log_likelihood(&bg_nbd), "beliefs cost likelihood");
}

#[test]
fn posteriors_are_those_of_a_long_reference_run() {
    let golden = golden();
    let (customers, cases) = (summary(&golden["data"]), &golden["cases"]);
    let nuts = Nuts { warmup: 200, draws: 400, ..Nuts::new(7) };
    let posterior = PurchaseModel::BgNbd.posterior(&customers, &priors(&cases[0]), nuts).unwrap();
    check_posterior(&posterior, &cases[0]);
    let expected = posterior.of(|model| model.expected_purchases_of_new(Weeks(26.0))).unwrap();
    let mode = posterior.mode().expected_purchases_of_new(Days(182.0));
    assert!(expected.interval[0] < mode && mode < expected.interval[1], "{expected:?} {mode}");
    assert!(expected.standard_deviation < 0.2 * expected.mean && expected.r_hat < 1.02);
    assert!(posterior.of(|_| f64::NAN).is_err());
    let page = posterior.report();
    assert!(page.to_html().matches("<svg").count() >= 4 && page.to_markdown().contains("alpha"));

    let spend = GammaGamma.posterior(&customers, &priors(&cases[2]), nuts).unwrap();
    check_posterior(&spend, &cases[2]);
    assert_eq!(spend.models().count(), 1600);
}

#[test]
fn flat_beliefs_spread_as_the_curvature_says() {
    // Of many customers, the posterior is normal around maximum likelihood by its standard errors.
    let golden = golden();
    let few = summary(&golden["data"]);
    let many = (0..40).flat_map(|_| few.customers().to_vec()).collect();
    let many = RfmSummary::of(Unit::Week, many).unwrap();
    let nuts = Nuts { warmup: 150, draws: 300, ..Nuts::new(3) };
    let posterior = PurchaseModel::BgNbd.posterior(&many, &[Prior::Flat], nuts).unwrap();
    let fitted = PurchaseModel::BgNbd.fit(&many).unwrap();
    for ((name, of), likely) in posterior.parameters().zip(fitted.parameters().iter()) {
        let away = (of.mean - likely.value).abs() / likely.standard_error;
        let spread = of.standard_deviation / likely.standard_error;
        assert!(away < 0.35 && (spread - 1.0).abs() < 0.2, "{name}: {of:?} {likely:?}");
    }
}

#[test]
fn beliefs_that_cannot_be_are_refused() {
    let customers = summary(&golden()["data"]);
    let refused = |priors: &[Prior], expected: &str| {
        let error = PurchaseModel::BgNbd.fit_with(&customers, priors).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nlacks: {expected}");
    };
    refused(&[], "one for all or one for each");
    refused(&[Prior::Flat; 3], "one for all or one for each");
    refused(&[Prior::LogNormal { median: 0.0, deviation: 1.0 }], "median is 0");
    refused(&[Prior::Gamma { shape: 1.0, rate: f64::NAN }], "rate is NaN");
    refused(&[Prior::HalfNormal { deviation: -1.0 }], "deviation is -1");
    let none = Nuts { draws: 0, ..Nuts::new(1) };
    assert!(GammaGamma.posterior(&customers, &[Prior::Flat], none).is_err());
}
