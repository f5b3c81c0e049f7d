//! How much work layers are: the operations of their products.

use crate::{Layer, Result};
use brand_nn_autodiff::{ParamSet, Params};
use brand_nn_tensor::Shape;

/// Two for each multiply-add where every weight of two or more axes is used `uses` times.
pub(crate) fn products<P: Params + ?Sized>(part: &P, uses: usize) -> Option<u64> {
    let set = ParamSet::all(part).ok()?;
    let weights = set.iter().map(brand_nn_autodiff::Param::shape).filter(|shape| shape.len() > 1);
    total(weights.map(size))?.checked_mul(2)?.checked_mul(uses as u64)
}

/// The number of elements, if it can be counted.
fn size(shape: &Shape) -> Option<u64> {
    shape.iter().try_fold(1_u64, |size, &len| size.checked_mul(len as u64))
}

/// Nothing where there is no weight that could be part of a product; else nobody knows.
pub(crate) fn none_or_unknown<P: Params + ?Sized>(part: &P) -> Option<u64> {
    products(part, 1).filter(|&flops| flops == 0)
}

/// How often a map of the last axis is used: the product of all others.
pub(crate) fn rows(example: &Shape) -> usize {
    example.iter().rev().skip(1).fold(1, |rows, &len| rows.saturating_mul(len))
}

/// How often a filter is used on what has its channels first: the product of all other axes.
pub(crate) fn places(example: &Shape) -> usize {
    example.iter().skip(1).fold(1, |places, &len| places.saturating_mul(len))
}

/// The sum of all, if all are known.
pub(crate) fn total(parts: impl IntoIterator<Item = Option<u64>>) -> Option<u64> {
    parts.into_iter().try_fold(0_u64, |sum, part| sum.checked_add(part?))
}

/// The sum over layers, of which each gets what the one before makes.
pub(crate) fn chain<'a>(
    layers: impl IntoIterator<Item = &'a dyn Layer>,
    input: &Shape,
) -> Option<u64> {
    let add = |(sum, shape): (u64, Shape), layer: &dyn Layer| {
        Some((sum.checked_add(layer.flops(&shape)?)?, layer.output_shape(&shape).ok()?))
    };
    layers.into_iter().try_fold((0, input.clone()), add).map(|(sum, _)| sum)
}

/// The product of the places of what a layer makes of an example, if it takes it.
pub(crate) fn places_made(output: Result<Shape>) -> Option<usize> {
    output.ok().map(|shape| places(&shape))
}
