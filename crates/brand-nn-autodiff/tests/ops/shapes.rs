//! Ops that move elements and change none.

use crate::table::{Refusal, Row, refusals, rows};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "reshape": [Any [2, 6]] => |x| Ok(x[0].reshape([3, 4]));
        "flatten": [Any [2, 6]] => |x| Ok(x[0].flatten());
        "squeeze": [Any [2, 1, 3]] => |x| Ok(x[0].squeeze(1));
        "unsqueeze": [Any [2, 3]] => |x| Ok(x[0].unsqueeze(-1));
        "transpose": [Any [2, 3, 4]] => |x| Ok(x[0].transpose(0, 2));
        "t": [Any [2, 3, 4]] => |x| Ok(x[0].t());
        "permute": [Any [2, 3, 4]] => |x| Ok(x[0].permute(&[2, 0, -2]));
        "expand": [Any [2, 1, 3]] => |x| Ok(x[0].expand([4, 2, 5, 3]));
        "slice": [Any [4, 3]] => |x| Ok(x[0].slice(0, 1..3).slice(-1, 0..2));
        "select": [Any [4, 3]] => |x| Ok(x[0].select(0, 2));
        "split": [Any [5, 2]] => |x| { let p = x[0].split(0, &[2, 3]); Ok(&p[0] * p[1].mean()) };
        "pad": [Any [2, 3]] => |x| Ok(x[0].pad(1, 1, 2, 0.5));
        "concat": [Any [2, 3], Any [1, 3]] => |x| Ok(Var::concat(x, 0));
        "stack": [Any [2, 3], Any [2, 3]] => |x| Ok(Var::stack(x, 1));
    }
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "reshape": || Ok(x().reshape([4])) => "[2, 3]";
        "permute": || Ok(x().permute(&[0, 0])) => "permut";
        "squeeze": || Ok(x().squeeze(0)) => "squeeze";
        "slice": || Ok(x().slice(1, 2..5)) => "slice";
        "split": || Ok(x().split(1, &[1, 1]).remove(0)) => "the axis is 3 long";
        "expand": || Ok(x().expand([2, 4])) => "[2, 4]";
        "concat": || Ok(Var::concat(&[], 0)) => "concat";
    }
}

fn x() -> Var {
    Var::leaf(Tensor::ones([2, 3]))
}
