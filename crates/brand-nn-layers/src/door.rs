//! What layers ask of an input before they look closer.

use crate::{Error, Result, recipe::needs_axes};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{DType, Shape};

/// The shape of one example of a batch.
pub(crate) fn example(layer: &str, batch: &Shape) -> Result<Shape> {
    let split = batch.split_first();
    split.map(|(_, example)| example.into()).ok_or_else(|| needs_axes(layer, batch, "[batch, …]"))
}

/// Refuses all but f32 and f64, for layers without weights; 16-bit floats are for storage alone.
pub(crate) fn floats(layer: &str, input: &Var) -> Result<()> {
    if matches!(input.dtype(), DType::F32 | DType::F64) {
        return Ok(());
    }
    Err(Error::InputType {
        place: layer.into(),
        got: input.dtype(),
        expected: "f32 or f64".into(),
        help: "look ids up in an embedding; cast numbers with .to(DType::F32)",
    })
}
