//! Series against statsmodels (`golden/series.py`), changes of level against all there could be.

use crate::support::{all_near, numbers, refused};
use brand_nn_kernels::{fill_normal, threads};
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::series::*;
use serde_json::Value;

const GOLDEN: &str = include_str!("../golden/series.json");

fn golden() -> Value {
    serde_json::from_str(GOLDEN).expect("it is JSON")
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).expect("it is valid")
}

#[test]
fn correlations_as_statsmodels() {
    let file = golden();
    let walk = numbers(&file["walk"]);
    let own = autocorrelation(&walk, 12).expect("it varies");
    all_near("autocorrelation", &own, &numbers(&file["acf"]), 1e-12);
    let partial = partial_autocorrelation(&walk, 12).expect("it varies");
    all_near("partial", &partial, &numbers(&file["pacf"]), 1e-12);
    let test = ljung_box_test(&walk, 7).expect("it varies");
    all_near("Ljung-Box", &[test.statistic, test.p_value], &numbers(&file["ljung_box"]), 1e-10);
}

#[test]
fn smoothing_as_statsmodels() {
    for case in golden()["smoothed"].as_array().expect("a list") {
        let y = numbers(&case["y"]);
        let (trend, seasonal) = (read(&case["trend"]), read(&case["seasonal"]));
        let spec = HoltWinters { trend, seasonal, period: read(&case["period"]) };
        let smoothed = spec.smooth(&y, read(&case["smoothing"]), read(&case["first"]));
        let smoothed = smoothed.expect("it fits");
        let what = format!("{spec:?}");
        all_near(&what, &smoothed.fitted_values, &numbers(&case["fitted"]), 1e-10);
        all_near(&what, &smoothed.forecast(5), &numbers(&case["forecast"]), 1e-10);
        let best = spec.fit(&y).expect("it fits");
        let expected = case["best_sum_of_squares"].as_f64().expect("a number");
        // The other side fits the first seasons as well, which ours reads off the first cycles.
        let slack = if seasonal == Seasonal::None { 1.001 } else { 1.5 };
        assert!(
            best.sum_of_squares <= slack * expected,
            "{what}: {}, {expected}",
            best.sum_of_squares
        );
        assert!(best.sum_of_squares <= smoothed.sum_of_squares, "{what}");
    }
}

#[test]
fn intervals_hold_what_comes() {
    // A walk without drift: the deviation after h steps is √h.
    let mut steps = vec![0.0; 400];
    fill_normal(8, 0, &mut steps);
    let walk: Vec<f64> = steps
        .iter()
        .scan(0.0, |at, step| {
            *at += step;
            Some(*at)
        })
        .collect();
    let fitted = HoltWinters::new(Trend::None).fit(&walk).expect("it fits");
    assert!(fitted.smoothing.level > 0.9, "{fitted:?}");
    let of = |threads_count| {
        threads::with(threads_count, || fitted.intervals(16, 0.95, 4000, 3).expect("it fits"))
    };
    let intervals = of(1);
    assert_eq!(intervals, of(3));
    for (step, expected) in [(0, 1.96), (3, 3.92), (15, 7.84)] {
        let [low, high] = intervals[step];
        assert!(((high - low) / 2.0 / expected - 1.0).abs() < 0.15, "{low} {high} at {step}");
    }
}

