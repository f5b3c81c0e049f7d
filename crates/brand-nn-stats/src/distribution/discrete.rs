//! The quantiles of counts, found by bisection.

use super::Distribution;
use crate::special::normal_quantile;

/// The smallest whole number between 0 and `most` whose probability is at least `p`.
pub(super) fn quantile(of: &dyn Distribution, p: f64, most: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { 0.0 } else { most };
    }
    let near = of.mean() + normal_quantile(p) * of.standard_deviation();
    let (mut low, mut high) = (-1.0, near.clamp(0.0, most).floor());
    let mut step = 1.0;
    while high < most && !is_enough(of, high, p) {
        low = high;
        high = (high + step).min(most);
        step *= 2.0;
    }
    step = 1.0;
    while high - low > step && is_enough(of, high - step, p) {
        high -= step;
        step *= 2.0;
    }
    low = if high - low > step { high - step } else { low };
    while high - low > 1.0 {
        let middle = ((low + high) / 2.0).floor();
        if is_enough(of, middle, p) { high = middle } else { low = middle }
    }
    high
}

/// Compares the tail that is small, with some units of the last digit to spare.
fn is_enough(of: &dyn Distribution, x: f64, p: f64) -> bool {
    let slack = 64.0 * f64::EPSILON;
    if p > 0.5 {
        of.survival(x) <= (1.0 - p) * (1.0 + slack)
    } else {
        of.cdf(x) >= p * (1.0 - slack)
    }
}

/// ln P at x if x is a whole number between 0 and `most`.
pub(super) fn log_density(x: f64, most: f64, f: impl Fn(f64) -> f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if x < 0.0 || x > most || x.fract() != 0.0 || x.is_infinite() {
        f64::NEG_INFINITY
    } else {
        f(x)
    }
}

/// Both sides of a probability at the whole number below x: (at most, more).
pub(super) fn sides(x: f64, most: f64, f: impl Fn(f64) -> (f64, f64)) -> (f64, f64) {
    if x.is_nan() {
        return (x, x);
    }
    let whole = x.floor();
    if whole < 0.0 {
        return (0.0, 1.0);
    }
    if whole >= most { (1.0, 0.0) } else { f(whole) }
}
