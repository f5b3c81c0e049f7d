//! The smallest value of a function of a few numbers, and what likelihoods say at theirs.
//!
//! | use | for |
//! |---|---|
//! | [`Bfgs`] | smooth functions, with or without a gradient |
//! | [`NelderMead`] | functions with kinks, or too rough for differences |
//! | [`Newton`] | functions whose gradient and Hessian are known |
//! | [`Likelihood`] | parameters with standard errors, within their domains |
//! | [`root`] | where a function of one number is 0 |

mod bfgs;
mod differences;
mod likelihood;
mod nelder_mead;
mod newton;
mod root;

pub use bfgs::Bfgs;
pub use differences::{numeric_gradient, numeric_hessian};
pub use likelihood::{Domain, Estimate, Likelihood};
pub use nelder_mead::NelderMead;
pub use newton::{Newton, Slopes};
pub use root::root;

/// A function of several numbers.
pub type Objective<'a> = dyn Fn(&[f64]) -> f64 + 'a;

/// A function that writes the gradient at its first argument into its second.
pub type Gradient<'a> = dyn Fn(&[f64], &mut [f64]) + 'a;

/// Where a function is smallest, as far as was found.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Minimum {
    /// The place.
    pub parameters: Vec<f64>,
    /// The function there.
    pub value: f64,
    /// How many steps were made.
    pub iterations: usize,
    /// Whether the search ended for reaching its tolerance, not for lack of steps.
    pub converged: bool,
}

/// A start of at least one number, all finite, where the function is finite too.
fn start(op: &'static str, parameters: &[f64], value: impl FnOnce() -> f64) -> crate::Result<f64> {
    crate::door::some(op, "parameters", parameters.len())?;
    crate::door::every(op, "parameter", parameters, crate::door::FINITE)?;
    let value = value();
    let (case, help) = ("the function is not finite at the start", "start elsewhere");
    if value.is_finite() { Ok(value) } else { Err(crate::Error::Undefined { op, case, help }) }
}

/// A value that no step goes to, in place of NaN.
fn or_infinite(value: f64) -> f64 {
    if value.is_nan() { f64::INFINITY } else { value }
}
