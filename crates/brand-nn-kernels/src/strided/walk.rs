//! Visits the rows of several strided operands together, after merging axes.

use crate::threads::for_each;

/// Elements below which a walk stays on one thread.
const SERIAL: usize = 1 << 17;
/// Elements that one task of a parallel walk has, about.
const TASK: usize = 1 << 15;

/// The axes that are left once those that lie behind each other are one.
#[derive(Debug, PartialEq)]
pub(crate) struct Axes<const N: usize> {
    /// Extents of the outer axes.
    pub(crate) outer: Vec<usize>,
    /// Strides of the outer axes, one per operand.
    pub(crate) outer_strides: Vec<[isize; N]>,
    /// The extent of the innermost axis.
    pub(crate) inner: usize,
    /// The strides of the innermost axis, one per operand.
    pub(crate) inner_strides: [isize; N],
}

impl<const N: usize> Axes<N> {
    /// Merges axes of `shape` wherever every operand's strides allow it.
    pub(crate) fn merged(shape: &[usize], strides: [&[isize]; N]) -> Self {
        let mut axes: Vec<(usize, [isize; N])> = Vec::with_capacity(shape.len());
        for (axis, &extent) in shape.iter().enumerate().filter(|(_, extent)| **extent != 1) {
            let here = strides.map(|s| s[axis]);
            match axes.last_mut() {
                Some((last, steps)) if mergeable(*steps, here, extent) => {
                    *last *= extent;
                    *steps = here;
                }
                _ => axes.push((extent, here)),
            }
        }
        let (inner, inner_strides) = axes.pop().unwrap_or((1, [1; N]));
        let (outer, outer_strides) = axes.into_iter().unzip();
        Axes { outer, outer_strides, inner, inner_strides }
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.outer.iter().product()
    }

    /// Calls `f(row, offsets)` for every row, on several threads where there is much to do.
    ///
    /// `offsets` is where the row begins in each operand, relative to its own offset.
    pub(crate) fn for_each_row(&self, f: impl Fn(usize, [isize; N]) + Sync) {
        self.hand_out(&f);
    }

    /// [`Axes::for_each_row`] for all closures alike, so that its code is there once.
    fn hand_out(&self, f: &(dyn Fn(usize, [isize; N]) + Sync)) {
        let rows = self.rows();
        let per_task =
            if rows * self.inner < SERIAL { rows.max(1) } else { (TASK / self.inner).max(1) };
        for_each(rows.div_ceil(per_task), |task| {
            let first = task * per_task;
            self.walk(first, (first + per_task).min(rows), f);
        });
    }

    /// Visits rows `first .. end` in order.
    fn walk(&self, first: usize, end: usize, f: &dyn Fn(usize, [isize; N])) {
        let mut index = self.unravel(first);
        let mut offsets = self.offsets(&index);
        for row in first..end {
            f(row, offsets);
            self.step(&mut index, &mut offsets);
        }
    }

    fn unravel(&self, mut row: usize) -> Vec<usize> {
        let mut index = vec![0; self.outer.len()];
        for (i, &extent) in index.iter_mut().zip(&self.outer).rev() {
            *i = row % extent;
            row /= extent;
        }
        index
    }

    fn offsets(&self, index: &[usize]) -> [isize; N] {
        let mut offsets = [0; N];
        for (&i, strides) in index.iter().zip(&self.outer_strides) {
            for (offset, stride) in offsets.iter_mut().zip(strides) {
                *offset += i as isize * stride;
            }
        }
        offsets
    }

    /// Moves to the next row like the digits of a counter.
    fn step(&self, index: &mut [usize], offsets: &mut [isize; N]) {
        for axis in (0..index.len()).rev() {
            index[axis] += 1;
            let wrap = index[axis] == self.outer[axis];
            let back = if wrap { self.outer[axis] as isize - 1 } else { -1 };
            for (offset, stride) in offsets.iter_mut().zip(self.outer_strides[axis]) {
                *offset -= back * stride;
            }
            if !wrap {
                break;
            }
            index[axis] = 0;
        }
    }
}

fn mergeable<const N: usize>(before: [isize; N], here: [isize; N], extent: usize) -> bool {
    before.iter().zip(here).all(|(&before, here)| here.checked_mul(extent as isize) == Some(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(shape: &[usize], strides: &[isize], outer: &[usize], inner: (usize, isize)) {
        let axes = Axes::merged(shape, [strides]);
        assert_eq!((&axes.outer[..], axes.inner, axes.inner_strides[0]), (outer, inner.0, inner.1));
    }

    #[test]
    fn axes_merge_where_they_can() {
        check(&[2, 3, 4], &[12, 4, 1], &[], (24, 1));
        check(&[2, 3, 4], &[0, 0, 0], &[], (24, 0));
        check(&[2, 3, 4], &[24, 8, 1], &[6], (4, 1));
        check(&[2, 1, 4], &[4, 77, 1], &[], (8, 1));
        check(&[3, 2], &[1, 3], &[3], (2, 3));
        check(&[], &[], &[], (1, 1));
        check(&[1, 1], &[5, 5], &[], (1, 1));
        check(&[5, 0], &[7, 1], &[5], (0, 1));
    }
}
