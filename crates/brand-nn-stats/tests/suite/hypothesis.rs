//! Tests, intervals and sizes against SciPy and statsmodels (`golden/hypothesis.py`).

use crate::support::{all_near, numbers, refused, sizes};
use brand_nn_stats::hypothesis::*;
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::{Result, metrics::accuracy};
use serde_json::Value;
use std::collections::BTreeSet;

const GOLDEN: &str = include_str!("../golden/hypothesis.json");

fn share(case: &Value, from: usize) -> Proportion {
    let counts = sizes(&case["counts"]);
    Proportion::new(counts[from] as u64, counts[from + 1] as u64)
}

fn groups(case: &Value) -> Vec<Vec<f64>> {
    case["groups"].as_array().expect("a list").iter().map(numbers).collect()
}

fn design(case: &Value) -> Design {
    let risks = numbers(&case["design"]);
    Design { significance: risks[0], power: risks[1], alternative: alternative(case) }
}

fn alternative(case: &Value) -> Alternative {
    serde_json::from_value(case["alternative"].clone()).unwrap_or_default()
}

fn t_test(kind: &str, case: &Value) -> Result<Vec<f64>> {
    let (a, b, alternative) = (numbers(&case["a"]), numbers(&case["b"]), alternative(case));
    let test = match kind {
        "welch_t_test" => welch_t_test(Sample::of(&a)?, Sample::of(&b)?, alternative)?,
        "pooled_t_test" => pooled_t_test(Sample::of(&a)?, Sample::of(&b)?, alternative)?,
        _ => paired_t_test(&a, &b, alternative)?,
    };
    let [low, high] = test.interval(0.9)?;
    Ok(vec![test.statistic, test.degrees, test.p_value, low, high])
}

fn computed(kind: &str, case: &Value) -> Result<Vec<f64>> {
    let side = alternative(case);
    let number = |name: &str| case[name].as_f64().expect("a number");
    let pair = |test: TestResult| vec![test.statistic, test.p_value];
    let many = groups_or_none(case);
    let slices: Vec<&[f64]> = many.iter().map(Vec::as_slice).collect();
    match kind {
        "two_proportion_z_test" => {
            two_proportion_z_test(share(case, 0), share(case, 2), side).map(pair)
        }
        "fisher_exact_test" => {
            fisher_exact_test(share(case, 0), share(case, 2), side).map(|test| vec![test.p_value])
        }
        "newcombe" => newcombe(share(case, 0), share(case, 2), number("level")).map(Vec::from),
        "wilson" => wilson(share(case, 0), number("level")).map(Vec::from),
        "clopper_pearson" => clopper_pearson(share(case, 0), number("level")).map(Vec::from),
        "binomial_test" => {
            binomial_test(share(case, 0), number("probability"), side).map(|t| vec![t.p_value])
        }
        "welch_t_test" | "pooled_t_test" | "paired_t_test" => t_test(kind, case),
        "mann_whitney_u_test" => {
            mann_whitney_u_test(&numbers(&case["a"]), &numbers(&case["b"]), side).map(pair)
        }
        "anova" => anova(&slices).map(pair),
        "kruskal_wallis_test" => kruskal_wallis_test(&slices).map(pair),
        "chi_squared_fit_test" => {
            chi_squared_fit_test(&numbers(&case["observed"]), &numbers(&case["shares"])).map(pair)
        }
        "chi_squared_independence_test" => {
            let rows = case["table"].as_array().expect("a table").len();
            let table = numbers(&case["table"]);
            let test =
                chi_squared_independence_test(&Matrix::new(rows, table.len() / rows, table)?)?;
            Ok(vec![test.statistic, test.degrees, test.p_value])
        }
        "correction" => {
            let correction: Correction =
                serde_json::from_value(case["correction"].clone()).expect("a correction");
            correction.adjust(&numbers(&case["p"]))
        }
        other => sized(other, case).map(|size| vec![size]),
    }
}

fn groups_or_none(case: &Value) -> Vec<Vec<f64>> {
    if case["groups"].is_null() { Vec::new() } else { groups(case) }
}

fn sized(kind: &str, case: &Value) -> Result<f64> {
    let rates = numbers(&case["rates"]);
    let number = |name: &str| case[name].as_f64().expect("a number");
    match kind {
        "size_for_means" => design(case).size_for_means(number("effect")),
        "power_for_means" => design(case).power_for_means(number("effect"), number("size")),
        "size_for_proportions" => Design::default().size_for_proportions(rates[0], rates[1]),
        "size_for_proportions_arcsine" => {
            Design::default().size_for_proportions_arcsine(rates[0], rates[1])
        }
        other => panic!("hypothesis.json has {other}, which the test does not know"),
    }
}

