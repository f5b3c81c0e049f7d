//! Convolutions of images by products of matrices: forward, and both gradients.

use crate::Real;
use crate::size::count;
use crate::threads::for_each;
use crate::window::Window;

mod backward_data;
mod backward_weight;
mod columns;
mod depthwise;
mod forward;
mod layout;
mod method;
mod spaced;
mod unfold;
mod winograd;

use columns::{add_columns, columns};
pub use method::ConvMethod;
pub use unfold::{fold, unfold};

/// Multiply-adds below which a convolution stays on one thread.
const SERIAL: usize = 1 << 21;
/// Channels that fill the registers of a product.
const FEW: usize = 4;
/// Tasks that a convolution is cut into, at least, where it can be.
const TASKS: usize = 8;
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
/// A product of the weight and the columns of windows, which it reads from the padded image.
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
    ConvMethod::of::<T>(shape).conv(shape, x, weight, bias, out);
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
    ConvMethod::of::<T>(shape).backward_data(shape, weight, gradient, out);
}

/// The gradient of [`conv`] with respect to the weight, images added up in a fixed order.
///
/// # Panics
/// If a length is not that of [`Convolution`].
#[track_caller]
pub fn conv_backward_weight<T: Real>(shape: &Convolution, x: &[T], gradient: &[T], out: &mut [T]) {
    ConvMethod::of::<T>(shape).backward_weight(shape, x, gradient, out);
}

/// Input channels of one task, so that `others` times the number of tasks is enough.
fn channels_per_task(shape: &Convolution, others: usize) -> usize {
    let wanted = TASKS.div_ceil(others.max(1));
    shape.channels.div_ceil(wanted).max(FEW).min(shape.channels)
}
