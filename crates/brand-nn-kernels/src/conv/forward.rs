//! A convolution as a product whose right matrix is read from the image.

use std::ops::Range;

use super::layout::Layout;
use super::{Convolution, TASKS};
use crate::gemm::{Patches, gemm_patches};
use crate::threads::Parts;
use crate::{Buffer, Mat, Real};

/// Filters that are worth a task of their own.
const FEW: usize = 16;

/// The operands of a forward pass.
pub(super) struct Forward<'a, T> {
    shape: &'a Convolution,
    x: &'a [T],
    weight: &'a [T],
    bias: Option<&'a [T]>,
    layout: Layout,
    /// Where each row of the right matrix begins.
    rows: Vec<usize>,
}

/// Writes the convolution of x to `out`.
pub(super) fn forward<T: Real>(
    shape: &Convolution,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    out: &mut [T],
) {
    let planes = shape.images * shape.groups;
    let layout = Layout::new(&shape.window, shape.channels, TASKS.div_ceil(planes));
    let blocks = layout.blocks();
    let pieces = TASKS.div_ceil(planes * blocks).min(shape.filters.div_ceil(FEW));
    let height = shape.filters.div_ceil(pieces);
    let rows = layout.rows(shape.channels);
    let forward = Forward { shape, x, weight, bias, layout, rows };
    let parts = Parts::new(out);
    shape.each(planes * blocks * pieces, |task| {
        let (first, rest) = (task % pieces * height, task / pieces);
        let filters = first..shape.filters.min(first + height);
        forward.block(rest / blocks, filters, rest % blocks, &parts);
    });
}

impl<T: Real> Forward<'_, T> {
    /// A block of outputs of some filters; `plane` counts images and groups.
    fn block(&self, plane: usize, filters: Range<usize>, block: usize, out: &Parts<T>) {
        let Convolution { ref window, channels, .. } = *self.shape;
        let (outputs, places) = self.layout.outputs(block);
        if filters.is_empty() || outputs.is_empty() {
            return;
        }
        let group = plane % self.shape.groups * self.shape.filters;
        let first = (plane * self.shape.filters + filters.start) * window.outputs() + outputs.start;
        for (i, filter) in filters.clone().enumerate() {
            let start = first + i * window.outputs();
            // SAFETY: this task alone has these outputs, and it runs once.
            let row = unsafe { out.range(start..start + outputs.len()) };
            if let Some(bias) = self.bias {
                row.fill(bias[group + filter]);
            }
        }
        let mut own = Buffer::default();
        let of_plane = plane * channels..(plane + 1) * channels;
        let data = self.layout.lay_out(self.x, of_plane, block, &mut own);
        let patches = Patches { data, rows: &self.rows, places };
        let depth = self.shape.depth();
        let weight = &self.weight[(group + filters.start) * depth..(group + filters.end) * depth];
        let weight = Mat::rows(weight, filters.len(), depth);
        let beta = if self.bias.is_some() { T::ONE } else { T::ZERO };
        // SAFETY: rows of C are those of the loop above.
        unsafe { gemm_patches(weight, &patches, beta, out.start(first), window.outputs()) };
    }
}
