//! Proof of gradients: what an op says against what finite differences say, for any user's op too.

use crate::{Result, Var};
use brand_nn_tensor::{DType, Rng, Tensor};
use std::fmt;

/// The step of the central difference.
const EPSILON: f64 = 1e-6;
/// The difference that is always allowed.
const ABSOLUTE: f64 = 1e-5;
/// The difference that is allowed for each unit of the numeric slope.
const RELATIVE: f64 = 1e-3;

/// Where an analytic gradient and a numeric one differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The number of the input.
    pub input: usize,
    /// The number of the element, in row-major order.
    pub element: usize,
    /// What the op's backward says.
    pub analytic: f64,
    /// What the central difference says.
    pub numeric: f64,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { input, element, analytic, numeric } = self;
        write!(
            f,
            "gradient of input {input}, element {element}: backward says {analytic:e}, \
             finite differences say {numeric:e}"
        )
    }
}

/// Compares the gradients of `function` at `inputs` with central differences, in f64.
///
/// A result of several numbers is weighted by fixed random numbers. The slopes agree where they
/// differ by at most 1e-5 + 1e-3 · |numeric|. Returns the differences, none if all is well.
///
/// # Errors
/// If `function` fails or a gradient can't be computed.
///
/// # Panics
/// If an input is not f64.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Var, check};
/// use brand_nn_tensor::Tensor;
///
/// let x = Tensor::from([0.3_f64, -1.2]);
/// assert!(check::gradient(&[x.clone()], |x| Ok(x[0].tanh())).unwrap().is_empty());
/// // A wrong rule is found: the slope of this "double" is one.
/// let wrong = |x: &[Var]| {
///     Var::custom("double", [&x[0]], |[x]| Ok((x * 2.0, |g: &Tensor| Ok([g.clone()]))))
/// };
/// assert_eq!(check::gradient(&[x], wrong).unwrap().len(), 2);
/// ```
pub fn gradient(
    inputs: &[Tensor],
    function: impl Fn(&[Var]) -> Result<Var>,
) -> Result<Vec<Mismatch>> {
    let weighted = |inputs: &[Var]| -> Result<Var> { Ok(weigh(&function(inputs)?)) };
    let leaves: Vec<_> = inputs.iter().cloned().map(Var::leaf).collect();
    let loss = weighted(&leaves)?;
    let slopes = if loss.is_tracked() { loss.backward()? } else { crate::Gradients::default() };
    let analytic = leaves
        .iter()
        .map(|leaf| slopes.get(leaf).unwrap_or_else(|| Tensor::zeros_like(leaf.tensor())));
    compare(inputs, analytic, &|inputs| {
        let constants: Vec<_> = inputs.iter().map(Var::from).collect();
        Ok(weighted(&constants)?.item())
    })
}

/// Compares the gradients of the gradients of `function` with central differences, in f64.
///
/// # Errors
/// If `function` fails, or an op in it has no second order.
///
/// # Panics
/// If an input is not f64.
pub fn second_order(
    inputs: &[Tensor],
    function: impl Fn(&[Var]) -> Result<Var>,
) -> Result<Vec<Mismatch>> {
    gradient(inputs, |leaves| {
        // Central differences pass constants: they need leaves of their own to be differentiated.
        let leaves: Vec<_> = leaves.iter().map(tracked).collect();
        let slopes = weigh(&function(&leaves)?).grad(&leaves)?;
        Ok(slopes.iter().map(weigh).sum())
    })
}

fn tracked(x: &Var) -> Var {
    if x.is_tracked() { x.clone() } else { Var::leaf(x.tensor().clone()) }
}

/// One number of many, by fixed random weights.
fn weigh(values: &Var) -> Var {
    let mut rng = Rng::new(20_190_923);
    let weights = Tensor::uniform(values.shape(), 0.5, 1.5, &mut rng).to(values.dtype());
    (values * weights).sum()
}

fn compare(
    inputs: &[Tensor],
    analytic: impl Iterator<Item = Tensor>,
    value: &dyn Fn(&[Tensor]) -> Result<f64>,
) -> Result<Vec<Mismatch>> {
    let mut mismatches = Vec::new();
    for (input, slopes) in analytic.enumerate() {
        assert!(inputs[input].dtype() == DType::F64, "check: input {input} must be f64");
        for (element, analytic) in slopes.to_vec::<f64>().into_iter().enumerate() {
            let numeric = difference(inputs, input, element, value)?;
            let agrees = (analytic - numeric).abs() <= ABSOLUTE + RELATIVE * numeric.abs();
            if !agrees {
                mismatches.push(Mismatch { input, element, analytic, numeric });
            }
        }
    }
    Ok(mismatches)
}

/// The central difference with respect to one element.
fn difference(
    inputs: &[Tensor],
    input: usize,
    element: usize,
    value: &dyn Fn(&[Tensor]) -> Result<f64>,
) -> Result<f64> {
    let shifted = |step: f64| {
        let mut moved = inputs.to_vec();
        let mut values = moved[input].to_vec::<f64>();
        values[element] += step;
        moved[input] = Tensor::new(values, inputs[input].shape())?;
        value(&moved)
    };
    Ok((shifted(EPSILON)? - shifted(-EPSILON)?) / (2.0 * EPSILON))
}
