//! Convolutions of images by products of matrices: forward, and both gradients.

use std::ops::Range;

use crate::gemm::gemm_at;
use crate::size::count;
use crate::threads::{Parts, for_each, for_each_chunk};
use crate::window::Window;
use crate::{Buffer, Mat, MatMut, Real, gemm};

mod columns;
mod depthwise;
mod unfold;

use columns::{add_columns, columns};
pub use unfold::{fold, unfold};

/// Elements of the columns that one task lays out at once: they stay in the second cache.
const LAID_OUT: usize = 1 << 16;
/// Multiply-adds below which a convolution stays on one thread.
const SERIAL: usize = 1 << 21;
/// Tasks that a convolution is cut into, at least, where it can be.
const TASKS: usize = 8;
/// Elements of all partial sums of a weight's gradient, about.
const PARTIAL: usize = 1 << 22;

/// The sizes of a convolution; images have `groups · channels` channels in and
/// `groups · filters` out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// How many images.
    pub images: usize,
    /// How many groups of channels that do not see each other.
    pub groups: usize,
    /// Input channels of a group.
    pub channels: usize,
    /// Output channels of a group.
    pub filters: usize,
    /// The window over each channel.
    pub window: Window,
}

impl Convolution {
    /// Rows of a group's weight: what one output sums up.
    fn depth(&self) -> usize {
        self.channels * self.window.taps()
    }

    /// Elements of the input.
    ///
    /// # Panics
    /// If their number overflows, as the others of this type.
    #[track_caller]
    pub fn inputs(&self) -> usize {
        count("conv", &[self.images, self.groups, self.channels, self.window.inputs()])
    }

    /// Elements of the output.
    #[track_caller]
    pub fn outputs(&self) -> usize {
        count("conv", &[self.images, self.groups, self.filters, self.window.outputs()])
    }

    /// Elements of the weight, `[groups · filters, channels, taps]`.
    #[track_caller]
    pub fn weights(&self) -> usize {
        count("conv", &[self.groups, self.filters, self.channels, self.window.taps()])
    }

    /// Outputs whose columns of `depth` rows are laid out together.
    fn block(&self, depth: usize) -> usize {
        let most = (LAID_OUT / depth.max(1)).next_multiple_of(16).max(64);
        let outputs = self.window.outputs();
        outputs.div_ceil(outputs.div_ceil(most).max(1)).next_multiple_of(16).min(outputs).max(1)
    }

    /// Calls `f` for each task, side by side where the work is worth it.
    fn each(&self, tasks: usize, f: impl Fn(usize) + Sync) {
        let work = self.weights() * self.images * self.window.outputs();
        if work < SERIAL { (0..tasks).for_each(f) } else { for_each(tasks, f) }
    }

    #[track_caller]
    fn check(&self, op: &str, x: usize, weight: usize, out: usize) {
        self.window.check(op);
        let expected = [self.inputs(), self.weights(), self.outputs()];
        assert!(
            [x, weight, out] == expected,
            "{op}: {x} inputs, {weight} weights, {out} outputs, expected {expected:?}"
        );
    }
}

/// `y[n, f, o] = b[f] + Σ w[f, c, tap] x[n, c, place of tap at o]`, for each group of channels.
///
/// Windows are laid out as columns that stay in the cache, and multiplied by the weight; where
/// the window is one element, x itself is.
///
/// # Panics
/// If a length is not that of [`Convolution`], or a bias is not one number a filter.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Convolution, Slide, Window, conv};
/// let width = Slide { input: 4, output: 3, kernel: 2, stride: 1, dilation: 1, before: 0 };
/// let window = Window { axes: [Slide::ONE, Slide::ONE, width] };
/// let shape = Convolution { images: 1, groups: 1, channels: 1, filters: 1, window };
/// let mut out = [0.0_f32; 3];
/// conv(&shape, &[1.0, 2.0, 4.0, 8.0], &[-1.0, 1.0], Some(&[0.5]), &mut out);
/// assert_eq!(out, [1.5, 2.5, 4.5]);
/// ```
#[track_caller]
pub fn conv<T: Real>(
    shape: &Convolution,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    out: &mut [T],
) {
    shape.check("conv", x.len(), weight.len(), out.len());
    let filters = shape.groups * shape.filters;
    let biases = bias.map_or(filters, <[T]>::len);
    assert!(biases == filters, "conv: {biases} biases for {filters} filters");
    if out.is_empty() {
        return;
    }
    if depthwise::applies(shape) {
        return depthwise::forward(shape, x, weight, bias, out);
    }
    let (width, outputs) = (shape.block(shape.depth()), shape.window.outputs());
    let blocks = outputs.div_ceil(width);
    let parts = Parts::new(out);
    shape.each(shape.images * shape.groups * blocks, |task| {
        let (plane, start) = (task / blocks, task % blocks * width);
        let block = start..outputs.min(start + width);
        Forward { shape, x, weight, bias }.block(plane, block, &parts);
    });
}

