//! Many elements to one, running sums, softmax.

use crate::case::{Answer, Case, one};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{DType, Tensor};

pub(crate) fn run(case: &Case) -> Answer {
    reduction(case).or_else(|| along_an_axis(case))
}

fn reduction(case: &Case) -> Answer {
    if !case.op.starts_with("Reduce") {
        return None;
    }
    if case.int("noop_with_empty_axes", 0) == 1 && case.optional(1).is_none_or(|x| x.is_empty()) {
        return one(case.var(0));
    }
    let (x, axes, keep) = (case.var(0), case.axes(), case.int("keepdims", 1) == 1);
    one(match &case.op[..] {
        "ReduceSum" => x.sum_axes(&axes, keep),
        "ReduceMean" => x.mean_axes(&axes, keep),
        "ReduceMax" => return one(extreme(case, |x, axis| x.max_axis(axis))),
        "ReduceMin" => return one(extreme(case, |x, axis| x.min_axis(axis))),
        "ReduceProd" => axes_one_by_one(&x, &axes, keep),
        "ReduceLogSumExp" => x.logsumexp_axes(&axes, keep),
        "ReduceL1" => x.abs().sum_axes(&axes, keep),
        "ReduceL2" => x.square().sum_axes(&axes, keep).sqrt(),
        "ReduceSumSquare" => x.square().sum_axes(&axes, keep),
        "ReduceLogSum" => x.sum_axes(&axes, keep).log(),
        _ => return None,
    })
}

/// The largest or smallest element of all dtypes, of an empty axis the limit of the dtype.
fn extreme(case: &Case, method: fn(&Tensor, isize) -> Tensor) -> Tensor {
    let (x, keep) = (case.tensor(0), case.int("keepdims", 1) == 1);
    let dtype = x.dtype();
    let low = match (&case.op[..], dtype) {
        ("ReduceMax", DType::Bool) => 0.0,
        (_, DType::Bool) => 1.0,
        ("ReduceMax", _) => f64::NEG_INFINITY,
        _ => f64::INFINITY,
    };
    let number = if dtype == DType::Bool { x.to(DType::U8) } else { x };
    falling(&number, &case.axes(), keep, |x, axis| match x.dim(axis) {
        0 => Tensor::full_of(without(x, axis), low, x.dtype()),
        _ => method(x, axis),
    })
    .to(dtype)
}

fn axes_one_by_one(x: &Var, axes: &[isize], keep: bool) -> Var {
    falling(x.tensor(), axes, keep, |x, axis| Var::from(x).prod_axis(axis).into_tensor()).into()
}

/// The reduction of several axes, the last one first.
fn falling(
    x: &Tensor,
    axes: &[isize],
    keep: bool,
    each: impl Fn(&Tensor, isize) -> Tensor,
) -> Tensor {
    let ndim = x.ndim() as isize;
    let mut axes: Vec<_> = axes.iter().map(|axis| axis.rem_euclid(ndim)).collect();
    axes.sort_unstable();
    axes.iter().rev().fold(x.clone(), |x, &axis| {
        let less = each(&x, axis);
        if keep { less.unsqueeze(axis) } else { less }
    })
}

fn without(x: &Tensor, axis: isize) -> Vec<usize> {
    let mut shape = x.shape().to_vec();
    shape.remove(axis as usize);
    shape
}

/// One at the first largest element, zero elsewhere.
fn hardmax(case: &Case, axis: isize) -> Var {
    let x = case.tensor(0);
    let places = x.argmax(axis);
    let hot = places.one_hot(x.dim(axis)).unwrap().to(x.dtype());
    let ndim = x.ndim() as isize;
    let mut order: Vec<_> = (0..ndim - 1).collect();
    order.insert(axis.rem_euclid(ndim) as usize, ndim - 1);
    hot.permute(&order).into()
}

fn along_an_axis(case: &Case) -> Answer {
    let axis = case.int("axis", -1) as isize;
    one(match &case.op[..] {
        "Hardmax" => hardmax(case, axis),
        "CumProd" => {
            let products = running(case, Var::cumprod).into_tensor();
            return one(products.to(case.tensor(0).dtype()));
        }
        "Softmax" => case.var(0).softmax(axis),
        "LogSoftmax" => case.var(0).log_softmax(axis),
        "ArgMax" | "ArgMin" => return one(position(case)),
        "CumSum" => {
            let sums = running(case, Var::cumsum).into_tensor();
            return one(sums.to(case.tensor(0).dtype()));
        }
        _ => return None,
    })
}

/// The place of the largest or smallest element, the first or the last one of several.
fn position(case: &Case) -> Tensor {
    let (x, axis) = (case.tensor(0), case.int("axis", 0) as isize);
    let last = case.int("select_last_index", 0) == 1;
    let seen = if last { x.flip(axis) } else { x.clone() };
    let place = if case.op == "ArgMax" { seen.argmax(axis) } else { seen.argmin(axis) };
    let place = if last { (x.dim(axis) as f64 - 1.0) - place } else { place };
    if case.int("keepdims", 1) == 1 { place.unsqueeze(axis) } else { place }
}

/// A running sum or product, from either end, with or without the element itself.
pub(crate) fn running(case: &Case, method: fn(&Var, isize) -> Var) -> Var {
    let axis = case.tensor(1).item() as isize;
    let (reverse, exclusive) = (case.int("reverse", 0) == 1, case.int("exclusive", 0) == 1);
    let turned = |x: Tensor| if reverse { x.flip(axis) } else { x };
    let x = turned(case.tensor(0));
    let len = x.dim(axis);
    let neutral = if case.op == "CumSum" { 0.0 } else { 1.0 };
    let x = if exclusive { x.slice(axis, 0..len - 1).pad(axis, 1, 0, neutral) } else { x };
    turned(method(&x.into(), axis).into_tensor()).into()
}
