//! Images of other sizes, and images read at any places.

use crate::case::{Answer, Case, one};
use brand_nn_autodiff::{Between, GridSample, Outside, Var};
use brand_nn_tensor::{DType, Interpolation, Padding, PerAxis, Pool, Tensor};

pub(crate) fn run(case: &Case) -> Answer {
    match &case.op[..] {
        "Resize" | "Upsample" => Some(resized(case)),
        "GridSample" => Some(sampled(case)),
        "AffineGrid" => one(affine_grid(case)),
        "LRN" => one(local_norm(case)),
        _ => None,
    }
}

/// Why a setting of these operators is left out.
pub(crate) fn left_out(case: &Case) -> Option<&'static str> {
    let cubic = case.text("mode") == "cubic";
    match &case.op[..] {
        "Resize" if case.int("antialias", 0) == 1 => Some("resizing does not smooth"),
        "Resize" if cubic && !axes(case).iter().all(Axis::is_ours) => {
            Some("cubics are PyTorch's, of whole ratios")
        }
        _ => None,
    }
}

/// How one axis of an image gets its new length.
struct Axis {
    old: usize,
    new: usize,
    /// New elements for one old one, of which the new length is the whole part.
    scale: f64,
    /// The part of the old axis that is looked at, where not all of it is.
    part: [f64; 2],
    transform: String,
    plain: bool,
}

impl Axis {
    /// Whether [`Var::interpolate`] has it: whole ratios, between middles or between corners.
    fn is_ours(&self) -> bool {
        let known = matches!(&self.transform[..], "half_pixel" | "align_corners");
        known && self.plain && self.scale * self.old as f64 == self.new as f64
    }

    /// Where the new elements lie among the old ones.
    fn places(&self) -> Tensor {
        let (old, all) = (self.old as f64, self.scale * self.old as f64);
        let new = Tensor::arange(self.new).to(DType::F64);
        let middle = |x: Tensor| (x + 0.5) / self.scale - 0.5;
        match &self.transform[..] {
            "asymmetric" => new / self.scale,
            "pytorch_half_pixel" if self.new == 1 => new * 0.0,
            "align_corners" if all <= 1.0 => new * 0.0,
            "align_corners" => new * ((old - 1.0) / (all - 1.0)),
            "half_pixel_symmetric" => {
                let shift = old / 2.0 * (1.0 - self.new as f64 / all);
                middle(new) + shift
            }
            "tf_crop_and_resize" => {
                let [start, end] = self.part.map(|edge| edge * (old - 1.0));
                new * ((end - start) / (self.new as f64 - 1.0)) + start
            }
            _ => middle(new),
        }
    }

    /// Which of them lie beyond the middles of the first and the last one.
    fn outside(&self) -> Tensor {
        let places = self.places();
        places.less_than(0.0).or(&places.greater_than(self.old as f64 - 1.0))
    }
}

/// What the standard says about sizes: of some axes, in one of several ways.
struct Sizes {
    axes: Vec<i64>,
    /// New elements for one old one, of each of the axes.
    ratios: Vec<f64>,
    by_scale: bool,
    roi: Option<Tensor>,
}

impl Sizes {
    fn new(case: &Case) -> Self {
        let (x, upsample) = (case.tensor(0), case.op == "Upsample");
        let axes = case.ints("axes").unwrap_or_else(|| (0..x.ndim() as i64).collect());
        let scales = case.optional(if upsample { 1 } else { 2 });
        let by_scale = scales.is_some();
        let wanted = || {
            let lengths = case.whole(3).unwrap_or_default();
            let each = axes.iter().zip(lengths);
            each.map(|(&axis, len)| len as f64 / x.dim(axis as isize) as f64).collect()
        };
        let mut ratios = scales.map_or_else(wanted, |scales| scales.to(DType::F64).to_vec());
        // A policy keeps the ratio of width and height.
        let one = match case.text("keep_aspect_ratio_policy") {
            "not_larger" => ratios.iter().copied().reduce(f64::min),
            "not_smaller" => ratios.iter().copied().reduce(f64::max),
            _ => None,
        };
        ratios = one.map_or(ratios.clone(), |one| vec![one; ratios.len()]);
        let roi = case.optional(1).filter(|_| !upsample).map(|roi| roi.to(DType::F64));
        Self { axes, ratios, by_scale, roi }
    }

    /// The new length of an axis, its scale, and the part that is looked at.
    fn of(&self, axis: usize, old: usize) -> (usize, f64, [f64; 2]) {
        let Some(at) = self.axes.iter().position(|&given| given == axis as i64) else {
            return (old, 1.0, [0.0, 1.0]);
        };
        let (scale, count) = (self.ratios[at], self.axes.len());
        let exact = scale * old as f64;
        // Scales are f32: 0.6 of 5 is 3, and not a bit less.
        let new = if self.by_scale { (exact + 1e-6).floor() } else { exact.round() };
        let part = self.roi.as_ref().map(|roi| [roi.get(&[at]), roi.get(&[count + at])]);
        (new as usize, scale, part.unwrap_or([0.0, 1.0]))
    }
}

/// What happens to each of the axes of the image.
fn axes(case: &Case) -> Vec<Axis> {
    let sizes = Sizes::new(case);
    let transform = match case.text("coordinate_transformation_mode") {
        _ if case.op == "Upsample" => "asymmetric",
        "" => "half_pixel",
        given => given,
    };
    let plain = !case.has("cubic_coeff_a") && !case.has("exclude_outside");
    let lengths = case.tensor(0).shape().to_vec();
    let each = lengths.into_iter().enumerate().map(|(axis, old)| {
        let (new, scale, part) = sizes.of(axis, old);
        Axis { old, new, scale, part, transform: transform.to_owned(), plain }
    });
    each.collect()
}

