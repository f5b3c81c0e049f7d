//! Parts of images: those of boxes, and those of windows whose taps have places of their own.

use crate::{
    case::{Answer, Case},
    vision::{edges, grid_of},
    windows::{each, sides},
};
use brand_nn_autodiff::{GridSample, Outside, Var};
use brand_nn_tensor::{DType, Pool, Tensor};

pub(crate) fn run(case: &Case) -> Answer {
    match &case.op[..] {
        "RoiAlign" => Some(aligned(case)),
        "DeformConv" => Some(deformed(case)),
        _ => None,
    }
}

/// Why a setting of these operators is left out.
pub(crate) fn left_out(case: &Case) -> Option<&'static str> {
    let largest = case.op == "RoiAlign" && case.text("mode") == "max";
    largest.then_some("the largest share of a pixel is no mean of a region")
}

/// The mean of the points of each bin of each box.
fn aligned(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let (boxes, images) = (case.tensor(1).to(DType::F64), case.whole(2).unwrap());
    let points = case.int("sampling_ratio", 1) as usize;
    let middles = case.text("coordinate_transformation_mode") == "half_pixel";
    let shift = if middles { 0.5 } else { 0.0 };
    let along = |i: usize, at: usize, bins: &str| {
        let edge = |at: usize| boxes.get(&[i, at]) * case.float("spatial_scale", 1.0) - shift;
        let size = (edge(at + 2) - edge(at)).max(if middles { 0.0 } else { 1.0 });
        let count = case.int(bins, 1) as usize * points;
        (Tensor::arange(count).to(DType::F64) + 0.5) * (size / count as f64) + edge(at)
    };
    let options = GridSample { outside: Outside::Border, ..GridSample::default() };
    let one = |(i, &image): (usize, &i64)| {
        let x = case.var(0).slice(0, image as usize..image as usize + 1);
        let grid = grid_of(&[along(i, 1, "output_height"), along(i, 0, "output_width")], &x);
        Ok(x.grid_sample(&grid, options)?.avg_pool(Pool::new(points)))
    };
    let found = images.iter().enumerate().map(one).collect::<brand_nn::Result<Vec<_>>>()?;
    Ok(vec![Var::concat(&found, 0).into_tensor()])
}

/// Columns of what the moved taps read, times the weight.
///
/// In f64: places go to −1 … 1 and back, which costs digits.
fn deformed(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let wide = |i: usize| Some(Var::from(case.optional(i)?.to(DType::F64)));
    let [x, weight, moves] = [0, 1, 2].map(|i| wide(i).unwrap());
    let [outs, ins, rows, columns] = weight.tensor().dims().unwrap();
    let [images, channels, ..] = x.tensor().dims::<4>().unwrap();
    let [_, _, down, across] = case.tensor(2).dims().unwrap();
    let (taps, groups) = (rows * columns, case.int("offset_group", 1) as usize);
    let moves = moves.reshape([images, groups, taps, 2, down, across]);
    let mask = wide(4).map(|mask| mask.reshape([images, groups, taps * down, across]));
    let whole = taps_of(case, [rows, columns], [down, across]);
    let group = |(i, x): (usize, Var)| {
        let along = |at: usize| {
            let places = moves.select(1, i).select(2, at) + Var::from(&whole[at]);
            edges(&places.reshape([images, taps * down, across]), x.shape()[2 + at])
        };
        let read = x.grid_sample(&Var::stack(&[along(1), along(0)], -1), GridSample::default())?;
        Ok(mask.as_ref().map_or(read.clone(), |mask| read * mask.select(1, i).unsqueeze(1)))
    };
    let parts = x.split(1, &vec![channels / groups; groups]).into_iter().enumerate().map(group);
    let read = Var::concat(&parts.collect::<brand_nn::Result<Vec<_>>>()?, 1);
    let read = read.reshape([images, channels * taps, down * across]);
    let y = weight.reshape([outs, ins * taps]).matmul(&read).reshape([images, outs, down, across]);
    let y = wide(3).map_or(y.clone(), |bias| y + bias.reshape([outs, 1, 1]));
    Ok(vec![y.into_tensor().to(case.tensor(0).dtype())])
}

/// Where the taps of each window are before they move, by rows and by columns,
/// `[taps, down, across]` each.
fn taps_of(case: &Case, kernel: [usize; 2], places: [usize; 2]) -> [Tensor; 2] {
    let (strides, dilations) = (each(case, "strides", 1), each(case, "dilations", 1));
    let pads = sides(case);
    [0, 1].map(|at| {
        let counted = |n: usize, step: usize| Tensor::arange(n).to(DType::F64) * step as f64;
        let taps = counted(kernel[at], dilations[at]) - pads[at][0] as f64;
        let all = taps.unsqueeze(1) + counted(places[at], strides[at]);
        let mut shape = [1; 4];
        (shape[at], shape[2 + at]) = (kernel[at], places[at]);
        let all = all.reshape(shape).expand([kernel[0], kernel[1], places[0], places[1]]);
        all.reshape([kernel[0] * kernel[1], places[0], places[1]])
    })
}
