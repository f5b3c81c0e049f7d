//! Many elements to one, running sums, softmax.

use crate::case::{Answer, Case, one};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

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
        "ReduceL1" => x.abs().sum_axes(&axes, keep),
        "ReduceL2" => x.square().sum_axes(&axes, keep).sqrt(),
        "ReduceSumSquare" => x.square().sum_axes(&axes, keep),
        "ReduceLogSum" => x.sum_axes(&axes, keep).log(),
        _ => return None,
    })
}

fn along_an_axis(case: &Case) -> Answer {
    let axis = case.int("axis", -1) as isize;
    one(match &case.op[..] {
        "Softmax" => case.var(0).softmax(axis),
        "LogSoftmax" => case.var(0).log_softmax(axis),
        "ArgMax" | "ArgMin" => return one(position(case)),
        "CumSum" => return one(running(case, Var::cumsum)),
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
