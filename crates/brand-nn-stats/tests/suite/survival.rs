//! Curves, tests and regressions of durations against lifelines (`golden/survival.py`).

use crate::support::{all_near, data, near, numbers, refused, sizes};
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::survival::*;
use serde_json::Value;

const GOLDEN: &str = include_str!("../golden/survival.json");

struct Case {
    x: Matrix,
    durations: Vec<f64>,
    events: Vec<bool>,
    groups: Vec<usize>,
    file: Value,
}

impl Case {
    fn numbers(&self, name: &str) -> Vec<f64> {
        numbers(&self.file[name])
    }

    fn number(&self, name: &str) -> f64 {
        self.file[name].as_f64().expect("a number")
    }
}

fn cases() -> Vec<Case> {
    let file: Value = serde_json::from_str(GOLDEN).expect("it is JSON");
    let case = |file: &Value| {
        let (x, durations) = (numbers(&file["x"]), numbers(&file["durations"]));
        Case {
            x: Matrix::new(durations.len(), x.len() / durations.len(), x).expect("a matrix"),
            events: sizes(&file["events"]).into_iter().map(|seen| seen == 1).collect(),
            groups: sizes(&file["groups"]),
            durations,
            file: file.clone(),
        }
    };
    file["cases"].as_array().expect("a list").iter().map(case).collect()
}

#[test]
fn curves_as_lifelines() {
    for case in cases() {
        let km = KaplanMeier::fit(&case.durations, &case.events).expect("it fits");
        all_near("times", &km.times, &case.numbers("times"), 0.0);
        all_near("survival", &km.survival, &case.numbers("survival"), 1e-12);
        let intervals = km.intervals(0.9).expect("a level").concat();
        all_near("intervals", &intervals, &case.numbers("survival_intervals"), 1e-9);
        assert_eq!(km.median(), Some(case.number("median")));
        let mean = km.restricted_mean(4.0).expect("a limit");
        near("restricted mean", mean, case.number("restricted_mean"), 1e-9);
        for (time, survival) in km.times.iter().zip(&km.survival) {
            assert_eq!(km.survival_at(*time), *survival);
        }
        let na = NelsonAalen::fit(&case.durations, &case.events).expect("it fits");
        all_near("hazard", &na.hazard, &case.numbers("hazard"), 1e-12);
        let intervals = na.intervals(0.9).expect("a level").concat();
        if !case.file["hazard_intervals"].is_null() {
            all_near("intervals", &intervals, &case.numbers("hazard_intervals"), 1e-9);
        }
    }
}

#[test]
fn log_rank_as_lifelines() {
    for case in cases() {
        let two: Vec<usize> = case.groups.iter().map(|group| 7 * usize::from(*group > 0)).collect();
        let expected = case.numbers("log_rank");
        for (groups, expected) in [&case.groups, &two].into_iter().zip(expected.chunks(2)) {
            let test = log_rank_test(&case.durations, &case.events, groups).expect("it has groups");
            all_near("log-rank", &[test.statistic, test.p_value], expected, 1e-9);
        }
    }
}

#[test]
fn cox_as_lifelines() {
    for case in cases() {
        let fitted = Cox::default().fit(&case.x, &case.durations, &case.events).expect("it fits");
        assert!(fitted.converged && fitted.iterations < 15, "{fitted:?}");
        let of = &fitted.coefficients;
        all_near("coefficients", &of.values, &case.numbers("coefficients"), 1e-6);
        all_near("errors", &of.errors, &case.numbers("errors"), 1e-6);
        all_near("p-values", &of.p_values(), &case.numbers("p_values"), 1e-6);
        let intervals = of.intervals(0.9).expect("a level").concat();
        all_near("intervals", &intervals, &case.numbers("intervals"), 1e-6);
        near("log-likelihood", fitted.log_likelihood, case.number("log_likelihood"), 1e-9);
        near("null", fitted.null_log_likelihood, case.number("null"), 1e-9);
        near("C", fitted.concordance, case.number("concordance"), 1e-12);
        all_near("times", &fitted.times, &case.numbers("baseline_times"), 0.0);
        all_near("baseline", &fitted.baseline_hazard, &case.numbers("baseline"), 1e-6);
        let first = Matrix::of(4, case.x.cols(), |i, j| case.x[(i, j)]);
        let predicted = fitted.predict_survival(&first, &case.numbers("at")).expect("it fits");
        all_near("survival", predicted.data(), &case.numbers("predicted"), 1e-6);
        let risk = case.numbers("risk");
        let c = concordance(&risk, &case.durations, &case.events).expect("comparable");
        near("C of a column", c, case.number("risk_concordance"), 1e-12);
    }
}

