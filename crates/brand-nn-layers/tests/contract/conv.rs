//! Convolutions of sequences, images and volumes.

use crate::{Row, draws, refused, row};
use brand_nn_autodiff::Params;
use brand_nn_layers::{
    Activation, Call, Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, Layer, Network,
    Pass, Recipe, Registry, SeparableConv1d, SeparableConv2d, Sequential, conv_transpose1d,
    conv_transpose2d, conv1d, conv2d, conv3d, depthwise_conv1d, depthwise_conv2d, max_pool1d,
    separable_conv1d, separable_conv2d,
};
use brand_nn_tensor::{DType, Padding, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    let sequence = || draws(&[2, 4, 7]);
    let image = || draws(&[2, 4, 5, 4]);
    let tanh = Activation::Tanh;
    vec![
        row("ConvNd", || Conv1d::new(4, 3, 3), sequence()),
        row("ConvNd", || Conv1d::new(4, 3, 3).dilation(2).causal(true), sequence()),
        row("ConvNd", move || Conv1d::new(4, 2, 2).stride(2).activation(tanh), sequence()),
        row("ConvNd", || Conv2d::new(4, 6, [3, 2]).groups(2).padding([1, 0]), image()),
        row("ConvNd", || Conv2d::new(4, 2, 2).padding(Padding::Same).without_bias(), image()),
        row("ConvNd", || Conv2d::depthwise(4, 2, 3), image()),
        row("ConvNd", || Conv3d::new(1, 2, 2), draws(&[2, 1, 3, 2, 3])),
        row("ConvTransposeNd", || ConvTranspose1d::new(4, 3, 3).stride(2), sequence()),
        row(
            "ConvTransposeNd",
            || ConvTranspose2d::new(4, 6, 3).stride(2).padding(1).output_padding(1).groups(2),
            image(),
        ),
        row(
            "ConvTransposeNd",
            || ConvTranspose2d::new(4, 2, 3).padding(Padding::Same).stride(2).without_bias(),
            image(),
        ),
        row("SeparableConvNd", || SeparableConv1d::new(4, 3, 3).dilation(2), sequence()),
        row(
            "SeparableConvNd",
            move || SeparableConv2d::with_multiplier([4, 3], 2, 2).stride(2).activation(tanh),
            image(),
        ),
    ]
}

/// No output of a causal layer depends on a later input, and the length stays.
#[test]
fn causal_layers_do_not_look_ahead() {
    let layer = Conv1d::new(1, 2, 3).dilation(2).causal(true).init(1).unwrap();
    let call = |x: Tensor| layer.call(x, &mut Pass::inference()).unwrap().into_tensor();
    let x = draws(&[1, 1, 9]);
    let later = Tensor::concat(&[x.slice(2, 0..6), draws(&[1, 1, 3])], 2);
    let (a, b) = (call(x), call(later));
    assert_eq!(a.shape()[..], [1, 2, 9]);
    assert_eq!(a.slice(2, 0..6), b.slice(2, 0..6));
    assert_ne!(a.slice(2, 6..9), b.slice(2, 6..9));
}

fn build(recipe: impl Recipe + 'static, input: &[usize]) -> brand_nn_layers::Result<Network> {
    Sequential::new().add(recipe).build(input)
}

/// A recipe makes such outputs and so many parameters, also when it comes back from a file.
#[track_caller]
fn check_recipe(recipe: impl Recipe + 'static, input: &[usize], output: &[usize], count: usize) {
    let network = build(recipe, input).unwrap();
    assert_eq!(network.output_shape_of_example()[..], *output);
    assert_eq!(network.num_params(), count);
    let again = Sequential::from_json(network.to_json(), &Registry::default()).unwrap();
    let again = again.rebuild().unwrap();
    assert_eq!((again.summary(), again.to_json()), (network.summary(), network.to_json()));
    let batch = draws(&[&[2], input].concat());
    let call = |network: Network| {
        let y = network.init(3).unwrap().call(&batch, &mut Pass::inference()).unwrap();
        assert_eq!(y.shape()[1..], *output);
        y.into_tensor()
    };
    assert_eq!(call(again), call(network));
}

