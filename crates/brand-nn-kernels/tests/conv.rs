//! Convolutions against their definition, for every instruction set and several thread counts.

mod common;

use brand_nn_kernels::{
    ConvMethod, Convolution, Real, Slide, Window, conv, conv_backward_data, conv_backward_weight,
    reference,
};
use common::{cases, noise, on_every_isa, on_threads};
use proptest::prelude::*;

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

/// Output, gradient of the input and gradient of the weight by their definition, without bias.
fn by_definition<T: Real>(shape: &Convolution, [x, weight, gradient]: [&[T]; 3]) -> [Vec<f64>; 3] {
    let mut terms = [shape.outputs(), shape.inputs(), shape.weights()].map(|len| vec![0.0; len]);
    reference::conv_terms(shape, |i, w, o| {
        terms[0][o] += x[i].to_f64() * weight[w].to_f64();
        terms[1][i] += gradient[o].to_f64() * weight[w].to_f64();
        terms[2][w] += gradient[o].to_f64() * x[i].to_f64();
    });
    terms
}

#[track_caller]
fn check<T: Real>(shape: &Convolution, tolerance: f64) {
    let x: Vec<T> = noise(shape.inputs(), 1);
    let weight: Vec<T> = noise(shape.weights(), 2);
    let gradient: Vec<T> = noise(shape.outputs(), 3);
    let bias: Vec<T> = noise(shape.groups * shape.filters, 4);
    let [mut outputs, inputs, weights] = by_definition(shape, [&x, &weight, &gradient]);
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

/// Output, gradient of the input and gradient of the weight in one way, the first with a bias.
fn all<T: Real>(
    method: ConvMethod,
    shape: &Convolution,
    [x, weight, gradient]: [&[T]; 3],
    bias: &[T],
) -> [Vec<T>; 3] {
    [
        run(shape.outputs(), |out| method.conv(shape, x, weight, Some(bias), out)),
        run(shape.inputs(), |out| method.backward_data(shape, weight, gradient, out)),
        run(shape.weights(), |out| method.backward_weight(shape, x, gradient, out)),
    ]
}

/// A window of 3 × 3 over images of some size, padded on both sides of each axis.
fn three([height, width]: [usize; 2], padding: [[usize; 2]; 2]) -> [[usize; 6]; 2] {
    let [above, beside] = padding;
    [[height, 3, 1, 1, above[0], above[1]], [width, 3, 1, 1, beside[0], beside[1]]]
}

/// Winograd's errors are inside the bounds that [`ConvMethod::Winograd`] states.
#[track_caller]
fn check_winograd<T: Real>(shape: &Convolution, epsilon: f64, scale: f64) {
    let scaled = |len, seed| -> Vec<T> {
        noise::<T>(len, seed).into_iter().map(|x| x * T::from_f64(scale)).collect()
    };
    let (x, weight) = (scaled(shape.inputs(), 1), scaled(shape.weights(), 2));
    let (gradient, bias) = (scaled(shape.outputs(), 3), vec![T::ZERO; shape.filters]);
    let of = [&x[..], &weight, &gradient];
    let ours = all(ConvMethod::Winograd, shape, of, &bias);
    let [_, height, width] = shape.window.axes;
    let tiles = shape.images * height.output.div_ceil(2) * width.output.div_ceil(2);
    let bound = |factor: f64, count: usize| {
        let count = count as f64;
        factor * count * (1.1 * count + 20.0)
    };
    let bounds = [bound(64.0, shape.channels), bound(64.0, shape.filters), bound(36.0, tiles)];
    for ((ours, expected), bound) in ours.iter().zip(by_definition(shape, of)).zip(bounds) {
        // Far smaller errors are what numbers of no order have.
        let most = expected.iter().fold(scale * scale, |most, x| most.max(x.abs()));
        let bound = (256.0 * most).min(bound * scale * scale) * epsilon;
        for (i, (ours, expected)) in ours.iter().zip(expected).enumerate() {
            let error = (ours.to_f64() - expected).abs();
            assert!(error <= bound, "{shape:?}: element {i} is {ours:?}, expected {expected}");
        }
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn winograd_is_near_the_definition_for_any_sizes(
        images in 1..4_usize,
        channels in [1..20_usize, 1..20_usize],
        size in [1..14_usize, 1..14_usize],
        padding in [[0..3_usize, 0..4_usize], [0..3_usize, 0..4_usize]],
    ) {
        let fits = |axis: usize| size[axis] + padding[axis][0] + padding[axis][1] >= 3;
        prop_assume!(fits(0) && fits(1));
        let shape = sizes([images, 1, channels[0], channels[1]], &three(size, padding));
        on_every_isa(|_| {
            check_winograd::<f32>(&shape, 0.5_f64.powi(24), 1.0);
            check_winograd::<f64>(&shape, 0.5_f64.powi(53), 1.0);
        });
    }
}

#[test]
fn winograd_is_chosen_by_the_shape() {
    #[track_caller]
    fn check([images, channels, filters]: [usize; 3], size: usize, expected: ConvMethod) {
        let shape = sizes([images, 1, channels, filters], &three([size; 2], [[1; 2]; 2]));
        assert_eq!(ConvMethod::of::<f32>(&shape), expected);
        assert_eq!(ConvMethod::of::<f64>(&shape), ConvMethod::Product);
    }
    check([64, 32, 64], 26, ConvMethod::Winograd);
    check([2, 16, 32], 15, ConvMethod::Winograd);
    check([2, 16, 32], 14, ConvMethod::Product);
    check([64, 15, 64], 26, ConvMethod::Product);
    check([64, 17, 19], 26, ConvMethod::Product);
    check([64, 1, 32], 28, ConvMethod::Product);
}

#[test]
fn winograd_has_many_blocks_and_shares() {
    let same = [[1; 2]; 2];
    on_every_isa(|_| {
        for ([images, channels, filters], size, padding) in [
            ([5, 32, 16], [15, 18], same),
            ([40, 16, 33], [4, 3], same),
            ([1, 130, 5], [6, 5], [[0, 2], [2, 0]]),
            ([1, 3, 70], [3, 70], [[2, 2], [0, 0]]),
            ([1, 2, 2], [40, 301], same),
        ] {
            let shape = sizes([images, 1, channels, filters], &three(size, padding));
            check_winograd::<f32>(&shape, 0.5_f64.powi(24), 1.0);
            check_winograd::<f32>(&shape, 0.5_f64.powi(24), 2_f64.powi(40));
        }
    });
}

#[test]
fn what_winograd_might_spread_or_overflow_is_computed_by_products() {
    let shape = sizes([3, 1, 4, 5], &three([9, 7], [[1, 1], [0, 2]]));
    let clean = [shape.inputs(), shape.weights(), shape.outputs()];
    let clean: [Vec<f32>; 3] = [0, 1, 2].map(|i| noise(clean[i], i as u64));
    let bias = noise(shape.filters, 4);
    on_every_isa(|_| {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -1e30] {
            // The results that each of input, weight and gradient goes into.
            for (operand, others) in [[0, 2], [0, 1], [1, 2]].into_iter().enumerate() {
                for at in [0, clean[operand].len() / 2, clean[operand].len() - 1] {
                    let mut of = clean.clone();
                    of[operand][at] = value;
                    let of = [&of[0][..], &of[1], &of[2]];
                    let ours = all(ConvMethod::Winograd, &shape, of, &bias);
                    let products = all(ConvMethod::Product, &shape, of, &bias);
                    for result in others {
                        assert_eq!(bits(&ours[result]), bits(&products[result]), "{value} {at}");
                    }
                }
            }
        }
    });
}

#[test]
#[should_panic(expected = "conv: Winograd is not for Convolution")]
fn a_method_must_be_one_for_the_shape() {
    let shape = sizes([1, 1, 1, 1], &[[4, 2, 1, 1, 0, 0]]);
    ConvMethod::Winograd.conv(&shape, &[0.0_f32; 4], &[0.0; 2], None, &mut [0.0; 3]);
}
