//! Arithmetic with NumPy's broadcasting, between `Var`s, tensors and numbers.

use crate::Var;
use brand_nn_tensor::{Shape, Tensor};
use std::{
    iter::Sum,
    ops::{Add, Deref, Div, Mul, Neg, Sub},
};

/// A number that may stand in a formula of `Var`s; it takes the dtype of the other side.
pub trait Scalar: Into<f64> + Copy {}
impl Scalar for f32 {}
impl Scalar for f64 {}
impl Scalar for i32 {}

/// One side of a formula: given away, so that its buffer may be used again, or only looked at.
enum Operand<'a> {
    Owned(Var),
    Borrowed(&'a Var),
}

impl Operand<'_> {
    fn into_tensor(self) -> Tensor {
        match self {
            Self::Owned(var) => var.into_tensor(),
            Self::Borrowed(var) => var.tensor().clone(),
        }
    }
}

impl Deref for Operand<'_> {
    type Target = Var;

    fn deref(&self) -> &Var {
        match self {
            Self::Owned(var) => var,
            Self::Borrowed(var) => var,
        }
    }
}

impl<'a> From<&'a Var> for Operand<'a> {
    fn from(var: &'a Var) -> Self {
        Self::Borrowed(var)
    }
}

macro_rules! owned {
    ($($value:ty)*) => {
        $(impl From<$value> for Operand<'_> {
            fn from(value: $value) -> Self {
                Self::Owned(value.into())
            }
        })*
    };
}
owned! { Var Tensor &Tensor }

#[track_caller]
fn add(a: Operand<'_>, b: Operand<'_>) -> Var {
    if !a.is_tracked() && !b.is_tracked() {
        return (a.into_tensor() + b.into_tensor()).into();
    }
    let value = a.tensor() + b.tensor();
    let [left, right] = Stretch::of([&a, &b], &value);
    Var::record("add", [&a, &b], value, move |walk, gradient| {
        let first = walk.when(0, || left.undo(gradient.clone()));
        Ok([first, walk.when(1, || right.undo(gradient))])
    })
}

#[track_caller]
fn sub(a: Operand<'_>, b: Operand<'_>) -> Var {
    if !a.is_tracked() && !b.is_tracked() {
        return (a.into_tensor() - b.into_tensor()).into();
    }
    let value = a.tensor() - b.tensor();
    let [left, right] = Stretch::of([&a, &b], &value);
    Var::record("sub", [&a, &b], value, move |walk, gradient| {
        let first = walk.when(0, || left.undo(gradient.clone()));
        Ok([first, walk.when(1, || -right.undo(gradient))])
    })
}

#[track_caller]
fn mul(a: Operand<'_>, b: Operand<'_>) -> Var {
    match (a.is_tracked(), b.is_tracked()) {
        (false, false) => (a.into_tensor() * b.into_tensor()).into(),
        (true, false) => scaled(&a, &b),
        (false, true) => scaled(&b, &a),
        (true, true) => multiplied(&a, &b),
    }
}

/// The product with a constant.
#[track_caller]
fn scaled(a: &Var, by: &Var) -> Var {
    let value = a.tensor() * by.tensor();
    let [stretch, _] = Stretch::of([a, by], &value);
    let by = by.tensor().clone();
    Var::record("mul", [a], value, move |_, gradient| {
        Ok([Some(stretch.undo(gradient * &by).into())])
    })
}

#[track_caller]
fn multiplied(a: &Var, b: &Var) -> Var {
    let value = a.tensor() * b.tensor();
    let [left, right] = Stretch::of([a, b], &value);
    let (x, y) = (a.save_rounded(0), b.save_rounded(1));
    Var::record("mul", [a, b], value, move |walk, gradient| {
        let first = left.undo(walk.product(gradient.clone(), &y)).into();
        Ok([Some(first), Some(right.undo(walk.product(gradient, &x)).into())])
    })
}

#[track_caller]
fn div(a: Operand<'_>, b: Operand<'_>) -> Var {
    if !a.is_tracked() && !b.is_tracked() {
        return (a.into_tensor() / b.into_tensor()).into();
    }
    let value = a.tensor() / b.tensor();
    let [left, right] = Stretch::of([&a, &b], &value);
    let (x, y) = (b.is_tracked().then(|| a.save(0)), b.save(1));
    Var::record("div", [&a, &b], value, move |walk, gradient| {
        let y = walk.open(&y);
        let share = gradient / &y;
        let first = walk.when(0, || left.undo(share.clone()));
        Ok([first, x.as_ref().map(|x| right.undo(-(share * walk.open(x)) / y).into())])
    })
}

