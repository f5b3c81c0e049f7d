//! The contract that every loss keeps, as a suite that users' own losses can be put through.

use crate::{Error, Loss, Reduction, Result};
use brand_nn_autodiff::{Var, check::gradient};
use brand_nn_tensor::{DType, Tensor};

/// Puts a loss of an output and a target through the contract that all of them keep.
///
/// `output` is a batch of at least three examples in f64, away from kinks; `target` belongs to it.
/// Checked: all that [`each`] checks; mean and sum are those of the examples' losses; weights of
/// one change nothing, and a weight of zero or a mask takes an example out; an example's loss does
/// not depend on the others; a target of another length is refused; an empty batch is taken.
///
/// # Errors
/// What the loss itself returns.
///
/// # Panics
/// If a point of the contract is broken; the message says which.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Huber, check};
/// use brand_nn_tensor::Tensor;
///
/// let (output, target) = (Tensor::from([0.5, 3.0, -2.0]), Tensor::from([0.0, 0.0, 1.0]));
/// check::loss(&Huber::default(), &output, &target)?;
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
pub fn loss(loss: &dyn Loss, output: &Tensor, target: &Tensor) -> Result<()> {
    each(std::slice::from_ref(output), |x| loss.each(&x[0], target))?;
    reductions(loss, output, target)?;
    weights(loss, output, target)?;
    let short = target.slice(0, 0..target.len() - 1);
    let refused = loss.each(&output.into(), &short);
    assert!(refused.is_err(), "a target for one example less is not refused");
    let none = loss.each(&output.slice(0, 0..0).into(), &target.slice(0, 0..0))?;
    assert!(none.shape().first() == Some(&0), "no example has a loss of {}", none.shape());
    Ok(())
}

/// Puts a loss of any inputs through what all losses keep.
///
/// Checked: gradients are what finite differences say, in f64; losses and gradients are finite for
/// inputs of ±10,000, in f32 and in f64, and have the inputs' type.
///
/// # Errors
/// What the loss itself returns.
///
/// # Panics
/// If a point of the contract is broken; the message says which.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Bpr, check};
/// use brand_nn_tensor::Tensor;
///
/// let scores = [Tensor::from([0.5, 3.0]), Tensor::from([0.7, -1.0])];
/// check::each(&scores, |x| Bpr.each(&x[0], &x[1]))?;
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
pub fn each(inputs: &[Tensor], loss: impl Fn(&[Var]) -> Result<Var>) -> Result<()> {
    let found = gradient(inputs, |x| loss(x).map_err(flatten))?;
    assert!(found.is_empty(), "{}", found[0]);
    for dtype in [DType::F32, DType::F64] {
        for turn in 0..4 {
            let wild: Vec<_> = inputs.iter().map(|x| Var::leaf(wild(x, turn).to(dtype))).collect();
            let value = loss(&wild)?;
            assert!(value.dtype() == dtype, "a loss of {dtype} is {}", value.dtype());
            assert!(value.tensor().is_finite().all(), "at 1e4 the loss is {value:?}");
            let gradients = value.sum().backward()?;
            for slope in wild.iter().filter_map(|x| gradients.get(x)) {
                assert!(slope.is_finite().all(), "at 1e4 the gradient is {slope}");
            }
        }
    }
    Ok(())
}

/// 10,000, −10,000 and 0 in another order each turn; all alike in the last two.
fn wild(like: &Tensor, turn: usize) -> Tensor {
    const ENDS: [f64; 3] = [1e4, -1e4, 0.0];
    let value = |i: usize| if turn < 2 { ENDS[(i + turn) % 3] } else { ENDS[turn - 2] };
    let values: Vec<_> = (0..like.size()).map(value).collect();
    Tensor::from(values).reshape(like.shape())
}

fn flatten(error: Error) -> brand_nn_autodiff::Error {
    match error {
        Error::Autodiff(error) => error,
        error => panic!("{error}"),
    }
}

fn near(what: &str, one: f64, other: f64) {
    assert!((one - other).abs() <= 1e-12 * (1.0 + one.abs()), "{what}: {one} is not {other}");
}

/// The mean and the sum are those of the examples, and an example alone has its own loss.
fn reductions(loss: &dyn Loss, output: &Tensor, target: &Tensor) -> Result<()> {
    let all = loss.each(&output.into(), target)?;
    assert!(all.shape().first() == Some(&output.len()), "each gives {}", all.shape());
    let mean = loss.loss(&output.into(), target)?.item();
    near("the mean", mean, Reduction::Mean.apply(&all).item());
    let sum = Reduction::Sum.apply(&all).item();
    near("the sum", sum, mean * all.tensor().size() as f64);
    for i in 0..output.len() {
        let alone = loss.each(&output.slice(0, i..i + 1).into(), &target.slice(0, i..i + 1))?;
        let there = all.tensor().slice(0, i..i + 1);
        near("an example alone", alone.tensor().sum().item(), there.sum().item());
    }
    Ok(())
}

/// Weights and masks count what they say.
fn weights(loss: &dyn Loss, output: &Tensor, target: &Tensor) -> Result<()> {
    let (n, input) = (output.len(), Var::from(output));
    let mean = loss.loss(&input, target)?.item();
    let ones = Tensor::ones([n]);
    near("weights of one", loss.weighted(&input, target, &ones)?.item(), mean);
    near("weights of two", loss.weighted(&input, target, &(&ones * 2.0))?.item(), 2.0 * mean);
    let later = Tensor::arange(n).at_least(1.0);
    let rest = loss.loss(&output.slice(0, 1..n).into(), &target.slice(0, 1..n))?.item();
    near("a mask", loss.masked(&input, target, &later)?.item(), rest);
    let share = rest * (n as f64 - 1.0) / n as f64;
    near("a weight of zero", loss.weighted(&input, target, &later.to(DType::F64))?.item(), share);
    let long = Tensor::ones([n + 1]);
    assert!(loss.weighted(&input, target, &long).is_err(), "one weight too many is not refused");
    let long = long.to(DType::Bool);
    assert!(loss.masked(&input, target, &long).is_err(), "a mask too long is not refused");
    Ok(())
}
