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

/// Every 4 099th float of a range of magnitudes, both signs, and the special values.
fn sweep(low: f32, high: f32) -> Vec<f32> {
    let magnitudes = (low.to_bits()..=high.to_bits()).step_by(4099).map(f32::from_bits);
    let special = [0.0, -0.0, 1.0, -1.0, f32::MIN_POSITIVE, f32::from_bits(1), low, high];
    magnitudes.flat_map(|x| [x, -x]).chain(special).collect()
}

/// The distance between neighbouring floats at `x`.
fn ulp(x: f64) -> f64 {
    let exponent = x.abs().log2().floor().max(-126.0);
    (exponent - 23.0).exp2()
}

#[track_caller]
fn check(op: Unary, low: f32, high: f32, limit: Limit) {
    let x = sweep(low, high);
    let wide: Vec<f64> = x.iter().map(|&x| f64::from(x)).collect();
    let mut exact = vec![0.0; wide.len()];
    unary(op, &wide, &mut exact);
    on_every_isa(|isa| {
        let mut ours = vec![0.0; x.len()];
        unary(op, &x, &mut ours);
        let (mut worst, mut place) = (0.0, 0.0);
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
            if error > worst {
                (worst, place) = (error, x);
            }
        }
        println!("{:<12} {:<8} {worst:.3e} at {place:e}", op.name(), isa.name());
        let (Limit::Ulp(most) | Limit::Absolute(most)) = limit;
        assert!(worst <= most, "{} on {}: {worst} at {place}", op.name(), isa.name());
    });
}

#[test]
fn elementary_functions_are_as_exact_as_claimed() {
    check(Unary::Exp, 1e-30, 110.0, Limit::Ulp(2.0));
    check(Unary::Expm1, 1e-30, 110.0, Limit::Ulp(4.0));
    check(Unary::Log, 1e-44, f32::MAX, Limit::Ulp(4.0));
    check(Unary::Log1p, 1e-30, f32::MAX, Limit::Ulp(4.0));
    check(Unary::Tanh, 1e-30, 100.0, Limit::Ulp(4.0));
    check(Unary::Sigmoid, 1e-30, 110.0, Limit::Ulp(4.0));
    check(Unary::Sin, 1e-10, 65536.0, Limit::Ulp(2.0));
    check(Unary::Cos, 1e-10, 65536.0, Limit::Ulp(2.0));
    check(Unary::Sin, 1e6, 1e30, Limit::Ulp(2.0));
    check(Unary::Erf, 1e-30, 20.0, Limit::Absolute(2e-7));
    check(Unary::Gelu, 1e-30, 100.0, Limit::Absolute(2e-7));
    check(Unary::GeluTanh, 1e-30, 100.0, Limit::Absolute(3e-7));
    check(Unary::Silu, 1e-30, 110.0, Limit::Absolute(2e-7));
    check(Unary::Softplus, 1e-30, 110.0, Limit::Ulp(4.0));
    check(Unary::LogSigmoid, 1e-30, 110.0, Limit::Ulp(4.0));
    check(Unary::Sqrt, 1e-30, f32::MAX, Limit::Ulp(0.5001));
    check(Unary::Floor, 1e-30, 1e30, Limit::Ulp(0.0));
    check(Unary::Ceil, 1e-30, 1e30, Limit::Ulp(0.0));
    check(Unary::Round, 1e-30, 1e30, Limit::Ulp(0.0));
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