/// From what shape broadcasting stretched an operand, if it did.
struct Stretch(Option<Box<Shape>>);

impl Stretch {
    fn of([a, b]: [&Var; 2], result: &Tensor) -> [Self; 2] {
        if a.shape() == b.shape() {
            return [Self(None), Self(None)];
        }
        [a, b]
            .map(|side| Self((side.shape() != result.shape()).then(|| side.shape().clone().into())))
    }

    /// The gradient of the operand, from one of the result's shape.
    fn undo(&self, gradient: Var) -> Var {
        match &self.0 {
            Some(shape) => gradient.sum_to(shape),
            None => gradient,
        }
    }
}

fn neg(a: Operand<'_>) -> Var {
    if !a.is_tracked() {
        return (-a.into_tensor()).into();
    }
    Var::record("neg", [&a], -a.tensor(), |_, gradient| Ok([Some((-gradient).into())]))
}

#[track_caller]
fn add_number(a: Operand<'_>, b: f64) -> Var {
    if !a.is_tracked() {
        return (a.into_tensor() + b).into();
    }
    Var::record("add", [&a], a.tensor() + b, |_, gradient| Ok([Some(gradient.into())]))
}

#[track_caller]
fn sub_number(a: Operand<'_>, b: f64) -> Var {
    add_number(a, -b)
}

#[track_caller]
fn mul_number(a: Operand<'_>, b: f64) -> Var {
    if !a.is_tracked() {
        return (a.into_tensor() * b).into();
    }
    Var::record("mul", [&a], a.tensor() * b, move |_, gradient| Ok([Some((gradient * b).into())]))
}

#[track_caller]
fn div_number(a: Operand<'_>, b: f64) -> Var {
    if !a.is_tracked() {
        return (a.into_tensor() / b).into();
    }
    Var::record("div", [&a], a.tensor() / b, move |_, gradient| Ok([Some((gradient / b).into())]))
}

fn number_add(a: f64, b: Operand<'_>) -> Var {
    add_number(b, a)
}

fn number_sub(a: f64, b: Operand<'_>) -> Var {
    add_number(neg(b).into(), a)
}

fn number_mul(a: f64, b: Operand<'_>) -> Var {
    mul_number(b, a)
}

#[track_caller]
fn number_div(a: f64, b: Operand<'_>) -> Var {
    div(Tensor::full_of((), a, b.dtype()).into(), b)
}

macro_rules! operators {
    ($($trait:ident $method:ident $number_right:ident $number_left:ident;)*) => { $(
        operators!(@pairs $trait $method:
            Var, Var; Var, &Var; &Var, Var; &Var, &Var;
            Var, Tensor; Var, &Tensor; &Var, Tensor; &Var, &Tensor;
            Tensor, Var; Tensor, &Var; &Tensor, Var; &Tensor, &Var);
        operators!(@left $trait $method $number_left: f64, Var; f64, &Var; i32, Var; i32, &Var);
        operators!(@right $trait $method $number_right: Var, &Var);
    )* };
    (@pairs $trait:ident $method:ident: $($left:ty, $right:ty);*) => { $(
        impl $trait<$right> for $left {
            type Output = Var;
            #[track_caller]
            fn $method(self, right: $right) -> Var {
                $method(self.into(), right.into())
            }
        }
    )* };
    (@left $trait:ident $method:ident $function:ident: $($left:ty, $right:ty);*) => { $(
        impl $trait<$right> for $left {
            type Output = Var;
            #[track_caller]
            fn $method(self, right: $right) -> Var {
                $function(self.into(), right.into())
            }
        }
    )* };
    (@right $trait:ident $method:ident $function:ident: $($left:ty),*) => { $(
        impl<S: Scalar> $trait<S> for $left {
            type Output = Var;
            #[track_caller]
            fn $method(self, right: S) -> Var {
                $function(self.into(), right.into())
            }
        }
    )* };
}
operators! {
    Add add add_number number_add;
    Sub sub sub_number number_sub;
    Mul mul mul_number number_mul;
    Div div div_number number_div;
}

impl Neg for Var {
    type Output = Self;

    fn neg(self) -> Self {
        neg(self.into())
    }
}

impl Neg for &Var {
    type Output = Var;

    fn neg(self) -> Var {
        neg(self.into())
    }
}

impl Sum for Var {
    fn sum<I: Iterator<Item = Self>>(vars: I) -> Self {
        vars.reduce(|a, b| a + b).unwrap_or_else(|| Tensor::zeros(()).into())
    }
}
