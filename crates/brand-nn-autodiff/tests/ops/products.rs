//! Products of matrices.

use crate::table::{Refusal, Row, refusals, rows};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{Shape, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "matmul": [Any [2, 3], Any [3, 4]] => |x| Ok(x[0].matmul(&x[1]));
        "matmul": [Any [2, 2, 3], Any [3, 4]] => |x| Ok(x[0].matmul(&x[1]));
        "matmul": [Any [2, 1, 2, 3], Any [3, 3, 2]] => |x| Ok(x[0].matmul(&x[1]));
        "matmul": [Any [2, 3], Any [4, 3, 2]] => |x| Ok(x[0].matmul(&x[1]));
        "matmul": [Any [3], Any [3, 2]] => |x| Ok(x[0].matmul(&x[1]));
        "matmul": [Any [2, 3], Any [3]] => |x| Ok(x[0].matmul(&x[1]) + x[1].matmul(&x[1]));
        "matmul": [Any [3, 2], Any [4, 3]] => |x| Ok(x[0].t().matmul(&x[1].t()));
        "outer": [Any [2], Any [3]] => |x| Ok(x[0].outer(&x[1]));
        "linear": [Any [2, 3], Any [4, 3], Any [4]] => |x| Ok(x[0].linear(&x[1], Some(&x[2])));
        "linear": [Any [2, 2, 3], Any [4, 3], Any [4]] => |x| Ok(x[0].linear(&x[1], Some(&x[2])));
        "linear": [Any [2, 3], Any [4, 3]] => |x| Ok(x[0].linear(&x[1], None));
    }
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "matmul": || Ok(ones([2, 3]).matmul(&ones([2, 3]))) => "matmul";
        "linear": || Ok(ones([2, 3]).linear(&ones([4, 2]), None)) => "matmul";
    }
}

fn ones(shape: impl Into<Shape>) -> Var {
    Var::leaf(Tensor::ones(shape))
}
