//! The gradient of the weight: sums over tiles, in runs of blocks whose order is fixed.

use std::sync::atomic::{AtomicBool, Ordering};

use super::tiles::{Side, Tiles, sides};
use super::transform::{Input, OutputGradient, transform};
use super::weight;
use super::{APART, LANES, POINTS, is_tame};
use crate::conv::backward_weight::{PARTIAL, add_up};
use crate::conv::{Convolution, TASKS};
use crate::threads::Parts;
use crate::{Buffer, Mat, MatMut, Real, gemm};

/// Tiles that a block's sums are worth.
const TILES: usize = 128;
/// Channels that the transform of a gradient is worth.
const CHANNELS: usize = 64;

/// Writes the gradient of the weight to `out`, or gives false as [`forward`](super::forward).
pub(in crate::conv) fn backward_weight<T: Real>(
    shape: &Convolution,
    x: &[T],
    gradient: &[T],
    out: &mut [T],
) -> bool {
    let sums = Sums::new(shape, x, gradient);
    let (blocks, row) = (sums.tiles.blocks(), POINTS * sums.to.width());
    let len = shape.channels * row;
    let runs = blocks.min(PARTIAL / len).clamp(1, TASKS);
    let pieces = TASKS.div_ceil(runs).min(shape.channels / CHANNELS).max(1);
    let mut partial = Buffer::zeroed(runs * len);
    let parts = Parts::new(&mut partial);
    shape.each(runs * pieces, |task| {
        let (run, piece) = (task / pieces, task % pieces);
        let edge = |piece: usize| shape.channels * piece / pieces;
        let channels = edge(piece)..edge(piece + 1);
        let rows = run * len + channels.start * row..run * len + channels.end * row;
        // SAFETY: these rows of a run's sum are no other task's.
        let sum = unsafe { parts.range(rows) };
        let from = Side { channels, ..sums.from.clone() };
        let blocks = blocks * run / runs..blocks * (run + 1) / runs;
        blocks.for_each(|block| sums.add(&from, block, sum));
    });
    weight::gradient(shape, add_up(&mut partial, len), out);
    !sums.wild.into_inner()
}

/// The operands of the gradient of the weight.
struct Sums<'a, T> {
    from: Side,
    to: Side,
    tiles: Tiles,
    x: &'a [T],
    gradient: &'a [T],
    /// Whether some number is not tame.
    wild: AtomicBool,
}

impl<'a, T: Real> Sums<'a, T> {
    fn new(shape: &Convolution, x: &'a [T], gradient: &'a [T]) -> Self {
        let [_, axes @ ..] = shape.window.axes;
        let (from, to) = sides(axes, [shape.channels, shape.filters]);
        let width = POINTS * (from.width() + to.width());
        let tiles = Tiles::new(shape.images, to.size, [width, TILES]);
        Sums { from, to, tiles, x, gradient, wild: AtomicBool::new(false) }
    }

    /// Adds the products of some channels of a block to `sum`, `[channels, points, width]`.
    fn add(&self, from: &Side, block: usize, sum: &mut [T]) {
        let to = &self.to;
        let block = self.tiles.block(block);
        let (x, gradient) = (from.gather(self.x, &block), to.gather(self.gradient, &block));
        if !(is_tame(&x) && is_tame(&gradient)) {
            return self.wild.store(true, Ordering::Relaxed);
        }
        let (sizes, planes) = from.planes(&block);
        let mut inputs = Buffer::stale(POINTS * planes.apart);
        transform(Input, sizes, (&x, from.seen(&block)), (&mut inputs, planes));
        let (sizes, planes) = to.planes(&block);
        let mut outputs = Buffer::stale(POINTS * planes.apart);
        transform(OutputGradient, sizes, (&gradient, to.seen(&block)), (&mut outputs, planes));
        let sizes = [block.tiles(), from.channels.len(), to.channels.len()];
        products(sizes, &inputs, &outputs, sum);
    }
}

/// Adds the products of all points, for so many tiles, channels and filters.
fn products<T: Real>([tiles, rows, cols]: [usize; 3], inputs: &[T], outputs: &[T], sum: &mut [T]) {
    let (width, to_width) = (rows.next_multiple_of(LANES), cols.next_multiple_of(LANES));
    let inputs = inputs.chunks_exact(tiles * width + APART);
    let outputs = outputs.chunks_exact(tiles * to_width + APART);
    for (point, (inputs, outputs)) in inputs.zip(outputs).enumerate() {
        let (row_stride, col_stride) = (1, width as isize);
        let inputs = Mat { data: inputs, rows, cols: tiles, row_stride, col_stride };
        let (row_stride, col_stride) = (to_width as isize, 1);
        let outputs = Mat { data: outputs, rows: tiles, cols, row_stride, col_stride };
        let (data, row_stride) = (&mut sum[point * to_width..], (POINTS * to_width) as isize);
        let sum = MatMut { data, rows, cols, row_stride, col_stride };
        gemm(T::ONE, inputs, outputs, T::ONE, sum);
    }
}
