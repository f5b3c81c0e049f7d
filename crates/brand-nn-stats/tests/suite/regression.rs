//! Regressions against scikit-learn and statsmodels (`golden/regression.py`).

use crate::support::{all_near, near, numbers, refused, sizes};
use brand_nn_stats::Result;
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::regression::*;
use serde_json::Value;

const GOLDEN: &str = include_str!("../golden/regression.json");

fn matrix(value: &Value) -> Matrix {
    let rows = value.as_array().expect("rows").len();
    let data = numbers(value);
    Matrix::new(rows, data.len() / rows, data).expect("a matrix")
}

fn number(case: &Value, name: &str) -> f64 {
    case[name].as_f64().unwrap_or(f64::INFINITY)
}

/// A case: its inputs, and a check of what it should give.
struct Case<'a>(&'a Value);

impl Case<'_> {
    fn x(&self) -> Matrix {
        matrix(&self.0["x"])
    }

    fn y(&self) -> Vec<f64> {
        numbers(&self.0["y"])
    }

    fn intercept(&self) -> bool {
        self.0["intercept"].as_bool().unwrap_or(true)
    }

    #[track_caller]
    fn gives(&self, name: &str, got: &[f64], tolerance: f64) {
        let expected = &self.0["value"][name];
        if !expected.is_null() {
            let what = format!("{} {name} {}", self.0["kind"], self.0["c"]);
            all_near(&what, got, &numbers(expected), tolerance);
        }
    }

    #[track_caller]
    fn gives_coefficients(&self, of: &Coefficients, tolerance: f64) {
        let first = |x: f64| if self.intercept() { vec![x] } else { Vec::new() };
        self.gives("parameters", &[first(of.intercept), of.values.clone()].concat(), tolerance);
        self.gives("errors", &[first(of.intercept_error), of.errors.clone()].concat(), tolerance);
    }
}

fn linear(case: &Case<'_>) -> Result<()> {
    let spec = LinearRegression { intercept: case.intercept() };
    let fitted = spec.fit(&case.x(), &case.y())?;
    case.gives_coefficients(&fitted.coefficients, 1e-10);
    case.gives("p_values", &fitted.p_values(), 1e-10);
    case.gives("intervals", &fitted.intervals(0.9)?.concat(), 1e-10);
    case.gives("r2", &[fitted.r2], 1e-10);
    case.gives("adjusted_r2", &[fitted.adjusted_r2()], 1e-10);
    case.gives("f_p", &[fitted.f_test_p_value()], 1e-10);
    case.gives("noise", &[fitted.noise_variance], 1e-10);
    let new = matrix(&case.0["new"]);
    case.gives("prediction", &fitted.prediction_intervals(&new, 0.9)?.concat(), 1e-10);
    Ok(())
}

fn penalised(case: &Case<'_>) -> Result<()> {
    let (penalty, intercept) = (number(case.0, "penalty"), case.intercept());
    let (middle, coefficients, tolerance) = if case.0["kind"] == "ridge" {
        let fitted = Ridge { penalty, intercept }.fit(&case.x(), &case.y())?;
        (fitted.intercept, fitted.coefficients, 1e-9)
    } else {
        let l1_share = number(case.0, "share");
        let spec = ElasticNet { penalty, l1_share, intercept, ..ElasticNet::default() };
        let fitted = spec.fit(&case.x(), &case.y())?;
        assert!(fitted.converged);
        (fitted.intercept, fitted.coefficients, 1e-6)
    };
    case.gives("coefficients", &coefficients, tolerance);
    case.gives("intercept", &[middle], tolerance);
    Ok(())
}

fn logistic(case: &Case<'_>) -> Result<()> {
    let y: Vec<bool> = case.y().iter().map(|y| *y == 1.0).collect();
    let spec =
        LogisticRegression { inverse_penalty: number(case.0, "c"), intercept: case.intercept() };
    let fitted = spec.fit(&case.x(), &y)?;
    assert!(fitted.converged && fitted.iterations < 20, "{fitted:?}");
    case.gives_coefficients(&fitted.coefficients, 1e-6);
    case.gives("log_likelihood", &[fitted.log_likelihood], 1e-9);
    case.gives("p_values", &fitted.coefficients.p_values(), 1e-7);
    case.gives("intervals", &fitted.coefficients.intervals(0.9)?.concat(), 1e-6);
    Ok(())
}

fn poisson(case: &Case<'_>) -> Result<()> {
    let spec = PoissonRegression { penalty: number(case.0, "penalty"), intercept: true };
    let exposure = numbers(&case.0["exposure"]);
    let fitted = spec.fit_with_exposure(&case.x(), &case.y(), &exposure)?;
    assert!(fitted.converged && fitted.iterations < 20, "{fitted:?}");
    case.gives_coefficients(&fitted.coefficients, 1e-6);
    case.gives("log_likelihood", &[fitted.log_likelihood], 1e-9);
    Ok(())
}

fn multinomial(case: &Case<'_>) -> Result<()> {
    let spec =
        MultinomialRegression { inverse_penalty: number(case.0, "c"), intercept: case.intercept() };
    let fitted = spec.fit(&case.x(), &sizes(&case.0["y"]))?;
    assert!(fitted.converged && fitted.iterations < 30, "{fitted:?}");
    case.gives("intercepts", &fitted.intercepts, 1e-5);
    case.gives("coefficients", fitted.coefficients.data(), 1e-5);
    let first = Matrix::of(4, case.x().cols(), |i, j| case.x()[(i, j)]);
    case.gives("probabilities", fitted.predict_probabilities(&first)?.data(), 1e-5);
    Ok(())
}