/// The operands of a forward pass.
struct Forward<'a, T> {
    shape: &'a Convolution,
    x: &'a [T],
    weight: &'a [T],
    bias: Option<&'a [T]>,
}

impl<T: Real> Forward<'_, T> {
    /// Some outputs of one group of one image; `plane` counts images and groups.
    fn block(&self, plane: usize, block: Range<usize>, out: &Parts<T>) {
        let Convolution { groups, filters, ref window, .. } = *self.shape;
        let (depth, outputs) = (self.shape.depth(), window.outputs());
        let group = plane % groups;
        let first = plane * filters * outputs + block.start;
        for f in 0..filters {
            let start = first + f * outputs;
            // SAFETY: this task alone has these outputs, and it runs once.
            let row = unsafe { out.range(start..start + block.len()) };
            row.fill(self.bias.map_or(T::ZERO, |bias| bias[group * filters + f]));
        }
        let weight = &self.weight[group * filters * depth..(group + 1) * filters * depth];
        let weight = Mat::rows(weight, filters, depth);
        let beta = if self.bias.is_some() { T::ONE } else { T::ZERO };
        with_columns(self.shape, self.x, plane, 0..self.shape.channels, block, |columns| {
            // SAFETY: rows of C are those of the loop above.
            unsafe { gemm_at(weight, columns, beta, out.start(first), outputs) };
        });
    }
}

/// Calls `f` with the columns of some channels and outputs, `[channels · taps, outputs]`.
fn with_columns<T: Real>(
    shape: &Convolution,
    x: &[T],
    plane: usize,
    channels: Range<usize>,
    outputs: Range<usize>,
    f: impl FnOnce(Mat<T>),
) {
    let Convolution { ref window, .. } = *shape;
    let (inputs, taps) = (window.inputs(), window.taps());
    let (rows, cols) = (channels.len() * taps, outputs.len());
    let first = plane * shape.channels + channels.start;
    let x = &x[first * inputs..(first + channels.len()) * inputs];
    if window.is_identity() {
        let data = x.get(outputs.start..).unwrap_or(&[]);
        return f(Mat { data, rows, cols, row_stride: inputs as isize, col_stride: 1 });
    }
    let mut laid_out = Buffer::stale(rows * cols);
    for (c, to) in laid_out.chunks_exact_mut((taps * cols).max(1)).enumerate() {
        columns(&x[c * inputs..(c + 1) * inputs], window, outputs.clone(), to);
    }
    f(Mat::rows(&laid_out, rows, cols));
}

/// The gradient of [`conv`] with respect to x: each output's gradient, spread over its window.
///
/// # Panics
/// If a length is not that of [`Convolution`].
#[track_caller]
pub fn conv_backward_data<T: Real>(
    shape: &Convolution,
    weight: &[T],
    gradient: &[T],
    out: &mut [T],
) {
    shape.check("conv_backward_data", out.len(), weight.len(), gradient.len());
    out.fill(T::ZERO);
    if out.is_empty() || gradient.is_empty() || weight.is_empty() {
        return;
    }
    if depthwise::applies(shape) {
        return depthwise::backward_data(shape, weight, gradient, out);
    }
    let planes = shape.images * shape.groups;
    let channels = channels_per_task(shape, planes);
    let tasks = shape.channels.div_ceil(channels);
    let inputs = shape.window.inputs();
    let parts = Parts::new(out);
    shape.each(planes * tasks, |task| {
        let (plane, first) = (task / tasks, task % tasks * channels);
        let last = shape.channels.min(first + channels);
        let place = |channel: usize| (plane * shape.channels + channel) * inputs;
        // SAFETY: this task alone has these channels, and it runs once.
        let out = unsafe { parts.range(place(first)..place(last)) };
        Backward { shape, weight, gradient }.channels(plane, first..last, out);
    });
}

/// Input channels of one task, so that `others` times the number of tasks is enough.
fn channels_per_task(shape: &Convolution, others: usize) -> usize {
    let wanted = TASKS.div_ceil(others.max(1));
    shape.channels.div_ceil(wanted).max(1)
}

/// The operands of the gradient of the input.
struct Backward<'a, T> {
    shape: &'a Convolution,
    weight: &'a [T],
    gradient: &'a [T],
}

