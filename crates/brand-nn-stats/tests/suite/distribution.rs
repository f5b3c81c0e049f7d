//! Distributions against SciPy (`golden/distribution.py`), and against themselves.

use crate::support::{near, numbers};
use brand_nn_stats::Result;
use brand_nn_stats::distribution::*;
use serde_json::{Value, json};

const GOLDEN: &str = include_str!("../golden/distribution.json");

fn golden(part: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(GOLDEN).expect("it is JSON");
    file[part].as_array().expect("it is a list").clone()
}

/// A distribution by name, as a file would say it.
fn named(name: &str, parameters: &Value) -> Box<dyn Distribution> {
    fn read<D: Distribution + serde::de::DeserializeOwned + 'static>(
        parameters: &Value,
    ) -> Box<dyn Distribution> {
        Box::new(serde_json::from_value::<D>(parameters.clone()).expect("it is valid"))
    }
    match name {
        "Normal" => read::<Normal>(parameters),
        "LogNormal" => read::<LogNormal>(parameters),
        "Uniform" => read::<Uniform>(parameters),
        "Exponential" => read::<Exponential>(parameters),
        "Gamma" => read::<Gamma>(parameters),
        "Weibull" => read::<Weibull>(parameters),
        "Beta" => read::<Beta>(parameters),
        "StudentT" => read::<StudentT>(parameters),
        "ChiSquared" => read::<ChiSquared>(parameters),
        "FisherF" => read::<FisherF>(parameters),
        "Binomial" => read::<Binomial>(parameters),
        "BetaBinomial" => read::<BetaBinomial>(parameters),
        "Poisson" => read::<Poisson>(parameters),
        "NegativeBinomial" => read::<NegativeBinomial>(parameters),
        "Geometric" => read::<Geometric>(parameters),
        other => panic!("distribution.json has {other}, which the test does not know"),
    }
}

/// Equal to `tolerance` of the value itself, however small that is.
#[track_caller]
fn same(what: &str, got: f64, expected: f64, tolerance: f64) {
    let is_same = (got - expected).abs() <= tolerance * expected.abs() || got == expected;
    assert!(is_same, "{what}: {got:e}, expected {expected:e}");
}

#[test]
fn golden_tables() {
    let tables = golden("tables");
    assert!(tables.len() >= 25);
    for row in &tables {
        let of = named(row["name"].as_str().expect("a name"), &row["parameters"]);
        let x = numbers(&row["quantile"]);
        for (i, &x) in x.iter().enumerate() {
            let what = format!("{}{} at {x}", row["name"], row["parameters"]);
            let expected = |name: &str| numbers(&row[name])[i];
            near(
                &format!("{what}, log density"),
                of.log_density(x),
                expected("log_density"),
                1e-11,
            );
            same(&format!("{what}, density"), of.density(x), expected("log_density").exp(), 1e-10);
            same(&format!("{what}, cdf"), of.cdf(x), expected("cdf"), 1e-11);
            same(&format!("{what}, survival"), of.survival(x), expected("survival"), 1e-11);
            same(&format!("{what}, quantile"), of.quantile(expected("p")), x, 1e-11);
        }
        let expected = |name: &str| row[name].as_f64();
        for (got, expected) in
            [(of.mean(), expected("mean")), (of.variance(), expected("variance"))]
        {
            let expected = expected.unwrap_or(f64::NAN);
            assert!(expected.is_nan() || (got - expected).abs() <= 1e-12 * expected.abs());
            assert!(got.is_finite() || expected.is_nan());
        }
    }
}

/// Densities add up to the probability, draws have the moments, extremes are in their places.
#[test]
fn distributions_agree_with_themselves() {
    for row in golden("tables") {
        let name = row["name"].as_str().expect("a name");
        let of = named(name, &row["parameters"]);
        let what = format!("{name}{}", row["parameters"]);
        assert!(of.density(f64::NAN).is_nan() && of.cdf(f64::NAN).is_nan(), "{what}");
        assert_eq!((of.cdf(f64::INFINITY), of.survival(f64::INFINITY)), (1.0, 0.0), "{what}");
        let lowest = f64::NEG_INFINITY;
        assert_eq!((of.cdf(lowest), of.survival(lowest), of.density(lowest)), (0.0, 1.0, 0.0));
        assert!(of.quantile(-0.1).is_nan() && of.quantile(1.1).is_nan(), "{what}");
        assert!(of.quantile(0.0) <= of.quantile(1e-12) && of.quantile(1.0) >= of.quantile(0.99));
        let draws = of.sample(5, 4000);
        assert!(draws.iter().all(|x| x.is_finite()), "{what}");
        if of.variance().is_finite() {
            let mean = draws.iter().sum::<f64>() / 4000.0;
            let error = of.standard_deviation() / 4000.0_f64.sqrt();
            assert!((mean - of.mean()).abs() < 4.0 * error, "{what}: {mean}");
        }
        let (low, high) = (of.quantile(0.3), of.quantile(0.6));
        let between = draws.iter().filter(|x| **x > low && **x <= high).count() as f64 / 4000.0;
        assert!((between - (of.cdf(high) - of.cdf(low))).abs() < 0.03, "{what}: {between}");
    }
}

fn fitted(name: &str, x: &[f64]) -> Result<Vec<f64>> {
    match name {
        "Normal" => Normal::fit(x).map(Into::into),
        "LogNormal" => LogNormal::fit(x).map(Into::into),
        "Uniform" => Uniform::fit(x).map(Into::into),
        "Exponential" => Exponential::fit(x).map(Into::into),
        "Gamma" => Gamma::fit(x).map(Into::into),
        "Weibull" => Weibull::fit(x).map(Into::into),
        "Beta" => Beta::fit(x).map(Into::into),
        "Poisson" => Poisson::fit(x).map(Into::into),
        "NegativeBinomial" => NegativeBinomial::fit(x).map(Into::into),
        "Geometric" => Geometric::fit(x).map(Into::into),
        other => panic!("distribution.json fits {other}, which the test does not know"),
    }
}

