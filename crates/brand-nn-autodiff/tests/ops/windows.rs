//! What slides over images: convolutions, pools and resampling.

use crate::table::{Refusal, Row, Twin, refusals, rows, twins};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{Conv, ConvTranspose, Padding, Shape, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    conv_rows()
}

fn conv_rows() -> Vec<Row> {
    rows! {
        "conv": [Any [2, 2, 5], Any [3, 2, 3], Any [3]] => |x| Ok(x[0].conv(&x[1], Some(&x[2]), Conv::new()));
        "conv": [Any [2, 2, 4, 5], Any [3, 2, 2, 3], Any [3]] => |x| {
            Ok(x[0].conv(&x[1], Some(&x[2]), Conv::new().stride([2, 1]).padding([[1, 0], [2, 1]])))
        };
        "conv": [Any [1, 1, 3, 2, 3], Any [2, 1, 2, 1, 2]] => |x| Ok(x[0].conv(&x[1], None, Conv::new().padding(1)));
        "conv": [Any [1, 4, 5, 4], Any [4, 2, 2, 2]] => |x| {
            Ok(x[0].conv(&x[1], None, Conv::new().groups(2).dilation([1, 2]).padding(Padding::Same)))
        };
        "conv": [Any [2, 3, 4, 4], Any [6, 1, 3, 3], Any [6]] => |x| {
            Ok(x[0].conv(&x[1], Some(&x[2]), Conv::new().groups(3).padding(1).stride(2)))
        };
        "conv": [Any [2, 3, 2, 2], Any [2, 3, 1, 1]] => |x| Ok(x[0].conv(&x[1], None, Conv::new()));
        "conv": [Any [0, 2, 3], Any [3, 2, 2], Any [3]] => |x| Ok(x[0].conv(&x[1], Some(&x[2]), Conv::new()));
        "conv": [Any [2, 0, 3], Any [3, 0, 2], Any [3]] => |x| Ok(x[0].conv(&x[1], Some(&x[2]), Conv::new()));
        "conv_transpose": [Any [2, 2, 3], Any [2, 3, 3], Any [3]] => |x| {
            Ok(x[0].conv_transpose(&x[1], Some(&x[2]), ConvTranspose::new()))
        };
        "conv_transpose": [Any [1, 4, 3, 2], Any [4, 1, 3, 2], Any [2]] => |x| {
            let options = ConvTranspose::new().stride([2, 3]).padding([1, 0]).output_padding([1, 2]);
            Ok(x[0].conv_transpose(&x[1], Some(&x[2]), options.groups(2)))
        };
        "conv_transpose": [Any [1, 2, 2, 3], Any [2, 1, 2, 2]] => |x| {
            let options = ConvTranspose::new().stride(2).dilation(2).padding(Padding::Same);
            Ok(x[0].conv_transpose(&x[1], None, options))
        };
    }
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "conv": || Ok(ones([2, 3]).conv(&ones([2, 3]), None, Conv::new()))
            => "conv: shape [2, 3], expected [images, channels, 1 to 3 lengths], with as many axes as [2, 3]";
        "conv": || Ok(ones([1, 2, 3]).conv(&ones([1, 2, 3, 3]), None, Conv::new()))
            => "with as many axes as [1, 2, 3, 3]";
        "conv": || Ok(ones([1, 3, 5]).conv(&ones([4, 1, 3]), None, Conv::new().groups(2)))
            => "conv: groups 2, expected a divisor of 3 channels in and 4 out";
        "conv": || Ok(ones([1, 4, 5]).conv(&ones([3, 2, 3]), None, Conv::new().groups(2)))
            => "conv: groups 2, expected a divisor of 4 channels in and 3 out";
        "conv": || Ok(ones([1, 4, 5]).conv(&ones([3, 2, 3]), None, Conv::new().groups(0)))
            => "conv: groups 0";
        "conv": || Ok(ones([1, 4, 5]).conv(&ones([3, 3, 3]), None, Conv::new()))
            => "conv: shape [3, 3, 3], expected [out, 4, ..], as [1, 4, 5] is in 1 groups";
        "conv": || Ok(ones([1, 1, 5]).conv(&ones([1, 1, 4]), None, Conv::new().dilation(2).padding([[1, 0]])))
            => "conv: kernel 4 with dilation 2, 7 wide, expected at most the padded input, 1 + 5 + 0";
        "conv": || Ok(ones([1, 1, 5]).conv(&ones([1, 1, 0]), None, Conv::new()))
            => "conv: kernel 0, expected 1 or more on every axis";
        "conv": || Ok(ones([1, 1, 5]).conv(&ones([1, 1, 2]), None, Conv::new().stride(0)))
            => "conv: stride [0], expected 1 or more on every axis";
        "conv": || Ok(ones([1, 1, 5]).conv(&ones([1, 1, 2]), None, Conv::new().dilation(0)))
            => "conv: dilation [0], expected 1 or more on every axis";
        "conv": || Ok(ones([1, 1, 5]).conv(&ones([1, 1, 2]), None, Conv::new().stride([1, 2])))
            => "conv: stride Two([1, 2]), expected one number for all axes, or one for each of 1";
        "conv": || Ok(ones([1, 1, 5]).conv(&ones([2, 1, 2]), Some(&ones([3])), Conv::new()))
            => "conv: shape [3], expected [2], one bias an output channel";
        "conv": || Ok(ones([1, 1, 5]).conv(&Var::from(Tensor::from([[[1.0_f64]]])), None, Conv::new()))
            => "conv: dtype f32, expected f64";
        "conv": || Ok(integers().conv(&integers(), None, Conv::new())) => "conv: dtype i64, expected f32 or f64";
        "conv_transpose": || Ok(ones([1, 2, 5]).conv_transpose(&ones([3, 1, 2]), None, ConvTranspose::new()))
            => "conv_transpose: shape [3, 1, 2], expected [2, ..], as many as [1, 2, 5] has channels";
        "conv_transpose": || Ok(ones([1, 1, 5]).conv_transpose(&ones([1, 1, 2]), None, ConvTranspose::new().output_padding(1)))
            => "conv_transpose: output_padding [1], expected at most [0]";
        "conv_transpose": || {
            let same = ConvTranspose::new().stride(2).padding(Padding::Same).output_padding(1);
            Ok(ones([1, 1, 5]).conv_transpose(&ones([1, 1, 2]), None, same))
        } => "conv_transpose: output_padding [1], expected at most [0]";
        "conv_transpose": || Ok(ones([1, 1, 2]).conv_transpose(&ones([1, 1, 2]), None, ConvTranspose::new().padding(2)))
            => "conv_transpose: padding Sides(All([2, 2])), expected at most what kernel [2]";
        "conv_transpose": || Ok(ones([1, 3, 2]).conv_transpose(&ones([3, 1, 2]), None, ConvTranspose::new().groups(2)))
            => "conv_transpose: groups 2, expected a divisor of 3 channels";
    }
}

