//! Gradients of outputs, spaced as the places of the outputs are in an image that is laid out.

use super::Convolution;
use super::layout::Layout;
use crate::{Buffer, Mat, Real};

/// The gradients of a block of outputs as `[filters, reach]`, noughts where no output is; with
/// them places beyond the end of a row count for nothing. `own` holds them where there are such.
pub(super) fn spaced<'a, T: Real>(
    shape: &Convolution,
    layout: &Layout,
    gradient: &'a [T],
    [plane, block]: [usize; 2],
    own: &'a mut Buffer<T>,
) -> Mat<'a, T> {
    let (outputs, places) = layout.outputs(block);
    let (filters, reach) = (shape.filters, places.reach());
    let row = shape.window.outputs();
    let data = &gradient[plane * filters * row + outputs.start..];
    if reach == outputs.len() {
        return Mat { data, rows: filters, cols: reach, row_stride: row as isize, col_stride: 1 };
    }
    *own = Buffer::stale(filters * reach);
    for (to, from) in own.chunks_exact_mut(reach).zip(data.chunks(row)) {
        let mut end = 0;
        places.runs(0..outputs.len(), |at, start, count| {
            to[end..start].fill(T::ZERO);
            end = start + count;
            to[start..end].copy_from_slice(&from[at..at + count]);
        });
    }
    Mat::rows(own, filters, reach)
}

/// Whether rows of outputs are long enough beside what the window sees beyond each.
pub(super) fn pays(layout: &Layout) -> bool {
    let (outputs, places) = layout.outputs(0);
    2 * places.reach() <= 3 * outputs.len()
}
