//! Normalisation: by the batch, the position, the group.

use crate::{Row, draws, refused, row};
use brand_nn_autodiff::Params;
use brand_nn_layers::{BatchNorm, Call, GroupNorm, LayerNorm, Pass, RmsNorm, checkpoint};
use brand_nn_tensor::{Rng, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    vec![
        row("LayerNorm", || LayerNorm::new(3), draws(&[2, 4, 3])),
        row("LayerNorm", || LayerNorm::new(3).without_bias(), draws(&[2, 3])),
        row("RmsNorm", || RmsNorm::new(3), draws(&[2, 4, 3])),
        row("GroupNorm", || GroupNorm::new(2, 4), draws(&[2, 4, 3])),
        row("GroupNorm", || GroupNorm::instance(2), draws(&[2, 2, 3, 2])),
        row("BatchNorm", || BatchNorm::new(2), draws(&[3, 2, 4])),
    ]
}

/// PyTorch's running statistics: a tenth of each batch, with the unbiased variance.
#[test]
fn running_statistics_move_once_a_trip() {
    let layer = BatchNorm::new(1).init(0).unwrap();
    let x = Tensor::from([[1.0_f32], [2.0], [6.0]]); // mean 3, unbiased variance 7
    let mut rng = Rng::new(1);
    let mut trip = Pass::training(&mut rng);
    layer.call(&x, &mut trip).unwrap();
    assert_eq!(layer.running_mean.value().unwrap().item(), 0.0, "the trip is not over");
    drop(trip);
    let near = |param: &brand_nn_autodiff::Param, expected: f64| {
        let got = param.value().unwrap().item();
        assert!((got - expected).abs() < 1e-6, "{got} is not {expected}");
    };
    near(&layer.running_mean, 0.3);
    near(&layer.running_var, 0.9 + 0.7);

    // A checkpointed layer runs twice and moves them once.
    let layer = std::sync::Arc::new(layer);
    let used = layer.clone();
    let mut trip = Pass::training(&mut rng);
    let input = x.clone().into();
    let y = checkpoint(&input, &mut trip, move |x, pass| used.call(x, pass)).unwrap();
    y.square().sum().backward().unwrap();
    drop(trip);
    near(&layer.running_mean, 0.27 + 0.3);

    layer.call(&x, &mut Pass::inference()).unwrap();
    near(&layer.running_mean, 0.57);
    let single = layer.call(Tensor::ones([1, 1]), &mut Pass::training(&mut rng));
    refused(
        single,
        "batch_norm: the input has shape [1, 1], expected more than one value a channel",
    );
}