#[test]
fn golden_values() {
    let file: Value = serde_json::from_str(GOLDEN).expect("it is JSON");
    let mut kinds = BTreeSet::new();
    for case in file["cases"].as_array().expect("it has cases") {
        let kind = case["kind"].as_str().expect("a kind");
        kinds.insert(kind);
        let is_searched = ["size_for_means", "size_for_proportions_arcsine"].contains(&kind);
        let tolerance = if is_searched { 1e-6 } else { 1e-9 };
        let got = computed(kind, case).unwrap_or_else(|error| panic!("{case}: {error}"));
        all_near(&case.to_string(), &got, &numbers(&case["value"]), tolerance);
    }
    assert!(kinds.len() >= 18, "{kinds:?}");
}

#[test]
fn what_has_no_answer_is_refused() {
    let both = Alternative::TwoSided;
    let (none, all) = (Proportion::new(0, 5), Proportion::new(5, 5));
    refused(two_proportion_z_test(none, none, both), "all or none succeeded");
    refused(two_proportion_z_test(none, Proportion::new(0, 0), both), "no trials");
    refused(fisher_exact_test(all, all, both), "all or none succeeded");
    refused(wilson(Proportion::new(6, 5), 0.95), "successes is 6, expected at most the trials");
    refused(wilson(none, 95.0), "level is 95");
    refused(binomial_test(none, 1.5, both), "probability is 1.5");
    refused(Sample::of(&[1.0]), "observations is 1, expected at least 2");
    refused(Sample::of(&[1.0, f64::NAN]), "observation 1 is NaN");
    let flat = Sample::of(&[1.0, 1.0]).expect("two");
    refused(welch_t_test(flat, flat, both), "do not vary");
    refused(paired_t_test(&[1.0, 2.0], &[2.0, 3.0], both), "do not vary");
    refused(paired_t_test(&[1.0], &[2.0, 3.0], both), "2 second observations, expected 1");
    refused(anova(&[&[1.0, 2.0]]), "groups is 1");
    refused(anova(&[&[1.0], &[2.0]]), "single observation");
    refused(anova(&[&[1.0, 1.0], &[2.0, 2.0]]), "no group varies");
    refused(mann_whitney_u_test(&[1.0], &[1.0, 1.0], both), "the same");
    refused(mann_whitney_u_test(&[], &[1.0], both), "no observations");
    refused(kruskal_wallis_test(&[&[1.0, 1.0], &[1.0]]), "the same");
    refused(chi_squared_fit_test(&[1.0, 2.0], &[1.0, 0.0]), "share 1 is 0");
    refused(chi_squared_fit_test(&[0.0, 0.0], &[1.0, 1.0]), "all counts are 0");
    refused(chi_squared_independence_test(&Matrix::zeros(2, 2)), "fewer than 2 rows");
    let design = Design::default();
    refused(design.size_for_proportions(0.1, 0.1), "do not differ");
    refused(design.size_for_means(0.0), "too small");
    refused(design.size_for_means(f64::NAN), "effect is NaN");
    let against = Design { alternative: Alternative::Less, ..design };
    refused(against.size_for_means(0.5), "against the alternative");
    refused(against.size_for_proportions_arcsine(0.2, 0.1), "do not differ");
    refused(design.power_for_means(0.5, 1.0), "size is 1");
    refused(Correction::Holm.adjust(&[1.5]), "p-value 0 is 1.5");
    refused(Correction::Holm.adjust(&[]), "no p-values");
}

#[test]
fn sizes_give_their_power() {
    let design = Design::default();
    let size = design.size_for_means(0.3).expect("it can be seen");
    assert!((design.power_for_means(0.3, size).expect("it fits") - 0.8).abs() < 1e-12);
    let size = design.size_for_proportions(0.2, 0.25).expect("it can be seen");
    let power = design.power_for_proportions(0.2, 0.25, size).expect("it fits");
    assert!((power - 0.8).abs() < 1e-6, "{power}");
    let larger = design.power_for_proportions(0.2, 0.25, 2.0 * size).expect("it fits");
    assert!(larger > 0.97 && larger < 1.0);
}

