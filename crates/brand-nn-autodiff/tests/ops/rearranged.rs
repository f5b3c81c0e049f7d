//! Axes turned, repeated, cut into windows and padded, diagonals, triangles and orders.

use crate::table::{Refusal, Row, Twin, refusals, rows, twins};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{PadMode, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = moved();
    rows.extend(cut());
    rows
}

fn moved() -> Vec<Row> {
    rows! {
        "flip": [Any [2, 3]] => |x| Ok(x[0].flip(-1));
        "flip": [Any [0, 3]] => |x| Ok(x[0].flip(0));
        "roll": [Any [2, 5]] => |x| Ok(x[0].roll(1, 2) + x[0].roll(0, -3));
        "tile": [Any [2, 3]] => |x| Ok(x[0].tile(&[2, 2]));
        "tile": [Any [2]] => |x| Ok(x[0].tile(&[3, 1]));
        "tile": [Any [2, 1, 2]] => |x| Ok(x[0].tile(&[2]));
        "tile": [Any [2, 2]] => |x| Ok(x[0].tile(&[0, 1]));
        "repeat_interleave": [Any [2, 3]] => |x| Ok(x[0].repeat_interleave(1, &[2]));
        "repeat_interleave": [Any [3, 2]] => |x| Ok(x[0].repeat_interleave(0, &[2, 0, 1]));
        "movedim": [Any [2, 3, 4]] => |x| Ok(x[0].movedim(0, -1));
        "movedim": [Any [2, 3, 4]] => |x| Ok(x[0].movedim(-1, 1));
        "chunk": [Any [5, 2]] => |x| { let c = x[0].chunk(0, 3); Ok(&c[0] * c[2].mean() + &c[1]) };
        "unbind": [Any [2, 3]] => |x| { let s = x[0].unbind(1); Ok(&s[0] * &s[1] + &s[2]) };
        "pad_axes": [Any [2, 3]] => |x| Ok(x[0].pad_axes(&[(1, 0), (0, 2)], PadMode::Constant(0.5)));
        "pad_axes": [Any [2, 3]] => |x| Ok(x[0].pad_axes(&[(1, 1), (2, 3)], PadMode::Reflect));
        "pad_axes": [Any [2, 3]] => |x| Ok(x[0].pad_axes(&[(0, 3), (4, 1)], PadMode::Symmetric));
        "pad_axes": [Any [2, 3]] => |x| Ok(x[0].pad_axes(&[(2, 0), (1, 2)], PadMode::Edge));
        "pad_axes": [Any [2, 3]] => |x| Ok(x[0].pad_axes(&[(3, 0), (1, 4)], PadMode::Wrap));
        "pad_axes": [Any [0, 2]] => |x| Ok(x[0].pad_axes(&[(0, 0), (1, 0)], PadMode::Edge));
        "sort": [Any [3, 4]] => |x| Ok(x[0].sort(1, true).0);
        "sort": [Any [3, 4]] => |x| Ok(x[0].sort(0, false).0);
        "topk": [Any [3, 4]] => |x| Ok(x[0].topk(2, -1).0);
        "topk": [Any [3, 4]] => |x| Ok(x[0].topk(0, 0).0);
        "kthvalue": [Any [3, 4]] => |x| Ok(x[0].kthvalue(2, -1).0);
    }
}

