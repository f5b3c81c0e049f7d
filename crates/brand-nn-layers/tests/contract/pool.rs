//! Pools of windows, of given lengths and of whole channels.

use crate::{Row, draws, refused, row};
use brand_nn_autodiff::Params;
use brand_nn_layers::{
    AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AvgPool1d,
    AvgPool2d, Call, GlobalAvgPool, GlobalMaxPool, Layer, MaxPool1d, MaxPool2d, Network, Pass,
    Recipe, Registry, Sequential, adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_max_pool1d,
    adaptive_max_pool2d, avg_pool1d, avg_pool2d, global_avg_pool, global_max_pool, max_pool1d,
    max_pool2d,
};
use brand_nn_tensor::{Padding, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    let sequence = || draws(&[2, 3, 7]);
    let image = || draws(&[2, 3, 5, 4]);
    vec![
        row("PoolNd", || MaxPool1d::new(3).stride(2).padding(1), sequence()),
        row("PoolNd", || MaxPool2d::new([2, 1]).dilation([2, 1]).ceil_mode(true), image()),
        row("PoolNd", || AvgPool1d::new(3).padding(1).count_include_pad(false), sequence()),
        row("PoolNd", || AvgPool2d::new(2).padding(Padding::Same), image()),
        row("AdaptivePoolNd", || AdaptiveMaxPool1d::new(3), sequence()),
        row("AdaptivePoolNd", || AdaptiveMaxPool2d::new([3, 2]), image()),
        row("AdaptivePoolNd", || AdaptiveAvgPool1d::new(3), sequence()),
        row("AdaptivePoolNd", || AdaptiveAvgPool2d::new(2), image()),
        row("GlobalPool", GlobalMaxPool::new, sequence()),
        row("GlobalPool", GlobalMaxPool::new, image()),
        row("GlobalPool", GlobalAvgPool::new, sequence()),
    ]
}

fn build(recipe: impl Recipe + 'static, input: &[usize]) -> brand_nn_layers::Result<Network> {
    Sequential::new().add(recipe).build(input)
}

/// A recipe makes such outputs, also when it comes back from a file.
#[track_caller]
fn check_recipe(recipe: impl Recipe + 'static, input: &[usize], output: &[usize]) {
    let network = build(recipe, input).unwrap();
    assert_eq!(network.output_shape_of_example()[..], *output);
    let again = Sequential::from_json(network.to_json(), &Registry::default()).unwrap();
    assert_eq!(again.rebuild().unwrap().to_json(), network.to_json());
    let y = network.call(draws(&[&[2], input].concat()), &mut Pass::inference()).unwrap();
    assert_eq!(y.shape()[1..], *output);
}

#[test]
fn recipes_keep_their_settings() {
    check_recipe(max_pool1d(2), &[3, 7], &[3, 3]);
    check_recipe(max_pool1d(2).stride(1).padding(1), &[3, 7], &[3, 8]);
    check_recipe(max_pool2d([2, 3]).ceil_mode(true), &[3, 7, 7], &[3, 4, 3]);
    check_recipe(avg_pool1d(2).padding(Padding::Same), &[3, 7], &[3, 4]);
    check_recipe(avg_pool2d(3).stride([1, 2]).count_include_pad(true), &[3, 7, 7], &[3, 5, 3]);
    check_recipe(adaptive_max_pool1d(4), &[3, 7], &[3, 4]);
    check_recipe(adaptive_max_pool2d([4, 1]), &[3, 7, 7], &[3, 4, 1]);
    check_recipe(adaptive_avg_pool1d(9), &[3, 7], &[3, 9]);
    check_recipe(adaptive_avg_pool2d(2), &[3, 7, 7], &[3, 2, 2]);
    check_recipe(global_max_pool(), &[3, 7], &[3]);
    check_recipe(global_avg_pool(), &[3, 7, 7, 2], &[3]);
}

/// Keras' means leave the padding out, PyTorch's count it.
#[test]
fn means_count_padding_as_told() {
    let ones = Tensor::ones([1, 1, 4]);
    let first = |layer: &dyn Layer| {
        layer.call(&ones, &mut Pass::inference()).unwrap().tensor().get(&[0, 0, 0])
    };
    assert_eq!(first(&build(avg_pool1d(2).padding(1), &[1, 4]).unwrap()), 1.0);
    assert_eq!(first(&AvgPool1d::new(2).padding(1)), 0.5);
}

#[test]
fn wrong_settings_are_refused() {
    let line = &[3, 7];
    refused(build(max_pool1d(0), line), "max_pool1d: kernel is 0, expected at least 1");
    refused(build(max_pool1d([2, 2]), line), "max_pool1d: kernel is Two([2, 2]), expected one for");
    refused(build(avg_pool1d(2).stride(0), line), "avg_pool1d: stride is 0");
    refused(build(max_pool2d(2).padding([1]), &[1, 7, 7]), "max_pool2d: padding is One([[1, 1]])");
    refused(build(adaptive_max_pool1d(0), line), "adaptive_max_pool1d: lengths is 0");
    refused(build(adaptive_avg_pool2d([1]), &[1, 7, 7]), "adaptive_avg_pool2d: lengths is One");
    let init = MaxPool2d::new(2).dilation(0).init(0).map_err(brand_nn_layers::Error::from);
    refused(init, "max_pool2d: dilation is [0, 0]");
    let init = AdaptiveAvgPool1d::new(0).init(0).map_err(brand_nn_layers::Error::from);
    refused(init, "adaptive_avg_pool1d: lengths is 0");
}

#[test]
fn wrong_inputs_are_refused() {
    let call = |layer: &dyn Layer, x: Tensor, message: &str| {
        refused(layer.call(x, &mut Pass::inference()), message);
    };
    let pool = MaxPool2d::new(3).padding(2);
    let axes = "max_pool2d: the input has shape [3, 7], expected [channels, height, width]";
    call(&pool, Tensor::ones([1, 3, 7]), axes);
    call(&pool, Tensor::scalar(1.0), "max_pool2d: the input has shape []");
    call(&pool, Tensor::ones([1, 3, 7, 7]).to(brand_nn_tensor::DType::I64), "expected f32 or f64");
    let wide = AvgPool1d::new(4).padding(9);
    call(&wide, Tensor::ones([1, 1, 3]), "expected lengths so that every window fits and sees");
    call(&AvgPool1d::new(4), Tensor::ones([1, 1, 3]), "avg_pool1d: the input has shape [1, 3]");
    call(&AvgPool1d::new(0), Tensor::ones([1, 1, 3]), "avg_pool1d: kernel is 0");
    let adaptive = AdaptiveMaxPool1d::new(2);
    call(&adaptive, Tensor::ones([1, 3]), "adaptive_max_pool1d: the input has shape [3], expected");
    call(&adaptive, Tensor::ones([1, 3, 0]), "has shape [3, 0], expected [channels, length]");
    call(&GlobalMaxPool::new(), Tensor::ones([1, 3]), "global_max_pool: the input has shape [3]");
    call(&GlobalAvgPool::new(), Tensor::ones([1, 3, 0]), "global_avg_pool: the input has shape");
}
