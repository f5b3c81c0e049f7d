//! The gradient of a convolution's weight: images times gradients, added up in a fixed order.

use std::ops::Range;

use super::backward_data::block;
use super::columns::columns;
use super::layout::Layout;
use super::spaced::{pays, spaced};
use super::{Convolution, FEW, TASKS, channels_per_task};
use crate::index::add;
use crate::threads::{Parts, for_each_chunk};
use crate::{Buffer, Mat, MatMut, PackedB, Real, View, copy, gemm, gemm_packed};

/// Elements of all partial sums of a weight's gradient, about.
pub(super) const PARTIAL: usize = 1 << 22;
/// Elements of a sum that one task adds up.
const CHUNK: usize = 1 << 13;

/// Writes the gradient of the weight to `out`.
pub(super) fn backward_weight<T: Real>(
    shape: &Convolution,
    x: &[T],
    gradient: &[T],
    out: &mut [T],
) {
    let runs = shape.images.min(PARTIAL / out.len()).clamp(1, TASKS);
    let channels = channels_per_task(shape, shape.groups * runs);
    let tasks = shape.channels.div_ceil(channels);
    let layout = Layout::new(&shape.window, channels, 1);
    let layout = (channels >= FEW && pays(&layout)).then_some(layout);
    let sums = Sums { shape, x, gradient, layout };
    // One matrix [channels · taps, filters] for each group of each run of images.
    let mut partial = Buffer::zeroed(runs * out.len());
    let parts = Parts::new(&mut partial);
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
            sums.add_image(image * shape.groups + group, channels.clone(), sum);
        }
    });
    add_runs(shape, &mut partial, out);
}

/// The operands of the gradient of the weight.
struct Sums<'a, T> {
    shape: &'a Convolution,
    x: &'a [T],
    gradient: &'a [T],
    layout: Option<Layout>,
}

impl<T: Real> Sums<'_, T> {
    /// Adds `columns · gradientᵀ` of some channels of one image to `sum`,
    /// `[channels · taps, filters]`.
    fn add_image(&self, plane: usize, channels: Range<usize>, sum: &mut [T]) {
        let Some(layout) = &self.layout else { return self.add_columns(plane, channels, sum) };
        for block in 0..layout.blocks() {
            self.add_block(layout, plane, channels.clone(), block, sum);
        }
    }

    /// The same from the image as it is laid out, tap by tap: places beyond the end of a row
    /// count as outputs without a gradient.
    fn add_block(
        &self,
        layout: &Layout,
        plane: usize,
        channels: Range<usize>,
        block: usize,
        sum: &mut [T],
    ) {
        let filters = self.shape.filters;
        let (taps, rows) = (self.shape.window.taps(), channels.len());
        let mut own = [Buffer::default(), Buffer::default()];
        let [own_gradient, own_x] = &mut own;
        let at = [plane, block];
        let gradient = spaced(self.shape, layout, self.gradient, at, own_gradient).t();
        let (cols, gradient) = (gradient.rows, PackedB::new(gradient));
        let first = plane * self.shape.channels;
        let of_plane = first + channels.start..first + channels.end;
        let data = layout.lay_out(self.x, of_plane, block, own_x);
        for (tap, &start) in layout.taps.iter().enumerate() {
            let (data, row_stride) = (&data[start..], layout.channel() as isize);
            let x = Mat { data, rows, cols, row_stride, col_stride: 1 };
            let (data, row_stride) = (&mut sum[tap * filters..], (taps * filters) as isize);
            let sum = MatMut { data, rows, cols: filters, row_stride, col_stride: 1 };
            gemm_packed(T::ONE, x, &gradient, T::ONE, sum);
        }
    }

    /// The same from columns that are laid out.
    fn add_columns(&self, plane: usize, channels: Range<usize>, sum: &mut [T]) {
        let Convolution { filters, ref window, .. } = *self.shape;
        let (outputs, inputs, taps) = (window.outputs(), window.inputs(), window.taps());
        let rows = channels.len() * taps;
        let first = plane * self.shape.channels;
        let x = &self.x[(first + channels.start) * inputs..(first + channels.end) * inputs];
        let width = block(window, rows);
        for start in (0..outputs).step_by(width) {
            let block = start..outputs.min(start + width);
            let data = &self.gradient[plane * filters * outputs + start..];
            let (cols, col_stride) = (filters, outputs as isize);
            let gradient = Mat { data, rows: block.len(), cols, row_stride: 1, col_stride };
            let mut laid_out = Buffer::stale(rows * block.len());
            for (c, to) in laid_out.chunks_exact_mut(taps * block.len()).enumerate() {
                columns(&x[c * inputs..(c + 1) * inputs], window, block.clone(), to);
            }
            let columns = Mat::rows(&laid_out, rows, block.len());
            gemm(T::ONE, columns, gradient, T::ONE, MatMut::rows(sum, rows, filters));
        }
    }
}

/// Adds the runs of `len` elements up in their order.
pub(super) fn add_up<T: Real>(sums: &mut [T], len: usize) -> &[T] {
    let (total, rest) = sums.split_at_mut(len);
    for_each_chunk(total, CHUNK, |i, total| {
        let range = i * CHUNK..i * CHUNK + total.len();
        rest.chunks_exact(len).for_each(|run| add(&run[range.clone()], total));
    });
    total
}

/// Adds the runs up, and turns each group's matrix into rows of filters.
fn add_runs<T: Real>(shape: &Convolution, sums: &mut [T], out: &mut [T]) {
    let (depth, filters) = (shape.depth(), shape.filters);
    let total = add_up(sums, out.len());
    let strides = [(depth * filters) as isize, 1, filters as isize];
    copy(
        View { data: total, offset: 0, shape: &[shape.groups, filters, depth], strides: &strides },
        out,
    );
}
