//! Errors of the `f32` functions against `f64`, swept over their whole range on every
//! instruction set. Each row is a claim; run with `--nocapture` to see what was measured.

#![allow(clippy::print_stdout, reason = "the measured bounds are worth seeing")]

mod common;

use brand_nn_kernels::{Unary, unary};
use common::on_every_isa;

/// How an error is counted.
#[derive(Clone, Copy, Debug)]
enum Limit {
    /// Units in the last place of the true value.
    Ulp(f64),
    /// Absolute, times `max(1, |x|)`.
    Absolute(f64),
}

/// What is claimed: of a function, for magnitudes from one to another, the largest error.
const CLAIMS: [(Unary, f32, f32, Limit); 19] = [
    (Unary::Exp, 1e-30, 110.0, Limit::Ulp(2.0)),
    (Unary::Expm1, 1e-30, 110.0, Limit::Ulp(4.0)),
    (Unary::Log, 1e-44, f32::MAX, Limit::Ulp(4.0)),
    (Unary::Log1p, 1e-30, f32::MAX, Limit::Ulp(4.0)),
    (Unary::Tanh, 1e-30, 100.0, Limit::Ulp(4.0)),
    (Unary::Sigmoid, 1e-30, 110.0, Limit::Ulp(4.0)),
    (Unary::Sin, 1e-10, 65536.0, Limit::Ulp(2.0)),
    (Unary::Cos, 1e-10, 65536.0, Limit::Ulp(2.0)),
    (Unary::Sin, 1e6, 1e30, Limit::Ulp(2.0)),
    (Unary::Erf, 1e-30, 20.0, Limit::Absolute(2e-7)),
    (Unary::Gelu, 1e-30, 100.0, Limit::Absolute(2e-7)),
    (Unary::GeluTanh, 1e-30, 100.0, Limit::Absolute(3e-7)),
    (Unary::Silu, 1e-30, 110.0, Limit::Absolute(2e-7)),
    (Unary::Softplus, 1e-30, 110.0, Limit::Ulp(4.0)),
    (Unary::LogSigmoid, 1e-30, 110.0, Limit::Ulp(4.0)),
    (Unary::Sqrt, 1e-30, f32::MAX, Limit::Ulp(0.5001)),
    (Unary::Floor, 1e-30, 1e30, Limit::Ulp(0.0)),
    (Unary::Ceil, 1e-30, 1e30, Limit::Ulp(0.0)),
    (Unary::Round, 1e-30, 1e30, Limit::Ulp(0.0)),
];

/// Values that a sweep ends with.
const SPECIAL: [f32; 10] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    f32::MIN_POSITIVE,
    f32::from_bits(1),
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
    f32::MAX,
];

/// Every so manyth float of a range of magnitudes, both signs, some at a time, and special values.
fn sweep(low: f32, high: f32, step: u32) -> impl Iterator<Item = Vec<f32>> {
    const PIECE: usize = 1 << 16;
    let pieces = (low.to_bits()..=high.to_bits()).step_by(step as usize * PIECE);
    let piece = move |first: u32| {
        let bits = (first..=high.to_bits()).step_by(step as usize).take(PIECE);
        bits.map(f32::from_bits).flat_map(|x| [x, -x]).collect()
    };
    pieces.map(piece).chain([vec![low, -low, high, -high], SPECIAL.to_vec()])
}

/// The distance between neighbouring floats at `x`.
fn ulp(x: f64) -> f64 {
    let exponent = x.abs().log2().floor().max(-126.0);
    (exponent - 23.0).exp2()
}

/// The largest error of some values, and where; an infinity must be one, and a NaN one.
#[track_caller]
fn worst(op: Unary, x: &[f32], limit: Limit) -> (f64, f32) {
    let wide: Vec<f64> = x.iter().map(|&x| f64::from(x)).collect();
    let (mut exact, mut ours) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    unary(op, &wide, &mut exact);
    unary(op, x, &mut ours);
    let mut worst = (0.0, 0.0);
    for ((&x, &ours), &exact) in x.iter().zip(&ours).zip(&exact) {
        if exact.abs() > f64::from(f32::MAX) || exact.is_nan() {
            let same = ours.is_nan() == exact.is_nan();
            assert!(same && !ours.is_finite(), "{}({x}) is {ours}, not {exact}", op.name());
            continue;
        }
        let error = (f64::from(ours) - exact).abs();
        let error = match limit {
            Limit::Ulp(_) => error / ulp(exact),
            Limit::Absolute(_) => error / f64::from(x.abs()).max(1.0),
        };
        assert!(!error.is_nan(), "{}({x}) is {ours}, expected {exact}", op.name());
        if error > worst.0 {
            worst = (error, x);
        }
    }
    worst
}

/// Sweeps what each function's claim is about, and prints a row a function and instruction set.
fn check_claims(step: u32) {
    println!("| function | magnitudes | instructions | worst error | at | claimed |");
    on_every_isa(|isa| {
        for (op, low, high, limit) in CLAIMS {
            let errors = sweep(low, high, step).map(|x| worst(op, &x, limit));
            let (error, place) = errors.fold((0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a });
            let (most, counted) = match limit {
                Limit::Ulp(most) => (most, format!("{error:.3} ULP")),
                Limit::Absolute(most) => (most, format!("{error:.2e}")),
            };
            let (name, isa) = (op.name(), isa.name());
            println!("| {name} | {low:e}–{high:e} | {isa} | {counted} | {place:e} | {most:e} |");
            assert!(error <= most, "{name} on {isa}: {error} at {place}");
        }
    });
}

#[test]
fn elementary_functions_are_as_exact_as_claimed() {
    check_claims(4099);
}

/// The table of docs/kernels.md.
#[test]
#[ignore = "sweeps up to 42 million floats a function: minutes"]
fn the_table_of_errors() {
    check_claims(101);
}

/// Φ(−x) x by R's pnorm.
#[test]
fn gelu_keeps_its_sign_in_the_tail() {
    let table = [
        (-4.0, -1.266_849_7e-4),
        (-6.0, -5.919_526e-9),
        (-8.0, -4.976_768e-15),
        (-10.0, -7.619_853e-23),
    ];
    on_every_isa(|_| {
        let x: Vec<f32> = table.iter().map(|row| row.0).collect();
        let mut y = vec![0.0; x.len()];
        unary(Unary::Gelu, &x, &mut y);
        for ((x, expected), y) in table.into_iter().zip(y) {
            assert!((y / expected - 1.0_f32).abs() < 2e-5, "gelu({x}) is {y}, not {expected}");
        }
    });
}