/// Months that customers of a telephone company stayed.
#[test]
fn telephone_customers() {
    let Some(path) = data("data/customers/telco_churn.csv") else { return };
    let text = std::fs::read_to_string(path).expect("it can be read");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let place = |name: &str| header.iter().position(|column| *column == name).expect("a column");
    let (tenure, churn) = (place("tenure"), place("Churn"));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let months: Vec<f64> = rows.iter().map(|row| row[tenure].parse().expect("months")).collect();
    let left: Vec<bool> = rows.iter().map(|row| row[churn] == "Yes").collect();
    let curve = KaplanMeier::fit(&months, &left).expect("it fits");
    let got = [6.0, 12.0, 24.0, 48.0, 60.0, 72.0].map(|month| curve.survival_at(month));
    let expected = [0.884_826, 0.843_200, 0.788_736, 0.708_840, 0.664_404, 0.592_790];
    all_near("survival", &got, &expected, 5e-7);
}

#[test]
fn what_has_no_answer_is_refused() {
    let (t, seen) = ([1.0, 2.0, 3.0, 4.0], [true, true, false, true]);
    refused(KaplanMeier::fit(&[], &[]), "no durations");
    refused(KaplanMeier::fit(&t, &[true]), "1 events, expected 4");
    refused(KaplanMeier::fit(&t, &[false; 4]), "no event was seen");
    refused(KaplanMeier::fit(&[1.0, -1.0], &[true; 2]), "duration 1 is -1");
    refused(NelsonAalen::fit(&[f64::NAN], &[true]), "duration 0 is NaN");
    let curve = KaplanMeier::fit(&t, &seen).expect("it fits");
    refused(curve.intervals(1.0), "level is 1");
    refused(curve.restricted_mean(-1.0), "limit is -1");
    refused(log_rank_test(&t, &seen, &[3; 4]), "groups is 1");
    refused(log_rank_test(&[1.0, 5.0], &[false, true], &[0, 1]), "while two groups were at risk");
    refused(concordance(&[1.0; 4], &[2.0; 4], &[true; 4]), "no two rows");
    let x = Matrix::of(4, 1, |i, _| i as f64);
    refused(Cox::default().fit(&x, &t, &[true; 4]), "tells the order of all events");
    refused(Cox::default().fit(&Matrix::zeros(4, 1), &t, &seen), "sum of others");
    refused(Cox::default().fit(&Matrix::zeros(3, 1), &t, &seen), "3 rows, expected 4");
    refused(Cox { penalty: -1.0 }.fit(&x, &t, &seen), "penalty is -1");
    // With a penalty there is an answer.
    let fitted = Cox { penalty: 1.0 }.fit(&x, &t, &[true; 4]).expect("it fits");
    assert!(fitted.coefficients.values[0] < 0.0);
}

#[test]
fn nobody_is_left_after_the_last_event() {
    let curve = KaplanMeier::fit(&[2.0, 2.0], &[true, true]).expect("it fits");
    assert_eq!((curve.survival_at(1.9), curve.survival_at(2.0)), (1.0, 0.0));
    assert_eq!(curve.intervals(0.95).expect("a level"), [[0.0, 0.0]]);
    let late = KaplanMeier::fit(&[1.0, 2.0, 3.0], &[true, false, false]).expect("it fits");
    assert!(late.log_variances.iter().all(|x| x.is_finite()));
    assert_eq!(late.median(), None);
}
