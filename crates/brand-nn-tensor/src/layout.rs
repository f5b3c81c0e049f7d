//! Where a tensor's elements lie in its buffer: shape, strides, offset.

use std::ops::{Deref, Range};
use std::sync::Arc;

use smallvec::SmallVec;

use crate::Shape;

/// Steps between neighbours along each axis, in elements.
pub(crate) type Strides = SmallVec<[isize; 4]>;

/// A window on a buffer. Strides are never negative; 0 repeats an element.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) shape: Shape,
    pub(crate) strides: Strides,
    pub(crate) offset: usize,
}

impl Clone for Layout {
    fn clone(&self) -> Self {
        let strides = SmallVec::from_slice(&self.strides);
        Self { shape: self.shape.clone(), strides, offset: self.offset }
    }
}

impl Layout {
    /// Row-major order from the start of a buffer.
    pub(crate) fn contiguous(shape: Shape) -> Self {
        let strides = row_major(&shape);
        Self { shape, strides, offset: 0 }
    }

    /// True if the elements lie side by side in row-major order.
    pub(crate) fn is_contiguous(&self) -> bool {
        if self.shape.contains(&0) {
            return true;
        }
        let mut step = 1;
        for (&dim, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if dim != 1 && stride != step {
                return false;
            }
            step *= dim as isize;
        }
        true
    }

    /// The place of one element, whose indices the caller has checked.
    pub(crate) fn position(&self, index: &[usize]) -> usize {
        let steps = index.iter().zip(&self.strides);
        self.offset + steps.map(|(&i, &stride)| i * stride as usize).sum::<usize>()
    }

    /// The layout with its axes in another order.
    pub(crate) fn permuted(&self, axes: &[usize]) -> Self {
        Self {
            shape: axes.iter().map(|&axis| self.shape[axis]).collect(),
            strides: axes.iter().map(|&axis| self.strides[axis]).collect(),
            offset: self.offset,
        }
    }

    /// The layout with two axes swapped.
    pub(crate) fn transposed(&self, a: usize, b: usize) -> Self {
        let mut axes: SmallVec<[usize; 6]> = (0..self.shape.len()).collect();
        axes.swap(a, b);
        self.permuted(&axes)
    }

    /// The layout stretched to a shape that it broadcasts to, or `None` if it doesn't.
    pub(crate) fn expanded(&self, shape: &Shape) -> Option<Self> {
        let added = shape.len().checked_sub(self.shape.len())?;
        let mut strides: Strides = SmallVec::from_elem(0, added);
        for ((&from, &to), &stride) in self.shape.iter().zip(&shape[added..]).zip(&self.strides) {
            match from {
                _ if from == to => strides.push(stride),
                1 => strides.push(0),
                _ => return None,
            }
        }
        // Nothing is read of an empty window, so it may stand at the start of any buffer.
        let offset = if shape.contains(&0) { 0 } else { self.offset };
        Some(Self { shape: shape.clone(), strides, offset })
    }

    /// The same elements in the same order under another shape, if strides can say it.
    ///
    /// The caller has checked that both shapes have the same size.
    pub(crate) fn reshaped(&self, shape: &Shape) -> Option<Self> {
        let strides = if self.is_contiguous() { row_major(shape) } else { self.regrouped(shape)? };
        Some(Self { shape: shape.clone(), strides, offset: self.offset })
    }

    /// Strides for a new shape: runs of axes that lie evenly are merged and split anew.
    fn regrouped(&self, shape: &Shape) -> Option<Strides> {
        let mut runs = self.even_runs();
        let mut strides: Strides = SmallVec::from_elem(0, shape.len());
        let (mut room, mut step) = runs.pop().unwrap_or((1, 1));
        for axis in (0..shape.len()).rev() {
            if shape[axis] == 1 {
                strides[axis] = step;
                continue;
            }
            if room == 1 {
                (room, step) = runs.pop()?;
            }
            if room % shape[axis] != 0 {
                return None;
            }
            strides[axis] = step;
            room /= shape[axis];
            step *= shape[axis] as isize;
        }
        Some(strides)
    }

    /// The axes merged where a step along one is a full row of the next: `(length, stride)`.
    fn even_runs(&self) -> SmallVec<[(usize, isize); 6]> {
        let mut runs: SmallVec<[(usize, isize); 6]> = SmallVec::new();
        for (&dim, &stride) in self.shape.iter().zip(&self.strides) {
            match runs.last_mut() {
                _ if dim == 1 => {}
                Some(last) if last.1 == stride * dim as isize => *last = (last.0 * dim, stride),
                _ => runs.push((dim, stride)),
            }
        }
        runs
    }

