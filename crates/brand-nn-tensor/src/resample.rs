//! Images of another size: each new element is a weighted sum of a few old ones, axis by axis.

use std::sync::Arc;

use brand_nn_kernels::{Blend, Buffer};
use serde::{Deserialize, Serialize};

use crate::create::require_possible;
use crate::error::expect;
use crate::pool::{Axis, adaptive_axes, lengths};
use crate::storage::{Float, float_dtype};
use crate::tensor::not_float;
use crate::window::positive;
use crate::{DType, Error, PerAxis, Pool, Result, Shape, Tensor};

/// How an element between old ones gets its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// That of element ⌊o · n / m⌋.
    Nearest,
    /// That of the element whose middle is nearest, ⌊(o + ½) n / m⌋.
    NearestExact,
    /// Between two neighbours; bilinear for images, trilinear for volumes.
    Linear {
        /// Whether the first and last elements keep their places, instead of the outer edges.
        align_corners: bool,
    },
    /// Through four neighbours (Keys 1981, a = −¾); bicubic for images.
    Cubic {
        /// Whether the first and last elements keep their places, instead of the outer edges.
        align_corners: bool,
    },
}

impl Interpolation {
    /// The terms of element `o` of `m`, from `n` old ones.
    fn terms(self, o: usize, n: usize, m: usize) -> Vec<(usize, f64)> {
        match self {
            Self::Nearest => vec![((o as u128 * n as u128 / m as u128) as usize, 1.0)],
            Self::NearestExact => {
                let twice = (2 * o as u128 + 1) * n as u128 / (2 * m as u128);
                vec![(twice as usize, 1.0)]
            }
            Self::Linear { align_corners } => {
                let place = place(o, n, m, align_corners).max(0.0);
                let first = (place as usize).min(n - 1);
                let share = place - first as f64;
                vec![(first, 1.0 - share), ((first + 1).min(n - 1), share)]
            }
            Self::Cubic { align_corners } => {
                let place = place(o, n, m, align_corners);
                let share = place - place.floor();
                let tap = |tap: isize| {
                    let at = (place.floor() as isize + tap).clamp(0, n as isize - 1);
                    (at as usize, cubic((tap as f64 - share).abs()))
                };
                (-1..=2).map(tap).collect()
            }
        }
    }
}

/// Where element `o` of `m` lies among `n` old ones.
fn place(o: usize, n: usize, m: usize, align_corners: bool) -> f64 {
    match (align_corners, m) {
        (true, 1) => 0.0,
        (true, _) => o as f64 * (n - 1) as f64 / (m - 1) as f64,
        (false, _) => (o as f64 + 0.5) * n as f64 / m as f64 - 0.5,
    }
}

/// The cubic convolution kernel at a distance below 2.
fn cubic(x: f64) -> f64 {
    const A: f64 = -0.75;
    if x <= 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else {
        ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A
    }
}

/// A linear map along each axis of images: means of windows, interpolation, and their adjoints.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::{Interpolation, Resample, Tensor};
///
/// let x = Tensor::from([[[1.0, 3.0]]]);
/// let doubled = Resample::interpolate(x.shape(), 4, Interpolation::Nearest)?;
/// assert_eq!(x.resample(&doubled), Tensor::from([[[1.0, 1.0, 3.0, 3.0]]]));
/// let back = doubled.transposed();
/// assert_eq!(x.resample(&doubled).resample(&back), Tensor::from([[[2.0, 6.0]]]));
/// # Ok::<(), brand_nn_tensor::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Resample {
    op: &'static str,
    blends: Arc<[Blend]>,
}

impl Resample {
    /// The mean of each window of a pool.
    ///
    /// # Errors
    /// If shape or settings don't fit, or a window sees padding alone.
    pub fn avg_pool(input: &Shape, options: Pool) -> Result<Self> {
        const OP: &str = "avg_pool";
        let padded = options.count_include_pad;
        let share = |seen, counted| 1.0 / (if padded { counted } else { seen }) as f64;
        Ok(Self::of(OP, &options.axes(OP, input)?, share))
    }

    /// The sum of each window of a pool.
    ///
    /// # Errors
    /// As [`Resample::avg_pool`].
    pub fn sum_pool(input: &Shape, options: Pool) -> Result<Self> {
        const OP: &str = "sum_pool";
        Ok(Self::of(OP, &options.axes(OP, input)?, |_, _| 1.0))
    }

