//! Affine maps and what is built of them.

use crate::{Row, draws, row};
use brand_nn_layers::{Activation, Linear};

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = vec![
        row("Linear", || Linear::new(3, 4), draws(&[2, 3])),
        row("Linear", || Linear::new(3, 4).without_bias(), draws(&[2, 5, 3])),
    ];
    rows.extend(Activation::ALL.map(|activation| {
        row("Linear", move || Linear::new(3, 4).activation(activation), draws(&[2, 3]))
    }));
    rows
}
