//! Comparisons, which give masks, and selection by a mask.

use super::rows::{Row, zip_apart};
use super::{check_pair, with_contiguous_rows, zip_views};
use crate::Plain;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::strided::View;
use crate::strided::walk::Axes;
use crate::threads::Parts;

/// A question about two elements; every answer about NaN is no, except to [`Compare::NotEqual`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compare {
    /// `a = b`
    Equal,
    /// `a ≠ b`
    NotEqual,
    /// `a < b`
    Less,
    /// `a ≤ b`
    LessEqual,
    /// `a > b`
    Greater,
    /// `a ≥ b`
    GreaterEqual,
}

/// `out` says where the comparison holds.
///
/// # Panics
/// If the shapes differ, a window leaves its data, or `out` has another size.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Compare, View, compare};
/// let (data, limit) = ([1.0, 5.0, f32::NAN], [3.0]);
/// let a = View { data: &data, offset: 0, shape: &[3], strides: &[1] };
/// let b = View { data: &limit, offset: 0, shape: &[3], strides: &[0] };
/// let mut out = [false; 3];
/// compare(Compare::Greater, a, b, &mut out);
/// assert_eq!(out, [false, true, false]);
/// ```
#[track_caller]
pub fn compare<T: Plain + PartialOrd>(op: Compare, a: View<T>, b: View<T>, out: &mut [bool]) {
    check_pair("compare", a, b, out.len());
    if out.is_empty() {
        return;
    }
    with_contiguous_rows(a, |a| {
        with_contiguous_rows(b, |b| {
            zip_views(a, b, out, |a, b, out| dispatch(Ask { op, a, b, out }));
        });
    });
}

/// `out = a` where the mask is true, else `b`.
///
/// # Panics
/// If the shapes differ, a window leaves its data, or `out` has another size.
#[track_caller]
pub fn select<T: Plain>(mask: View<bool>, a: View<T>, b: View<T>, out: &mut [T]) {
    check_pair("select", mask, a, out.len());
    check_pair("select", a, b, out.len());
    if out.is_empty() {
        return;
    }
    with_contiguous_rows(mask, |mask| {
        with_contiguous_rows(a, |a| with_contiguous_rows(b, |b| choose(mask, a, b, out)));
    });
}

fn choose<T: Plain>(mask: View<bool>, a: View<T>, b: View<T>, out: &mut [T]) {
    let axes = Axes::merged(a.shape, [mask.strides, a.strides, b.strides]);
    let (inner, [step_mask, step_a, step_b]) = (axes.inner, axes.inner_strides);
    let parts = Parts::new(out);
    axes.for_each_row(|row, [at_mask, at_a, at_b]| {
        dispatch(Choose {
            mask: mask.row(at_mask, inner, step_mask),
            a: a.row(at_a, inner, step_a),
            b: b.row(at_b, inner, step_b),
            // SAFETY: row r owns r·inner .. (r + 1)·inner and is visited once.
            out: unsafe { parts.range(row * inner..(row + 1) * inner) },
        });
    });
}

struct Ask<'a, T> {
    op: Compare,
    a: Row<'a, T>,
    b: Row<'a, T>,
    out: &'a mut [bool],
}

impl<T: Plain + PartialOrd> Kernel for Ask<'_, T> {
    type Output = ();
    const WIDE: bool = false; // as fast as memory without

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Ask { op, a, b, out } = self;
        match op {
            Compare::Equal => zip_apart(a, b, out, |a, b| a == b),
            Compare::NotEqual => zip_apart(a, b, out, |a, b| a != b),
            Compare::Less => zip_apart(a, b, out, |a, b| a < b),
            Compare::LessEqual => zip_apart(a, b, out, |a, b| a <= b),
            Compare::Greater => zip_apart(a, b, out, |a, b| a > b),
            Compare::GreaterEqual => zip_apart(a, b, out, |a, b| a >= b),
        }
    }
}

struct Choose<'a, T> {
    mask: Row<'a, bool>,
    a: Row<'a, T>,
    b: Row<'a, T>,
    out: &'a mut [T],
}

impl<T: Plain> Kernel for Choose<'_, T> {
    type Output = ();
    const WIDE: bool = false; // as fast as memory without

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Choose { mask, a, b, out } = self;
        match (mask, b) {
            (Row::One(yes), _) => {
                let chosen = if yes { a } else { b };
                zip_apart(chosen, Row::One(false), out, |x, _| x);
            }
            (mask, Row::One(b)) => zip_apart(mask, a, out, |yes, a| if yes { a } else { b }),
            (mask, b) => {
                zip_apart(mask, b, out, |_, b| b);
                overwrite(mask, a, out);
            }
        }
    }
}

/// `out = a` where the mask is true.
#[inline(always)]
fn overwrite<T: Plain>(mask: Row<bool>, a: Row<T>, out: &mut [T]) {
    let Row::Slice(mask) = mask else { unreachable!("a single mask element is handled before") };
    match a {
        Row::One(a) => {
            for (out, &yes) in out.iter_mut().zip(mask) {
                *out = if yes { a } else { *out };
            }
        }
        Row::Slice(a) => {
            for ((out, &yes), &a) in out.iter_mut().zip(mask).zip(a) {
                *out = if yes { a } else { *out };
            }
        }
        Row::Out => unreachable!("neither operand is the output"),
    }
}
