//! Draws have the moments of their densities, and diagnostics tell good chains from bad ones.

use crate::support::refused;
use brand_nn_kernels::{fill_normal, threads};
use brand_nn_stats::sampler::*;

/// A normal density of two parameters with means 1 and −2, deviations 1 and 10, correlation 0.8.
fn ellipse(x: &[f64], slope: &mut [f64]) -> f64 {
    let (a, b) = (x[0] - 1.0, (x[1] + 2.0) / 10.0);
    let scale = 1.0 - 0.64;
    slope[0] = -(a - 0.8 * b) / scale;
    slope[1] = -(b - 0.8 * a) / scale / 10.0;
    -0.5 * (a * a - 1.6 * a * b + b * b) / scale
}

/// ln of a gamma variable of shape 3 and rate 2, whose mean is digamma(3) − ln 2.
fn log_gamma(x: &[f64], slope: &mut [f64]) -> f64 {
    let e = x[0].exp();
    slope[0] = 3.0 - 2.0 * e;
    3.0 * x[0] - 2.0 * e
}

#[track_caller]
fn check(got: f64, expected: f64, error: f64) {
    assert!((got - expected).abs() < 5.0 * error, "{got}, expected {expected} ± {error}");
}

#[test]
fn draws_have_the_moments_of_the_density() {
    let draws = Nuts::new(3).sample(&[0.0, 0.0], &ellipse).expect("it starts");
    assert_eq!(draws.divergences, 0);
    let summaries = draws.summaries().expect("enough draws");
    for (summary, (mean, deviation)) in summaries.iter().zip([(1.0, 1.0), (-2.0, 10.0)]) {
        assert!(summary.r_hat < 1.01 && summary.effective_sample_size > 800.0, "{summary:?}");
        let error = deviation / summary.effective_sample_size.sqrt();
        check(summary.mean, mean, error);
        check(summary.standard_deviation, deviation, error);
        let [low, high] = summary.interval;
        check(low, mean - 1.96 * deviation, 3.0 * error);
        check(high, mean + 1.96 * deviation, 3.0 * error);
    }
    let (a, b) = (draws.of(0), draws.of(1));
    let products: f64 = a.iter().zip(&b).map(|(a, b)| (a - 1.0) * (b + 2.0)).sum();
    check(products / a.len() as f64, 8.0, 10.0 / 800.0_f64.sqrt());

    let draws = Nuts::new(4).sample(&[0.0], &log_gamma).expect("it starts");
    let summary = draws.summaries().expect("enough draws")[0];
    let error = summary.standard_deviation / summary.effective_sample_size.sqrt();
    check(summary.mean, 0.922_784_335_098_467_1 - 2.0_f64.ln(), error);
    check(summary.standard_deviation, 0.394_934_066_848_226_4_f64.sqrt(), error);
}

#[test]
fn threads_change_nothing() {
    let spec = Nuts { warmup: 100, draws: 50, ..Nuts::new(9) };
    let draw =
        |count| threads::with(count, || spec.sample(&[0.0, 0.0], &ellipse).expect("it starts"));
    let one = draw(1);
    assert_eq!(one, draw(3));
    assert_ne!(one.chains[0], one.chains[1]);
    assert_ne!(one, Nuts { seed: 10, ..spec }.sample(&[0.0, 0.0], &ellipse).expect("it starts"));
}

#[test]
fn divergences_are_told() {
    // A funnel whose neck no step is small enough for.
    let funnel = |x: &[f64], slope: &mut [f64]| {
        let scale = (-x[0]).exp();
        slope[0] = -x[0] / 9.0 - 0.5 + 0.5 * x[1] * x[1] * scale;
        slope[1] = -x[1] * scale;
        -x[0] * x[0] / 18.0 - 0.5 * x[0] - 0.5 * x[1] * x[1] * scale
    };
    let draws = Nuts::new(1).sample(&[0.0, 0.0], &funnel).expect("it starts");
    assert!(draws.divergences > 0);
}

/// A chain in which each draw keeps a share of the one before.
fn chain(share: f64, seed: u64) -> Vec<f64> {
    let mut noise = vec![0.0; 20_000];
    fill_normal(seed, 0, &mut noise);
    let scale = (1.0 - share * share).sqrt();
    let mut at = noise[0];
    let follow = |noise: &f64| {
        at = share * at + scale * noise;
        at
    };
    noise.iter().map(follow).collect()
}

#[test]
fn effective_sizes_of_known_chains() {
    for share in [-0.4, 0.0, 0.5, 0.9] {
        let (a, b) = (chain(share, 1), chain(share, 2));
        let size = effective_sample_size(&[&a, &b]).expect("enough draws");
        // 1 + 2 Σ shareᵏ = (1 + share) / (1 − share).
        let expected = 40_000.0 * (1.0 - share) / (1.0 + share);
        assert!((size / expected - 1.0).abs() < 0.15, "{size}, expected {expected} at {share}");
        assert!(r_hat(&[&a, &b]).expect("enough draws") < 1.01);
    }
}

#[test]
fn r_hat_by_its_formula() {
    // Halves [1, 3], [2, 6], [4, 4], [5, 7]: W = (2 + 8 + 0 + 2) / 4, means 2, 4, 4, 6.
    let got = r_hat(&[&[1.0, 3.0, 2.0, 6.0], &[4.0, 4.0, 5.0, 7.0]]).expect("enough draws");
    let expected = f64::sqrt((0.5 * 3.0 + 8.0 / 3.0) / 3.0);
    assert!((got - expected).abs() < 1e-15, "{got}, expected {expected}");
    assert_eq!(r_hat(&[&[1.0; 4], &[1.0; 4]]).expect("enough draws"), 1.0);
    assert_eq!(r_hat(&[&[1.0; 4], &[2.0; 4]]).expect("enough draws"), f64::INFINITY);
    assert_eq!(effective_sample_size(&[&[1.0; 4]]).expect("enough draws"), 4.0);
}

#[test]
fn what_has_no_answer_is_refused() {
    let spec = Nuts::new(0);
    refused(spec.sample(&[], &ellipse), "no parameters");
    refused(spec.sample(&[f64::NAN], &log_gamma), "start 0 is NaN");
    refused(Nuts { chains: 0, ..spec }.sample(&[0.0], &log_gamma), "chains is 0");
    refused(Nuts { draws: 0, ..spec }.sample(&[0.0], &log_gamma), "draws is 0");
    refused(Nuts { max_depth: 0, ..spec }.sample(&[0.0], &log_gamma), "max_depth is 0");
    refused(
        Nuts { target_acceptance: 1.0, ..spec }.sample(&[0.0], &log_gamma),
        "target_acceptance",
    );
    refused(spec.sample(&[0.0], &|_, _| f64::NAN), "not finite around the start");
    refused(r_hat(&[]), "no chains");
    refused(r_hat(&[&[1.0, 2.0, 3.0]]), "fewer than 4");
    refused(r_hat(&[&[1.0; 4], &[1.0; 5]]), "5 draws, expected 4");
    refused(effective_sample_size(&[&[f64::NAN; 4]]), "draw 0 is NaN");
    // Without a warm-up the first step is kept.
    let draws = Nuts { warmup: 0, draws: 10, ..spec }.sample(&[0.0], &log_gamma);
    assert!(draws.expect("it starts").step_sizes.iter().all(|step| *step > 0.0));
}
