//! Noise while training.

use crate::{Row, draws, row};
use brand_nn_layers::Dropout;

pub(crate) fn rows() -> Vec<Row> {
    vec![row("Dropout", || Dropout::new(0.3), draws(&[2, 4]))]
}
