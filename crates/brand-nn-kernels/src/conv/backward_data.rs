//! The gradient of a convolution's input: products, tap by tap, added up in the padded image.

use std::ops::Range;

use super::columns::add_columns;
use super::layout::Layout;
use super::spaced::{pays, spaced};
use super::{Convolution, FEW, Window, channels_per_task};
use crate::threads::{Parts, for_each_chunk};
use crate::{Buffer, Mat, MatMut, PackedB, Real, gemm, gemm_packed};

/// Elements of the columns that one task lays out at once: they stay in the second cache.
const LAID_OUT: usize = 1 << 16;

/// Writes the gradient of the input to `out`.
pub(super) fn backward_data<T: Real>(
    shape: &Convolution,
    weight: &[T],
    gradient: &[T],
    out: &mut [T],
) {
    let planes = shape.images * shape.groups;
    let channels = channels_per_task(shape, planes);
    let tasks = shape.channels.div_ceil(channels);
    let layout = Layout::new(&shape.window, channels, 1);
    let layout = (channels >= FEW && pays(&layout)).then_some(layout);
    let turned = layout.as_ref().map(|_| turn(shape, weight)).unwrap_or_default();
    let spread = Spread { shape, weight, gradient, layout, turned };
    let inputs = shape.window.inputs();
    let parts = Parts::new(out);
    shape.each(planes * tasks, |task| {
        let (plane, first) = (task / tasks, task % tasks * channels);
        let last = shape.channels.min(first + channels);
        let place = |channel: usize| (plane * shape.channels + channel) * inputs;
        // SAFETY: this task alone has these channels, and it runs once.
        let out = unsafe { parts.range(place(first)..place(last)) };
        out.fill(T::ZERO);
        spread.channels(plane, first..last, out);
    });
}

/// `to[g, tap, c, f] = weight[g, f, c, tap]`.
fn turn<T: Real>(shape: &Convolution, weight: &[T]) -> Buffer<T> {
    let Convolution { channels, filters, ref window, .. } = *shape;
    let taps = window.taps();
    let mut to = Buffer::stale(weight.len());
    for_each_chunk(&mut to, channels * filters, |matrix, to| {
        let (group, tap) = (matrix / taps, matrix % taps);
        for (c, to) in to.chunks_exact_mut(filters).enumerate() {
            let from = weight[(group * filters * channels + c) * taps + tap..].iter();
            to.iter_mut().zip(from.step_by(channels * taps)).for_each(|(a, &b)| *a = b);
        }
    });
    to
}

/// The operands of the gradient of the input.
struct Spread<'a, T: Real> {
    shape: &'a Convolution,
    weight: &'a [T],
    gradient: &'a [T],
    layout: Option<Layout>,
    /// The weight as a matrix [channels, filters] for each tap, if there is a layout.
    turned: Buffer<T>,
}

impl<T: Real> Spread<'_, T> {
    /// Adds to some channels of one group of one image.
    fn channels(&self, plane: usize, channels: Range<usize>, out: &mut [T]) {
        let Some(layout) = &self.layout else { return self.by_columns(plane, channels, out) };
        for block in 0..layout.blocks() {
            layout.add_to(out, channels.len(), block, |laid_out| {
                self.by_taps(layout, [plane, block], channels.clone(), laid_out);
            });
        }
    }

    /// Adds each tap's product to what that tap sees of the image.
    fn by_taps(
        &self,
        layout: &Layout,
        [plane, block]: [usize; 2],
        channels: Range<usize>,
        out: &mut [T],
    ) {
        let (filters, taps) = (self.shape.filters, self.shape.window.taps());
        let mut own = Buffer::default();
        let gradient = spaced(self.shape, layout, self.gradient, [plane, block], &mut own);
        let (rows, cols, gradient) = (channels.len(), gradient.cols, PackedB::new(gradient));
        for (tap, &start) in layout.taps.iter().enumerate() {
            let matrix = plane % self.shape.groups * taps + tap;
            let first = (matrix * self.shape.channels + channels.start) * filters;
            let weight = Mat::rows(&self.turned[first..], rows, filters);
            let (data, row_stride) = (&mut out[start..], layout.channel() as isize);
            let out = MatMut { data, rows, cols, row_stride, col_stride: 1 };
            gemm_packed(T::ONE, weight, &gradient, T::ONE, out);
        }
    }

    /// Lays out all taps' products as columns, block of outputs by block, and adds them up.
    fn by_columns(&self, plane: usize, channels: Range<usize>, out: &mut [T]) {
        let Convolution { groups, filters, ref window, .. } = *self.shape;
        let (depth, outputs, taps) = (self.shape.depth(), window.outputs(), window.taps());
        let data = &self.weight[plane % groups * filters * depth + channels.start * taps..];
        let rows = channels.len() * taps;
        let weight = Mat { data, rows, cols: filters, row_stride: 1, col_stride: depth as isize };
        let gradient = &self.gradient[plane * filters * outputs..(plane + 1) * filters * outputs];
        let width = block(window, rows);
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

/// Outputs whose columns of `rows` rows are laid out together.
pub(super) fn block(window: &Window, rows: usize) -> usize {
    let most = (LAID_OUT / rows.max(1)).next_multiple_of(16).max(64);
    let outputs = window.outputs();
    outputs.div_ceil(outputs.div_ceil(most).max(1)).next_multiple_of(16).min(outputs).max(1)
}