#[test]
fn recipes_infer_their_channels() {
    let relu = Activation::Relu;
    check_recipe(conv1d(5, 3).stride(2).activation(relu), &[4, 9], &[5, 4], 5 * 13);
    check_recipe(conv1d(5, 3).causal(true).bias(false), &[4, 9], &[5, 9], 5 * 12);
    check_recipe(conv1d(6, 3).groups(2).dilation(2), &[4, 9], &[6, 5], 6 * 7);
    check_recipe(conv2d(5, [3, 2]).padding(Padding::Same), &[2, 6, 7], &[5, 6, 7], 5 * 13);
    check_recipe(conv3d(2, 2).padding(1), &[1, 3, 4, 5], &[2, 4, 5, 6], 2 * 9);
    check_recipe(conv_transpose1d(3, 4).stride(2), &[2, 5], &[3, 12], 3 * 9);
    let doubling = conv_transpose2d(3, 3).stride(2).padding(1).output_padding(1);
    check_recipe(doubling, &[2, 5, 4], &[3, 10, 8], 3 * 19);
    check_recipe(depthwise_conv1d(3).multiplier(2).bias(false), &[2, 5], &[4, 3], 4 * 3);
    check_recipe(depthwise_conv2d([3, 1]).padding([1, 0]), &[2, 5, 4], &[2, 5, 4], 2 * 4);
    check_recipe(separable_conv1d(3, 2).multiplier(2), &[2, 5], &[3, 4], 8 + 3 * 5);
    check_recipe(separable_conv2d(3, 2).stride([2, 1]), &[2, 6, 5], &[3, 3, 4], 8 + 3 * 3);
}

/// Keras' limits: √(6 / (fan_in + fan_out)), where the fans of a depthwise weight are its own.
#[test]
fn recipes_draw_as_keras_does() {
    let check = |network: Network, name: &str, fans: f64| {
        let network = network.init(3).unwrap();
        let value = network.params(name).unwrap()[0].value().unwrap().abs().max().item();
        let limit = (6.0 / fans).sqrt();
        assert!(value <= limit && value > 0.9 * limit, "{name}: {value} of {limit}");
        let bias = network.params("*.bias").unwrap()[0].value().unwrap();
        assert_eq!(bias.abs().max().item(), 0.0);
    };
    check(build(conv1d(30, 3), &[20, 9]).unwrap(), "conv1d.weight", 3.0 * 50.0);
    check(build(conv2d(30, 3), &[20, 9, 9]).unwrap(), "conv2d.weight", 9.0 * 50.0);
    let transposed = build(conv_transpose1d(30, 3), &[20, 9]).unwrap();
    check(transposed, "conv_transpose1d.weight", 3.0 * 50.0);
    let depthwise = build(depthwise_conv1d(5).multiplier(4), &[20, 9]).unwrap();
    check(depthwise, "depthwise_conv1d.weight", 5.0 * 24.0);
    let separable = build(separable_conv1d(30, 5), &[20, 9]).unwrap();
    check(separable, "*.depthwise.weight", 5.0 * 21.0);
    let separable = build(separable_conv1d(30, 5), &[20, 9]).unwrap();
    check(separable, "*.pointwise.weight", 50.0);
}

/// Whatever the settings, a layer is refused when built, or makes the shape that it says.
#[test]
fn settings_are_refused_or_work() {
    const SIZES: [usize; 4] = [0, 1, 2, 5];
    let mut worked = 0;
    for number in 0..4_usize.pow(5) {
        let [kernel, stride, dilation, padding, length] =
            [0, 1, 2, 3, 4].map(|digit| SIZES[number / 4_usize.pow(digit) % 4]);
        let groups = [1, 2, 0, 3][number % 4];
        let conv = conv1d(4, kernel).stride(stride).dilation(dilation).padding(padding);
        let spread = conv_transpose1d(4, kernel).stride(stride).dilation(dilation);
        let separable = separable_conv1d(4, kernel).stride(stride).dilation(dilation);
        let max = max_pool1d(kernel).stride(stride).padding(padding);
        let recipes: [Box<dyn Recipe>; 7] = [
            Box::new(conv.clone().groups(groups)),
            Box::new(conv.padding(Padding::Same)),
            Box::new(conv1d(2, kernel).stride(stride).dilation(dilation).causal(true)),
            Box::new(spread.clone().padding(padding).output_padding(length)),
            Box::new(spread.padding(Padding::Same)),
            Box::new(separable.padding(padding).multiplier(groups)),
            Box::new(max.ceil_mode(dilation > 1)),
        ];
        for recipe in recipes {
            let Ok(layer) = recipe.build(&[4, length].into()) else { continue };
            let Ok(example) = layer.output_shape(&[4, length].into()) else { continue };
            brand_nn_autodiff::init(&layer, 1).unwrap();
            let y = layer.call(Tensor::ones([2, 4, length]), &mut Pass::inference()).unwrap();
            assert_eq!(y.shape()[1..], example[..], "{:?}", recipe.settings().unwrap());
            worked += 1;
        }
    }
    assert!((1_000..6_000).contains(&worked), "{worked} of 7,168 worked");
}