#[test]
fn golden_values() {
    let file: Value = serde_json::from_str(GOLDEN).expect("it is JSON");
    for case in file["cases"].as_array().expect("it has cases") {
        let of = Case(case);
        let result = match case["kind"].as_str().expect("a kind") {
            "linear" => linear(&of),
            "ridge" | "elastic_net" => penalised(&of),
            "logistic" => logistic(&of),
            "poisson" => poisson(&of),
            "multinomial" => multinomial(&of),
            other => panic!("regression.json has {other}, which the test does not know"),
        };
        result.unwrap_or_else(|error| panic!("{case}: {error}"));
    }
}

#[test]
fn a_multinomial_of_two_classes_is_logistic() {
    let x = Matrix::of(20, 2, |i, j| ((i * 7 + j * 5) % 11) as f64);
    let yes: Vec<bool> = (0..20).map(|i| (i * 7 % 11 + i % 3) > 6).collect();
    let classes: Vec<usize> = yes.iter().map(|yes| usize::from(*yes)).collect();
    let two = LogisticRegression::default().fit(&x, &yes).expect("it fits");
    // Two rows of coefficients that mirror each other cost half of what their difference does.
    let spec = MultinomialRegression { inverse_penalty: 0.5, ..MultinomialRegression::default() };
    let many = spec.fit(&x, &classes).expect("it fits");
    let (one, chances) = (two.predict(&x).expect("it fits"), many.predict_probabilities(&x));
    for (p, row) in one.iter().zip(chances.expect("it fits").data().chunks(2)) {
        near("probability", row[1], *p, 1e-9);
    }
}

#[test]
fn what_has_no_answer_is_refused() {
    let x = Matrix::of(4, 1, |i, _| i as f64);
    let nan = Matrix::of(4, 1, |_, _| f64::NAN);
    let y = [1.0, 3.0, 2.0, 5.0];
    let twins = Matrix::of(6, 2, |i, _| i as f64);
    let linear = LinearRegression::default();
    refused(linear.fit(&nan, &y), "number 0 is NaN");
    refused(linear.fit(&x, &y[..3]), "3 targets, expected 4");
    refused(linear.fit(&x, &[1.0; 4]), "constant");
    refused(linear.fit(&Matrix::of(2, 1, |i, _| i as f64), &y[..2]), "no more rows");
    refused(linear.fit(&twins, &[1.0, 2.0, 0.0, 4.0, 1.0, 6.0]), "sum of others");
    refused(linear.fit(&Matrix::zeros(0, 1), &[]), "no rows");
    let fitted = linear.fit(&x, &y).expect("it fits");
    refused(fitted.predict(&twins), "2 columns, expected 1");
    refused(fitted.predict(&nan), "number 0 is NaN");
    refused(fitted.intervals(2.0), "level is 2");
    refused(Ridge { penalty: 0.0, intercept: true }.fit(&x, &y), "penalty is 0");
    let wrong = ElasticNet { l1_share: 2.0, ..ElasticNet::default() };
    refused(wrong.fit(&x, &y), "l1_share is 2");
    let logistic = LogisticRegression::default();
    refused(logistic.fit(&x, &[true; 4]), "all targets are the same");
    let free = LogisticRegression { inverse_penalty: f64::INFINITY, intercept: true };
    refused(free.fit(&x, &[false, false, true, true]), "tell all targets apart");
    refused(free.fit(&twins, &[true, false, true, false, false, true]), "sum of others");
    let wrong = LogisticRegression { inverse_penalty: -1.0, intercept: true };
    refused(wrong.fit(&x, &[true, false, true, false]), "inverse_penalty is -1");
    let free = MultinomialRegression { inverse_penalty: f64::INFINITY, intercept: true };
    refused(free.fit(&x, &[0, 0, 1, 2]), "MultinomialRegression::fit: undefined where");
    refused(MultinomialRegression::default().fit(&x, &[0, 0, 2, 2]), "a class has no row");
    refused(MultinomialRegression::default().fit(&x, &[0, 0, usize::MAX, 2]), "a class has no row");
    let poisson = PoissonRegression::default();
    refused(poisson.fit(&x, &[0.0; 4]), "all targets are 0");
    refused(poisson.fit(&x, &[1.0, -1.0, 2.0, 0.0]), "target 1 is -1");
    refused(poisson.fit_with_exposure(&x, &y, &[1.0, 1.0, 0.0, 1.0]), "exposure 2 is 0");
}

#[test]
fn extreme_scales_are_no_panic() {
    for scale in [1e-200, 1e-12, 1e12, 1e150] {
        let x = Matrix::of(6, 1, |i, _| scale * ((i * 5) % 6) as f64);
        let y: Vec<f64> = (0..6).map(|i| scale * i as f64).collect();
        let yes = [true, false, true, true, false, false];
        // An answer is finite; where there is none, an error says so.
        if let Ok(fitted) = LinearRegression::default().fit(&x, &y) {
            assert!(fitted.coefficients.values[0].is_finite());
        }
        if let Ok(fitted) = LogisticRegression::default().fit(&x, &yes) {
            assert!(fitted.predict(&x).expect("finite").iter().all(|p| (0.0..=1.0).contains(p)));
        }
        if let Ok(fitted) = PoissonRegression::default().fit(&x, &y) {
            assert!(fitted.coefficients.values[0].is_finite());
        }
    }
}

#[test]
fn fits_are_plain_data() {
    let x = Matrix::of(5, 1, |i, _| i as f64);
    let fitted = Ridge::default().fit(&x, &[1.0, 2.0, 2.5, 4.0, 4.5]).expect("it fits");
    let text = serde_json::to_string(&fitted).expect("JSON");
    assert_eq!(serde_json::from_str::<FittedRidge>(&text).expect("JSON"), fitted);
}
