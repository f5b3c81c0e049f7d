//! Layers that read a sequence step by step.

use crate::{Row, draws, row};
use brand_nn_layers::Lstm;

pub(crate) fn rows() -> Vec<Row> {
    let all = || Lstm::new(3, 4).return_sequences(true);
    vec![row("Lstm", || Lstm::new(3, 4), draws(&[2, 5, 3])), row("Lstm", all, draws(&[2, 5, 3]))]
}