fn cut() -> Vec<Row> {
    rows! {
        "sliding_windows": [Any [2, 5]] => |x| Ok(x[0].sliding_windows(1, 3, 1));
        "sliding_windows": [Any [6, 2]] => |x| Ok(x[0].sliding_windows(-2, 2, 3));
        "sliding_windows": [Any [3, 0]] => |x| Ok(x[0].sliding_windows(0, 2, 1));
        "diagonal": [Any [3, 4]] => |x| Ok(x[0].diagonal(1));
        "diagonal": [Any [2, 3, 2]] => |x| Ok(x[0].diagonal(-1));
        "diagonal": [Any [2, 3]] => |x| Ok(x[0].diagonal(5));
        "diag": [Any [3]] => |x| Ok(x[0].diag(-2));
        "diag": [Any [2, 3]] => |x| Ok(x[0].diag(0));
        "diag": [Any [2, 0]] => |x| Ok(x[0].diag(1));
        "diag_within": [Any [2, 2]] => |x| Ok(x[0].diag_within(-1, [3, 4]));
        "tril": [Any [2, 3, 3]] => |x| Ok(x[0].tril(0));
        "tril": [Any [2, 4]] => |x| Ok(x[0].tril(1));
        "triu": [Any [3, 2]] => |x| Ok(x[0].triu(-1));
        "trace": [Any [2, 3, 4]] => |x| Ok(x[0].trace());
        "trace": [Any [0, 0]] => |x| Ok(x[0].trace());
    }
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "flip": || Ok(x().flip(2)) => "flip: axis 2 of shape [2, 3]";
        "roll": || Ok(x().roll(-3, 1)) => "roll: axis -3";
        "repeat_interleave": || Ok(x().repeat_interleave(1, &[1, 2])) => "expected length 2";
        "movedim": || Ok(x().movedim(0, 2)) => "movedim: axis 2";
        "chunk": || Ok(x().chunk(0, 0).remove(0)) => "chunk: 0 parts";
        "unbind": || Ok(x().unbind(2).remove(0)) => "axis 2";
        "sliding_windows": || Ok(x().sliding_windows(1, 4, 1)) => "windows of 1 to 3, here 4";
        "sliding_windows": || Ok(x().sliding_windows(1, 2, 0)) => "a step above 0";
        "diagonal": || Ok(Var::leaf(Tensor::ones([2])).diagonal(0)) => "two axes or more";
        "diag": || Ok(Var::leaf(Tensor::ones(())).diag(0)) => "axis -1";
        "diag_within": || Ok(x().diag_within(0, [2, 2])) => "a diagonal of 2, not 3";
        "tril": || Ok(Var::leaf(Tensor::ones([2])).tril(0)) => "tril: shape [2]";
        "triu": || Ok(Var::leaf(Tensor::ones([2])).triu(0)) => "triu: shape [2]";
        "trace": || Ok(Var::leaf(Tensor::ones([2])).trace()) => "diagonal: shape [2]";
        "pad_axes": || Ok(x().pad_axes(&[(1, 1)], PadMode::Edge)) => "expected 1 axes, one a pair";
        "pad_axes": || Ok(Var::leaf(Tensor::ones([0])).pad_axes(&[(1, 1)], PadMode::Wrap))
            => "an empty axis has nothing to repeat";
        "sort": || Ok(x().sort(2, false).0) => "sort: axis 2";
        "topk": || Ok(x().topk(4, 1).0) => "at least 4 elements on axis 1";
        "kthvalue": || Ok(x().kthvalue(0, 1).0) => "k counts from 1";
    }
}

pub(crate) fn twins() -> Vec<Twin> {
    twins! {
        "tile": [Any [2, 3]] => |x| Ok(x[0].tile(&[2, 2])), |x| {
            let wide = Var::concat(&[x[0].clone(), x[0].clone()], 1);
            Ok(Var::concat(&[wide.clone(), wide], 0))
        };
        "sliding_windows": [Any [2, 5]] => |x| Ok(x[0].sliding_windows(1, 3, 2)), |x| {
            Ok(Var::stack(&[x[0].slice(1, 0..3), x[0].slice(1, 2..5)], 1))
        };
        "roll": [Any [2, 5]] => |x| Ok(x[0].roll(1, 2)), |x| {
            Ok(Var::concat(&[x[0].slice(1, 3..5), x[0].slice(1, 0..3)], 1))
        };
    }
}

fn x() -> Var {
    Var::leaf(Tensor::ones([2, 3]))
}
