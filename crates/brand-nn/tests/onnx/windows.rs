//! What slides over images: convolutions, pools, columns.

use crate::case::{Answer, Case, many, one};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{Conv, ConvTranspose, DType, Padding, PerAxis, Pool, Tensor};

pub(crate) fn run(case: &Case) -> Answer {
    match &case.op[..] {
        "Conv" => {
            one(convolution_of(case, &case.var(0), &case.var(1), case.optional_var(2).as_ref()))
        }
        "ConvTranspose" => one(transposed(case)),
        "AveragePool" => {
            let options = pool(case).count_include_pad(case.int("count_include_pad", 0) == 1);
            one(case.var(0).avg_pool(options))
        }
        "LpPool" => one(case.var(0).lp_pool(case.float("p", 2.0), pool(case))),
        "MaxPool" => many(max_pool(case)),
        "MaxUnpool" => Some(max_unpool(case)),
        "GlobalAveragePool" => one(with_axes(case, case.var(0).global_avg_pool())),
        "GlobalMaxPool" => one(with_axes(case, case.var(0).global_max_pool())),
        "Col2Im" => one(columns_to_image(case)),
        _ => None,
    }
}

/// The pooled axes, which our pools drop, with length one.
fn with_axes(case: &Case, pooled: Var) -> Var {
    (2..case.tensor(0).ndim()).fold(pooled, |x, _| x.unsqueeze(-1))
}

/// A setting of one, two or three axes.
fn per_axis<T: Copy>(each: &[T]) -> PerAxis<T> {
    match *each {
        [a] => PerAxis::One([a]),
        [a, b] => PerAxis::Two([a, b]),
        [a, b, c] => PerAxis::Three([a, b, c]),
        _ => panic!("one to three axes, got {}", each.len()),
    }
}

/// An attribute of whole numbers, one an axis of the window.
pub(crate) fn each(case: &Case, attribute: &str, default: i64) -> Vec<usize> {
    let axes = case.tensor(0).ndim() - 2;
    let numbers = case.ints(attribute).unwrap_or_else(|| vec![default; axes]);
    numbers.iter().map(|&number| number as usize).collect()
}

fn kernel(case: &Case) -> Vec<usize> {
    match case.has("kernel_shape") {
        true => each(case, "kernel_shape", 1),
        false => case.tensor(if case.op == "QLinearConv" { 3 } else { 1 }).shape()[2..].to_vec(),
    }
}

