//! Weights of 3 × 3 as the right matrices of Winograd's sums, and their gradient from his.

use super::tiles::turn;
use super::transform::{Planes, Turned, Weight, WeightGradient, transform};
use super::{LANES, POINTS};
use crate::conv::Convolution;
use crate::threads::for_each_chunk;
use crate::{Buffer, Mat, PackedB, Real, View, copy};

/// Taps of a window.
const TAPS: usize = 9;
/// Elements that one task transforms, about.
const TASK: usize = 1 << 14;

/// How a pass sees the weight `[filters, channels, taps]`.
#[derive(Clone, Copy)]
pub(super) enum Direction {
    /// Sums over channels make filters.
    Forward,
    /// Sums over filters make channels; windows are turned by half a circle.
    Backward,
}

/// The matrices `[inputs, outputs]` that the sixteen points of a tile are multiplied by.
pub(super) fn matrices<T: Real>(
    shape: &Convolution,
    weight: &[T],
    direction: Direction,
) -> Vec<PackedB<T>> {
    let Convolution { channels, filters, .. } = *shape;
    let [(inputs, apart), (outputs, to_apart)] = match direction {
        Direction::Forward => [(channels, TAPS), (filters, channels * TAPS)],
        Direction::Backward => [(filters, channels * TAPS), (channels, TAPS)],
    };
    let width = outputs.next_multiple_of(LANES);
    let planes = |step: usize| Planes { columns: 1, step: step * width, apart: width };
    let mut all = Buffer::stale(inputs * POINTS * width);
    let each = (TASK / (POINTS * width)).max(1);
    for_each_chunk(&mut all, each * POINTS * width, |task, to| {
        let mut taps = Buffer::zeroed(TAPS * width);
        for (i, to) in to.chunks_exact_mut(POINTS * width).enumerate() {
            let from = &weight[(task * each + i) * apart..];
            turn(from, to_apart, [outputs, TAPS], &mut taps, width);
            let taps = (&taps[..], planes(0));
            match direction {
                Direction::Forward => transform(Weight, [1, 1, width], taps, (to, planes(0))),
                Direction::Backward => {
                    let taps = (taps.0, Turned(taps.1));
                    transform(Weight, [1, 1, width], taps, (to, planes(0)));
                }
            }
        }
    });
    let matrix = |point| Mat {
        data: &all[point * width..],
        rows: inputs,
        cols: outputs,
        row_stride: (POINTS * width) as isize,
        col_stride: 1,
    };
    (0..POINTS).map(|point| PackedB::new(matrix(point))).collect()
}

/// Turns sums `[channels, points, width]` into the gradient of the weight.
pub(super) fn gradient<T: Real>(shape: &Convolution, sums: &[T], out: &mut [T]) {
    let (width, depth) = (shape.filters.next_multiple_of(LANES), shape.depth());
    let planes = |step: usize| Planes { columns: 1, step: step * width, apart: width };
    let mut all = Buffer::stale(depth * width);
    let each = (TASK / (POINTS * width)).max(1);
    for_each_chunk(&mut all, each * TAPS * width, |task, to| {
        let from = &sums[task * each * POINTS * width..];
        let sizes = [1, to.len() / (TAPS * width), width];
        transform(WeightGradient, sizes, (from, planes(POINTS)), (to, planes(TAPS)));
    });
    let strides = [1, width as isize];
    copy(View { data: &all, offset: 0, shape: &[shape.filters, depth], strides: &strides }, out);
}
