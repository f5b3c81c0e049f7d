//! Images read at any places: warps, rotations, spatial transformers.

use crate::{Result, Var, ops::pool::picked};
use brand_nn_tensor::{DType, Error, Tensor};

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
    /// The four neighbours, each the more the nearer it is.
    #[default]
    Bilinear,
    /// The nearest pixel; halfway, the even one. The grid gets no gradient.
    Nearest,
}

/// What is read outside of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outside {
    /// Zeros.
    #[default]
    Zeros,
    /// The nearest pixel of the border.
    Border,
}

impl Var {
    /// Reads images at the places of a grid (Jaderberg et al. 2015, spatial transformers).
    ///
    /// # Shapes
    /// `self` `[images, channels, height, width]`, `grid` `[images, rows, columns, 2]` with x and y
    /// from −1 (left, top) to 1 (right, bottom) → `[images, channels, rows, columns]`.
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
        let [images, channels, height, width] = self.tensor().dims()?;
        let [_, rows, columns, _] = grid.tensor().dims()?;
        require_grid(self, grid, images)?;
        let places = grid.reshape([images, 1, rows * columns, 2]);
        let x = Axis::new(&places.select(-1, 0), width, options);
        let y = Axis::new(&places.select(-1, 1), height, options);
        let shape = [images, channels, rows * columns];
        let mut sum = None;
        for (row, down) in &y.reads {
            for (column, across) in &x.reads {
                let ids = (row * width as f64 + column).to(DType::I64).expand(shape).contiguous();
                let value = self.tensor().gather_places(&ids)?;
                let read = picked("grid_sample", self, value, &ids) * (down * across);
                sum = Some(match sum {
                    None => read,
                    Some(sum) => sum + read,
                });
            }
        }
        let sum = sum.unwrap_or_else(|| Tensor::zeros_of(shape, self.dtype()).into());
        Ok(sum.reshape([images, channels, rows, columns]))
    }
}

/// The pixels that are read along one axis, each with its weight, `[images, 1, places]`.
struct Axis {
    reads: Vec<(Tensor, Var)>,
}

impl Axis {
    fn new(grid: &Var, len: usize, options: GridSample) -> Self {
        let last = len as f64 - 1.0;
        let place = match options.align_corners {
            true => (grid + 1.0) * (last / 2.0),
            false => ((grid + 1.0) * len as f64 - 1.0) / 2.0,
        };
        let place = match options.outside {
            Outside::Zeros => place,
            Outside::Border => place.clamp(0.0, last),
        };
        let reads = match options.between {
            Between::Nearest => {
                let nearest = place.tensor().round();
                vec![read(&nearest, &Tensor::ones_like(&nearest).into(), last)]
            }
            Between::Bilinear => {
                let first = place.tensor().floor();
                let share = &place - Var::from(&first);
                vec![read(&first, &(1.0 - &share), last), read(&(&first + 1.0), &share, last)]
            }
        };
        Self { reads }
    }
}

/// A pixel that exists and its weight, which is zero where `place` lies outside; NaN stays.
fn read(place: &Tensor, weight: &Var, last: f64) -> (Tensor, Var) {
    let outside = place.less_than(0.0).or(&place.greater_than(last));
    (place.clamp(0.0, last), weight.masked(&outside.not()))
}

fn require_grid(image: &Var, grid: &Var, images: usize) -> Result<()> {
    let shape = grid.shape();
    if shape[0] != images || shape[3] != 2 || image.shape()[2..].contains(&0) {
        return Err(Error::Shape {
            op: "grid_sample",
            got: shape.clone(),
            expected: format!("[{images}, rows, columns, 2], for pixels of {}", image.shape())
                .into(),
            help: "a grid has x and y, from -1 to 1, for each pixel of the result",
        }
        .into());
    }
    Ok(())
}
