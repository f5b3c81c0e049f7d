//! One row of an operation on two operands, each of which may be a single element.

use super::{Apply, Binary};
use crate::simd::dispatch;
use crate::{Number, Plain};

/// What stands on one side of an operation along a row.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Row<'a, T> {
    /// An element each.
    Slice(&'a [T]),
    /// The same element everywhere.
    One(T),
    /// What the output holds already.
    Out,
}

/// `out = f(a, b)` along a row; at most one operand is the output.
#[inline(always)]
pub(super) fn zip<T: Plain>(a: Row<T>, b: Row<T>, out: &mut [T], f: impl Fn(T, T) -> T + Copy) {
    match (a, b) {
        (Row::Out, b) => zip_right(b, out, f),
        (a, Row::Out) => zip_right(a, out, |b, a| f(a, b)),
        (a, b) => zip_apart(a, b, out, f),
    }
}

/// `out = f(out, b)`.
#[inline(always)]
fn zip_right<T: Plain>(b: Row<T>, out: &mut [T], f: impl Fn(T, T) -> T) {
    match b {
        Row::Slice(b) => {
            for (out, &b) in out.iter_mut().zip(b) {
                *out = f(*out, b);
            }
        }
        Row::One(b) => {
            for out in out {
                *out = f(*out, b);
            }
        }
        Row::Out => unreachable!("the output is one operand at most"),
    }
}

/// `out = f(a, b)` where neither operand is the output.
#[inline(always)]
pub(super) fn zip_apart<A: Plain, B: Plain, O>(
    a: Row<A>,
    b: Row<B>,
    out: &mut [O],
    f: impl Fn(A, B) -> O,
) {
    match (a, b) {
        (Row::Slice(a), Row::Slice(b)) => {
            for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                *out = f(a, b);
            }
        }
        (Row::Slice(a), Row::One(b)) => {
            for (out, &a) in out.iter_mut().zip(a) {
                *out = f(a, b);
            }
        }
        (Row::One(a), Row::Slice(b)) => {
            for (out, &b) in out.iter_mut().zip(b) {
                *out = f(a, b);
            }
        }
        (Row::One(a), Row::One(b)) => out.iter_mut().for_each(|out| *out = f(a, b)),
        _ => unreachable!("neither operand is the output"),
    }
}

/// `out = a^power`, by multiplication for the powers that formulas are full of.
pub(super) fn power<T: Number>(a: Row<T>, power: T, out: &mut [T]) {
    let two = T::ONE.plus(T::ONE);
    if power == two {
        return multiply(a, out);
    }
    dispatch(Apply { op: Binary::Pow, a, b: Row::One(power), out });
}

fn multiply<T: Number>(a: Row<T>, out: &mut [T]) {
    match a {
        Row::Out => out.iter_mut().for_each(|x| *x = x.times(*x)),
        a => dispatch(Apply { op: Binary::Mul, a, b: a, out }),
    }
}
