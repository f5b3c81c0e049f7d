//! The largest and the mean element of each window of an image.

use brand_nn_kernels::{
    Blend, Buffer, Slide, Span, Spans, gather_planes, max_pool, scatter_planes,
};
use serde::{Deserialize, Serialize};

use crate::create::require_possible;
use crate::error::expect;
use crate::storage::{Float, float_dtype};
use crate::tensor::not_float;
use crate::window::{Sliding, for_axes, positive};
use crate::{DType, Error, Padding, PerAxis, Resample, Result, Shape, Tensor};

/// How a pool slides its window over 1, 2 or 3 axes.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::Pool;
///
/// let shape = Pool::new(3).stride(2).padding(1).output_shape(&[8, 64, 112, 112].into())?;
/// assert_eq!(shape, [8, 64, 56, 56]);
/// let halves = Pool::new(2).ceil_mode(true).output_shape(&[1, 1, 5].into())?;
/// assert_eq!(halves, [1, 1, 3]);
/// # Ok::<(), brand_nn_tensor::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Elements of the window along each axis.
    pub kernel: PerAxis,
    /// Inputs from one window to the next; as many as the window has unless set.
    pub stride: Option<PerAxis>,
    /// Elements thought around the input: zeros for means, never the largest; none unless set.
    pub padding: Padding,
    /// Inputs from one tap of the window to the next; 1 unless set.
    pub dilation: PerAxis,
    /// Whether a last window may reach beyond the padded input; not unless set.
    pub ceil_mode: bool,
    /// Whether means count the padding; they do unless set.
    pub count_include_pad: bool,
}

impl Pool {
    /// Windows side by side, no padding, no dilation.
    #[must_use]
    pub fn new(kernel: impl Into<PerAxis>) -> Self {
        Self {
            kernel: kernel.into(),
            stride: None,
            padding: Padding::default(),
            dilation: PerAxis::All(1),
            ceil_mode: false,
            count_include_pad: true,
        }
    }

    /// Sets the inputs from one window to the next.
    #[must_use]
    pub fn stride(self, stride: impl Into<PerAxis>) -> Self {
        Self { stride: Some(stride.into()), ..self }
    }

    /// Sets the elements around the input.
    #[must_use]
    pub fn padding(self, padding: impl Into<Padding>) -> Self {
        Self { padding: padding.into(), ..self }
    }

    /// Sets the inputs from one tap of the window to the next.
    #[must_use]
    pub fn dilation(self, dilation: impl Into<PerAxis>) -> Self {
        Self { dilation: dilation.into(), ..self }
    }

    /// Sets whether a last window may reach beyond the padded input.
    #[must_use]
    pub fn ceil_mode(self, ceil_mode: bool) -> Self {
        Self { ceil_mode, ..self }
    }

    /// Sets whether means count the padding.
    #[must_use]
    pub fn count_include_pad(self, count_include_pad: bool) -> Self {
        Self { count_include_pad, ..self }
    }

    /// The shape of the output for an input.
    ///
    /// # Errors
    /// Where [`Tensor::max_pool`] panics.
    pub fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok(pooled_shape(input, &self.axes("pool", input)?))
    }

    /// The windows along each axis of `input`.
    pub(crate) fn axes(&self, op: &'static str, input: &Shape) -> Result<Vec<Axis>> {
        let lengths = lengths(op, input)?;
        let kernel = for_axes(op, "kernel", self.kernel, lengths.len())?;
        let Self { padding, dilation, ceil_mode, .. } = *self;
        let stride = self.stride.unwrap_or(self.kernel);
        let sliding = Sliding { stride, padding, dilation, ceil_mode };
        let slides = sliding.slides(op, lengths, &kernel)?;
        slides.iter().map(|(slide, end)| Axis::sliding(op, slide, *end)).collect()
    }
}

/// The windows along one axis.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    input: usize,
    spans: Vec<Span>,
    step: usize,
    /// The taps of each window that lie in the input or its padding.
    counts: Vec<usize>,
}

impl Axis {
    /// A window that slides over an axis whose padding ends at `end`.
    fn sliding(op: &'static str, slide: &Slide, end: usize) -> Result<Self> {
        let Slide { input, output, kernel, stride, dilation: step, before } = *slide;
        let below = |place: usize, edge: usize| {
            edge.saturating_sub(place).div_ceil(step).min(kernel) // taps before the edge
        };
        let span = |o: usize| {
            let (outside, inside) = (below(o * stride, before), below(o * stride, before + input));
            let first = (o * stride + outside * step).saturating_sub(before);
            Span { first, count: inside - outside }
        };
        let spans: Vec<_> = (0..output).map(span).collect();
        if spans.iter().any(|span| span.count == 0) {
            return Err(Error::Setting {
                op,
                setting: "padding",
                got: format!("{before} before {input}, of a kernel of {kernel}"),
                expected: "at least one element of the input in every window".into(),
                help: "pad by half of the kernel at most",
            });
        }
        let counts = (0..output).map(|o| below(o * stride, end)).collect();
        Ok(Self { input, spans, step, counts })
    }