fn ones(shape: impl Into<Shape>) -> Var {
    Var::leaf(Tensor::ones(shape))
}

fn integers() -> Var {
    Var::from(Tensor::from([[[1_i64, 2]]]))
}

pub(crate) fn twins() -> Vec<Twin> {
    conv_twins()
}

fn conv_twins() -> Vec<Twin> {
    twins! {
        "conv": [Any [2, 3, 5, 4], Any [4, 3, 2, 3], Any [4]] =>
            |x| Ok(x[0].conv(&x[1], Some(&x[2]), Conv::new())),
            |x| {
                let windows = windows(&x[0], [2, 3]); // [2, 18, 8]
                let y = x[1].reshape([4, 18]).matmul(&windows).reshape([2, 4, 4, 2]);
                Ok(y + x[2].reshape([4, 1, 1]))
            };
        "conv_transpose": [Any [2, 3, 2, 4], Any [3, 2, 2, 3]] =>
            |x| Ok(x[0].conv_transpose(&x[1], None, ConvTranspose::new())),
            |x| {
                let padded = x[0].pad(2, 1, 1, 0.0).pad(3, 2, 2, 0.0);
                let turned: Vec<_> = (0..6).rev().map(|i| x[1].reshape([3, 2, 6]).slice(2, i..i + 1)).collect();
                let weight = Var::concat(&turned, 2).transpose(0, 1).reshape([2, 18]);
                Ok(weight.matmul(&windows(&padded, [2, 3])).reshape([2, 2, 3, 6]))
            };
    }
}

/// All windows of images as columns, by slices: `[n, c, h, w]` → `[n, c · taps, places]`.
fn windows(x: &Var, [height, width]: [usize; 2]) -> Var {
    let [n, c, h, w] = x.tensor().dims().unwrap();
    let (across, down) = (w - width + 1, h - height + 1);
    let tap = |i: usize| {
        let (top, left) = (i / width, i % width);
        let part = x.slice(2, top..top + down).slice(3, left..left + across);
        part.reshape([n, c, 1, down * across])
    };
    let taps: Vec<_> = (0..height * width).map(tap).collect();
    Var::concat(&taps, 2).reshape([n, c * height * width, down * across])
}
