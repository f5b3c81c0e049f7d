//! The plain loops that every fast kernel is checked against and timed beside.

mod attention;

pub use attention::{attention, attention_backward};

use crate::{
    AdamStep, Bf16, CrossEntropy, Mat, Narrow, Norm, NormSaved, Number, Plain, Real, RowValues,
    Targets, Then, View, unary_in_place,
};

mod conv;

pub use conv::conv_terms;

/// The elements of a window, row-major, one index at a time.
pub fn copy<T: Plain>(from: View<T>) -> Vec<T> {
    (0..from.size()).map(|i| at(from, i)).collect()
}

/// Element number `i` of a window in row-major order.
fn at<T: Plain>(from: View<T>, mut i: usize) -> T {
    let mut position = from.offset as isize;
    for (&extent, &stride) in from.shape.iter().zip(from.strides).rev() {
        position += (i % extent) as isize * stride;
        i /= extent;
    }
    from.data[position as usize]
}

/// `A B`, row-major: one element after the other, summed in `f64`.
pub fn matmul<T: Number>(a: Mat<T>, b: Mat<T>) -> Vec<f64> {
    let element = |m: &Mat<T>, i: usize, j: usize| {
        m.data[(i as isize * m.row_stride + j as isize * m.col_stride) as usize].to_f64()
    };
    let cell = |i, j| (0..a.cols).map(|p| element(&a, i, p) * element(&b, p, j)).sum();
    (0..a.rows).flat_map(|i| (0..b.cols).map(move |j| (i, j))).map(|(i, j)| cell(i, j)).collect()
}

/// The numbers that a matrix has after it was packed in fewer bits, row by row.
pub fn narrow(b: Mat<f32>, to: Narrow) -> Vec<f32> {
    let x = |i: usize, j: usize| {
        b.data[(i as isize * b.row_stride + j as isize * b.col_stride) as usize]
    };
    let scale = |j| {
        let largest = (0..b.rows).map(|i| x(i, j).abs()).fold(0.0, f32::max);
        (largest.min(3.4e38) / 127.0).max(f32::MIN_POSITIVE)
    };
    let scales: Vec<f32> = (0..b.cols).map(scale).collect();
    let one = |(i, j)| match to {
        Narrow::Bf16 => Bf16::from_f32(x(i, j)).to_f32(),
        Narrow::Int8 => (x(i, j) / scales[j]).round_ties_even() * scales[j],
    };
    (0..b.rows).flat_map(|i| (0..b.cols).map(move |j| (i, j))).map(one).collect()
}

/// `f(A B + bias) + residual`, step after step in `f64`.
pub fn affine<T: Real>(a: Mat<T>, b: Mat<T>, then: &Then<T>) -> Vec<f64> {
    let mut c = matmul(a, b);
    for (i, c) in c.iter_mut().enumerate() {
        *c += then.bias.map_or(0.0, |bias| bias[i % b.cols].to_f64());
    }
    then.function.into_iter().for_each(|function| unary_in_place(function, &mut c));
    for (i, c) in c.iter_mut().enumerate() {
        *c += then.residual.map_or(0.0, |residual| residual[i].to_f64());
    }
    c
}

/// Each row less its mean, over its spread, times its weights, plus its biases, in `f64`.
pub fn norm<T: Real>(norm: &Norm, x: &[T], [weight, bias]: [&[T]; 2]) -> Vec<f64> {
    let one = |(i, x): (usize, f64)| {
        let c = channel(norm, i);
        x * weight[c].to_f64() + bias[c].to_f64()
    };
    normalised(norm, x).0.into_iter().enumerate().map(one).collect()
}

/// The gradients of [`norm`]: of `x`, of the weights and of the biases.
pub fn norm_backward<T: Real>(norm: &Norm, saved: NormSaved<T>, gradient: &[T]) -> [Vec<f64>; 3] {
    let (hat, scales) = normalised(norm, saved.x);
    let mut slopes = [vec![0.0; hat.len()], vec![], vec![]];
    slopes[1].resize(saved.weight.len(), 0.0);
    slopes[2].resize(saved.weight.len(), 0.0);
    for i in 0..hat.len() {
        let (c, g, row) = (channel(norm, i), gradient[i].to_f64(), i / norm.len);
        slopes[1][c] += g * hat[i];
        slopes[2][c] += g;
        for j in row * norm.len..(row + 1) * norm.len {
            let own = if i == j { 1.0 } else { 0.0 };
            let mean = if norm.centred { 1.0 } else { 0.0 };
            let slope = own - (mean + hat[i] * hat[j]) / norm.len as f64; // ∂x̂ᵢ/∂xⱼ · √(σ² + ε)
            slopes[0][j] += g * saved.weight[c].to_f64() * slope * scales[row];
        }
    }
    slopes
}

