//! Operators that move elements and change none, and that make tensors of a shape.

use crate::case::{Answer, Case, many, one};
use brand_nn_tensor::{DType, PadMode, Tensor};

pub(crate) fn run(case: &Case) -> Answer {
    one_to_one(case).or_else(|| several(case)).or_else(|| made(case))
}

fn one_to_one(case: &Case) -> Answer {
    one(match &case.op[..] {
        "Reshape" => reshape(case),
        "Flatten" => flatten(case),
        "Squeeze" => squeeze(case),
        "Unsqueeze" => unsqueeze(case),
        "Transpose" => transpose(case),
        "Expand" => expand(case),
        "Tile" => case.tensor(0).tile(&lengths(&case.whole(1)?)),
        "Trilu" => trilu(case),
        "Pad" => pad(case),
        "CenterCropPad" => centre(case),
        "ReverseSequence" => reversed(case),
        "DepthToSpace" => depth_to_space(case),
        "SpaceToDepth" => space_to_depth(case),
        _ => return None,
    })
}

fn lengths(whole: &[i64]) -> Vec<usize> {
    whole.iter().map(|&len| len as usize).collect()
}

fn reshape(case: &Case) -> Tensor {
    let (x, wanted) = (case.tensor(0), case.whole(1).unwrap());
    let kept = |i: usize, len: i64| match len {
        0 if case.int("allowzero", 0) == 0 => x.dim(i as isize) as i64,
        len => len,
    };
    let wanted: Vec<_> = wanted.iter().enumerate().map(|(i, &len)| kept(i, len)).collect();
    let known: i64 = wanted.iter().filter(|&&len| len != -1).product();
    let rest = if known == 0 { 0 } else { x.size() as i64 / known };
    x.reshape(
        wanted.iter().map(|&len| if len == -1 { rest } else { len } as usize).collect::<Vec<_>>(),
    )
}

fn flatten(case: &Case) -> Tensor {
    let x = case.tensor(0);
    let axis = case.int("axis", 1).rem_euclid(x.ndim().max(1) as i64 + 1);
    let axis = if case.int("axis", 1) < 0 { case.int("axis", 1) + x.ndim() as i64 } else { axis };
    let rows: usize = x.shape()[..axis as usize].iter().product();
    let columns: usize = x.shape()[axis as usize..].iter().product();
    x.reshape([rows, columns])
}

fn squeeze(case: &Case) -> Tensor {
    let x = case.tensor(0);
    let all = || (0..x.ndim() as i64).filter(|&axis| x.dim(axis as isize) == 1).collect();
    let axes = case.ints_or_input("axes", 1).unwrap_or_else(all);
    let mut axes: Vec<_> = axes.iter().map(|axis| axis.rem_euclid(x.ndim() as i64)).collect();
    axes.sort_unstable();
    axes.iter().rev().fold(x.clone(), |x, &axis| x.squeeze(axis as isize))
}

fn unsqueeze(case: &Case) -> Tensor {
    let (x, axes) = (case.tensor(0), case.ints_or_input("axes", 1).unwrap());
    let ndim = (x.ndim() + axes.len()) as i64;
    let mut axes: Vec<_> = axes.iter().map(|axis| axis.rem_euclid(ndim)).collect();
    axes.sort_unstable();
    axes.iter().fold(x, |x, &axis| x.unsqueeze(axis as isize))
}

fn transpose(case: &Case) -> Tensor {
    let x = case.tensor(0);
    let reversed = || (0..x.ndim() as i64).rev().collect();
    let order = case.ints("perm").unwrap_or_else(reversed);
    x.permute(&order.iter().map(|&axis| axis as isize).collect::<Vec<_>>())
}

fn expand(case: &Case) -> Tensor {
    let (x, wanted) = (case.tensor(0), lengths(&case.whole(1).unwrap()));
    let shape = brand_nn_tensor::Shape::broadcast(x.shape(), &wanted.into()).unwrap();
    x.expand(shape)
}

fn trilu(case: &Case) -> Tensor {
    let offset = case.whole(1).map_or(0, |k| k[0]) as isize;
    match case.int("upper", 1) {
        1 => case.tensor(0).triu(offset),
        _ => case.tensor(0).tril(offset),
    }
}

fn pad(case: &Case) -> Tensor {
    let (x, pads) = (case.tensor(0), case.whole(1).unwrap());
    let axes = case.whole(3).unwrap_or_else(|| (0..x.ndim() as i64).collect());
    let mut sides = vec![(0, 0); x.ndim()];
    for (i, axis) in axes.iter().enumerate() {
        let axis = axis.rem_euclid(x.ndim() as i64) as usize;
        sides[axis] = (pads[i] as usize, pads[axes.len() + i] as usize);
    }
    x.pad_axes(
        &sides,
        match case.text("mode") {
            "reflect" => PadMode::Reflect,
            "edge" => PadMode::Edge,
            "wrap" => PadMode::Wrap,
            _ => PadMode::Constant(case.optional(2).map_or(0.0, |value| value.item())),
        },
    )
}

