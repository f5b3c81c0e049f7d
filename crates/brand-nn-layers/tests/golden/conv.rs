//! Convolutions and pools against PyTorch (`conv.py`).

use crate::{cases_in, check_layer, size};
use brand_nn_layers::{
    AdaptivePoolNd, AvgPool1d, AvgPool2d, Conv1d, ConvNd, ConvTransposeNd, GlobalAvgPool,
    GlobalMaxPool, Layer, MaxPool1d, MaxPool2d, PoolNd, Pooling, SeparableConv2d,
};
use brand_nn_tensor::{Padding, PerAxis};
use serde_json::Value;

/// Puts each case of a kind before what `make` makes of its settings.
#[track_caller]
fn check<L: Layer>(kind: &str, make: impl Fn(&Value) -> L) {
    for case in cases_in(include_str!("conv.json"), kind) {
        check_layer(&make(&case), &case);
    }
}

/// A setting of each axis, where the case has it.
fn setting(case: &Value, name: &str, default: usize) -> PerAxis {
    let value = &case["config"][name];
    if value.is_null() { default.into() } else { serde_json::from_value(value.clone()).unwrap() }
}

fn flag(case: &Value, name: &str, default: bool) -> bool {
    case["config"][name].as_bool().unwrap_or(default)
}

fn padding(case: &Value) -> Padding {
    match case["config"]["padding"].as_str() {
        Some("same") => Padding::Same,
        Some(_) => Padding::default(), // causal, which is a setting of its own
        None => match setting(case, "padding", 0) {
            PerAxis::All(sides) => sides.into(),
            PerAxis::One(each) => each.into(),
            PerAxis::Two(each) => each.into(),
            PerAxis::Three(each) => each.into(),
        },
    }
}

fn groups(case: &Value) -> usize {
    case["config"]["groups"].as_u64().map_or(1, |groups| usize::try_from(groups).unwrap())
}

fn has_bias(case: &Value) -> bool {
    !case["params"]["bias"].is_null()
}

fn conv<const AXES: usize>(case: &Value) -> ConvNd<AXES> {
    let layer = ConvNd::new(size(case, "in"), size(case, "out"), setting(case, "kernel", 0));
    let layer = layer.stride(setting(case, "stride", 1)).padding(padding(case));
    let layer = layer.dilation(setting(case, "dilation", 1)).groups(groups(case));
    if has_bias(case) { layer } else { layer.without_bias() }
}

fn conv_transpose<const AXES: usize>(case: &Value) -> ConvTransposeNd<AXES> {
    let kernel = setting(case, "kernel", 0);
    let layer = ConvTransposeNd::new(size(case, "in"), size(case, "out"), kernel);
    let layer = layer.stride(setting(case, "stride", 1)).padding(padding(case));
    let layer = layer.dilation(setting(case, "dilation", 1)).groups(groups(case));
    let layer = layer.output_padding(setting(case, "output_padding", 0));
    if has_bias(case) { layer } else { layer.without_bias() }
}

fn pool<P: Pooling, const AXES: usize>(case: &Value) -> PoolNd<P, AXES> {
    let layer = PoolNd::new(setting(case, "kernel", 0)).padding(padding(case));
    let layer = layer.ceil_mode(flag(case, "ceil_mode", false));
    match case["config"]["stride"].is_null() {
        true => layer,
        false => layer.stride(setting(case, "stride", 1)),
    }
}

fn adaptive<P: Pooling, const AXES: usize>(case: &Value) -> AdaptivePoolNd<P, AXES> {
    AdaptivePoolNd::new(setting(case, "lengths", 0))
}

#[test]
fn convolutions() {
    check("conv1d", |case| -> Conv1d { conv(case).causal(case["config"]["padding"] == "causal") });
    check("conv2d", conv::<2>);
    check("conv3d", conv::<3>);
    check("conv_transpose1d", conv_transpose::<1>);
    check("conv_transpose2d", conv_transpose::<2>);
    check("separable_conv2d", |case| {
        let sizes = [size(case, "in"), size(case, "out")];
        let kernel = setting(case, "kernel", 0);
        let layer = SeparableConv2d::with_multiplier(sizes, size(case, "multiplier"), kernel);
        layer.stride(setting(case, "stride", 1)).padding(padding(case))
    });
}

#[test]
fn pools() {
    let dilation = |case: &Value| setting(case, "dilation", 1);
    let counts = |case: &Value| flag(case, "count_include_pad", true);
    check("max_pool1d", |case| -> MaxPool1d { pool(case).dilation(dilation(case)) });
    check("max_pool2d", |case| -> MaxPool2d { pool(case).dilation(dilation(case)) });
    check("avg_pool1d", |case| -> AvgPool1d { pool(case).count_include_pad(counts(case)) });
    check("avg_pool2d", |case| -> AvgPool2d { pool(case).count_include_pad(counts(case)) });
    check("adaptive_max_pool1d", adaptive::<brand_nn_layers::Largest, 1>);
    check("adaptive_max_pool2d", adaptive::<brand_nn_layers::Largest, 2>);
    check("adaptive_avg_pool1d", adaptive::<brand_nn_layers::Mean, 1>);
    check("adaptive_avg_pool2d", adaptive::<brand_nn_layers::Mean, 2>);
    check("global_max_pool", |_| GlobalMaxPool::new());
    check("global_avg_pool", |_| GlobalAvgPool::new());
}
