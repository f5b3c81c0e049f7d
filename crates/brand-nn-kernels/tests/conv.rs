//! Convolutions against their definition, for every instruction set and several thread counts.

mod common;

use brand_nn_kernels::{
    Convolution, Real, Slide, Window, conv, conv_backward_data, conv_backward_weight, reference,
};
use common::{noise, on_every_isa, on_threads};

/// A slide over `input` elements with as many outputs as fit.
fn slide([input, kernel, stride, dilation, before, after]: [usize; 6]) -> Slide {
    let room = (input + before + after).checked_sub((kernel - 1) * dilation + 1);
    let output = room.map_or(0, |room| room / stride + 1);
    Slide { input, output, kernel, stride, dilation, before }
}

/// `[images, groups, channels, filters]` and the window: 1, 2 or 3 axes.
fn sizes([images, groups, channels, filters]: [usize; 4], axes: &[[usize; 6]]) -> Convolution {
    let mut window = Window { axes: [Slide::ONE; 3] };
    for (to, &axis) in window.axes.iter_mut().rev().zip(axes.iter().rev()) {
        *to = slide(axis);
    }
    Convolution { images, groups, channels, filters, window }
}

fn shapes() -> Vec<Convolution> {
    let three = |len| [len, 3, 1, 1, 0, 0];
    let same = |len| [len, 3, 1, 1, 1, 1];
    vec![
        sizes([2, 1, 3, 5], &[three(7), three(9)]),
        sizes([3, 1, 1, 32], &[three(28), three(28)]),
        sizes([9, 2, 4, 3], &[same(8), same(6)]),
        sizes([1, 1, 40, 24], &[same(17), same(33)]),
        sizes([2, 1, 3, 4], &[[11, 3, 2, 1, 1, 0], [13, 2, 3, 2, 2, 1]]),
        sizes([2, 3, 2, 2], &[[9, 2, 2, 3, 4, 4]]),
        sizes([2, 1, 7, 9], &[[5, 1, 1, 1, 0, 0], [6, 1, 1, 1, 0, 0]]),
        sizes([2, 1, 7, 9], &[[5, 1, 2, 1, 0, 0], [6, 1, 2, 1, 0, 0]]),
        sizes([2, 1, 2, 3], &[[4, 2, 1, 1, 0, 1], [5, 3, 2, 1, 1, 1], [6, 2, 1, 2, 1, 0]]),
        sizes([3, 6, 1, 1], &[same(9), same(11)]),
        sizes([2, 5, 1, 3], &[[9, 3, 2, 1, 1, 1], [10, 2, 3, 2, 1, 2]]),
        sizes([1, 1, 2, 3], &[three(12), three(9)]),
        sizes([1, 1, 1, 1], &[[4, 2, 1, 1, 0, 0]]),
        sizes([8, 1, 4, 1], &[three(130), three(260)]),
        sizes([3, 2, 6, 5], &[[19, 3, 2, 1, 1, 0], [23, 5, 3, 1, 2, 2]]),
        sizes([1, 1, 9, 70], &[[15, 3, 1, 2, 2, 2], [14, 2, 1, 3, 1, 2]]),
        sizes([1, 1, 5, 6], &[[4, 2, 2, 1, 0, 1], [5, 3, 1, 1, 1, 1], [6, 2, 1, 2, 1, 0]]),
        sizes([2, 1, 5, 4], &[[30, 3, 1, 1, 0, 0], [7, 7, 1, 1, 0, 0]]),
        sizes([1, 1, 33, 65], &[[4099, 3, 1, 1, 0, 0]]),
        sizes([0, 1, 2, 3], &[three(7)]),
        sizes([2, 1, 0, 3], &[three(7)]),
        sizes([2, 1, 3, 0], &[three(7)]),
        sizes([2, 1, 3, 2], &[three(2)]),
        sizes([1, 1, 1, 1], &[[1, 1, 1, 1, 0, 0]]),
        sizes([1, 1, 2, 2], &[[1, 3, 1, 1, 9, 9]]),
    ]
}

fn bits<T: Real>(x: &[T]) -> Vec<u64> {
    x.iter().map(|x| x.to_f64().to_bits()).collect()
}

#[track_caller]
fn assert_near<T: Real>(ours: &[T], expected: &[f64], tolerance: f64, what: &str) {
    let scale = expected.iter().fold(1.0, |most: f64, x| most.max(x.abs()));
    for (i, (ours, expected)) in ours.iter().zip(expected).enumerate() {
        let error = (ours.to_f64() - expected).abs() / scale;
        assert!(error <= tolerance, "{what}: element {i} is {ours:?}, expected {expected}");
    }
}

/// One of the three products, on one thread after checking that more give the same bits.
fn run<T: Real>(len: usize, f: impl Fn(&mut [T]) + Send + Sync) -> Vec<T> {
    let run = || {
        let mut out = vec![T::ONE / T::ZERO; len];
        f(&mut out);
        out
    };
    on_threads(|| bits(&run()));
    run()
}

#[track_caller]
fn check<T: Real>(shape: &Convolution, tolerance: f64) {
    let x: Vec<T> = noise(shape.inputs(), 1);
    let weight: Vec<T> = noise(shape.weights(), 2);
    let gradient: Vec<T> = noise(shape.outputs(), 3);
    let bias: Vec<T> = noise(shape.groups * shape.filters, 4);
    let mut terms = [shape.outputs(), shape.inputs(), shape.weights()].map(|len| vec![0.0; len]);
    reference::conv_terms(shape, |i, w, o| {
        terms[0][o] += x[i].to_f64() * weight[w].to_f64();
        terms[1][i] += gradient[o].to_f64() * weight[w].to_f64();
        terms[2][w] += gradient[o].to_f64() * x[i].to_f64();
    });
    let [mut outputs, inputs, weights] = terms;
    let y = run(shape.outputs(), |out| conv(shape, &x, &weight, None, out));
    assert_near(&y, &outputs, tolerance, &format!("conv, {shape:?}"));
    for (i, y) in outputs.iter_mut().enumerate() {
        *y += bias[i / shape.window.outputs() % bias.len()].to_f64();
    }
    let y = run(shape.outputs(), |out| conv(shape, &x, &weight, Some(&bias), out));
    assert_near(&y, &outputs, tolerance, &format!("conv with bias, {shape:?}"));
    let dx = run(shape.inputs(), |out| conv_backward_data(shape, &weight, &gradient, out));
    assert_near(&dx, &inputs, tolerance, &format!("backward_data, {shape:?}"));
    let dw = run(shape.weights(), |out| conv_backward_weight(shape, &x, &gradient, out));
    assert_near(&dw, &weights, tolerance, &format!("backward_weight, {shape:?}"));
}

#[test]
fn convolutions_are_what_their_definition_says() {
    on_every_isa(|_| {
        for shape in shapes() {
            check::<f32>(&shape, 1e-5);
            check::<f64>(&shape, 1e-13);
        }
    });
}

#[test]
#[should_panic(expected = "conv: 4 inputs, 6 weights, 5 outputs, expected [14, 12, 10]")]
fn lengths_must_fit() {
    let shape = sizes([1, 1, 2, 2], &[[7, 3, 1, 1, 0, 0]]);
    conv(&shape, &[0.0_f32; 4], &[0.0; 6], None, &mut [0.0; 5]);
}
