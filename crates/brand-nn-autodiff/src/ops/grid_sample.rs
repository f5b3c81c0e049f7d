//! Images and volumes read at any places: warps, rotations, spatial transformers.

use crate::{Result, Var, ops::pool::picked};
use brand_nn_tensor::{DType, Error, Shape, Tensor};

/// How [`Var::grid_sample`] reads between pixels, and outside of them.
///
/// The default is bilinear, zero outside, with −1 and 1 as the outer edges of the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GridSample {
    /// What is read between pixels.
    pub between: Between,
    /// What is read outside of the image.
    pub outside: Outside,
    /// Whether −1 and 1 are the middles of the outermost pixels, instead of their outer edges.
    pub align_corners: bool,
}

/// What is read between pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Between {
    /// The two neighbours along each axis, each the more the nearer it is.
    #[default]
    Bilinear,
    /// The nearest pixel; halfway, the even one. The grid gets no gradient.
    Nearest,
    /// The four neighbours along each axis, by Keys' cubic (1981) with a = −¾.
    Bicubic,
}

/// What is read outside of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outside {
    /// Zeros.
    #[default]
    Zeros,
    /// The nearest pixel of the border.
    Border,
    /// The image mirrored at its edges, as often as it takes.
    Reflection,
}

impl Var {
    /// Reads images at the places of a grid (Jaderberg et al. 2015, spatial transformers).
    ///
    /// # Shapes
    /// `self` `[images, channels, height, width]`, `grid` `[images, rows, columns, 2]` with x and y
    /// from −1 (left, top) to 1 (right, bottom) → `[images, channels, rows, columns]`. Volumes
    /// `[images, channels, depth, height, width]` have a grid `[images, planes, rows, columns, 3]`
    /// with x, y and z.
    ///
    /// # Errors
    /// If a shape or dtype does not fit, or the image has no pixel.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{GridSample, Var};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let image = Var::from(Tensor::from([[1.0, 2.0], [3.0, 4.0]]).reshape([1, 1, 2, 2]));
    /// let middle = Var::from(Tensor::from([0.0, 0.0]).reshape([1, 1, 1, 2]));
    /// assert_eq!(image.grid_sample(&middle, GridSample::default())?.item(), 2.5);
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn grid_sample(&self, grid: &Self, options: GridSample) -> Result<Self> {
        require_grid(self, grid)?;
        let (lengths, outputs) = (&self.shape()[2..], &grid.shape()[1..grid.ndim() - 1]);
        let places = outputs.iter().product();
        let shape = Shape::from([self.shape()[0], self.shape()[1], places]);
        let grid = grid.reshape([shape[0], 1, places, lengths.len()]);
        // The grid has x, the last axis of the image, first.
        let places = lengths.iter().zip((0..lengths.len()).rev());
        let axes = places.map(|(&len, at)| Axis::new(&grid.select(-1, at), len, options));
        let mut sum = Self::from(Tensor::zeros_of(&shape, self.dtype()));
        for (ids, weight) in corners(axes) {
            let ids = ids.expand(shape.clone()).contiguous();
            let value = self.tensor().gather_places(&ids)?;
            sum = sum + picked("grid_sample", self, value, &ids) * weight;
        }
        Ok(sum.reshape([&shape[..2], outputs].concat()))
    }
}

/// The pixels that are read along one axis, i64, each with its weight, `[images, 1, places]`.
struct Axis {
    len: usize,
    reads: Vec<(Tensor, Var)>,
}

impl Axis {
    fn new(grid: &Var, len: usize, options: GridSample) -> Self {
        let last = len as f64 - 1.0;
        let place = match options.align_corners {
            true => (grid + 1.0) * (last / 2.0),
            false => ((grid + 1.0) * len as f64 - 1.0) / 2.0,
        };
        let reads = match options.between {
            Between::Nearest => {
                let nearest = options.inside(&place, last).tensor().round();
                let weight = &nearest * 0.0 + 1.0; // NaN at NaN
                vec![read(&nearest, &weight.into(), last)]
            }
            Between::Bilinear => {
                let place = options.inside(&place, last);
                let first = place.tensor().floor();
                let share = &place - Var::from(&first);
                vec![read(&first, &(1.0 - &share), last), read(&(&first + 1.0), &share, last)]
            }
            Between::Bicubic => cubic_reads(&place, last, options),
        };
        Self { len, reads }
    }
}