    /// `output` windows that share an axis as evenly as can be.
    fn adaptive(input: usize, output: usize) -> Self {
        let edge = |o: usize, up: bool| {
            let (place, parts) = (o as u128 * input as u128, output as u128);
            (if up { place.div_ceil(parts) } else { place / parts }) as usize
        };
        let span = |o: usize| {
            let first = edge(o, false);
            Span { first, count: edge(o + 1, true) - first }
        };
        let spans: Vec<_> = (0..output).map(span).collect();
        let counts = spans.iter().map(|span| span.count).collect();
        Self { input, spans, step: 1, counts }
    }

    /// The sum of each window, over a number that may depend on how many it counts.
    pub(crate) fn blend(&self, share: impl Fn(Span, usize) -> f64) -> Blend {
        let rows = self.spans.iter().zip(&self.counts).map(|(&span, &count)| {
            let weight = share(span, count);
            (0..span.count).map(|tap| (span.first + tap * self.step, weight)).collect()
        });
        Blend::new(self.input, rows)
    }

    fn spans(&self) -> Spans<'_> {
        Spans { input: self.input, spans: &self.spans, step: self.step }
    }
}

/// The windows along each axis of `input`, so that there are `output` of them.
pub(crate) fn adaptive_axes(op: &'static str, input: &Shape, output: PerAxis) -> Result<Vec<Axis>> {
    let lengths = lengths(op, input)?;
    let output = positive(op, "lengths", output, lengths.len())?;
    if lengths.contains(&0) {
        return Err(Error::Shape {
            op,
            got: input.clone(),
            expected: "axes of 1 element or more".into(),
            help: "nothing has neither mean nor largest element",
        });
    }
    let shape: Shape = input[..2].iter().chain(&output).copied().collect();
    require_possible(op, &shape, DType::F64)?;
    let pairs = lengths.iter().zip(&output);
    Ok(pairs.map(|(&input, &output)| Axis::adaptive(input, output)).collect())
}

fn pooled_shape(input: &Shape, axes: &[Axis]) -> Shape {
    let lengths = axes.iter().map(|axis| axis.spans.len());
    input[..2].iter().copied().chain(lengths).collect()
}

/// The lengths behind images and channels.
pub(crate) fn lengths<'a>(op: &'static str, input: &'a Shape) -> Result<&'a [usize]> {
    if (3..=5).contains(&input.len()) {
        return Ok(&input[2..]);
    }
    Err(Error::Shape {
        op,
        got: input.clone(),
        expected: "[images, channels, 1 to 3 lengths]".into(),
        help: "unsqueeze(0) makes a batch of one image",
    })
}

/// Pools.
impl Tensor {
    /// The largest element of each window, and its place; the first one of equals.
    ///
    /// A place is counted in row-major order over the axes of its channel, as i64. Padding is never
    /// the largest, NaN always is.
    ///
    /// # Shapes
    /// `[images, channels, length ..]`, with 1, 2 or 3 axes of lengths.
    ///
    /// # Panics
    /// If shape, dtype or settings don't fit, or a window sees padding alone.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Pool, Tensor};
    ///
    /// let (largest, places) = Tensor::from([[[1.0, 3.0, 7.0, 5.0]]]).max_pool(Pool::new(2));
    /// assert_eq!(largest, Tensor::from([[[3.0, 7.0]]]));
    /// assert_eq!(places, Tensor::from([[[1i64, 2]]]));
    /// ```
    #[doc(alias = "max_pool1d")]
    #[doc(alias = "max_pool2d")]
    #[track_caller]
    #[must_use]
    pub fn max_pool(&self, options: Pool) -> (Self, Self) {
        let axes = expect(options.axes("max_pool", self.shape()));
        expect(largest("max_pool", self, &axes))
    }

    /// The largest element of each of `lengths` windows an axis, and its place.
    ///
    /// # Panics
    /// If shape or dtype don't fit, or a length is 0.
    #[track_caller]
    #[must_use]
    pub fn adaptive_max_pool(&self, lengths: impl Into<PerAxis>) -> (Self, Self) {
        const OP: &str = "adaptive_max_pool";
        let axes = expect(adaptive_axes(OP, self.shape(), lengths.into()));
        expect(largest(OP, self, &axes))
    }

