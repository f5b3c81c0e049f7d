//! Gauss' hypergeometric function for the arguments that models of customers need.

use super::gamma::lgamma_sign;

/// Terms after which the series gives up.
const TERMS: u32 = 20_000_000;
/// Above this z the series in 1 − z is tried first.
const NEAR_ONE: f64 = 0.9;

/// Gauss' function ₂F₁(a, b; c; z) = Σ (a)ₙ (b)ₙ / (c)ₙ zⁿ / n! for z < 1 and c > 0.
///
/// With positive parameters and 0 ≤ z < 1, as in the likelihoods of customer models, every term is
/// positive and all digits are right. Near z = 1 the formula in 1 − z is used where it does not
/// cancel, and else many terms; negative z goes through Pfaff's transformation. Where the value
/// overflows ask [`log_hyp2f1`].
///
/// NaN for z ≥ 1, unless the sum ends.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::hyp2f1;
/// assert!((hyp2f1(1.0, 1.0, 2.0, 0.5) - 4.0_f64.ln()).abs() < 1e-15);
/// ```
#[must_use]
pub fn hyp2f1(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let value = scaled(a, b, c, z);
    value.sign * value.log.exp()
}

/// The logarithm of ₂F₁(a, b; c; z), where that is positive; NaN elsewhere.
///
/// # Examples
/// ```
/// use brand_nn_stats::special::log_hyp2f1;
/// // (1 − z)^−a, which is 10^5000
/// let expected = 5000.0 * 10.0_f64.ln();
/// assert!((log_hyp2f1(5000.0, 3.0, 3.0, 0.9) / expected - 1.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn log_hyp2f1(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let value = scaled(a, b, c, z);
    if value.sign > 0.0 { value.log } else { f64::NAN }
}

/// A number as its sign and the logarithm of its size; NaN has the sign NaN.
#[derive(Clone, Copy)]
struct Scaled {
    sign: f64,
    log: f64,
}

impl Scaled {
    const NAN: Self = Self { sign: f64::NAN, log: f64::NAN };

    fn of(value: f64, log: f64) -> Self {
        Self { sign: if value == 0.0 { 0.0 } else { value.signum() }, log: log + value.abs().ln() }
    }

    fn times(self, other: Self) -> Self {
        Self { sign: self.sign * other.sign, log: self.log + other.log }
    }

    /// The sum, unless it is a hundred times smaller than its parts.
    fn plus(self, other: Self) -> Option<Self> {
        let large = self.log.max(other.log);
        let part = |x: Self| x.sign * (x.log - large).exp();
        let sum = part(self) + part(other);
        (sum.abs() > 0.01).then(|| Self::of(sum, large))
    }
}

fn scaled(a: f64, b: f64, c: f64, z: f64) -> Scaled {
    let ends = |x: f64| x <= 0.0 && x.fract() == 0.0;
    let valid = [a, b, c, z].iter().all(|x| x.is_finite()) && c > 0.0;
    if !valid || (z >= 1.0 && !ends(a) && !ends(b)) {
        return Scaled::NAN;
    }
    if z < 0.0 {
        // Pfaff: (1 − z)^−a ₂F₁(a, c − b; c; z / (z − 1)).
        let power = Scaled { sign: 1.0, log: -a * (-z).ln_1p() };
        return power.times(scaled(a, c - b, c, z / (z - 1.0)));
    }
    if z > NEAR_ONE
        && let Some(value) = near_one(a, b, c, z)
    {
        return value;
    }
    series(a, b, c, z)
}

/// The sum itself, rescaled before it overflows.
fn series(a: f64, b: f64, c: f64, z: f64) -> Scaled {
    let (mut term, mut sum, mut log) = (1.0_f64, 1.0_f64, 0.0);
    for n in 0..TERMS {
        let n = f64::from(n);
        let ratio = (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
        term *= ratio;
        sum += term;
        // What is left is about a geometric series of the present ratio.
        let rest = term.abs() * ratio.abs() / (1.0 - ratio.abs()).max(1e-300);
        if term == 0.0 || (ratio.abs() < 1.0 && rest < 0.02 * f64::EPSILON * sum.abs()) {
            return Scaled::of(sum, log);
        }
        if sum.abs() > 1e250 {
            (term, sum, log) = (term * 1e-250, sum * 1e-250, log + 250.0 * std::f64::consts::LN_10);
        }
    }
    Scaled::NAN
}

/// The formula in 1 − z (DLMF 15.8.4), where a + b − c is no integer and nothing cancels.
fn near_one(a: f64, b: f64, c: f64, z: f64) -> Option<Scaled> {
    let s = c - a - b;
    if (s - s.round()).abs() < 0.05 {
        return None;
    }
    let gammas = |above: [f64; 2], below: [f64; 2]| {
        let side = |x: [f64; 2]| x.map(lgamma_sign);
        let (up, down) = (side(above), side(below));
        let sign = up[0].1 * up[1].1 * down[0].1 * down[1].1;
        let log = up[0].0 + up[1].0 - down[0].0 - down[1].0;
        // 1 / Γ is 0 at a pole, and two large logarithms leave few digits.
        let digits = up.iter().chain(&down).map(|x| x.0.abs()).fold(0.0, f64::max);
        (digits < 500.0 || digits.is_infinite()).then_some(Scaled { sign, log })
    };
    let w = 1.0 - z;
    let power = Scaled { sign: 1.0, log: s * w.ln() };
    let first = gammas([c, s], [c - a, c - b])?.times(series(a, b, 1.0 - s, w));
    let second = gammas([c, -s], [a, b])?.times(power).times(series(c - a, c - b, 1.0 + s, w));
    first.plus(second)
}
