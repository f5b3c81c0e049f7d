//! Rotary embedding.

use crate::table::{Refusal, Row, Twin, refusals, rows, twins};
use brand_nn_autodiff::{Pairs, Var};
use brand_nn_tensor::{DType, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "rotary": [Any [2, 3, 4]] => |x| Ok(x[0].rotary(-2, &turns(3, x[0].dtype()), Pairs::Halves));
        "rotary": [Any [2, 3, 2, 4]] =>
            |x| Ok(x[0].rotary(1, &turns(3, x[0].dtype()), Pairs::Neighbours));
        "rotary": [Any [0, 3, 4]] => |x| Ok(x[0].rotary(1, &turns(3, x[0].dtype()), Pairs::Halves));
    }
}

fn turns(positions: usize, dtype: DType) -> Tensor {
    Tensor::rotary_turns(5..5 + positions, 4, 100.0, dtype)
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "rotary": || Ok(x().rotary(-2, &turns(2, DType::F32), Pairs::Halves))
            => "rotary: shape [2, 2, 2], expected [positions, dim / 2, 2] for axis -2 of [3, 4]";
        "rotary": || Ok(x().rotary(-1, &turns(4, DType::F32), Pairs::Halves)) => "the last axis";
        "rotary": || Ok(x().rotary(-2, &turns(3, DType::F64), Pairs::Halves)) => "f64";
    }
}

fn x() -> Var {
    Var::leaf(Tensor::ones([3, 4]))
}

pub(crate) fn twins() -> Vec<Twin> {
    twins! {
        "rotary": [Any [2, 3, 4]] =>
            |x| Ok(x[0].rotary(-2, &turns(3, DType::F64), Pairs::Halves)),
            |x| Ok(turned(&x[0].slice(2, 0..2), &x[0].slice(2, 2..4), |a, b| Var::concat(&[a, b], 2)));
        "rotary": [Any [2, 3, 4]] =>
            |x| Ok(x[0].rotary(-2, &turns(3, DType::F64), Pairs::Neighbours)),
            |x| {
                let pairs = x[0].reshape([2, 3, 2, 2]);
                let join = |a, b| Var::stack(&[a, b], 3).reshape([2, 3, 4]);
                Ok(turned(&pairs.select(3, 0), &pairs.select(3, 1), join))
            };
    }
}

fn turned(a: &Var, b: &Var, join: impl Fn(Var, Var) -> Var) -> Var {
    let turns = turns(3, DType::F64);
    let (cos, sin) = (turns.select(2, 0), turns.select(2, 1));
    join(a * &cos - b * &sin, a * &sin + b * &cos)
}
