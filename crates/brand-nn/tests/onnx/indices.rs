//! Operators that take and put elements by their number.

use crate::case::{Answer, Case, many, one};
use brand_nn_tensor::{DType, Scatter, Tensor};

pub(crate) fn run(case: &Case) -> Answer {
    match &case.op[..] {
        "Gather" => Some(gather(case)),
        "GatherElements" => one(case.tensor(0).gather(axis(case), &places(case))),
        "OneHot" => Some(one_hot(case)),
        "ScatterElements" | "Scatter" => Some(scatter(case)),
        "ScatterND" => Some(scatter_nd(case)),
        "GatherND" => Some(gather_nd(case)),
        "Compress" => Some(compress(case)),
        "NonZero" => one(case.tensor(0).nonzero().t()),
        "Slice" => one(slice(case)),
        "TopK" => many(topk(case)),
        "Unique" => Some(unique(case)),
        "ArrayFeatureExtractor" => {
            let taken = case.tensor(0).index_select(-1, &case.tensor(1).flatten());
            Some(taken.map(|taken| vec![taken]).map_err(Into::into))
        }
        _ => None,
    }
}

fn axis(case: &Case) -> isize {
    case.int("axis", 0) as isize
}

/// The second input with negative numbers counted from the end.
fn places(case: &Case) -> Tensor {
    let ids = case.tensor(1).to(DType::I64);
    let len = case.tensor(0).dim(axis(case)) as f64;
    Tensor::where_(&ids.less_than(0.0), &(&ids + len), &ids)
}

fn gather(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let (x, ids) = (case.tensor(0), places(case));
    let at = axis(case).rem_euclid(x.ndim() as isize) as usize;
    let taken = x.index_select(axis(case), &ids.flatten())?;
    let mut shape = x.shape()[..at].to_vec();
    shape.extend(ids.shape().iter().chain(&x.shape()[at + 1..]));
    Ok(vec![taken.reshape(shape)])
}

fn one_hot(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let depth = case.tensor(1).item();
    let ids = case.tensor(0).to(DType::I64);
    let ids = Tensor::where_(&ids.less_than(0.0), &(&ids + depth), &ids);
    let inside = ids.less_than(depth).and(&ids.less_than(0.0).not());
    let kept = ids.masked(&inside);
    let hot = kept.one_hot(depth as usize)?.to(DType::F64);
    let hot = hot * inside.to(DType::F64).unsqueeze(-1);
    let [off, on] = [0, 1].map(|i| case.tensor(2).to(DType::F64).get(&[i]));
    let axis = case.int("axis", -1) as isize;
    let values = (hot * (on - off) + off).to(case.tensor(2).dtype());
    let ndim = values.ndim() as isize;
    let mut order: Vec<_> = (0..ndim - 1).collect();
    order.insert(axis.rem_euclid(ndim) as usize, ndim - 1);
    Ok(vec![values.permute(&order)])
}

fn mode(case: &Case) -> Scatter {
    match case.text("reduction") {
        "add" => Scatter::Add,
        "mul" => Scatter::Mul,
        "min" => Scatter::Min,
        "max" => Scatter::Max,
        _ => Scatter::Set,
    }
}

fn scatter(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let (x, source) = (case.var(0), case.var(2));
    Ok(vec![x.scatter(axis(case), &places(case), &source, mode(case))?.into_tensor()])
}

fn scatter_nd(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let (x, source) = (case.var(0), case.var(2));
    Ok(vec![x.scatter_nd(&case.tensor(1), &source, mode(case))?.into_tensor()])
}

/// Slices by their leading places; leading axes that both share are gone through one by one.
fn gather_nd(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let (x, ids) = (case.tensor(0), case.tensor(1));
    if case.int("batch_dims", 0) == 0 {
        return Ok(vec![x.gather_nd(&ids)?]);
    }
    let each = (0..x.dim(0)).map(|i| x.select(0, i).gather_nd(&ids.select(0, i)));
    let parts = each.collect::<Result<Vec<_>, _>>()?;
    Ok(vec![Tensor::stack(&parts, 0)])
}

fn compress(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let chosen = case.tensor(1).to_vec::<bool>();
    let places = chosen.iter().enumerate().filter(|(_, on)| **on).map(|(at, _)| at as i64);
    let places = Tensor::from(&places.collect::<Vec<_>>()[..]);
    let (x, axis) = match case.has("axis") {
        true => (case.tensor(0), axis(case)),
        false => (case.tensor(0).flatten(), 0),
    };
    Ok(vec![x.index_select(axis, &places)?])
}

fn slice(case: &Case) -> Tensor {
    let x = case.tensor(0);
    let (starts, ends) = (case.whole(1).unwrap(), case.whole(2).unwrap());
    let axes = case.whole(3).unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = case.whole(4).unwrap_or_else(|| vec![1; starts.len()]);
    let cuts = starts.iter().zip(&ends).zip(axes.iter().zip(&steps));
    cuts.fold(x, |x, ((&start, &end), (&axis, &step))| {
        let len = x.dim(axis as isize) as i64;
        let from_end = |i: i64| if i < 0 { i.saturating_add(len) } else { i };
        let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
        let start = from_end(start).clamp(low.max(0), high);
        let end = from_end(end).clamp(low, high.max(low));
        let count = if step > 0 { end - start } else { start - end };
        let count = count.max(0).unsigned_abs().div_ceil(step.unsigned_abs()) as i64;
        let ids: Vec<i64> = (0..count).map(|i| start + i * step).collect();
        x.index_select(axis as isize, &Tensor::from(&ids[..])).unwrap()
    })
}

fn topk(case: &Case) -> Vec<Tensor> {
    let (x, k) = (case.tensor(0), case.tensor(1).item() as usize);
    let axis = case.int("axis", -1) as isize;
    if case.int("largest", 1) == 1 {
        let (values, places) = x.topk(k, axis);
        return vec![values, places];
    }
    let (values, places) = x.sort(axis, false);
    vec![values.slice(axis, 0..k), places.slice(axis, 0..k)]
}

/// The different slices, the first place and the number of each, and which one is at each place.
fn unique(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let axis = if case.has("axis") { axis(case) } else { 0 };
    let x = if case.has("axis") { case.tensor(0) } else { case.tensor(0).flatten() };
    let rows = x.movedim(axis, 0).reshape([x.dim(axis), x.size() / x.dim(axis)]);
    // Numbers of rows in order: those of the first columns, told apart by the next one.
    let none = Tensor::zeros([rows.dim(0)]).to(DType::I64);
    let numbers = rows.unbind(1).iter().fold(none, |numbers, column| {
        let (values, places, _) = column.unique();
        (numbers * values.size() as f64 + places).unique().1
    });
    let (_, _, counts) = numbers.unique();
    let ours = first_places(&numbers, counts.size())?;
    // In the order of their places, if not in their own.
    let order = if case.int("sorted", 1) == 1 {
        Tensor::arange(counts.size())
    } else {
        ours.argsort(0, false)
    };
    let [firsts, counts] = [ours.index_select(0, &order)?, counts.index_select(0, &order)?];
    let numbers = order.argsort(0, false).index_select(0, &numbers)?;
    Ok(vec![x.index_select(axis, &firsts)?, firsts, numbers, counts])
}

/// The first place of each of `count` numbers.
fn first_places(numbers: &Tensor, count: usize) -> brand_nn::Result<Tensor> {
    let far = Tensor::full_of([count], numbers.size() as f64, DType::I64);
    Ok(far.scatter(0, numbers, &Tensor::arange(numbers.size()), Scatter::Min)?)
}
