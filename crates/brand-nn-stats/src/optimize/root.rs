//! Where a function of one number crosses zero.

use crate::{Error, Result, door};

/// A root between two ends at which the function has different signs.
///
/// By the method of Ridders, 1979, kept in its bracket; right to the last digits.
///
/// # Errors
/// If an end or the function there is not finite, or has the same sign at both.
///
/// # Examples
/// ```
/// use brand_nn_stats::optimize::root;
/// let half_pi = root(1.0, 2.0, &f64::cos)?;
/// assert!((half_pi - std::f64::consts::FRAC_PI_2).abs() < 1e-15);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "brentq")]
pub fn root(low: f64, high: f64, f: &dyn Fn(f64) -> f64) -> Result<f64> {
    let op = "root";
    door::every(op, "end", &[low, high], door::FINITE)?;
    let (mut a, mut b, mut at_a, mut at_b) = (low, high, f(low), f(high));
    door::every(op, "value at an end", &[at_a, at_b], door::FINITE)?;
    if at_a == 0.0 || at_b == 0.0 {
        return Ok(if at_a == 0.0 { a } else { b });
    }
    if at_a.signum() == at_b.signum() {
        let (case, help) = ("the function has one sign at both ends", "widen the interval");
        return Err(Error::Undefined { op, case, help });
    }
    for _ in 0..200 {
        let middle = 0.5 * (a + b);
        let at_middle = f(middle);
        let under = at_middle * at_middle - at_a * at_b;
        let bent = middle + (middle - a) * (at_a - at_b).signum() * at_middle / under.sqrt();
        for x in [middle, bent] {
            let at_x = if x == middle { at_middle } else { f(x) };
            if at_x == 0.0 {
                return Ok(x);
            }
            if !(x > a.min(b) && x < a.max(b)) {
                continue;
            }
            if at_x.signum() == at_a.signum() {
                (a, at_a) = (x, at_x);
            } else {
                (b, at_b) = (x, at_x);
            }
        }
        if (b - a).abs() <= f64::EPSILON * a.abs().max(b.abs()) {
            break;
        }
    }
    Ok(if at_a.abs() < at_b.abs() { a } else { b })
}