#[test]
fn levels_as_statsmodels() {
    for case in golden()["levels"].as_array().expect("a list") {
        let (y, ahead) = (numbers(&case["y"]), &case["ahead"]);
        let (columns, period) = (read::<usize>(&case["columns"]), read::<usize>(&case["period"]));
        let table = |rows: &Value| {
            let count = rows.as_array().expect("a list").len();
            Matrix::new(count, columns, numbers(rows)).expect("rows of one length")
        };
        let (x, ahead) = (table(&case["x"]), table(ahead));
        let (spec, what) = (LocalLevel::seasonal(period), format!("{period}, {columns}"));
        let followed = spec.filter(&y, &x, read(&case["variances"])).expect("it fits");
        let log_likelihood = case["log_likelihood"].as_f64().expect("a number");
        all_near(&what, &[followed.log_likelihood], &[log_likelihood], 1e-9);
        let next = followed.forecast(&ahead).expect("rows of x");
        let (mean, variance): (Vec<_>, Vec<_>) = next.iter().map(|f| (f.mean, f.variance)).unzip();
        all_near(&what, &mean, &numbers(&case["mean"]), 1e-8);
        all_near(&what, &variance, &numbers(&case["variance"]), 1e-8);
        let best = case["best"].as_f64().expect("a number");
        let own = spec.fit(&y, &x).expect("it varies").log_likelihood;
        assert!(own > best - 1e-4, "{what}: {own}, statsmodels has {best}");
        // Paths have the moments of the forecast.
        let paths = (0..2000).map(|i| followed.path(&ahead, 5, i).expect("rows of x"));
        let ends: Vec<f64> = paths.map(|path| path[7]).collect();
        let center = ends.iter().sum::<f64>() / 2000.0;
        let spread = ends.iter().map(|end| (end - center).powi(2)).sum::<f64>() / 2000.0;
        assert!((center - mean[7]).abs() < 4.0 * (variance[7] / 2000.0).sqrt(), "{what} {center}");
        assert!((spread / variance[7] - 1.0).abs() < 0.13, "{what}: {spread}, {}", variance[7]);
    }
}

#[test]
fn beliefs_hold_coefficients_that_nothing_tells() {
    let y = [1.0, 2.0, 1.5, 2.5, 2.0, 3.0];
    let twins = Matrix::of(6, 2, |t, _| y[t]);
    let variances = Variances { observation: 0.01, level: 0.0, season: 0.0 };
    refused(LocalLevel::default().filter(&y, &twins, variances), "not told by the series");
    let spec = LocalLevel { coefficient_deviation: Some(1.0), ..LocalLevel::default() };
    let followed = spec.filter(&y, &twins, variances).expect("beliefs tell the rest");
    let [a, b] = followed.coefficients() else { unreachable!("two columns") };
    // A ridge regression shares between twins.
    assert!((a - b).abs() < 1e-9 && (a + b - 1.0).abs() < 0.02, "{a} {b}");
}

/// The least cost over all ways to set so many changes, by looking at each.
fn least_of_all(x: &[f64], penalty: f64, min_size: usize) -> f64 {
    let cost = |part: &[f64]| {
        let mean = part.iter().sum::<f64>() / part.len() as f64;
        part.iter().map(|x| (x - mean).powi(2)).sum::<f64>()
    };
    let ways = 0..1_u32 << (x.len() - 1);
    let of = |way: u32| {
        let mut ends: Vec<usize> = (1..x.len()).filter(|i| way >> (i - 1) & 1 == 1).collect();
        ends.push(x.len());
        let mut from = 0;
        let mut total = -penalty;
        for end in ends {
            if end - from < min_size {
                return f64::INFINITY;
            }
            total += cost(&x[from..end]) + penalty;
            from = end;
        }
        total
    };
    ways.map(of).fold(f64::INFINITY, f64::min)
}

#[test]
fn changes_cost_the_least() {
    for seed in 0..8 {
        let mut x = vec![0.0; 12];
        fill_normal(seed, 0, &mut x);
        (5..9).for_each(|i| x[i] += 3.0);
        for (penalty, min_size) in [(0.5, 1), (2.0, 1), (8.0, 1), (1.0, 2), (1.0, 3), (3.0, 5)] {
            let changes = change_points(&x, penalty, min_size).expect("it fits");
            let bounds = [&[0][..], &changes, &[12]].concat();
            let cost: f64 = bounds
                .windows(2)
                .map(|pair| {
                    let part = &x[pair[0]..pair[1]];
                    let mean = part.iter().sum::<f64>() / part.len() as f64;
                    assert!(part.len() >= min_size);
                    part.iter().map(|x| (x - mean).powi(2)).sum::<f64>()
                })
                .sum();
            let got = cost + penalty * changes.len() as f64;
            let expected = least_of_all(&x, penalty, min_size);
            assert!((got - expected).abs() < 1e-9, "{seed} {penalty} {min_size}: {got} {expected}");
        }
    }
}

