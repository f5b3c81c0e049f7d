//! Forward passes, and the gradient of the input, which is one with the windows turned.

use std::sync::atomic::{AtomicBool, Ordering};

use super::tiles::{Side, Tiles, sides};
use super::transform::{Input, Output, transform};
use super::weight::{Direction, matrices};
use super::{APART, POINTS, is_tame};
use crate::conv::Convolution;
use crate::threads::Parts;
use crate::window::Slide;
use crate::{Buffer, Mat, MatMut, PackedB, Real, gemm_packed};

/// Tiles that a block's weights are worth.
const TILES: usize = 64;

/// Writes the convolution of x to `out`, or gives false: there are numbers so large that sums might
/// overflow which the plain loop does not make.
pub(in crate::conv) fn forward<T: Real>(
    shape: &Convolution,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    out: &mut [T],
) -> bool {
    pass(shape, Direction::Forward, [x, weight], bias, out)
}

/// Writes the gradient of the input to `out`, or gives false as [`forward`].
pub(in crate::conv) fn backward_data<T: Real>(
    shape: &Convolution,
    weight: &[T],
    gradient: &[T],
    out: &mut [T],
) -> bool {
    pass(shape, Direction::Backward, [gradient, weight], None, out)
}

fn pass<T: Real>(
    shape: &Convolution,
    direction: Direction,
    [x, weight]: [&[T]; 2],
    bias: Option<&[T]>,
    out: &mut [T],
) -> bool {
    if !is_tame(weight) {
        return false;
    }
    let (axes, channels) = seen(shape, direction);
    let (from, to) = sides(axes, channels);
    let width = POINTS * (from.width() + to.width());
    let tiles = Tiles::new(shape.images, to.size, [width, TILES]);
    let weights = matrices(shape, weight, direction);
    let pass = Pass { from, to, tiles, weights, x, bias, wild: AtomicBool::new(false) };
    let parts = Parts::new(out);
    shape.each(pass.tiles.blocks(), |block| pass.block(block, &parts));
    !pass.wild.into_inner()
}

/// Rows and columns, and the channels in front and behind, as a pass sees them.
fn seen(shape: &Convolution, direction: Direction) -> ([Slide; 2], [usize; 2]) {
    let [_, axes @ ..] = shape.window.axes;
    let back = |axis: Slide| {
        let before = axis.kernel - 1 - axis.before;
        Slide { input: axis.output, output: axis.input, before, ..axis }
    };
    match direction {
        Direction::Forward => (axes, [shape.channels, shape.filters]),
        Direction::Backward => (axes.map(back), [shape.filters, shape.channels]),
    }
}

/// The operands of a pass.
struct Pass<'a, T: Real> {
    from: Side,
    to: Side,
    tiles: Tiles,
    /// A matrix `[inputs, outputs]` for each point.
    weights: Vec<PackedB<T>>,
    x: &'a [T],
    bias: Option<&'a [T]>,
    /// Whether some number is not tame.
    wild: AtomicBool,
}

impl<T: Real> Pass<'_, T> {
    fn block(&self, block: usize, out: &Parts<T>) {
        let (from, to) = (&self.from, &self.to);
        let block = self.tiles.block(block);
        let tiles = block.tiles();
        let x = from.gather(self.x, &block);
        if !is_tame(&x) {
            return self.wild.store(true, Ordering::Relaxed);
        }
        let (sizes, planes) = from.planes(&block);
        let mut inputs = Buffer::stale(POINTS * planes.apart);
        transform(Input, sizes, (&x, from.seen(&block)), (&mut inputs, planes));
        let products = self.products(tiles, &inputs);
        let (sizes, planes) = to.planes(&block);
        let mut y = to.empty(&block);
        transform(Output, sizes, (&products, planes), (&mut y, to.seen(&block)));
        // SAFETY: the rows of a block's tiles are no other's, and each block is one task.
        unsafe { to.scatter(&y, &block, self.bias, out) };
    }

    /// The products of all points.
    fn products(&self, tiles: usize, inputs: &[T]) -> Buffer<T> {
        let (width, to_width) = (self.from.width(), self.to.width());
        let (apart, to_apart) = (tiles * width + APART, tiles * to_width + APART);
        let mut products = Buffer::stale(POINTS * to_apart);
        let points = inputs.chunks_exact(apart).zip(products.chunks_exact_mut(to_apart));
        for (weights, (data, to)) in self.weights.iter().zip(points) {
            let (rows, cols, row_stride) = (tiles, self.from.channels.len(), width as isize);
            let inputs = Mat { data, rows, cols, row_stride, col_stride: 1 };
            let (data, cols, row_stride) = (to, self.to.channels.len(), to_width as isize);
            let to = MatMut { data, rows, cols, row_stride, col_stride: 1 };
            gemm_packed(T::ONE, inputs, weights, T::ZERO, to);
        }
        products
    }
}