/// The weight of element `i`.
fn channel(norm: &Norm, i: usize) -> usize {
    let (row, at) = (i / norm.len, i % norm.len);
    row % norm.groups * norm.channels + at * norm.channels / norm.len
}

/// The rows without mean and spread, and one over each row's spread.
fn normalised<T: Real>(norm: &Norm, x: &[T]) -> (Vec<f64>, Vec<f64>) {
    let (mut hat, mut scales) = (vec![], vec![]);
    for row in x.chunks(norm.len.max(1)) {
        let mean = |of: &dyn Fn(f64) -> f64| {
            row.iter().map(|x| of(x.to_f64())).sum::<f64>() / norm.len as f64
        };
        let middle = if norm.centred { mean(&|x| x) } else { 0.0 };
        let scale = 1.0 / (mean(&|x| (x - middle).powi(2)) + norm.epsilon).sqrt();
        hat.extend(row.iter().map(|x| (x.to_f64() - middle) * scale));
        scales.push(scale);
    }
    (hat, scales)
}

/// The loss of each row, with a table of the shares of all classes, in `f64`.
pub fn cross_entropy<T: Real>(of: &CrossEntropy<T>, logits: &[T]) -> Vec<f64> {
    rows_of(of, logits).map(|(shares, logs)| -dot(&shares, &logs)).collect()
}

/// The gradient of [`cross_entropy`] with a factor for each row.
pub fn cross_entropy_backward<T: Real>(
    of: &CrossEntropy<T>,
    logits: &[T],
    scale: &[T],
) -> Vec<f64> {
    let row = |((shares, logs), scale): ((Vec<f64>, Vec<f64>), &T)| {
        let (scale, total) = (scale.to_f64(), shares.iter().sum::<f64>());
        let slope = move |(c, log): (f64, f64)| scale * (total * log.exp() - c);
        shares.into_iter().zip(logs).map(slope).collect::<Vec<_>>()
    };
    rows_of(of, logits).zip(scale).flat_map(row).collect()
}

/// Weights and both moments after [`adam_rows`](crate::adam_rows), in `f64`.
pub fn adam_rows<T: Real>(
    step: &AdamStep,
    rows: RowValues<T>,
    [w, m, v]: [&[T]; 3],
) -> [Vec<f64>; 3] {
    let [mut w, mut m, mut v] = [w, m, v].map(|x| x.iter().map(|x| x.to_f64()).collect::<Vec<_>>());
    for (i, g) in rows.values.iter().enumerate() {
        let at = rows.ids[i / rows.width] as usize * rows.width + i % rows.width;
        let g = step.scale * g.to_f64() + step.l2 * w[at];
        m[at] = step.beta1 * m[at] + (1.0 - step.beta1) * g;
        v[at] = step.beta2 * v[at] + (1.0 - step.beta2) * g * g;
        let change = m[at] / step.bias1 / ((v[at] / step.bias2).sqrt() + step.epsilon);
        w[at] -= step.rate * (step.weight_decay * w[at] + change);
    }
    [w, m, v]
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).filter(|(a, _)| **a != 0.0).map(|(a, b)| a * b).sum()
}

/// The shares of all classes and the logarithms of their softmax, row by row.
fn rows_of<T: Real>(
    of: &CrossEntropy<T>,
    logits: &[T],
) -> impl Iterator<Item = (Vec<f64>, Vec<f64>)> {
    logits.chunks(of.classes.max(1)).enumerate().map(|(row, x)| {
        let sum: f64 = x.iter().map(|x| x.to_f64().exp()).sum();
        let even = of.smoothing / of.classes as f64;
        let share = |k: usize| {
            let target = match of.targets {
                Targets::Classes { ids, ignore } if Some(ids[row]) == ignore => return 0.0,
                Targets::Classes { ids, .. } => f64::from(u8::from(ids[row] == k as i64)),
                Targets::Probabilities(shares) => shares[row * of.classes + k].to_f64(),
            };
            let weight = of.class_weights.map_or(1.0, |weights| weights[k].to_f64());
            weight * ((1.0 - of.smoothing) * target + even)
        };
        let logs = x.iter().map(|x| x.to_f64() - sum.ln()).collect();
        ((0..of.classes).map(share).collect(), logs)
    })
}
