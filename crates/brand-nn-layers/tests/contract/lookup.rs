//! Tables that ids look their vectors up in.

use crate::{Row, row};
use brand_nn_layers::Embedding;
use brand_nn_tensor::Tensor;

pub(crate) fn rows() -> Vec<Row> {
    let ids = Tensor::from([[1_i64, 4, 1], [0, 2, 2]]);
    vec![row("Embedding", || Embedding::new(5, 3), ids)]
}