impl GridSample {
    /// The places in the image that stand for those outside of it.
    fn inside(self, place: &Var, last: f64) -> Var {
        match self.outside {
            Outside::Zeros => place.clone(),
            Outside::Border => place.clamp(0.0, last),
            Outside::Reflection => {
                // Mirrors stand in the outermost middles, or half a pixel beyond them.
                let first = if self.align_corners { 0.0 } else { -0.5 };
                let span = last - 2.0 * first;
                if span == 0.0 {
                    return place * 0.0;
                }
                let period = Var::from(Tensor::full_of([], 2.0 * span, place.dtype()));
                let way = (place - first).remainder(&period);
                (span - (way - span).abs() + first).clamp(0.0, last)
            }
        }
    }
}

/// Four neighbours; it is they that are brought inside, so that the weights stay smooth.
fn cubic_reads(place: &Var, last: f64, options: GridSample) -> Vec<(Tensor, Var)> {
    let first = place.tensor().floor();
    let share = place - Var::from(&first);
    let weights = [far(&(&share + 1.0)), near(&share), near(&(1.0 - &share)), far(&(2.0 - &share))];
    let tap = |tap: f64| options.inside(&Var::from(&first + tap), last);
    let taps = [-1.0, 0.0, 1.0, 2.0].into_iter().zip(&weights);
    taps.map(|(at, weight)| read(tap(at).tensor(), weight, last)).collect()
}

/// The cubic kernel at distances up to 1.
fn near(x: &Var) -> Var {
    (x * 1.25 - 2.25) * x.square() + 1.0
}

/// The cubic kernel at distances from 1 to 2.
fn far(x: &Var) -> Var {
    ((3.75 - x * 0.75) * x - 6.0) * x + 3.0
}

/// A pixel that exists and its weight, which is zero where `place` lies outside; NaN stays.
fn read(place: &Tensor, weight: &Var, last: f64) -> (Tensor, Var) {
    let outside = place.less_than(0.0).or(&place.greater_than(last));
    (place.clamp(0.0, last).to(DType::I64), weight.masked(&outside.not()))
}

/// All pixels around each place: one read of each axis, with the product of their weights.
fn corners(axes: impl Iterator<Item = Axis>) -> Vec<(Tensor, Var)> {
    let joined = axes.reduce(|all, axis| {
        let pair = |(place, weight): &(Tensor, Var), (next, share): &(Tensor, Var)| {
            (place * axis.len as f64 + next, weight * share)
        };
        let reads = all.reads.iter().flat_map(|a| axis.reads.iter().map(move |b| pair(a, b)));
        Axis { len: axis.len, reads: reads.collect() }
    });
    joined.map_or_else(Vec::new, |all| all.reads)
}

fn require_grid(image: &Var, grid: &Var) -> Result<()> {
    let (rank, shape) = (image.ndim().wrapping_sub(2), grid.shape());
    if !matches!(rank, 2 | 3) || image.shape()[2..].contains(&0) {
        return Err(Error::Shape {
            op: "grid_sample",
            got: image.shape().clone(),
            expected: "[images, channels, 2 or 3 lengths above 0]".into(),
            help: "unsqueeze(0) makes a batch of one image",
        }
        .into());
    }
    if shape.len() != rank + 2 || shape[0] != image.shape()[0] || shape[rank + 1] != rank {
        let lengths = if rank == 2 { "rows, columns" } else { "planes, rows, columns" };
        let images = image.shape()[0];
        return Err(Error::Shape {
            op: "grid_sample",
            got: shape.clone(),
            expected: format!("[{images}, {lengths}, {rank}], for pixels of {}", image.shape())
                .into(),
            help: "a grid has x, y (and z), from -1 to 1, for each pixel of the result",
        }
        .into());
    }
    Ok(())
}
