//! Searches find the minima of the functions that searches are tried on.

use brand_nn_stats::linear::Matrix;
use brand_nn_stats::optimize::*;

fn rosenbrock(x: &[f64]) -> f64 {
    x.windows(2).map(|x| 100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)).sum()
}

fn beale(x: &[f64]) -> f64 {
    let part = |target: f64, power: i32| (target - x[0] + x[0] * x[1].powi(power)).powi(2);
    part(1.5, 1) + part(2.25, 2) + part(2.625, 3)
}

fn powell(x: &[f64]) -> f64 {
    (x[0] + 10.0 * x[1]).powi(2)
        + 5.0 * (x[2] - x[3]).powi(2)
        + (x[1] - 2.0 * x[2]).powi(4)
        + 10.0 * (x[0] - x[3]).powi(4)
}

/// Undefined left of 0, as likelihoods are.
fn logs(x: &[f64]) -> f64 {
    x.iter().map(|x| x - x.ln()).sum()
}

#[track_caller]
fn check(f: &dyn Fn(&[f64]) -> f64, start: &[f64], expected: &[f64], tolerance: f64) {
    let smooth = Bfgs::default().minimize(start, f).expect("it starts");
    let simplex = NelderMead::default().minimize(start, f).expect("it starts");
    for (found, tolerance) in [(smooth, tolerance), (simplex, tolerance.max(1e-5))] {
        assert!(found.converged, "{found:?}");
        assert_eq!(found.value, f(&found.parameters));
        for (x, y) in found.parameters.iter().zip(expected) {
            assert!((x - y).abs() <= tolerance, "{found:?}, expected {expected:?}");
        }
    }
}

#[test]
fn known_minima() {
    check(&rosenbrock, &[-1.2, 1.0], &[1.0, 1.0], 1e-6);
    check(&rosenbrock, &[1.3, 0.7, 0.8, 1.9], &[1.0; 4], 1e-6);
    check(&beale, &[1.0, 1.0], &[3.0, 0.5], 1e-6);
    check(&powell, &[3.0, -1.0, 0.0, 1.0], &[0.0; 4], 0.02);
    check(&logs, &[5.0, 0.01], &[1.0, 1.0], 1e-6);
    check(&|x| 1e6 * (x[0] - 1e-3).powi(2) + 1e6, &[10.0], &[1e-3], 1e-4);
    check(&|x| 1e-6 * (x[0] - 1e3).powi(2) - 1.0, &[10.0], &[1e3], 1.0);
}

#[test]
fn a_gradient_saves_steps_and_gives_the_last_digits() {
    let gradient = |x: &[f64], out: &mut [f64]| {
        out[0] = -400.0 * x[0] * (x[1] - x[0] * x[0]) - 2.0 * (1.0 - x[0]);
        out[1] = 200.0 * (x[1] - x[0] * x[0]);
    };
    let found = Bfgs::default().minimize_with(&[-1.2, 1.0], &rosenbrock, &gradient);
    let found = found.expect("it starts");
    assert!(found.value < 1e-17 && found.iterations < 100, "{found:?}");
}

#[test]
fn newton_takes_few_steps() {
    let bowl = |x: &[f64]| {
        let e = [x[0].exp(), (x[1] - x[0]).exp()];
        Slopes {
            value: e[0] + e[1] - x[1],
            gradient: vec![e[0] - e[1], e[1] - 1.0],
            hessian: Matrix::of(2, 2, |i, j| match (i, j) {
                (0, 0) => e[0] + e[1],
                (1, 1) => e[1],
                _ => -e[1],
            }),
        }
    };
    let found = Newton::default().minimize(&[3.0, -2.0], &bowl).expect("it starts");
    assert!(found.converged && found.iterations < 20, "{found:?}");
    assert!(found.parameters.iter().all(|x| x.abs() < 1e-7), "{found:?}");
    let saddle = |x: &[f64]| Slopes {
        value: -x[0] * x[0],
        gradient: vec![-2.0 * x[0]],
        hessian: Matrix::of(1, 1, |_, _| -2.0),
    };
    assert!(Newton::default().minimize(&[1.0], &saddle).is_err());
}

#[test]
fn likelihoods_have_standard_errors() {
    // Binomial with 30 of 100, Poisson with a mean of 4 over 25, normal with a known variance of 9.
    let likelihood = Likelihood::new(&[Domain::Unit, Domain::Positive, Domain::Real]);
    let log = |p: &[f64]| {
        30.0 * p[0].ln() + 70.0 * (1.0 - p[0]).ln() + 100.0 * p[1].ln()
            - 25.0 * p[1]
            - 50.0 * ((p[2] + 2.0).powi(2) + 9.0) / 18.0
    };
    let found = likelihood.maximize(&[0.5, 1.0, 0.0], &log).expect("it starts");
    assert!(found.converged);
    let expected = [(0.3, 0.3 * 0.7 / 100.0), (4.0, 4.0 / 25.0), (-2.0, 9.0 / 50.0)];
    for (i, (parameter, variance)) in expected.into_iter().enumerate() {
        assert!((found.parameters[i] - parameter).abs() < 1e-6, "{found:?}");
        let error = found.standard_errors[i];
        assert!((error - f64::sqrt(variance)).abs() < 1e-5, "{found:?}");
    }
    assert_eq!(found.akaike(), 6.0 - 2.0 * found.log_likelihood);
    assert!((found.schwarz(20) - found.akaike() - 3.0 * (20.0_f64.ln() - 2.0)).abs() < 1e-12);
}

#[test]
fn a_flat_likelihood_has_no_standard_errors() {
    let found = Likelihood::new(&[Domain::Real; 2]).maximize(&[0.0, 0.0], &|p| -p[0] * p[0]);
    assert!(found.expect("it starts").standard_errors.is_empty());
}

#[test]
fn starts_are_checked() {
    let f = |x: &[f64]| x[0].ln();
    assert!(Bfgs::default().minimize(&[], &f).is_err());
    assert!(Bfgs::default().minimize(&[-1.0], &f).is_err());
    assert!(NelderMead::default().minimize(&[f64::NAN], &f).is_err());
    assert!(Likelihood::new(&[Domain::Positive]).maximize(&[-1.0], &f).is_err());
    assert!(Likelihood::new(&[Domain::Unit]).maximize(&[0.5, 0.5], &f).is_err());
    assert!(root(1.0, 2.0, &|x| x * x).is_err());
    assert!(root(f64::NAN, 2.0, &|x| x).is_err());
}

#[test]
fn roots_have_all_digits() {
    for (low, high, f, expected) in [
        (0.0, 2.0, (|x| x * x - 2.0) as fn(f64) -> f64, 2.0_f64.sqrt()),
        (-3.0, 100.0, |x| x.powi(3), 0.0),
        (0.0, 1e6, |x: f64| (-x).exp() - 0.5, 2.0_f64.ln()),
        (-1.0, 1.0, |x| if x < 0.25 { -1.0 } else { 1.0 }, 0.25),
        (0.0, 5.0, |x| x, 0.0),
    ] {
        let found = root(low, high, &f).expect("it is inside");
        assert!((found - expected).abs() <= 1e-15 * (1.0 + expected), "{found} {expected}");
    }
}
