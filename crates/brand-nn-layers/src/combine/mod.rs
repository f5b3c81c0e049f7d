//! Layers made of layers: branches, short cuts, gates and feed-forward blocks.

family! {
    merge: Merge;
    branches: Branches => branches BranchesRecipe;
    residual: Residual => residual ResidualRecipe;
    glu: Glu => glu GluRecipe;
    feed_forward: FeedForward => feed_forward FeedForwardRecipe;
    gated_feed_forward: GatedFeedForward => gated_feed_forward GatedFeedForwardRecipe;
}

use crate::{Linear, Result, recipe::needs_axes, setting::at_least_one};
use brand_nn_autodiff::{Init, Param};
use brand_nn_tensor::Shape;

/// A linear layer with Keras' initial values: glorot uniform weight, zero bias.
fn drawn(ins: usize, outs: usize, bias: bool) -> Linear {
    let bias = bias.then(|| Param::new([outs], Init::Zeros));
    Linear::from_params(Param::new([outs, ins], Init::GlorotUniform), bias)
}

/// The last axis of an example, for a block with so many hidden units.
fn features(place: &str, hidden: usize, input: &Shape) -> Result<usize> {
    at_least_one(place, "hidden", &[hidden])?;
    input.last().copied().ok_or_else(|| needs_axes(place, input, "[…, features]"))
}
