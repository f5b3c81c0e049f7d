//! The plain loops that every fast kernel is checked against and timed beside.

use crate::{Mat, Number, Plain, View};

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

/// `A B`, row-major: one element after the other, summed in `f64`.
pub fn matmul<T: Number>(a: Mat<T>, b: Mat<T>) -> Vec<f64> {
    let element = |m: &Mat<T>, i: usize, j: usize| {
        m.data[(i as isize * m.row_stride + j as isize * m.col_stride) as usize].to_f64()
    };
    let cell = |i, j| (0..a.cols).map(|p| element(&a, i, p) * element(&b, p, j)).sum();
    (0..a.rows).flat_map(|i| (0..b.cols).map(move |j| (i, j))).map(|(i, j)| cell(i, j)).collect()
}
