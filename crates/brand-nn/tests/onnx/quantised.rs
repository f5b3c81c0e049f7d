//! Bytes that stand for numbers: `scale · (byte − zero)`.

use crate::{
    case::{Answer, Case, many, one},
    windows::convolution_of,
};
use brand_nn_tensor::{DType, Tensor};

pub(crate) fn run(case: &Case) -> Answer {
    one(match &case.op[..] {
        "DequantizeLinear" => number(case, 0),
        "QuantizeLinear" => byte(case, &case.tensor(0), 1),
        "DynamicQuantizeLinear" => return many(fitted(case)),
        "MatMulInteger" => whole(case, 0, 2).matmul(&whole(case, 1, 3)).to(DType::I32),
        "ConvInteger" => {
            let (x, weight) = (whole(case, 0, 2), whole(case, 1, 3));
            convolution_of(case, &x.into(), &weight.into(), None).tensor().to(DType::I32)
        }
        "QLinearMatMul" => byte(case, &number(case, 0).matmul(&number(case, 3)), 6),
        "QLinearConv" => {
            let (x, weight) = (number(case, 0), number(case, 3));
            byte(case, convolution_of(case, &x.into(), &weight.into(), None).tensor(), 6)
        }
        _ => return None,
    })
}

/// A setting of the i-th input beside `x`: one for all, one for each slice or block of an axis.
fn beside(case: &Case, i: usize, x: &Tensor) -> Tensor {
    let setting = case.tensor(i).to(DType::F32);
    let axis = case.int("axis", 1) as isize;
    if setting.size() == 1 {
        return setting.reshape([]);
    }
    if setting.ndim() == x.ndim() {
        return setting.repeat_interleave(axis, &[case.int("block_size", 1) as usize]);
    }
    let mut shape = vec![1; x.ndim()];
    shape[axis.rem_euclid(x.ndim() as isize) as usize] = setting.size();
    setting.reshape(shape)
}

/// The numbers that the bytes of input i stand for; its scale and zero follow it.
fn number(case: &Case, i: usize) -> Tensor {
    let x = case.tensor(i).to(DType::F32);
    let zero = beside(case, i + 2, &x);
    (&x - zero) * beside(case, i + 1, &x)
}

/// The nearest bytes, by the scale of input i and the zero after it.
fn byte(case: &Case, x: &Tensor, i: usize) -> Tensor {
    bytes(x, &beside(case, i, x), &beside(case, i + 1, x))
}

fn bytes(x: &Tensor, scale: &Tensor, zero: &Tensor) -> Tensor {
    ((x / scale).round() + zero).clamp(0.0, 255.0).to(DType::U8)
}

/// Bytes over the whole range of the numbers, which has zero in it.
fn fitted(case: &Case) -> Vec<Tensor> {
    let x = case.tensor(0);
    let (low, high) = (x.min().clamp(f64::NEG_INFINITY, 0.0), x.max().clamp(0.0, f64::INFINITY));
    let scale = (high - &low) / 255.0;
    let zero = (-low / &scale).round().clamp(0.0, 255.0);
    vec![bytes(&x, &scale, &zero), scale, zero.to(DType::U8)]
}

/// Bytes less their zero; for weights there may be a zero for each slice.
fn whole(case: &Case, i: usize, zero: usize) -> Tensor {
    let x = case.tensor(i).to(DType::F32);
    let Some(zero) = case.optional(zero).map(|zero| zero.to(DType::F32)) else { return x };
    match zero.size() {
        1 => x - zero.reshape([]),
        slices => {
            let mut shape = vec![1; x.ndim()];
            shape[0] = slices;
            x - zero.reshape(shape)
        }
    }
}
