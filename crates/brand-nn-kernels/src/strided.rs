//! Views with strides: reading n-dimensional windows of a slice, and copying them.

use crate::Plain;
use crate::size::count;

mod convert;
mod copy;
pub(crate) mod transpose;
pub(crate) mod walk;

pub use convert::{Convert, convert};
pub use copy::{copy, copy_into};

/// A read-only n-dimensional window of a slice.
///
/// Element `[i, j, …]` is `data[offset + i·strides[0] + j·strides[1] + …]`. Strides may be
/// nought (broadcast) or negative (flipped). Kernels check the bounds once, at their entry.
#[derive(Clone, Copy, Debug)]
pub struct View<'a, T> {
    /// The slice that the window looks into.
    pub data: &'a [T],
    /// Where the first element lies.
    pub offset: usize,
    /// The extent of each axis.
    pub shape: &'a [usize],
    /// Elements from one to the next, along each axis.
    pub strides: &'a [isize],
}

impl<'a, T: Plain> View<'a, T> {
    /// The elements as one slice, if they lie side by side in row-major order.
    pub(crate) fn flat(&self) -> Option<&'a [T]> {
        let mut step = 1;
        for (&extent, &stride) in self.shape.iter().zip(self.strides).rev() {
            if extent != 1 && stride != step {
                return None;
            }
            step *= extent as isize;
        }
        self.data.get(self.offset..)?.get(..step as usize)
    }

    /// How many elements the window shows.
    ///
    /// # Panics
    /// If their number overflows.
    #[track_caller]
    pub fn size(&self) -> usize {
        count("view", self.shape)
    }

    /// Panics unless every element lies inside the data.
    #[track_caller]
    pub(crate) fn check(&self, op: &str) {
        check_bounds(op, self.data.len(), self.offset, self.shape, self.strides);
    }
}

/// Panics unless the window lies inside `len` elements.
#[track_caller]
fn check_bounds(op: &str, len: usize, offset: usize, shape: &[usize], strides: &[isize]) {
    assert!(
        shape.len() == strides.len(),
        "{op}: shape {shape:?} has {} axes, strides {strides:?} have {}",
        shape.len(),
        strides.len()
    );
    assert!(
        fits(len, offset, shape, strides),
        "{op}: a view of shape {shape:?}, strides {strides:?}, offset {offset} leaves its {len} elements"
    );
}

/// Whether the lowest and the highest element lie inside `len` elements.
pub(crate) fn fits(len: usize, offset: usize, shape: &[usize], strides: &[isize]) -> bool {
    if shape.contains(&0) {
        return true;
    }
    let (mut low, mut high) = (offset as i128, offset as i128);
    for (&extent, &stride) in shape.iter().zip(strides) {
        let reach = (extent as i128 - 1) * stride as i128;
        if reach < 0 { low += reach } else { high += reach }
    }
    low >= 0 && high < len as i128
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(len: usize, offset: usize, shape: &[usize], strides: &[isize], expected: bool) {
        assert_eq!(fits(len, offset, shape, strides), expected);
    }

    #[test]
    fn windows_must_stay_inside() {
        check(6, 0, &[2, 3], &[3, 1], true);
        check(6, 1, &[2, 3], &[3, 1], false);
        check(6, 5, &[6], &[-1], true);
        check(6, 4, &[6], &[-1], false);
        check(1, 0, &[1000, 1000], &[0, 0], true);
        check(0, 9, &[0, 5], &[5, 1], true);
        check(0, 0, &[], &[], false);
        check(1, 0, &[], &[], true);
        check(9, 0, &[usize::MAX, 2], &[isize::MAX, 1], false);
    }

    #[test]
    #[should_panic(
        expected = "copy: a view of shape [2, 3], strides [3, 1], offset 1 leaves its 6"
    )]
    fn leaving_the_data_panics_with_sizes() {
        let data = [0.0_f32; 6];
        let view = View { data: &data, offset: 1, shape: &[2, 3], strides: &[3, 1] };
        copy(view, &mut [0.0; 6]);
    }
}
