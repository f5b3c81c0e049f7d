//! Special functions against mpmath (`golden/special.py`), and at the edges of their domains.

use brand_nn_stats::special::*;
use serde_json::Value;
use std::collections::BTreeMap;

const GOLDEN: &str = include_str!("../golden/special.json");

/// What a function makes of its arguments, and its stated relative error.
fn computed(function: &str, x: &[f64]) -> (f64, f64) {
    match function {
        "lgamma" => (lgamma(x[0]), 1e-13),
        "lgamma_sign" => (lgamma_sign(x[0]).1, 0.0),
        "gamma" => (gamma(x[0]), 1e-13),
        "digamma" => (digamma(x[0]), 1e-13),
        "trigamma" => (trigamma(x[0]), 1e-13),
        "lbeta" => (lbeta(x[0], x[1]), 1e-13),
        "erf" => (erf(x[0]), 1e-14),
        "erfc" => (erfc(x[0]), 1e-14),
        "erf_inverse" => (erf_inverse(x[0]), 1e-14),
        "erfc_inverse" => (erfc_inverse(x[0]), 1e-14),
        "normal_cdf" => (normal_cdf(x[0]), 1e-13),
        "log_normal_cdf" => (log_normal_cdf(x[0]), 1e-13),
        "normal_quantile" => (normal_quantile(x[0]), 1e-13),
        "gamma_p" => (gamma_p(x[0], x[1]), 1e-12),
        "gamma_q" => (gamma_q(x[0], x[1]), 1e-12),
        "gamma_p_inverse" => (gamma_p_inverse(x[0], x[1]), 1e-12),
        "gamma_q_inverse" => (gamma_q_inverse(x[0], x[1]), 1e-12),
        "beta_i" => (beta_i(x[0], x[1], x[2]), 1e-12),
        "beta_i_huge" => (beta_i(x[0], x[1], x[2]), 1e-10),
        "beta_i_inverse" => (beta_i_inverse(x[0], x[1], x[2]), 1e-12),
        "hyp2f1" => (hyp2f1(x[0], x[1], x[2], x[3]), 1e-12),
        "log_hyp2f1" => (log_hyp2f1(x[0], x[1], x[2], x[3]), 1e-12),
        "log1mexp" => (log1mexp(x[0]), 1e-15),
        "log1pexp" => (log1pexp(x[0]), 1e-15),
        "logistic" => (logistic(x[0]), 1e-15),
        "log_add_exp" => (log_add_exp(x[0], x[1]), 1e-15),
        other => panic!("special.json has {other}, which the test does not know"),
    }
}

#[test]
fn golden_values() {
    let file: Value = serde_json::from_str(GOLDEN).expect("it is JSON");
    let mut worst = BTreeMap::<String, (f64, String)>::new();
    let mut wrong = Vec::new();
    for case in file["cases"].as_array().expect("it has cases") {
        let function = case[0].as_str().expect("a name");
        let arguments: Vec<f64> =
            case[1].as_array().expect("arguments").iter().filter_map(Value::as_f64).collect();
        let expected = case[2].as_f64().expect("a value");
        let (got, tolerance) = computed(function, &arguments);
        let error = (got - expected).abs() / expected.abs();
        let row = format!("{function}{arguments:?} = {got:e}, expected {expected:e}: {error:.1e}");
        let seen = worst.entry(function.to_owned()).or_default();
        if error > seen.0 {
            *seen = (error, row.clone());
        }
        // One unit of the last digit more than stated: a value cannot be nearer than that.
        if error.is_nan() || error > tolerance + f64::EPSILON {
            wrong.push(row);
        }
    }
    for (_, row) in worst.values() {
        println!("{row}");
    }
    assert!(worst.len() > 20, "only {} functions", worst.len());
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[track_caller]
fn check(got: f64, expected: f64) {
    let same = got == expected || (got.is_nan() && expected.is_nan());
    assert!(same, "{got}, expected {expected}");
}

#[test]
fn edges() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    check(lgamma(0.0), INF);
    check(lbeta(0.0, 1.0), INF);
    check(lbeta(-1.0, 1.0), NAN);
    check(erf_inverse(1.0), INF);
    check(erf_inverse(1.1), NAN);
    check(erf_inverse(0.0), 0.0);
    check(erfc_inverse(0.0), INF);
    check(erfc_inverse(2.0), -INF);
    check(erfc_inverse(-0.1), NAN);
    check(normal_quantile(0.0), -INF);
    check(normal_quantile(1.0), INF);
    check(normal_quantile(0.5), 0.0);
    check(normal_cdf(-INF), 0.0);
    check(log_normal_cdf(-INF), -INF);
    check(log_normal_cdf(INF), 0.0);
    check(log_normal_cdf(NAN), NAN);
    check(gamma_p(1.0, 0.0), 0.0);
    check(gamma_p(1.0, INF), 1.0);
    check(gamma_p(0.0, 1.0), NAN);
    check(gamma_q(2.0, -1.0), NAN);
    check(gamma_p_inverse(2.0, 0.0), 0.0);
    check(gamma_p_inverse(2.0, 1.0), INF);
    check(gamma_p_inverse(2.0, 1.5), NAN);
    check(beta_i(2.0, 3.0, 0.0), 0.0);
    check(beta_i(2.0, 3.0, 1.0), 1.0);
    check(beta_i(2.0, 3.0, 1.1), NAN);
    check(beta_i(-2.0, 3.0, 0.5), NAN);
    check(beta_i_inverse(2.0, 3.0, 0.0), 0.0);
    check(beta_i_inverse(2.0, 3.0, 1.0), 1.0);
    check(hyp2f1(1.0, 2.0, 3.0, 0.0), 1.0);
    check(hyp2f1(1.0, 2.0, 3.0, 1.0), NAN);
    check(hyp2f1(1.0, 2.0, -3.0, 0.5), NAN);
    check(log_sum_exp(&[-INF, -INF]), -INF);
    check(log_sum_exp(&[1.0, NAN]), NAN);
    check(log_add_exp(-INF, -INF), -INF);
    check(log_add_exp(INF, -INF), INF);
    check(log_add_exp(1.0, NAN), NAN);
    check(log1mexp(0.0), -INF);
    check(log1mexp(1.0), NAN);
    check(logit(0.0), -INF);
    check(logit(1.0), INF);
}

#[test]
fn huge_parameters_have_nearly_half_of_it_below_their_mean() {
    for a in [1e9, 1e12] {
        assert!(
            (gamma_p(a, a) - 0.5 - 1.0 / (3.0 * (2.0 * std::f64::consts::PI * a).sqrt())).abs()
                < 1e-13
        );
    }
    let middle = beta_i(1e9, 1e9, 0.5);
    assert!((middle - 0.5).abs() < 1e-10, "{middle}");
}