/// The middle of each axis, cut or padded with zeros to the wanted length.
fn centre(case: &Case) -> Tensor {
    let x = case.tensor(0);
    let all = || (0..x.ndim() as i64).collect();
    let axes = case.ints("axes").unwrap_or_else(all);
    axes.iter().zip(case.whole(1).unwrap()).fold(x.clone(), |x, (&axis, wanted)| {
        let (axis, wanted) = (axis as isize, wanted as usize);
        let len = x.dim(axis);
        match wanted < len {
            true => x.slice(axis, (len - wanted) / 2..(len - wanted) / 2 + wanted),
            false => {
                let before = (wanted - len) / 2;
                x.pad(axis, before, wanted - len - before, 0.0)
            }
        }
    })
}

/// The first steps of each sequence in the opposite order.
fn reversed(case: &Case) -> Tensor {
    let (batch, time) = (case.int("batch_axis", 1) as isize, case.int("time_axis", 0) as isize);
    let x = case.tensor(0);
    let parts: Vec<_> = case
        .whole(1)
        .unwrap()
        .iter()
        .enumerate()
        .map(|(i, &len)| {
            let one = x.slice(batch, i..i + 1);
            let (head, tail) =
                (one.slice(time, 0..len as usize), one.slice(time, len as usize..x.dim(time)));
            Tensor::concat(&[head.flip(time), tail], time)
        })
        .collect();
    Tensor::concat(&parts, batch)
}

fn depth_to_space(case: &Case) -> Tensor {
    let [n, c, h, w] = case.tensor(0).dims().unwrap();
    let b = case.int("blocksize", 1) as usize;
    let inner = c / (b * b);
    let x = match case.text("mode") {
        "CRD" => case.tensor(0).reshape([n, inner, b, b, h, w]).permute(&[0, 1, 4, 2, 5, 3]),
        _ => case.tensor(0).reshape([n, b, b, inner, h, w]).permute(&[0, 3, 4, 1, 5, 2]),
    };
    x.reshape([n, inner, h * b, w * b])
}

fn space_to_depth(case: &Case) -> Tensor {
    let [n, c, h, w] = case.tensor(0).dims().unwrap();
    let b = case.int("blocksize", 1) as usize;
    let x = case.tensor(0).reshape([n, c, h / b, b, w / b, b]);
    let x = match case.text("mode") {
        "CRD" => x.permute(&[0, 1, 3, 5, 2, 4]),
        _ => x.permute(&[0, 3, 5, 1, 2, 4]),
    };
    x.reshape([n, c * b * b, h / b, w / b])
}

fn several(case: &Case) -> Answer {
    match &case.op[..] {
        "Concat" => {
            let parts: Vec<_> = case.inputs.iter().flatten().cloned().collect();
            one(Tensor::concat(&parts, case.int("axis", 0) as isize))
        }
        "Split" => many(split(case)),
        _ => None,
    }
}

fn split(case: &Case) -> Vec<Tensor> {
    let (x, axis) = (case.tensor(0), case.int("axis", 0) as isize);
    let parts = case.outputs.len();
    let even = || {
        let len = x.dim(axis).div_ceil(parts);
        (0..parts).map(|i| len.min(x.dim(axis) - i * len)).collect()
    };
    let given = case.ints_or_input("split", 1).map(|split| lengths(&split));
    x.split(axis, &given.unwrap_or_else(even))
}

fn made(case: &Case) -> Answer {
    one(match &case.op[..] {
        "Shape" => shape_of(case),
        "Size" => Tensor::scalar(case.tensor(0).size() as i64),
        "EyeLike" => eye(case),
        "Range" => {
            let [start, limit, step] = [0, 1, 2].map(|i| case.tensor(i).item());
            Tensor::range(start, limit, step).to(case.tensor(0).dtype())
        }
        _ => return None,
    })
}

fn shape_of(case: &Case) -> Tensor {
    let shape: Vec<i64> = case.tensor(0).shape().iter().map(|&len| len as i64).collect();
    let ndim = shape.len() as i64;
    let at = |i: i64| (if i < 0 { i + ndim } else { i }).clamp(0, ndim) as usize;
    let (start, end) = (at(case.int("start", 0)), at(case.int("end", ndim)));
    Tensor::from(&shape[start..end.max(start)])
}

fn eye(case: &Case) -> Tensor {
    let [rows, columns] = case.tensor(0).dims().unwrap();
    let row = Tensor::arange(rows).to(DType::I64).unsqueeze(1);
    let column = Tensor::arange(columns).to(DType::I64).unsqueeze(0);
    let on = (column - row).equal_to(case.int("k", 0) as f64);
    on.to(case.outputs[0].as_ref().unwrap().dtype())
}
