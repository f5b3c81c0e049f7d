//! Functions of two elements on broadcast windows, comparisons and selection.

use crate::simd::{Kernel, Lanes, dispatch};
use crate::strided::walk::Axes;
use crate::strided::{View, copy};
use crate::threads::{Parts, for_each};
use crate::{Buffer, Number, Plain};

mod choose;
mod pairs;
mod rows;

pub use choose::{Compare, compare, select};
pub use pairs::zip_each;
use rows::Row;

/// Elements below which an op on contiguous slices stays on one thread.
const SERIAL: usize = 1 << 18;
/// Elements that one task of a parallel op has.
const TASK: usize = 1 << 16;

/// A function of two elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// The sum.
    Add,
    /// The difference.
    Sub,
    /// The product.
    Mul,
    /// The quotient; integers round toward zero and panic on a division by zero.
    Div,
    /// The left to the power of the right.
    Pow,
    /// The larger one; NaN if either is.
    Max,
    /// The smaller one; NaN if either is.
    Min,
    /// The remainder, with the sign of the divisor.
    Rem,
}

/// `out = a ∘ b`; both windows have the shape of `out`, broadcast axes have stride 0.
///
/// # Panics
/// If the shapes differ, a window leaves its data, or `out` has another size.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Binary, View, binary};
/// let (table, row) = ([1, 2, 3, 4], [10, 20]);
/// let a = View { data: &table, offset: 0, shape: &[2, 2], strides: &[2, 1] };
/// let b = View { data: &row, offset: 0, shape: &[2, 2], strides: &[0, 1] };
/// let mut out = [0; 4];
/// binary(Binary::Add, a, b, &mut out);
/// assert_eq!(out, [11, 22, 13, 24]);
/// ```
#[track_caller]
pub fn binary<T: Number>(op: Binary, a: View<T>, b: View<T>, out: &mut [T]) {
    check_pair("binary", a, b, out.len());
    if out.is_empty() {
        return;
    }
    if let (Some(a), Some(b)) = (a.flat(), b.flat()) {
        return for_each_task(out, |first, out| {
            let range = first..first + out.len();
            T::apply(op, Row::Slice(&a[range.clone()]), Row::Slice(&b[range]), out);
        });
    }
    with_contiguous_rows(a, |a| {
        with_contiguous_rows(b, |b| zip_views(a, b, out, |a, b, out| T::apply(op, a, b, out)));
    });
}

/// `a = a ∘ b`; `b` has the shape of `a`, broadcast axes have stride 0.
///
/// # Panics
/// If the window leaves its data or `a` has another size.
#[track_caller]
pub fn binary_in_place<T: Number>(op: Binary, a: &mut [T], b: View<T>) {
    b.check("binary");
    let size = b.size();
    assert!(a.len() == size, "binary: {} elements with {:?}", a.len(), b.shape);
    if size == 0 {
        return;
    }
    if let Some(b) = b.flat() {
        return for_each_task(a, |first, out| {
            T::apply(op, Row::Out, Row::Slice(&b[first..first + out.len()]), out);
        });
    }
    with_contiguous_rows(b, |b| {
        let axes = Axes::merged(b.shape, [b.strides]);
        let parts = Parts::new(a);
        axes.for_each_row(|row, [offset]| {
            // SAFETY: row r owns r·inner .. (r + 1)·inner and is visited once.
            let out = unsafe { parts.range(row * axes.inner..(row + 1) * axes.inner) };
            T::apply(op, Row::Out, b.row(offset, axes.inner, axes.inner_strides[0]), out);
        });
    });
}

/// `out = a ∘ b` for one number `b`.
///
/// # Panics
/// If the lengths differ.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Binary, binary_scalar};
/// let mut out = [0.0; 2];
/// binary_scalar(Binary::Pow, &[2.0_f32, 3.0], 2.0, &mut out);
/// assert_eq!(out, [4.0, 9.0]);
/// ```
#[track_caller]
pub fn binary_scalar<T: Number>(op: Binary, a: &[T], b: T, out: &mut [T]) {
    assert!(a.len() == out.len(), "binary: {} elements into {}", a.len(), out.len());
    for_each_task(out, |first, out| {
        T::apply(op, Row::Slice(&a[first..first + out.len()]), Row::One(b), out);
    });
}

/// `out = a ∘ b` for one number `a`.
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn scalar_binary<T: Number>(op: Binary, a: T, b: &[T], out: &mut [T]) {
    assert!(b.len() == out.len(), "binary: {} elements into {}", b.len(), out.len());
    for_each_task(out, |first, out| {
        T::apply(op, Row::One(a), Row::Slice(&b[first..first + out.len()]), out);
    });
}

/// `a = a ∘ b` for one number `b`.
pub fn binary_scalar_in_place<T: Number>(op: Binary, a: &mut [T], b: T) {
    for_each_task(a, |_, a| T::apply(op, Row::Out, Row::One(b), a));
}

