//! Noise while training, against overfitting.

family! {
    dropout: Dropout => dropout DropoutRecipe;
    spatial_dropout: SpatialDropout => spatial_dropout SpatialDropoutRecipe;
    alpha_dropout: AlphaDropout => alpha_dropout AlphaDropoutRecipe;
    gaussian_noise: GaussianNoise => gaussian_noise GaussianNoiseRecipe;
    gaussian_dropout: GaussianDropout => gaussian_dropout GaussianDropoutRecipe;
}

use crate::setting::{Range, Setting};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{Rng, Tensor};

/// The share of values that a layer drops.
fn rate(layer: &'static str, rate: f64) -> Setting {
    Setting::new(layer, "rate", Range::Rate, rate)
}

/// Normal draws of the shape and type of `like`, which the key alone decides.
fn normal(like: &Var, std: f64, [seed, call]: [u64; 2]) -> Tensor {
    // The source takes the next call for its draws: that of the key.
    let mut rng = Rng::from_state([seed, call.wrapping_sub(1), 0]);
    (Tensor::randn(like.shape(), &mut rng) * std).to(like.dtype())
}