#[test]
fn golden_fits() {
    for row in golden("fits") {
        let name = row["name"].as_str().expect("a name");
        let (x, expected) = (numbers(&row["x"]), numbers(&row["parameters"]));
        let found = fitted(name, &x).expect("it has a fit");
        for (found, expected) in found.iter().zip(&expected) {
            same(name, *found, *expected, 2e-5);
        }
        let likelihood = |parameters: &[f64]| {
            let of = named(name, &json!(parameters));
            x.iter().map(|x| of.log_density(*x)).sum::<f64>()
        };
        // No nearby parameters are more likely, to the last digits.
        let best = likelihood(&found);
        assert!(best >= likelihood(&expected) - 1e-12 * best.abs(), "{name}");
        for wrong in [&[][..], &[f64::NAN], &[-1.0, f64::INFINITY]] {
            assert!(fitted(name, wrong).is_err(), "{name} fits {wrong:?}");
        }
        if name != "Poisson" && name != "Exponential" && name != "Geometric" {
            assert!(fitted(name, &[0.5, 0.5, 0.5]).is_err(), "{name} fits a constant");
        }
    }
}

#[test]
fn parameters_are_checked() {
    assert!(Normal::new(0.0, 0.0).is_err());
    assert!(Normal::new(f64::NAN, 1.0).is_err());
    assert!(Uniform::new(1.0, 1.0).is_err());
    assert!(Binomial::new(2.5, 0.5).is_err());
    assert!(Binomial::new(2.0, 1.5).is_err());
    assert!(Geometric::new(0.0).is_err());
    assert!(Gamma::new(f64::INFINITY, 1.0).is_err());
    let error = serde_json::from_str::<Beta>("[1.0, -2.0]").expect_err("it is negative");
    let words = "Beta: beta is -2, expected a finite number above 0; help: ";
    assert!(error.to_string().starts_with(words), "{error}");
    assert!(serde_json::from_str::<Beta>("[1.0]").is_err());
    assert_eq!(
        serde_json::to_string(&Beta::new(1.0, 2.0).expect("valid")).expect("JSON"),
        "[1.0,2.0]"
    );
}

#[test]
fn certain_outcomes() {
    for (p, sure) in [(0.0, 0.0), (1.0, 7.0)] {
        let of = Binomial::new(7.0, p).expect("valid");
        assert_eq!((of.density(sure), of.density(3.0), of.quantile(0.5)), (1.0, 0.0, sure));
        assert_eq!((of.cdf(sure), of.cdf(sure - 1.0)), (1.0, 0.0));
    }
    let of = NegativeBinomial::new(3.0, 1.0).expect("valid");
    assert_eq!(
        (of.density(0.0), of.density(1.0), of.cdf(0.0), of.quantile(0.9)),
        (1.0, 0.0, 1.0, 0.0)
    );
    let none = Binomial::new(0.0, 0.3).expect("valid");
    assert_eq!((none.density(0.0), none.cdf(0.0), none.sample(1, 2)), (1.0, 1.0, vec![0.0, 0.0]));
}

/// Neither slow nor in panic, and never outside its range.
#[test]
fn extreme_parameters_have_answers() {
    let all: Vec<Box<dyn Distribution>> = vec![
        Box::new(Normal::new(1e300, 1e-300).expect("valid")),
        Box::new(LogNormal::new(700.0, 30.0).expect("valid")),
        Box::new(Gamma::new(1e-9, 1e9).expect("valid")),
        Box::new(Gamma::new(1e15, 1e-15).expect("valid")),
        Box::new(Weibull::new(1e-3, 1.0).expect("valid")),
        Box::new(Beta::new(1e-9, 1e9).expect("valid")),
        Box::new(Beta::new(1e14, 1e14).expect("valid")),
        Box::new(Beta::new(1e14, 0.5).expect("valid")),
        Box::new(StudentT::new(1e-3).expect("valid")),
        Box::new(StudentT::new(1e15).expect("valid")),
        Box::new(ChiSquared::new(1e15).expect("valid")),
        Box::new(FisherF::new(1e-3, 1e12).expect("valid")),
        Box::new(Binomial::new(9e15, 0.5).expect("valid")),
        Box::new(Binomial::new(9e15, 1e-15).expect("valid")),
        Box::new(Poisson::new(1e15).expect("valid")),
        Box::new(Poisson::new(1e-300).expect("valid")),
        Box::new(NegativeBinomial::new(1e-6, 1e-6).expect("valid")),
        Box::new(NegativeBinomial::new(1e12, 0.9).expect("valid")),
        Box::new(Geometric::new(1e-12).expect("valid")),
    ];
    for (i, of) in all.iter().enumerate() {
        for p in [1e-300, 1e-9, 0.25, 0.5, 0.9, 1.0 - 1e-12] {
            let x = of.quantile(p);
            assert!(!x.is_nan(), "row {i}: the quantile of {p}");
            let (below, above) = (of.cdf(x), of.survival(x));
            assert!((0.0..=1.0).contains(&below) && (0.0..=1.0).contains(&above), "row {i}, {p}");
            assert!((below + above - 1.0).abs() < 1e-9, "row {i}: {below} and {above} at {x}");
            assert!(!of.log_density(x).is_nan(), "row {i}: the density at {x}");
        }
        assert!(of.sample(1, 20).iter().all(|x| !x.is_nan()), "row {i}");
    }
}