#[test]
fn a_long_series_is_quick() {
    let mut x = vec![0.0; 20_000];
    fill_normal(5, 0, &mut x);
    x.iter_mut().enumerate().for_each(|(i, x)| *x += 5.0 * ((i / 500) % 2) as f64);
    let found = change_points(&x, 2.0 * (20_000.0_f64).ln(), 1).expect("it fits");
    let near = |place: usize| found.iter().any(|found| found.abs_diff(place) <= 5);
    assert!((1..40).all(|i| near(500 * i)), "{found:?}");
    assert!(found.len() < 45, "{}", found.len());
}

#[test]
fn what_has_no_answer_is_refused() {
    refused(autocorrelation(&[], 0), "no observations");
    refused(autocorrelation(&[1.0, 2.0], 2), "max_lag is 2");
    refused(autocorrelation(&[1.0; 5], 2), "constant");
    refused(partial_autocorrelation(&[f64::NAN; 5], 2), "observation 0 is NaN");
    refused(ljung_box_test(&[1.0, 2.0], 0), "lags is 0");
    refused(HoltWinters::new(Trend::None).fit(&[1.0; 3]), "fewer than 4");
    refused(HoltWinters::seasonal(Seasonal::Additive, 6).fit(&[1.0; 11]), "two cycles");
    refused(HoltWinters::seasonal(Seasonal::Additive, 1).fit(&[1.0; 11]), "period is 1");
    refused(HoltWinters::seasonal(Seasonal::Additive, usize::MAX).fit(&[1.0; 11]), "two cycles");
    let factors = HoltWinters::seasonal(Seasonal::Multiplicative, 2);
    refused(factors.fit(&[1.0, 0.0, 1.0, 2.0]), "observation 1 is 0");
    let fitted = HoltWinters::new(Trend::None).fit(&[1.0; 6]).expect("a constant goes on");
    assert_eq!(fitted.forecast(2), [1.0, 1.0]);
    refused(fitted.intervals(2, 1.5, 10, 0), "level is 1.5");
    refused(fitted.intervals(2, 0.5, 0, 0), "paths is 0");
    let (none, level) = (Matrix::zeros(6, 0), LocalLevel::default());
    let of = |observation| Variances { observation, level: 1.0, season: 0.0 };
    refused(level.filter(&[], &none, of(1.0)), "no observations");
    refused(level.filter(&[1.0; 5], &none, of(1.0)), "6 rows of x, expected 5");
    refused(level.filter(&[1.0; 6], &none, of(0.0)), "observation variance is 0");
    refused(level.filter(&[f64::NAN; 6], &none, of(1.0)), "observation 0 is NaN");
    refused(LocalLevel::seasonal(0).filter(&[1.0; 6], &none, of(1.0)), "period is 0");
    refused(LocalLevel::seasonal(7).filter(&[1.0; 6], &none, of(1.0)), "fewer values");
    refused(level.fit(&[1.0; 6], &none), "constant");
    let far = [1e200, -1e200, 1e200, -1e200, 1e200, 0.0];
    refused(level.filter(&far, &none, of(1e-9)), "overflows");
    let followed = level.filter(&[1.0; 6], &none, of(1.0)).expect("it fits");
    refused(followed.forecast(&Matrix::zeros(2, 1)), "1 columns of x, expected 0");
    refused(change_points(&[], 1.0, 1), "min_size is 1");
    refused(change_points(&[1.0], 0.0, 1), "penalty is 0");
    refused(change_points(&[1e300, -1e300], 1.0, 1), "squares overflow");
    assert_eq!(change_points(&[1.0; 9], 1.0, 1).expect("it fits"), Vec::<usize>::new());
}
