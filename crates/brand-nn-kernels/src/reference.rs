//! The plain loops that every fast kernel is checked against and timed beside.

use crate::{Plain, View};

/// The elements of a window, row-major, one index at a time.
pub fn copy<T: Plain>(from: View<T>) -> Vec<T> {
    (0..from.size()).map(|i| at(from, i)).collect()
}

/// Element number `i` of a window in row-major order.
fn at<T: Plain>(from: View<T>, mut i: usize) -> T {
    let mut position = from.offset as isize;
    for (&extent, &stride) in from.shape.iter().zip(from.strides).rev() {
        position += (i % extent) as isize * stride;
        i /= extent;
    }
    from.data[position as usize]
}