impl<T: Real> Backward<'_, T> {
    /// Some channels of one group of one image, block of outputs by block.
    fn channels(&self, plane: usize, channels: Range<usize>, out: &mut [T]) {
        let Convolution { groups, filters, ref window, .. } = *self.shape;
        let (depth, outputs, taps) = (self.shape.depth(), window.outputs(), window.taps());
        let start = plane % groups * filters * depth + channels.start * taps;
        let rows = channels.len() * taps;
        let weight = Mat {
            data: &self.weight[start..],
            rows,
            cols: filters,
            row_stride: 1,
            col_stride: depth as isize,
        };
        let gradient = &self.gradient[plane * filters * outputs..(plane + 1) * filters * outputs];
        if window.is_identity() {
            let out = MatMut::rows(out, rows, outputs);
            return gemm(T::ONE, weight, Mat::rows(gradient, filters, outputs), T::ZERO, out);
        }
        let width = self.shape.block(rows);
        let mut laid_out = Buffer::stale(rows * width);
        for start in (0..outputs).step_by(width) {
            let block = start..outputs.min(start + width);
            let cols = block.len();
            let (data, row_stride) = (&gradient[start..], outputs as isize);
            let gradient = Mat { data, rows: filters, cols, row_stride, col_stride: 1 };
            let laid_out = &mut laid_out[..rows * cols];
            gemm(T::ONE, weight, gradient, T::ZERO, MatMut::rows(laid_out, rows, cols));
            let channels = laid_out.chunks_exact(taps * cols);
            for (from, out) in channels.zip(out.chunks_exact_mut(window.inputs())) {
                add_columns(from, window, block.clone(), out);
            }
        }
    }
}

/// The gradient of [`conv`] with respect to the weight, images added up in a fixed order.
///
/// # Panics
/// If a length is not that of [`Convolution`].
#[track_caller]
pub fn conv_backward_weight<T: Real>(shape: &Convolution, x: &[T], gradient: &[T], out: &mut [T]) {
    shape.check("conv_backward_weight", x.len(), out.len(), gradient.len());
    if x.is_empty() || gradient.is_empty() || out.is_empty() {
        return out.fill(T::ZERO);
    }
    if depthwise::applies(shape) {
        return depthwise::backward_weight(shape, x, gradient, out);
    }
    let runs = shape.images.min(PARTIAL / out.len()).clamp(1, TASKS);
    let channels = channels_per_task(shape, shape.groups * runs);
    let tasks = shape.channels.div_ceil(channels);
    // One matrix [channels · taps, filters] for each group of each run of images.
    let mut sums = Buffer::zeroed(runs * out.len());
    let parts = Parts::new(&mut sums);
    shape.each(runs * shape.groups * tasks, |task| {
        let (plane, first) = (task / tasks, task % tasks * channels);
        let (run, group) = (plane / shape.groups, plane % shape.groups);
        let channels = first..shape.channels.min(first + channels);
        let row = |channel| channel * shape.window.taps();
        let place = |row| (plane * shape.depth() + row) * shape.filters;
        // SAFETY: this task alone has these rows of this matrix, and it runs once.
        let sum = unsafe { parts.range(place(row(first))..place(row(channels.end))) };
        let edge = |run: usize| shape.images * run / runs;
        for image in edge(run)..edge(run + 1) {
            add_image(shape, x, gradient, image * shape.groups + group, channels.clone(), sum);
        }
    });
    add_runs(shape, &sums, out);
}

/// Adds `columns · gradientᵀ` of some channels of one image to `sum`, `[channels · taps, filters]`.
fn add_image<T: Real>(
    shape: &Convolution,
    x: &[T],
    gradient: &[T],
    plane: usize,
    channels: Range<usize>,
    sum: &mut [T],
) {
    let (filters, outputs) = (shape.filters, shape.window.outputs());
    let rows = channels.len() * shape.window.taps();
    let width = shape.block(rows);
    for start in (0..outputs).step_by(width) {
        let block = start..outputs.min(start + width);
        let data = &gradient[plane * filters * outputs + start..];
        let (cols, col_stride) = (filters, outputs as isize);
        let gradient = Mat { data, rows: block.len(), cols, row_stride: 1, col_stride };
        with_columns(shape, x, plane, channels.clone(), block, |columns| {
            gemm(T::ONE, columns, gradient, T::ONE, MatMut::rows(sum, rows, filters));
        });
    }
}

/// Adds the runs up in their order, and turns each group's matrix into rows of filters.
fn add_runs<T: Real>(shape: &Convolution, sums: &[T], out: &mut [T]) {
    let (depth, filters, len) = (shape.depth(), shape.filters, out.len());
    for_each_chunk(out, filters * depth, |group, out| {
        for (f, row) in out.chunks_exact_mut(depth).enumerate() {
            for (p, w) in row.iter_mut().enumerate() {
                let place = (group * depth + p) * filters + f;
                *w = sums[place..].iter().step_by(len).fold(T::ZERO, |sum, &x| sum + x);
            }
        }
    });
}
