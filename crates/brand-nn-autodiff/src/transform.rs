//! Functions of functions: products with the Jacobian from either side, Jacobians and Hessians.
//!
//! Each takes a function of `Var`s and the place where to look at it, as `torch.func` does.

use crate::{Error, Result, Var};
use brand_nn_tensor::Tensor;

/// A function of several tensors, as a formula of `Var`s.
type Function<'a> = &'a dyn Fn(&[Var]) -> Result<Var>;

/// The value at `inputs`, and `seed` times the Jacobian: one gradient an input.
///
/// # Shapes
/// `seed` is as the value; each gradient is as its input.
///
/// # Errors
/// If the function fails, an input is not connected to the value, or the seed has another shape.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::vjp;
/// use brand_nn_tensor::Tensor;
///
/// let x = Tensor::from([1.0, 2.0]);
/// let (value, slopes) = vjp(&|x| Ok(x[0].square()), &[x], &Tensor::from([1.0, 10.0]))?;
/// assert_eq!(value, Tensor::from([1.0, 4.0]));
/// assert_eq!(slopes, [Tensor::from([2.0, 40.0])]);
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
pub fn vjp(
    function: Function<'_>,
    inputs: &[Tensor],
    seed: &Tensor,
) -> Result<(Tensor, Vec<Tensor>)> {
    let leaves = leaves(inputs);
    let value = function(&leaves)?;
    let slopes = value.backward_from(seed.clone())?.of(&leaves)?;
    Ok((value.into_tensor(), slopes))
}

/// The value at `inputs`, and the Jacobian times `tangents`: the slope in one direction.
///
/// It walks back twice: the product with the Jacobian from the left is linear in the seed, and its
/// gradient by the seed is the product from the right.
///
/// # Shapes
/// Each tangent is as its input; the slope is as the value.
///
/// # Errors
/// As [`vjp`]; also if an op has no second order.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::jvp;
/// use brand_nn_tensor::Tensor;
///
/// let (x, direction) = (Tensor::from([1.0, 2.0]), Tensor::from([0.5, 1.0]));
/// let (_, slope) = jvp(&|x| Ok(x[0].square()), &[x], &[direction])?;
/// assert_eq!(slope, Tensor::from([1.0, 4.0]));
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
pub fn jvp(
    function: Function<'_>,
    inputs: &[Tensor],
    tangents: &[Tensor],
) -> Result<(Tensor, Tensor)> {
    same_shapes("jvp", inputs, tangents)?;
    let leaves = leaves(inputs);
    let value = function(&leaves)?;
    let seed = Var::leaf(Tensor::ones_like(value.tensor()));
    let slopes = value.grad_from(&seed, &leaves)?;
    let slope = weighted(&slopes, tangents).grad(&[&seed])?.remove(0);
    Ok((value.into_tensor(), slope.into_tensor()))
}

/// All slopes: for each input the derivative of every number of the value by every number of it.
///
/// One walk back a number of the value.
///
/// # Shapes
/// `[…value, …input]` an input.
///
/// # Errors
/// If the function fails or an input is not connected to the value.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::jacobian;
/// use brand_nn_tensor::Tensor;
///
/// let x = Tensor::from([1.0, 2.0]);
/// let slopes = jacobian(&|x| Ok(x[0].square()), &[x])?.remove(0);
/// assert_eq!(slopes, Tensor::from([[2.0, 0.0], [0.0, 4.0]]));
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
pub fn jacobian(function: Function<'_>, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
    let leaves = leaves(inputs);
    let value = function(&leaves)?;
    rows_of_slopes(&value, &leaves)
}

/// The second derivatives of a function of one number by the numbers of one input.
///
/// Where the slope is constant, as that of a linear function, they are zero; an input that is not
/// connected to the value at all is an error.
///
/// # Shapes
/// `x` `[…x]` → `[…x, …x]`, symmetric.
///
/// # Errors
/// If the function fails, its value is not one number, `x` is not connected to it, or an op has no
/// second order.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::hessian;
/// use brand_nn_tensor::Tensor;
///
/// let x = Tensor::from([2.0, 3.0]);
/// let curvature = hessian(&|x| Ok((x.square() * x).sum()), &x)?; // x³ summed
/// assert_eq!(curvature, Tensor::from([[12.0, 0.0], [0.0, 18.0]]));
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
pub fn hessian(function: &dyn Fn(&Var) -> Result<Var>, x: &Tensor) -> Result<Tensor> {
    let x = Var::leaf(x.clone());
    let slope = function(&x)?.grad(&[&x])?.remove(0);
    if !depends_on(&slope, &x)? {
        return Ok(square_of_zeros(x.tensor()));
    }
    Ok(rows_of_slopes(&slope, &[x])?.remove(0))
}

