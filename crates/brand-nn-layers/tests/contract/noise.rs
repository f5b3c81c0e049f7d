//! Noise while training.

use crate::{Row, draws, refused, row};
use brand_nn_autodiff::{Params, Var};
use brand_nn_layers::{
    AlphaDropout, Call, Dropout, GaussianDropout, GaussianNoise, Layer, Pass, Recipe, Sequential,
    SpatialDropout, alpha_dropout, dropout, gaussian_dropout, gaussian_noise, spatial_dropout,
};
use brand_nn_tensor::{DType, Rng, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    vec![
        row("Dropout", || Dropout::new(0.3), draws(&[2, 4])),
        row("SpatialDropout", || SpatialDropout::new(0.3), draws(&[2, 4, 3])),
        row("SpatialDropout", || SpatialDropout::new(0.3).channels_last(true), draws(&[2, 3, 4])),
        row("AlphaDropout", || AlphaDropout::new(0.3), draws(&[2, 4])),
        row("GaussianNoise", || GaussianNoise::new(0.3), draws(&[2, 4])),
        row("GaussianDropout", || GaussianDropout::new(0.3), draws(&[2, 4])),
    ]
}

fn train(layer: &dyn Layer, x: &Tensor, seed: u64) -> Tensor {
    layer.call(x, &mut Pass::training(&mut Rng::new(seed))).unwrap().into_tensor()
}

/// Noise has a mean and a standard deviation, depends on the seed alone, and stays off inference.
#[track_caller]
fn check_noise(layer: &dyn Layer, x: &Tensor, mean: f64, std: f64) {
    let y = train(layer, x, 1);
    let (got_mean, got_std) = (y.mean().item(), y.std().item());
    assert!((got_mean - mean).abs() < 0.03, "mean {got_mean}, expected {mean}");
    assert!((got_std - std).abs() < 0.03, "standard deviation {got_std}, expected {std}");
    assert_eq!(y, train(layer, x, 1));
    assert_ne!(y, train(layer, x, 2));
    assert_eq!(layer.call(x, &mut Pass::inference()).unwrap().tensor(), x);
    assert_eq!(train(layer, &x.to(DType::F64), 1).dtype(), DType::F64);
}

#[test]
fn noise_has_the_moments_of_its_formula() {
    let (ones, normal) = (Tensor::ones([10_000, 2]), draws(&[10_000, 2]));
    check_noise(&Dropout::new(0.2), &ones, 1.0, 0.5);
    check_noise(&SpatialDropout::new(0.2), &ones, 1.0, 0.5);
    check_noise(&GaussianDropout::new(0.2), &ones, 1.0, 0.5);
    check_noise(&GaussianNoise::new(2.0), &Tensor::zeros([90_000]), 0.0, 2.0);
    check_noise(&AlphaDropout::new(0.4), &normal, 0.0, 1.0);
}

/// One pass through two layers of noise: their draws have nothing in common.
#[test]
fn layers_of_a_trip_draw_apart() {
    let (layer, x) = (GaussianNoise::new(1.0), Tensor::zeros([10_000]));
    let pass = &mut Pass::training(&mut Rng::new(3));
    let [a, b] = [0, 1].map(|_| layer.call(&x, pass).unwrap().into_tensor());
    let correlation = (a * b).mean().item();
    assert!(correlation.abs() < 0.03, "{correlation}");
}

/// A channel is dropped whole or kept whole, each example for itself; so is its gradient.
#[test]
fn channels_go_whole() {
    for (shape, channels_last, places) in [([8, 6, 5], false, 2), ([8, 5, 6], true, 1)] {
        let x = Var::leaf(Tensor::ones(shape));
        let layer = SpatialDropout::new(0.5).channels_last(channels_last);
        let y = layer.call(&x, &mut Pass::training(&mut Rng::new(2))).unwrap();
        let (low, high) = (y.tensor().min_axis(places), y.tensor().max_axis(places));
        assert_eq!(low, high);
        assert_eq!((low.min().item(), low.max().item()), (0.0, 2.0));
        assert_ne!(low.slice(0, 0..1), low.slice(0, 1..2));
        assert_eq!(&y.sum().backward().unwrap().get(&x).unwrap(), y.tensor());
    }
}

#[test]
fn wrong_rates_and_inputs_are_refused() {
    let build = |recipe: Box<dyn Recipe>, message: &str| {
        refused(recipe.build(&[3].into()).map(|_| ()), message);
    };
    build(Box::new(dropout(f64::NAN)), "dropout: rate is NaN, expected at least 0 and below 1");
    build(Box::new(spatial_dropout(1.0)), "spatial_dropout: rate is 1, expected at least 0");
    build(Box::new(alpha_dropout(-0.5)), "alpha_dropout: rate is -0.5");
    build(Box::new(gaussian_dropout(1.0)), "gaussian_dropout: rate is 1");
    build(Box::new(gaussian_noise(-1.0)), "gaussian_noise: std is -1, expected a number that");
    let refusal = GaussianNoise::new(f64::INFINITY).init(0);
    refused(refusal.map_err(brand_nn_layers::Error::from), "gaussian_noise: std is inf");

    let ids = Tensor::from([[1_i64, 2]]);
    let call = |layer: &dyn Layer, message: &str| {
        refused(layer.call(&ids, &mut Pass::training(&mut Rng::new(1))), message);
    };
    call(&Dropout::new(0.1), "dropout: the input is i64, expected f32 or f64");
    call(&SpatialDropout::new(0.1), "spatial_dropout: the input is i64, expected f32 or f64");
    call(&AlphaDropout::new(0.1), "alpha_dropout: the input is i64, expected f32 or f64");
    call(&GaussianNoise::new(0.1), "gaussian_noise: the input is i64, expected f32 or f64");
    call(&GaussianDropout::new(0.1), "gaussian_dropout: the input is i64, expected f32 or f64");
    let flat = Sequential::new().add(spatial_dropout(0.1)).build([]);
    refused(flat, "spatial_dropout: the input has shape [], expected [channels, …] an example");
    let single = SpatialDropout::new(0.1).call(Tensor::scalar(1.0), &mut Pass::inference());
    refused(single, "expected [batch, …]");
}