    /// The places of all elements in row-major order.
    pub(crate) fn positions(&self) -> Positions<'_> {
        Positions {
            layout: self,
            index: SmallVec::from_elem(0, self.shape.len()),
            next: self.offset,
            left: self.shape.size(),
        }
    }
}

/// A settled layout that tensors share, with the answers to what every op asks.
#[derive(Debug)]
pub(crate) struct Placement {
    layout: Layout,
    size: usize,
    contiguous: bool,
}

impl Placement {
    /// Row-major order from the start of a buffer.
    pub(crate) fn contiguous(shape: Shape) -> Arc<Self> {
        Arc::new(Self::from(Layout::contiguous(shape)))
    }

    /// A copy that may be changed.
    pub(crate) fn to_layout(&self) -> Layout {
        self.layout.clone()
    }

    /// The number of elements.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// True if the elements lie side by side in row-major order.
    pub(crate) fn is_contiguous(&self) -> bool {
        self.contiguous
    }

    /// True if that order begins at the start of the buffer.
    pub(crate) fn is_whole(&self) -> bool {
        self.contiguous && self.offset == 0
    }

    /// The part of the buffer that a contiguous layout covers.
    pub(crate) fn range(&self) -> Range<usize> {
        self.offset..self.offset + self.size
    }
}

impl From<Layout> for Placement {
    fn from(layout: Layout) -> Self {
        Self { size: layout.shape.size(), contiguous: layout.is_contiguous(), layout }
    }
}

impl Deref for Placement {
    type Target = Layout;

    fn deref(&self) -> &Layout {
        &self.layout
    }
}

/// Strides of row-major order. Lengths of 0 count as 1, so that nothing can overflow.
fn row_major(shape: &Shape) -> Strides {
    let mut strides: Strides = SmallVec::from_elem(1, shape.len());
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis].max(1) as isize;
    }
    strides
}

/// Iterator over the places of a layout's elements.
pub(crate) struct Positions<'a> {
    layout: &'a Layout,
    index: SmallVec<[usize; 6]>,
    next: usize,
    left: usize,
}

impl Iterator for Positions<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let position = self.next;
        for axis in (0..self.index.len()).rev() {
            let stride = self.layout.strides[axis] as usize;
            self.index[axis] += 1;
            self.next += stride;
            if self.index[axis] < self.layout.shape[axis] {
                break;
            }
            self.next -= stride * self.index[axis];
            self.index[axis] = 0;
        }
        Some(position)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Positions<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_reshape(from: &[usize], order: &[usize], to: &[usize], expected: Option<&[isize]>) {
        let layout = Layout::contiguous(Shape::from(from)).permuted(order);
        let strides = layout.reshaped(&Shape::from(to)).map(|layout| layout.strides.to_vec());
        assert_eq!(strides.as_deref(), expected);
    }

    #[test]
    fn reshape_keeps_the_buffer_where_strides_can_say_it() {
        check_reshape(&[2, 3, 4], &[0, 1, 2], &[6, 4], Some(&[4, 1]));
        check_reshape(&[2, 3, 4], &[0, 1, 2], &[24], Some(&[1]));
        check_reshape(&[2, 3, 4], &[1, 0, 2], &[3, 2, 2, 2], Some(&[4, 12, 2, 1]));
        check_reshape(&[2, 3, 4], &[2, 0, 1], &[4, 6], Some(&[1, 4]));
        check_reshape(&[2, 3, 4], &[2, 0, 1], &[24], None);
        check_reshape(&[2, 3], &[1, 0], &[1, 3, 1, 2], Some(&[3, 1, 6, 3]));
        check_reshape(&[2, 3], &[1, 0], &[2, 3], None);
    }

    #[test]
    fn positions_walk_in_row_major_order() {
        let layout = Layout::contiguous(Shape::from([2, 3])).transposed(0, 1);
        assert_eq!(layout.positions().collect::<Vec<_>>(), [0, 3, 1, 4, 2, 5]);
        let scalar = Layout::contiguous(Shape::from(()));
        assert_eq!(scalar.positions().collect::<Vec<_>>(), [0]);
        assert_eq!(Layout::contiguous(Shape::from([2, 0])).positions().count(), 0);
    }
}