/// The Hessian of a function of one number times a vector, without the Hessian.
///
/// # Shapes
/// `direction` and the product are as `x`.
///
/// # Errors
/// As [`hessian`]; also if `direction` has another shape.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::hvp;
/// use brand_nn_tensor::Tensor;
///
/// let (x, direction) = (Tensor::from([2.0, 3.0]), Tensor::from([1.0, 10.0]));
/// let product = hvp(&|x| Ok((x.square() * x).sum()), &x, &direction)?;
/// assert_eq!(product, Tensor::from([12.0, 180.0]));
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
pub fn hvp(
    function: &dyn Fn(&Var) -> Result<Var>,
    x: &Tensor,
    direction: &Tensor,
) -> Result<Tensor> {
    same_shapes("hvp", std::slice::from_ref(x), std::slice::from_ref(direction))?;
    let x = Var::leaf(x.clone());
    let slope = function(&x)?.grad(&[&x])?.remove(0);
    if !depends_on(&slope, &x)? {
        return Ok(Tensor::zeros_like(x.tensor()));
    }
    let product = weighted(&[slope], std::slice::from_ref(direction)).grad(&[&x])?;
    Ok(product[0].tensor().clone())
}

fn leaves(inputs: &[Tensor]) -> Vec<Var> {
    inputs.iter().cloned().map(Var::leaf).collect()
}

/// The sum of all products of values and weights.
fn weighted(values: &[Var], weights: &[Tensor]) -> Var {
    let products = values.iter().zip(weights).map(|(value, weight)| (value * weight).sum());
    products.sum()
}

/// One walk for each number of `value`, with the graph kept.
fn rows_of_slopes(value: &Var, leaves: &[Var]) -> Result<Vec<Tensor>> {
    let size = value.tensor().size();
    let mut rows = vec![Vec::with_capacity(size); leaves.len()];
    for row in 0..size {
        let seed = Tensor::arange(size).equal_to(row as f64);
        let seed = seed.to(value.dtype()).reshape(value.shape().clone());
        let slopes = value.grad_from(&seed.into(), leaves)?;
        rows.iter_mut().zip(slopes).for_each(|(rows, slope)| rows.push(slope.into_tensor()));
    }
    let join = |(rows, leaf): (Vec<Tensor>, &Var)| {
        let shape: Vec<usize> = value.shape().iter().chain(leaf.shape().iter()).copied().collect();
        match rows.is_empty() {
            true => Tensor::zeros_of(shape, leaf.dtype()),
            false => Tensor::stack(&rows, 0).reshape(shape),
        }
    };
    Ok(rows.into_iter().zip(leaves).map(join).collect())
}

/// Whether `slope` is more than a constant.
fn depends_on(slope: &Var, x: &Var) -> Result<bool> {
    if !slope.is_tracked() {
        return Ok(false);
    }
    match slope.grad_from(&Tensor::ones_like(slope.tensor()).into(), &[x]) {
        Ok(_) => Ok(true),
        Err(Error::Unconnected { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

fn square_of_zeros(x: &Tensor) -> Tensor {
    let shape: Vec<usize> = x.shape().iter().chain(x.shape().iter()).copied().collect();
    Tensor::zeros_of(shape, x.dtype())
}

fn same_shapes(place: &'static str, inputs: &[Tensor], directions: &[Tensor]) -> Result<()> {
    let shapes = |tensors: &[Tensor]| -> Vec<_> {
        tensors.iter().map(|tensor| (tensor.shape().clone(), tensor.dtype())).collect()
    };
    if shapes(inputs) == shapes(directions) {
        return Ok(());
    }
    let got = directions.iter().map(|t| format!("{} {}", t.dtype(), t.shape())).collect::<Vec<_>>();
    Err(Error::Setting {
        place: place.into(),
        setting: "direction",
        got: got.join(", "),
        expected: "one tensor an input, with its shape and dtype",
        help: "make it with Tensor::ones_like or randn_like",
    })
}
