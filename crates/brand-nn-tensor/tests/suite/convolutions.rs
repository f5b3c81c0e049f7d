//! Convolutions of `f32` that take fewer products against the plain sums of `f64`.

use brand_nn_kernels::{ConvMethod, Convolution, Slide, Window};
use brand_nn_tensor::{Conv, DType, Rng, Tensor, check::assert_close};

const CHANNELS: [usize; 2] = [17, 33];

/// The way that the kernels take for four images of `lengths`.
fn method<T: brand_nn_kernels::Real>(lengths: [usize; 2], padding: usize) -> ConvMethod {
    let axis = |input| {
        let output = input + 2 * padding - 2;
        Slide { input, output, kernel: 3, stride: 1, dilation: 1, before: padding }
    };
    let window = Window { axes: [Slide::ONE, axis(lengths[0]), axis(lengths[1])] };
    let [channels, filters] = CHANNELS;
    ConvMethod::of::<T>(&Convolution { images: 4, groups: 1, channels, filters, window })
}

/// Compares values and both gradients.
#[track_caller]
fn check(lengths: [usize; 2], padding: usize) {
    assert_eq!(method::<f32>(lengths, padding), ConvMethod::Winograd);
    assert_eq!(method::<f64>(lengths, padding), ConvMethod::Product);
    let (mut rng, [channels, filters]) = (Rng::new(1), CHANNELS);
    let options = Conv::new().padding(padding);
    let x = Tensor::randn([4, channels, lengths[0], lengths[1]], &mut rng);
    let weight = Tensor::randn([filters, channels, 3, 3], &mut rng);
    let bias = Tensor::randn([filters], &mut rng);
    let y = x.conv(&weight, Some(&bias), options);
    let [exact_x, exact_weight, exact_bias, exact_y] =
        [&x, &weight, &bias, &y].map(|t| t.to(DType::F64));
    let same = |ours: Tensor, exact: Tensor| assert_close(&ours, &exact, 1e-5);
    same(y.clone(), exact_x.conv(&exact_weight, Some(&exact_bias), options));
    same(
        y.conv_adjoint(&weight, &lengths, options),
        exact_y.conv_adjoint(&exact_weight, &lengths, options),
    );
    same(
        x.conv_weight_adjoint(&y, &[3, 3], options),
        exact_x.conv_weight_adjoint(&exact_y, &[3, 3], options),
    );
}

#[test]
fn fewer_products_make_the_same_values_and_gradients() {
    check([15, 14], 0);
    check([13, 12], 1);
}
