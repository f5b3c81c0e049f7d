//! Ops that take and put elements by their number.

use crate::table::{Row, rows};
use brand_nn_autodiff::embedding;
use brand_nn_tensor::Tensor;

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        "index_select": [Any [4, 2]] => |x| x[0].index_select(0, &ids());
        "index_select": [Any [2, 4]] => |x| x[0].index_select(-1, &ids());
        "gather": [Any [3, 4]] => |x| Ok(x[0].gather(1, &grid()));
        "scatter_add": [Any [3, 4], Any [3, 2]] => |x| Ok(x[0].scatter_add(1, &grid(), &x[1]));
        "embedding": [Any [4, 2]] => |x| embedding(&x[0], &ids());
        "embedding": [Any [4, 2]] => |x| embedding(&(&x[0] * 2.0), &ids().reshape([2, 2]));
    }
}

fn ids() -> Tensor {
    Tensor::from([3_i64, 0, 3, 1])
}

fn grid() -> Tensor {
    Tensor::from([[0_i64, 3], [1, 1], [2, 0]])
}