    /// The mean of each window.
    ///
    /// # Shapes
    /// `[images, channels, length ..]`, with 1, 2 or 3 axes of lengths.
    ///
    /// # Panics
    /// If shape, dtype or settings don't fit, or a window sees padding alone.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{Pool, Tensor};
    ///
    /// let weeks = Tensor::from([[[1.0, 3.0, 7.0, 5.0]]]).avg_pool(Pool::new(2));
    /// assert_eq!(weeks, Tensor::from([[[2.0, 6.0]]]));
    /// ```
    #[doc(alias = "avg_pool1d")]
    #[doc(alias = "avg_pool2d")]
    #[track_caller]
    #[must_use]
    pub fn avg_pool(&self, options: Pool) -> Self {
        self.resample(&expect(Resample::avg_pool(self.shape(), options)))
    }

    /// The mean of each of `lengths` windows an axis, which share it as evenly as can be.
    ///
    /// # Panics
    /// If shape or dtype don't fit, or a length is 0.
    #[track_caller]
    #[must_use]
    pub fn adaptive_avg_pool(&self, lengths: impl Into<PerAxis>) -> Self {
        self.resample(&expect(Resample::adaptive_avg_pool(self.shape(), lengths.into())))
    }

    /// Takes the elements at places that [`Tensor::max_pool`] gave.
    ///
    /// # Shapes
    /// `self` `[images, channels, length ..]`, `places` i64 `[images, channels, ..]` → as `places`.
    ///
    /// # Errors
    /// If a place lies outside its channel, or shapes or dtypes don't fit.
    pub fn gather_places(&self, places: &Self) -> Result<Self> {
        const OP: &str = "gather_places";
        let inputs = plane(OP, self, places, lengths(OP, self.shape())?)?;
        let outputs = places.shape()[2..].iter().product();
        float_dtype!(self.dtype(), T => {
            let mut out = Buffer::stale(places.size());
            gather_planes(&self.data::<T>(), [inputs, outputs], &places.data(), &mut out);
            Ok(places.like::<T>(out))
        }, else Err(not_float(OP, self.dtype())))
    }

    /// Adds each element up at its place in channels of `lengths`; zeros elsewhere.
    ///
    /// # Shapes
    /// `self` and `places` `[images, channels, ..]` → `[images, channels, lengths ..]`.
    ///
    /// # Errors
    /// If a place lies outside its channel, or shapes or dtypes don't fit.
    pub fn scatter_places(&self, places: &Self, lengths: &[usize]) -> Result<Self> {
        const OP: &str = "scatter_places";
        if self.shape() != places.shape() {
            return Err(unlike(OP, places, self.shape()));
        }
        let outputs = plane(OP, self, places, lengths)?;
        let inputs = places.shape()[2..].iter().product();
        let shape: Shape = self.shape()[..2].iter().chain(lengths).copied().collect();
        require_possible(OP, &shape, self.dtype())?;
        float_dtype!(self.dtype(), T => {
            let mut out = Buffer::stale(shape.size());
            scatter_planes(&self.data::<T>(), [inputs, outputs], &places.data(), &mut out);
            Ok(Self::from_raw::<T>(out, shape))
        }, else Err(not_float(OP, self.dtype())))
    }
}

fn largest(op: &'static str, x: &Tensor, axes: &[Axis]) -> Result<(Tensor, Tensor)> {
    let shape = pooled_shape(x.shape(), axes);
    require_possible(op, &shape, DType::I64)?;
    float_dtype!(x.dtype(), T => Ok(largest_of::<T>(x, axes, shape)), else Err(not_float(op, x.dtype())))
}

fn largest_of<T: Float>(x: &Tensor, axes: &[Axis], shape: Shape) -> (Tensor, Tensor) {
    let mut spans = [Spans::ONE; 3];
    for (to, axis) in spans[3 - axes.len()..].iter_mut().zip(axes) {
        *to = axis.spans();
    }
    let mut out = Buffer::stale(shape.size());
    let mut places = Buffer::stale(shape.size());
    max_pool(&x.data::<T>(), spans, &mut out, &mut places);
    (Tensor::from_raw::<T>(out, shape.clone()), Tensor::from_raw::<i64>(places, shape))
}

/// The elements of a channel of `lengths`, if all places lie inside.
fn plane(op: &'static str, x: &Tensor, places: &Tensor, lengths: &[usize]) -> Result<usize> {
    places.require_dtype(op, DType::I64)?;
    if x.ndim() < 2 || places.ndim() < 2 || x.shape()[..2] != places.shape()[..2] {
        return Err(unlike(op, places, x.shape()));
    }
    let len = Shape::from(lengths).size();
    let outside = |&id: &i64| usize::try_from(id).map_or(true, |id| id >= len);
    match places.data::<i64>().iter().enumerate().find(|(_, id)| outside(id)) {
        Some((position, &index)) => Err(Error::Index { op, index, position, len }),
        None => Ok(len),
    }
}

fn unlike(op: &'static str, places: &Tensor, shape: &Shape) -> Error {
    Error::Shape {
        op,
        got: places.shape().clone(),
        expected: format!("the images and channels of {shape}").into(),
        help: "give the places that max_pool gave for this tensor",
    }
}