fn resized(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let axes = axes(case);
    let lengths = PerAxis::Two([axes[2].new, axes[3].new]);
    let align_corners = axes[2].transform == "align_corners";
    let ours = axes.iter().all(Axis::is_ours);
    let x = case.var(0);
    let y = match case.text("mode") {
        "cubic" => x.interpolate(lengths, Interpolation::Cubic { align_corners }),
        "linear" if ours => x.interpolate(lengths, Interpolation::Linear { align_corners }),
        "linear" => linear(case, &axes)?,
        _ if ours && !case.has("nearest_mode") => nearest_exact(&x, lengths),
        _ => nearest(case, &axes)?,
    };
    Ok(vec![y.into_tensor()])
}

/// The nearest elements; where two are as near, the first one, which ours takes from the other end.
fn nearest_exact(x: &Var, lengths: PerAxis) -> Var {
    let turned = |x: &Var| x.flip(2).flip(3);
    turned(&turned(x).interpolate(lengths, Interpolation::NearestExact))
}

/// The elements at rounded places, axis by axis.
fn nearest(case: &Case, axes: &[Axis]) -> brand_nn::Result<Var> {
    let mode = if case.op == "Upsample" { "floor" } else { case.text("nearest_mode") };
    let mut x = case.var(0);
    for (at, axis) in axes.iter().enumerate() {
        let places = axis.places();
        let rounded = match mode {
            "floor" => places.floor(),
            "ceil" => places.ceil(),
            "round_prefer_ceil" => (places + 0.5).floor(),
            _ => (places - 0.5).ceil(),
        };
        let places = rounded.clamp(0.0, axis.old as f64 - 1.0).to(DType::I64);
        x = x.index_select(at as isize, &places)?;
    }
    Ok(x)
}

/// Between the neighbours of any places: the image read by a grid.
fn linear(case: &Case, axes: &[Axis]) -> brand_nn::Result<Var> {
    let (x, axes) = (case.var(0), &axes[2..]);
    let grid = grid_of(&[axes[0].places(), axes[1].places()], &x);
    let options = GridSample { outside: Outside::Border, ..GridSample::default() };
    let y = x.grid_sample(&grid, options)?;
    if !case.has("extrapolation_value") {
        return Ok(y);
    }
    let [down, across] = [0, 1].map(|at| axes[at].outside());
    let outside = down.unsqueeze(1).or(&across).expand(y.shape().clone());
    Ok(y.masked_fill(&outside, case.float("extrapolation_value", 0.0)))
}

/// Places counted in pixels as those of a grid: from −1, the outer edge of the first, to 1.
pub(crate) fn edges(places: &Var, len: usize) -> Var {
    (places * 2.0 + 1.0) / len as f64 - 1.0
}

/// The grid of all pairs of places along the two axes of an image.
pub(crate) fn grid_of(places: &[Tensor; 2], x: &Var) -> Var {
    let axis = |at: usize| edges(&(&places[at]).into(), x.shape()[2 + at]).into_tensor();
    let [rows, columns] = [0, 1].map(axis);
    let mut grid = Tensor::meshgrid(&[rows, columns]);
    grid.reverse();
    Tensor::stack(&grid, -1).to(x.dtype()).unsqueeze(0).into()
}

fn sampled(case: &Case) -> brand_nn::Result<Vec<Tensor>> {
    let between = match case.text("mode") {
        "nearest" => Between::Nearest,
        "cubic" | "bicubic" => Between::Bicubic,
        _ => Between::Bilinear,
    };
    let outside = match case.text("padding_mode") {
        "border" => Outside::Border,
        "reflection" => Outside::Reflection,
        _ => Outside::Zeros,
    };
    let align_corners = case.int("align_corners", 0) == 1;
    let options = GridSample { between, outside, align_corners };
    Ok(vec![case.var(0).grid_sample(&case.var(1), options)?.into_tensor()])
}

/// Where each element of an image of some size lies, x before y before z, after an affine map.
fn affine_grid(case: &Case) -> Tensor {
    let (theta, size) = (case.tensor(0), case.whole(1).unwrap());
    let corners = case.int("align_corners", 0) == 1;
    let axis = |&len: &i64| {
        let edge = if corners { 1.0 } else { 1.0 - 1.0 / len as f64 };
        Tensor::linspace(-edge, edge, len as usize)
    };
    let axes: Vec<_> = size[2..].iter().map(axis).collect();
    let mut places = Tensor::meshgrid(&axes);
    places.reverse();
    places.push(Tensor::ones_like(&places[0]));
    let places = Tensor::stack(&places, -1).to(theta.dtype());
    let dims = theta.dim(-2);
    let flat = places.reshape([places.size() / (dims + 1), dims + 1]);
    let grid = flat.matmul(&theta.t());
    let mut shape = vec![theta.dim(0)];
    shape.extend(size[2..].iter().map(|&len| len as usize));
    shape.push(dims);
    grid.reshape(shape)
}

/// Divides by the size of the neighbouring channels.
fn local_norm(case: &Case) -> Var {
    let (x, size) = (case.var(0), case.int("size", 1) as usize);
    let [images, channels, height, width] = x.tensor().dims().unwrap();
    let sides = PerAxis::Two([[(size - 1) / 2, size / 2], [0, 0]]);
    let window = Pool::new(PerAxis::Two([size, 1])).stride(1).padding(Padding::Sides(sides));
    let rows = x.square().reshape([images, 1, channels, height * width]);
    let means = rows.avg_pool(window).reshape(x.shape().clone());
    let spread = means * case.float("alpha", 1e-4) + case.float("bias", 1.0);
    x / spread.powf(case.float("beta", 0.75))
}
