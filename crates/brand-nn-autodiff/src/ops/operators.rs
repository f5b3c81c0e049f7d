//! Arithmetic with NumPy's broadcasting, between `Var`s, tensors and numbers.

use crate::Var;
use brand_nn_tensor::Tensor;
use std::{
    iter::Sum,
    ops::{Add, Div, Mul, Neg, Sub},
};

/// A number that may stand in a formula of `Var`s; it takes the dtype of the other side.
pub trait Scalar: Into<f64> + Copy {}
impl Scalar for f32 {}
impl Scalar for f64 {}
impl Scalar for i32 {}

#[track_caller]
fn add(a: Var, b: Var) -> Var {
    if !a.is_tracked() && !b.is_tracked() {
        return (a.into_tensor() + b.into_tensor()).into();
    }
    let (left, right) = (a.shape().clone(), b.shape().clone());
    let value = a.tensor() + b.tensor();
    Var::record("add", [&a, &b], value, move |walk, gradient| {
        Ok([walk.when(0, || gradient.sum_to(&left)), walk.when(1, || gradient.sum_to(&right))])
    })
}

#[track_caller]
fn sub(a: Var, b: Var) -> Var {
    if !a.is_tracked() && !b.is_tracked() {
        return (a.into_tensor() - b.into_tensor()).into();
    }
    let (left, right) = (a.shape().clone(), b.shape().clone());
    let value = a.tensor() - b.tensor();
    Var::record("sub", [&a, &b], value, move |walk, gradient| {
        Ok([walk.when(0, || gradient.sum_to(&left)), walk.when(1, || -gradient.sum_to(&right))])
    })
}

#[track_caller]
fn mul(a: Var, b: Var) -> Var {
    if !a.is_tracked() && !b.is_tracked() {
        return (a.into_tensor() * b.into_tensor()).into();
    }
    let (x, y) = (a.save(0), b.save(1));
    let value = a.tensor() * b.tensor();
    Var::record("mul", [&a, &b], value, move |walk, gradient| {
        Ok([
            walk.when(0, || (&gradient * walk.open(&y)).sum_to(x.value.shape())),
            walk.when(1, || (&gradient * walk.open(&x)).sum_to(y.value.shape())),
        ])
    })
}

#[track_caller]
fn div(a: Var, b: Var) -> Var {
    if !a.is_tracked() && !b.is_tracked() {
        return (a.into_tensor() / b.into_tensor()).into();
    }
    let (x, y) = (a.save(0), b.save(1));
    let value = a.tensor() / b.tensor();
    Var::record("div", [&a, &b], value, move |walk, gradient| {
        let share = gradient / walk.open(&y);
        Ok([
            walk.when(0, || share.sum_to(x.value.shape())),
            walk.when(1, || (-(&share * walk.open(&x)) / walk.open(&y)).sum_to(y.value.shape())),
        ])
    })
}

fn neg(a: Var) -> Var {
    if !a.is_tracked() {
        return (-a.into_tensor()).into();
    }
    Var::record("neg", [&a], -a.tensor(), |_, gradient| Ok([Some((-gradient).into())]))
}

#[track_caller]
fn add_number(a: Var, b: f64) -> Var {
    if !a.is_tracked() {
        return (a.into_tensor() + b).into();
    }
    Var::record("add", [&a], a.tensor() + b, |_, gradient| Ok([Some(gradient.into())]))
}

#[track_caller]
fn sub_number(a: Var, b: f64) -> Var {
    add_number(a, -b)
}

#[track_caller]
fn mul_number(a: Var, b: f64) -> Var {
    if !a.is_tracked() {
        return (a.into_tensor() * b).into();
    }
    Var::record("mul", [&a], a.tensor() * b, move |_, gradient| Ok([Some((gradient * b).into())]))
}

#[track_caller]
fn div_number(a: Var, b: f64) -> Var {
    if !a.is_tracked() {
        return (a.into_tensor() / b).into();
    }
    Var::record("div", [&a], a.tensor() / b, move |_, gradient| Ok([Some((gradient / b).into())]))
}

fn number_add(a: f64, b: Var) -> Var {
    add_number(b, a)
}

fn number_sub(a: f64, b: Var) -> Var {
    add_number(neg(b), a)
}

fn number_mul(a: f64, b: Var) -> Var {
    mul_number(b, a)
}

#[track_caller]
fn number_div(a: f64, b: Var) -> Var {
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
        neg(self)
    }
}

impl Neg for &Var {
    type Output = Var;

    fn neg(self) -> Var {
        neg(self.clone())
    }
}

impl Sum for Var {
    fn sum<I: Iterator<Item = Self>>(vars: I) -> Self {
        vars.reduce(|a, b| a + b).unwrap_or_else(|| Tensor::zeros(()).into())
    }
}
