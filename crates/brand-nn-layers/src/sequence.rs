//! What layers of sequences ask of their inputs: axes, and which steps are real.

use crate::{Error, Result, flow::misfit, recipe::needs_axes};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{DType, Shape, Tensor};

/// Batch and time of `[batch, time, features]`.
pub(crate) fn three_axes(place: &str, got: &Shape, features: usize) -> Result<[usize; 2]> {
    match got[..] {
        [batch, time, width] if width == features => Ok([batch, time]),
        _ => Err(Error::Input {
            place: place.into(),
            got: got.clone(),
            expected: format!("[batch, time, {features} features]"),
            help: "an embedding makes such input of ids",
        }),
    }
}

/// The shape of an example, which must be `[time, features]`.
pub(crate) fn one_example(place: &str, got: &Shape, features: usize) -> Result<Shape> {
    match got[..] {
        [_, width] if width == features => Ok(got.clone()),
        _ => Err(needs_axes(place, got, &format!("[time, {features} features] an example"))),
    }
}

/// The number of features of an example `[time, features]`, for a recipe.
pub(crate) fn features_of(place: &str, got: &Shape) -> Result<usize> {
    match got[..] {
        [_, features] => Ok(features),
        _ => Err(needs_axes(place, got, "[time, features] an example")),
    }
}

/// Checks a mask of steps: bool `[batch, time]`, true where a step is real.
pub(crate) fn real_steps(place: &str, mask: &Tensor, [batch, time]: [usize; 2]) -> Result<()> {
    let place = format!("{place} (mask)");
    if mask.dtype() != DType::Bool {
        return Err(Error::InputType {
            place,
            got: mask.dtype(),
            expected: "bool, true where a step is real".into(),
            help: "compare the ids with that of the padding: ids.not_equal_to(0.0)",
        });
    }
    if mask.shape()[..] == [batch, time] {
        return Ok(());
    }
    Err(Error::Input {
        place,
        got: mask.shape().clone(),
        expected: format!("[{batch}, {time}], a flag for each step"),
        help: "the mask is [batch, time] of the very steps that it is for",
    })
}

/// The steps at these places of `[batch, time, …]`, one below the other.
pub(crate) fn gather_steps(value: &Var, places: &Tensor) -> Result<Var> {
    let &[batch, time, ref step @ ..] = &value.shape()[..] else {
        return Err(misfit("steps", value.shape(), "[batch, time, …] with a mask"));
    };
    let steps = value.reshape([&[batch * time], step].concat());
    Ok(steps.index_select(0, places)?)
}

/// Steps brought to their places of `[batch, time, …]`; all others are noughts.
pub(crate) fn spread_steps(steps: &Var, places: &Tensor, [batch, time]: [usize; 2]) -> Result<Var> {
    let features = steps.shape()[1];
    let zeros = Var::from(Tensor::zeros_of([batch * time, features], steps.dtype()));
    Ok(zeros.index_add(0, places, steps)?.reshape([batch, time, features]))
}

/// Softmax over the last axis of the scores that are seen; noughts where none is.
pub(crate) fn shares(scores: &Var, seen: Option<&Tensor>) -> Var {
    match seen {
        Some(seen) => scores.masked_fill(&seen.not(), f64::NEG_INFINITY).softmax(-1),
        None => scores.softmax(-1),
    }
}