/// `b = a ∘ b` for one number `a`.
pub fn scalar_binary_in_place<T: Number>(op: Binary, a: T, b: &mut [T]) {
    for_each_task(b, |_, b| T::apply(op, Row::One(a), Row::Out, b));
}

/// Panics unless both windows are sound and have `len` elements in one shape.
#[track_caller]
fn check_pair<A: Plain, B: Plain>(op: &str, a: View<A>, b: View<B>, len: usize) {
    a.check(op);
    b.check(op);
    assert!(a.shape == b.shape, "{op}: shapes {:?} and {:?} differ", a.shape, b.shape);
    let size = a.size();
    assert!(size == len, "{op}: {size} elements into a slice of {len}");
}

/// Calls `f` with the window, copied first if its innermost steps are longer than one element.
fn with_contiguous_rows<T: Plain, R>(view: View<T>, f: impl FnOnce(View<T>) -> R) -> R {
    let steps = view.shape.iter().zip(view.strides).rev().find(|(extent, _)| **extent > 1);
    let (mut data, strides);
    // One call of `f` at the end, so that its code is there once.
    let view = if steps.is_none_or(|(_, &stride)| stride == 0 || stride == 1) {
        view
    } else {
        data = Buffer::stale(view.size());
        copy(view, &mut data);
        strides = row_major(view.shape);
        View { data: &data, offset: 0, shape: view.shape, strides: &strides }
    };
    f(view)
}

fn row_major(shape: &[usize]) -> Vec<isize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis] as isize;
    }
    strides
}

/// Calls `f` with matching rows of two checked windows and of `out`.
fn zip_views<A: Plain, B: Plain, O: Plain>(
    a: View<A>,
    b: View<B>,
    out: &mut [O],
    f: impl Fn(Row<A>, Row<B>, &mut [O]) + Sync,
) {
    let axes = Axes::merged(a.shape, [a.strides, b.strides]);
    let [step_a, step_b] = axes.inner_strides;
    let parts = Parts::new(out);
    axes.for_each_row(|row, [at_a, at_b]| {
        // SAFETY: row r owns r·inner .. (r + 1)·inner and is visited once.
        let out = unsafe { parts.range(row * axes.inner..(row + 1) * axes.inner) };
        let (a, b) = (a.row(at_a, axes.inner, step_a), b.row(at_b, axes.inner, step_b));
        f(a, b, out);
    });
}

impl<'a, T: Plain> View<'a, T> {
    /// A row of elements that lie side by side, or the one that stands for all.
    #[inline]
    fn row(&self, at: isize, len: usize, stride: isize) -> Row<'a, T> {
        let start = (self.offset as isize + at) as usize;
        if stride == 0 {
            Row::One(self.data[start])
        } else {
            Row::Slice(&self.data[start..start + len])
        }
    }
}

/// Cuts `out` into tasks; `f` gets the position of the first element of each.
fn for_each_task<T: Plain>(out: &mut [T], f: impl Fn(usize, &mut [T]) + Sync) {
    let len = out.len();
    if len < SERIAL {
        return f(0, out);
    }
    let parts = Parts::new(out);
    for_each(len.div_ceil(TASK), |task| {
        let first = task * TASK;
        // SAFETY: each task owns its range and runs once.
        f(first, unsafe { parts.range(first..len.min(first + TASK)) });
    });
}

/// Types with arithmetic; their code is made here once, not in every crate that calls it.
#[doc(hidden)]
pub trait Arithmetic: Sized {
    /// One row: `out = a ∘ b`.
    fn apply(op: Binary, a: Row<Self>, b: Row<Self>, out: &mut [Self]);
}

macro_rules! arithmetic {
    ($($t:ty)*) => {$(
        impl Arithmetic for $t {
            fn apply(op: Binary, a: Row<Self>, b: Row<Self>, out: &mut [Self]) {
                match (op, b) {
                    (Binary::Pow, Row::One(power)) => rows::power(a, power, out),
                    _ => dispatch(Apply { op, a, b, out }),
                }
            }
        }
    )*};
}
arithmetic! { f32 f64 i64 i32 u8 }

struct Apply<'a, T> {
    op: Binary,
    a: Row<'a, T>,
    b: Row<'a, T>,
    out: &'a mut [T],
}

impl<T: Number> Kernel for Apply<'_, T> {
    type Output = ();
    const WIDE: bool = T::FLOAT;

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Apply { op, a, b, out } = self;
        match op {
            Binary::Add => rows::zip(a, b, out, T::plus),
            Binary::Sub => rows::zip(a, b, out, T::minus),
            Binary::Mul => rows::zip(a, b, out, T::times),
            Binary::Div => rows::zip(a, b, out, T::over),
            Binary::Pow => rows::zip(a, b, out, T::power),
            Binary::Max => rows::zip(a, b, out, T::larger),
            Binary::Min => rows::zip(a, b, out, T::smaller),
            Binary::Rem => rows::zip(a, b, out, T::modulo),
        }
    }
}
