//! A product whose bounds have been checked, on raw operands that can be cut into windows.

use std::ops::Range;

use super::{Mat, MatMut};
use crate::Real;

/// `C = α A B + β C` with C of m × n and A of m × k; strides are [row, column].
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Job<T> {
    pub(super) m: usize,
    pub(super) k: usize,
    pub(super) n: usize,
    pub(super) alpha: T,
    pub(super) a: *const T,
    pub(super) a_strides: [isize; 2],
    pub(super) b: *const T,
    pub(super) b_strides: [isize; 2],
    pub(super) beta: T,
    pub(super) c: *mut T,
    pub(super) c_strides: [isize; 2],
}

// SAFETY: the pointers come from slices of Plain elements that outlive the product, and tasks on
// different threads write disjoint windows of C.
unsafe impl<T: Real> Sync for Job<T> {}

impl<T: Real> Job<T> {
    pub(super) fn new(alpha: T, a: &Mat<T>, b: &Mat<T>, beta: T, c: &MatMut<T>) -> Self {
        Job {
            m: c.rows,
            k: a.cols,
            n: c.cols,
            alpha,
            a: a.data.as_ptr(),
            a_strides: [a.row_stride, a.col_stride],
            b: b.data.as_ptr(),
            b_strides: [b.row_stride, b.col_stride],
            beta,
            c: c.data.as_ptr().cast_mut(),
            c_strides: [c.row_stride, c.col_stride],
        }
    }

    /// The same product seen from the other side: `Cᵀ = α Bᵀ Aᵀ + β Cᵀ`.
    pub(super) fn transposed(&self) -> Self {
        let swap = |[row, col]: [isize; 2]| [col, row];
        Job {
            m: self.n,
            n: self.m,
            a: self.b,
            a_strides: swap(self.b_strides),
            b: self.a,
            b_strides: swap(self.a_strides),
            c_strides: swap(self.c_strides),
            ..*self
        }
    }

    /// The same product for some rows and columns of C.
    pub(super) fn window(&self, rows: Range<usize>, cols: Range<usize>) -> Self {
        let (row, col) = (rows.start as isize, cols.start as isize);
        Job {
            m: rows.len(),
            n: cols.len(),
            a: self.a.wrapping_offset(row * self.a_strides[0]),
            b: self.b.wrapping_offset(col * self.b_strides[1]),
            c: self.c.wrapping_offset(row * self.c_strides[0] + col * self.c_strides[1]),
            ..*self
        }
    }

    /// The part of the sum that some columns of A contribute; all but the first add to C.
    pub(super) fn slab(&self, depth: Range<usize>) -> Self {
        let start = depth.start as isize;
        Job {
            k: depth.len(),
            a: self.a.wrapping_offset(start * self.a_strides[1]),
            b: self.b.wrapping_offset(start * self.b_strides[0]),
            beta: if start == 0 { self.beta } else { T::ONE },
            ..*self
        }
    }

    /// Multiply-adds of the product.
    pub(super) fn work(&self) -> usize {
        self.m * self.n * self.k
    }
}