#[test]
fn wrong_settings_are_refused() {
    let line = &[4, 9];
    refused(build(conv1d(0, 3), line), "conv1d: out_channels is 0, expected at least 1");
    refused(build(conv1d(2, 3), &[0, 9]), "conv1d: in_channels is 0, expected at least 1");
    refused(build(conv1d(2, 0), line), "conv1d: kernel is 0, expected at least 1");
    refused(build(conv1d(2, 3).stride(0), line), "conv1d: stride is 0");
    refused(build(conv1d(2, 3).dilation(0), line), "conv1d: dilation is 0");
    refused(build(conv1d(2, [3, 3]), line), "conv1d: kernel is Two([3, 3]), expected one for all");
    refused(build(conv1d(2, 3).stride([1, 2]), line), "conv1d: stride is Two([1, 2])");
    refused(build(conv1d(2, 3).padding([1, 2]), line), "conv1d: padding is Two([[1, 1], [2, 2]])");
    let groups = "conv1d: groups is 3 for 4 channels in and 6 out, expected a number that divides";
    refused(build(conv1d(6, 3).groups(3), line), groups);
    refused(build(conv1d(6, 3).groups(0), line), "conv1d: groups is 0");
    let both = build(conv1d(6, 3).causal(true).padding(1), line);
    refused(both, "expected none beside the causal one");
    refused(build(conv1d(2, 3), &[]), "conv1d: the input has shape [], expected [channels, length");
    refused(build(conv2d(2, [3, 0]), &[1, 9, 9]), "conv2d: kernel is [3, 0], expected at least 1");
    refused(build(depthwise_conv1d(3).multiplier(0), line), "depthwise_conv1d: out_channels is 0");
    refused(build(separable_conv2d(0, 3), &[1, 9, 9]), "separable_conv2d: out_channels is 0");
    refused(
        build(separable_conv2d(1, 3).stride(0), &[1, 9, 9]),
        "separable_conv2d: stride is [0, 0]",
    );
    let more = build(conv_transpose1d(2, 3).stride(2).output_padding(2), line);
    refused(more, "conv_transpose1d: output_padding is [2] with stride [2], expected less than");
    let same = conv_transpose1d(2, 3).stride(2).padding(Padding::Same).output_padding(1);
    refused(build(same, line), "and 0 where the padding is Same");
    let init = |layer: Conv2d| layer.init(0).map(drop).map_err(brand_nn_layers::Error::from);
    refused(init(Conv2d::new(3, 4, 3).groups(2)), "conv2d: groups is 2 for 3 channels in");
    refused(init(Conv2d::new(3, 0, 3)), "conv2d: out_channels is 0");
    let transposed = ConvTranspose1d::new(3, 4, 0).init(0).map(drop);
    refused(transposed.map_err(brand_nn_layers::Error::from), "conv_transpose1d: kernel is 0");
}

#[test]
fn wrong_inputs_are_refused() {
    let call = |layer: &dyn Layer, x: Tensor, message: &str| {
        refused(layer.call(x, &mut Pass::inference()), message);
    };
    let conv = Conv2d::new(3, 4, 3).dilation([1, 2]).init(0).unwrap();
    let axes = "has shape [3, 9], expected [3 channels, height, width] an example";
    call(&conv, Tensor::ones([1, 3, 9]), axes);
    call(&conv, Tensor::ones([1, 2, 9, 9]), "has shape [2, 9, 9], expected [3 channels");
    call(&conv, Tensor::scalar(1.0), "conv2d: the input has shape [], expected [batch, …]");
    let short = "has shape [3, 9, 4], expected lengths of [3, 5] or more, padding included";
    call(&conv, Tensor::ones([1, 3, 9, 4]), short);
    let double = Tensor::ones([1, 3, 9, 9]).to(DType::F64);
    call(&conv, double, "conv2d: the input is f64, expected f32 as the weights");
    let cut = ConvTranspose1d::new(3, 4, 2).padding(3).init(0).unwrap();
    call(&cut, Tensor::ones([1, 3, 2]), "lengths of which the padding leaves something");
    call(
        &cut,
        Tensor::ones([1, 2, 2]),
        "conv_transpose1d: the input has shape [2, 2], expected [3",
    );
    let separable = SeparableConv1d::new(3, 4, 5).init(0).unwrap();
    call(
        &separable,
        Tensor::ones([1, 3, 4]),
        "the input has shape [3, 4], expected lengths of [5]",
    );
    // Settings that no init has seen are no panic either.
    let wild = Conv1d::new(1, 1, 1).stride(0);
    wild.weight.set(Tensor::ones([1, 1, 1])).unwrap();
    call(&wild, Tensor::ones([1, 1, 2]), "conv1d: the input has shape [1, 2]");
}