#[test]
fn a_level_is_kept_where_nothing_is_behind_it() {
    // Both samples are draws of one distribution: one test in twenty rejects.
    let mut draws = vec![0.0; 40 * 2000];
    brand_nn_kernels::fill_normal(11, 0, &mut draws);
    let is_rejected = |x: &[f64]| {
        let (a, b) = x.split_at(15);
        let samples = (Sample::of(a).expect("it varies"), Sample::of(b).expect("it varies"));
        let test = welch_t_test(samples.0, samples.1, Alternative::TwoSided).expect("it varies");
        usize::from(test.p_value < 0.05)
    };
    let rejected: Vec<usize> = draws.chunks(40).map(is_rejected).collect();
    let share = accuracy(&rejected, &vec![1; 2000]).expect("it has rows");
    assert!((share - 0.05).abs() < 0.015, "{share}");
}

/// Looks at equal distances.
fn equal(looks: u32) -> Vec<f64> {
    (1..=looks).map(|look| f64::from(look) / f64::from(looks)).collect()
}

#[test]
fn bounds_of_several_looks_are_the_published_ones() {
    // Lan and DeMets' bounds of five looks, two-sided 0.05, as ldbounds and gsDesign print them.
    let spent = |spending: Spending, expected: [f64; 5]| {
        let bounds = spending.bounds(&equal(5), 0.05).expect("they rise");
        for (got, expected) in bounds.critical.iter().zip(expected) {
            assert!((got - expected).abs() < 1.5e-4, "{spending:?}: {:?}", bounds.critical);
        }
        assert!((bounds.spent[4] - 0.05).abs() < 1e-12);
        let alarms: f64 = bounds.stops(0.0).expect("no drift").iter().sum();
        assert!((alarms - 0.05).abs() < 1e-8, "{alarms}");
    };
    spent(Spending::OBrienFleming, [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]);
    spent(Spending::Pocock, [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]);
    // Jennison and Turnbull 2000, tables 2.1, 2.3 and 2.2, 2.4: constants at 0.05, inflation at
    // a power of 0.9.
    let shaped = |shape: BoundShape, looks, constant: f64, inflation: f64| {
        let bounds = shape.bounds(&equal(looks), 0.05).expect("they rise");
        let got = bounds.critical[looks as usize - 1];
        assert!((got - constant).abs() < 6e-4, "{shape:?} {looks}: {got}");
        let got = bounds.inflation(0.9).expect("a power");
        assert!((got - inflation).abs() < 6e-4, "{shape:?} {looks}: {got}");
    };
    shaped(BoundShape::Pocock, 1, 1.960, 1.0);
    shaped(BoundShape::Pocock, 2, 2.178, 1.100);
    shaped(BoundShape::Pocock, 3, 2.289, 1.151);
    shaped(BoundShape::Pocock, 4, 2.361, 1.183);
    shaped(BoundShape::Pocock, 5, 2.413, 1.207);
    shaped(BoundShape::OBrienFleming, 2, 1.977, 1.007);
    shaped(BoundShape::OBrienFleming, 3, 2.004, 1.016);
    shaped(BoundShape::OBrienFleming, 5, 2.040, 1.026);
    shaped(BoundShape::OBrienFleming, 10, 2.087, 1.037);
    let falling = BoundShape::OBrienFleming.bounds(&equal(5), 0.05).expect("they rise").critical;
    for (got, expected) in falling.iter().zip([4.5617, 3.2256, 2.6337, 2.2809, 2.0401]) {
        assert!((got - expected).abs() < 1.5e-4, "{falling:?}");
    }
}

#[test]
fn looks_that_can_not_be_are_refused() {
    let spend = Spending::Pocock;
    refused(spend.bounds(&[], 0.05), "no looks");
    refused(spend.bounds(&[0.5, 0.5], 0.05), "look 1 is 0.5");
    refused(spend.bounds(&[0.5, 1.1], 0.05), "look 1 is 1.1");
    refused(spend.bounds(&[f64::NAN], 0.05), "look 0 is NaN");
    refused(spend.bounds(&[1.0], 1.0), "significance is 1");
    refused(Spending::Power { exponent: 0.0 }.bounds(&[1.0], 0.05), "exponent is 0");
    let bounds = spend.bounds(&[0.001, 0.5, 0.501, 1.0], 1e-9).expect("they rise");
    assert!(bounds.critical.iter().all(|bound| (5.0..=8.0).contains(bound)), "{bounds:?}");
    refused(bounds.inflation(1.0), "power is 1");
    refused(bounds.stops(f64::NAN), "drift is NaN");
}