/// The sides of each axis, from the attributes `pads` or `auto_pad`.
pub(crate) fn sides(case: &Case) -> Vec<[usize; 2]> {
    let (kernel, stride) = (kernel(case), each(case, "strides", 1));
    let dilation = each(case, "dilations", 1);
    let axes = kernel.len();
    if !case.text("auto_pad").starts_with("SAME") {
        let pads = case.ints("pads").unwrap_or_else(|| vec![0; 2 * axes]);
        return (0..axes).map(|i| [pads[i] as usize, pads[axes + i] as usize]).collect();
    }
    let lower = case.text("auto_pad") == "SAME_LOWER";
    let same = |i: usize| {
        let input = case.tensor(0).shape()[2 + i];
        let reach = (input.div_ceil(stride[i]) - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1;
        let all = reach.saturating_sub(input);
        let (less, more) = (all / 2, all.div_ceil(2));
        if lower { [more, less] } else { [less, more] }
    };
    (0..axes).map(same).collect()
}

/// A convolution with the attributes of the case.
pub(crate) fn convolution_of(case: &Case, x: &Var, weight: &Var, bias: Option<&Var>) -> Var {
    let options = Conv::new()
        .stride(per_axis(&each(case, "strides", 1)))
        .padding(Padding::Sides(per_axis(&sides(case))))
        .dilation(per_axis(&each(case, "dilations", 1)))
        .groups(case.int("group", 1) as usize);
    x.conv(weight, bias, options)
}

fn transposed(case: &Case) -> Var {
    let (stride, dilation) = (each(case, "strides", 1), each(case, "dilations", 1));
    let (kernel, more) = (kernel(case), each(case, "output_padding", 0));
    let input = case.tensor(0).shape()[2..].to_vec();
    let axes = kernel.len();
    let given = case.ints("output_shape");
    // The size without padding, and from the wanted one what must be cut off.
    let full = |i: usize| (input[i] - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1 + more[i];
    let wanted = |i: usize| match &given {
        Some(shape) => shape[shape.len() - axes + i] as usize,
        None => input[i] * stride[i],
    };
    let auto = given.is_some() || case.text("auto_pad").starts_with("SAME");
    let upper = case.text("auto_pad") == "SAME_UPPER";
    let cut = |i: usize| {
        let all = full(i) as i64 - wanted(i) as i64;
        let (less, rest) = (all.div_euclid(2), all - all.div_euclid(2));
        if upper { [less, rest] } else { [rest, less] }
    };
    let pads: Vec<[i64; 2]> = match auto {
        true => (0..axes).map(cut).collect(),
        false => sides(case).iter().map(|side| side.map(|pad| pad as i64)).collect(),
    };
    // What is to be added instead of cut off comes after the last element.
    let extra: Vec<usize> = (0..axes)
        .map(|i| {
            more[i]
                + pads[i][0].min(0).unsigned_abs() as usize
                + pads[i][1].min(0).unsigned_abs() as usize
        })
        .collect();
    let cuts: Vec<[usize; 2]> =
        pads.iter().map(|side| side.map(|pad| pad.max(0) as usize)).collect();
    let options = ConvTranspose::new()
        .stride(per_axis(&stride))
        .padding(Padding::Sides(per_axis(&cuts)))
        .dilation(per_axis(&dilation))
        .groups(case.int("group", 1) as usize)
        .output_padding(per_axis(&extra));
    case.var(0).conv_transpose(&case.var(1), case.optional_var(2).as_ref(), options)
}

fn pool(case: &Case) -> Pool {
    Pool::new(per_axis(&kernel(case)))
        .stride(per_axis(&each(case, "strides", 1)))
        .padding(Padding::Sides(per_axis(&sides(case))))
        .dilation(per_axis(&each(case, "dilations", 1)))
        .ceil_mode(case.int("ceil_mode", 0) == 1)
}

/// The largest elements, and their places in the whole tensor, by rows or by columns.
fn max_pool(case: &Case) -> Vec<Tensor> {
    let dtype = case.tensor(0).dtype();
    let x = case.tensor(0).to(if dtype == DType::U8 { DType::F32 } else { dtype });
    let (values, places) = Var::from(&x).max_pool_with_places(pool(case));
    if case.outputs.len() == 1 {
        return vec![values.into_tensor().to(dtype)];
    }
    let lengths = &x.shape()[2..];
    let plane: usize = lengths.iter().product();
    let places = match case.int("storage_order", 0) {
        1 => {
            let width = lengths[1] as f64;
            let row = (places.to(DType::F64) / width).floor();
            let column = places.to(DType::F64) - &row * width;
            (column * lengths[0] as f64 + row).to(DType::I64)
        }
        _ => places,
    };
    let planes = x.shape()[0] * x.shape()[1];
    let first = Tensor::arange(planes).to(DType::I64) * plane as f64;
    let mut shape = vec![x.shape()[0], x.shape()[1]];
    shape.resize(x.ndim(), 1);
    vec![values.into_tensor(), places + first.reshape(shape)]
}

fn max_unpool(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let (x, places) = (case.var(0), case.tensor(1).to(DType::I64));
    let (kernel, stride) = (kernel(case), each(case, "strides", 1));
    let axes = kernel.len();
    // Places are counted in the whole of the smallest output; each plane has its own here.
    let own: Vec<usize> =
        (0..axes).map(|i| (x.shape()[2 + i] - 1) * stride[i] + kernel[i]).collect();
    let plane = own.iter().product::<usize>() as f64;
    let wide = places.to(DType::F64);
    let local = (&wide - (&wide / plane).floor() * plane).to(DType::I64);
    let found = x.max_unpool(&local, &own)?;
    let Some(wanted) = case.whole(2) else { return Ok(vec![found.into_tensor()]) };
    // A larger output has zeros after each axis.
    let grown = wanted.iter().enumerate().skip(2).fold(found, |x, (axis, &len)| {
        let more = len as usize - x.shape()[axis];
        x.pad(axis as isize, 0, more, 0.0)
    });
    Ok(vec![grown.into_tensor()])
}

fn columns_to_image(case: &Case) -> Var {
    let lengths: Vec<usize> = case.whole(1).unwrap().iter().map(|&len| len as usize).collect();
    let kernel: Vec<usize> = case.whole(2).unwrap().iter().map(|&len| len as usize).collect();
    let axes = lengths.len();
    let list = |attribute: &str, default: usize, count: usize| -> Vec<usize> {
        let given = case.ints(attribute);
        given.map_or(vec![default; count], |list| list.iter().map(|&n| n as usize).collect())
    };
    let pads = list("pads", 0, 2 * axes);
    let sides: Vec<[usize; 2]> = (0..axes).map(|i| [pads[i], pads[axes + i]]).collect();
    let options = Conv::new()
        .stride(per_axis(&list("strides", 1, axes)))
        .padding(Padding::Sides(per_axis(&sides)))
        .dilation(per_axis(&list("dilations", 1, axes)));
    case.var(0).fold(&lengths, per_axis(&kernel), options)
}
