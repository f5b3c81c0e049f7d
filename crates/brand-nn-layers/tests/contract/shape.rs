//! Other shapes for the same values.

use crate::{Row, draws, row};
use brand_nn_layers::Flatten;

pub(crate) fn rows() -> Vec<Row> {
    vec![row("Flatten", || Flatten, draws(&[2, 3, 2]))]
}
