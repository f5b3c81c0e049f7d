//! The arms of golden rows whose ops arrange, pick and put elements.

use crate::algebra;
use brand_nn_autodiff::Var;
use brand_nn_tensor::{PadMode, Scatter};

/// The op that a row is called after, with the settings that `ops.py` gives it.
pub(crate) fn apply(op: &str, x: &[Var]) -> Var {
    let padded = |mode| x[0].pad_axes(&[(0, 0), (1, 2), (2, 1)], mode);
    let scattered = |mode| x[0].scatter(1, x[1].tensor(), &x[2], mode).unwrap();
    match op {
        "flip" => x[0].flip(1),
        "roll" => x[0].roll(1, 2),
        "tile" => x[0].tile(&[2, 3]),
        "repeat_interleave" => x[0].repeat_interleave(0, &[2, 0, 1]),
        "movedim" => x[0].movedim(0, 2),
        "sliding_windows" => x[0].sliding_windows(0, 3, 2),
        "diag" => x[0].diag(-1),
        "diagonal" => x[0].diagonal(1),
        "tril" => x[0].tril(-1),
        "triu" => x[0].triu(1),
        "pad_reflect" => padded(PadMode::Reflect),
        "pad_edge" => padded(PadMode::Edge),
        "pad_wrap" => padded(PadMode::Wrap),
        "take" => x[0].take(x[1].tensor()).unwrap(),
        "scatter" => scattered(Scatter::Set),
        "scatter_mul" => scattered(Scatter::Mul),
        "scatter_max" => scattered(Scatter::Max),
        "index_add" => x[0].index_add(0, x[1].tensor(), &x[2]).unwrap(),
        "index_copy" => x[0].index_copy(0, x[1].tensor(), &x[2]).unwrap(),
        "masked_select" => x[0].masked_select(&x[0].tensor().greater_than(0.0)),
        "sort" => x[0].sort(0, true).0,
        "topk" => x[0].topk(2, 1).0,
        "kthvalue" => x[0].kthvalue(2, 1).0,
        _ => algebra::apply(op, x).unwrap(),
    }
}