    /// The mean of each of `lengths` windows an axis, which share it as evenly as can be.
    ///
    /// # Errors
    /// If the shape doesn't fit, or a length is 0.
    pub fn adaptive_avg_pool(input: &Shape, lengths: impl Into<PerAxis>) -> Result<Self> {
        const OP: &str = "adaptive_avg_pool";
        let axes = adaptive_axes(OP, input, lengths.into())?;
        Ok(Self::of(OP, &axes, |seen, _| 1.0 / seen as f64))
    }

    /// Elements in other numbers, by values between the old ones.
    ///
    /// # Errors
    /// If the shape doesn't fit, or a length is 0.
    pub fn interpolate(
        input: &Shape,
        to: impl Into<PerAxis>,
        interpolation: Interpolation,
    ) -> Result<Self> {
        const OP: &str = "interpolate";
        let from = lengths(OP, input)?;
        let to = positive(OP, "lengths", to.into(), from.len())?;
        if from.contains(&0) {
            return Err(Error::Shape {
                op: OP,
                got: input.clone(),
                expected: "axes of 1 element or more".into(),
                help: "there is nothing between no elements",
            });
        }
        let shape: Shape = input[..2].iter().chain(&to).copied().collect();
        require_possible(OP, &shape, DType::F64)?;
        let blend = |(&n, &m): (&usize, &usize)| {
            Blend::new(n, (0..m).map(|o| interpolation.terms(o, n, m)))
        };
        Ok(Self { op: OP, blends: from.iter().zip(&to).map(blend).collect() })
    }

    fn of(op: &'static str, axes: &[Axis], share: impl Fn(usize, usize) -> f64) -> Self {
        let blend = |axis: &Axis| axis.blend(|span, counted| share(span.count, counted));
        Self { op, blends: axes.iter().map(blend).collect() }
    }

    /// The adjoint: what each old element gives to all new ones, as sums of new ones.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self { op: self.op, blends: self.blends.iter().map(Blend::transposed).collect() }
    }

    /// The operation's name.
    pub fn op(&self) -> &'static str {
        self.op
    }

    /// What comes of one image's axes, as the error of a tensor with others.
    fn require(&self, x: &Tensor) -> Result<()> {
        let inputs: Vec<_> = self.blends.iter().map(Blend::inputs).collect();
        if lengths(self.op, x.shape())? == inputs {
            return Ok(());
        }
        Err(Error::Shape {
            op: self.op,
            got: x.shape().clone(),
            expected: format!("[images, channels], then {inputs:?}").into(),
            help: "a resampling is made for one shape of images",
        })
    }
}

impl Tensor {
    /// Maps each axis of images, those behind images and channels, by a [`Resample`].
    ///
    /// # Panics
    /// If the axes have other lengths than it was made for, or the dtype is no float.
    #[track_caller]
    #[must_use]
    pub fn resample(&self, map: &Resample) -> Self {
        expect(map.require(self));
        let result = float_dtype!(self.dtype(), T => Ok(self.resampled::<T>(&map.blends)),
            else Err(not_float(map.op, self.dtype())));
        expect(result)
    }

    /// Elements in other numbers along each axis, by values between the old ones.
    ///
    /// # Shapes
    /// `[images, channels, length ..]` → `[images, channels, lengths ..]`.
    ///
    /// # Panics
    /// If shape or dtype don't fit, or a length is 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Interpolation, Tensor};
    ///
    /// let linear = Interpolation::Linear { align_corners: true };
    /// let between = Tensor::from([[[1.0, 3.0]]]).interpolate(3, linear);
    /// assert_eq!(between, Tensor::from([[[1.0, 2.0, 3.0]]]));
    /// ```
    #[doc(alias = "upsample")]
    #[doc(alias = "resize")]
    #[track_caller]
    #[must_use]
    pub fn interpolate(&self, lengths: impl Into<PerAxis>, interpolation: Interpolation) -> Self {
        self.resample(&expect(Resample::interpolate(self.shape(), lengths, interpolation)))
    }

    /// Axis by axis: the first one first where images shrink, as it moves whole rows.
    fn resampled<T: Float>(&self, blends: &[Blend]) -> Self {
        let grows = blends.iter().any(|blend| blend.outputs() > blend.inputs());
        let mut order: Vec<usize> = (0..blends.len()).collect();
        if grows {
            order.reverse();
        }
        order.into_iter().fold(self.clone(), |x, axis| x.blended::<T>(axis + 2, &blends[axis]))
    }

    fn blended<T: Float>(&self, axis: usize, blend: &Blend) -> Self {
        let shape = self.shape().with(axis, blend.outputs());
        let [_, _, inner] = shape.around(axis);
        let mut out = Buffer::stale(shape.size());
        blend.apply(&self.data::<T>(), inner, &mut out);
        Self::from_raw::<T>(out, shape)
    }
}
