//! `+ - * / %` between tensors and numbers, as formulas are written.

use std::borrow::Cow;
use std::iter::Sum;
use std::ops::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

use brand_nn_kernels::{
    Binary, Buffer, Number, Unary, View, binary, binary_in_place, binary_scalar,
    binary_scalar_in_place, scalar_binary, scalar_binary_in_place,
};

use crate::create::require_exact;
use crate::elementwise::same_dtype;
use crate::error::expect;
use crate::layout::Layout;
use crate::shape::broadcast;
use crate::storage::{Num, number_dtype};
use crate::tensor::not_number;
use crate::{Shape, Tensor};

/// A number that stands in a formula beside tensors: `f32`, `f64`, `i32`.
///
/// It takes the tensor's dtype. An integer tensor refuses a number that it can't hold exactly.
/// The trait is sealed.
pub trait Scalar: Into<f64> + sealed::Sealed {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! scalars {
    ($($number:ty)*) => {
        $(impl Scalar for $number {} impl sealed::Sealed for $number {})*
    };
}

scalars! { f32 f64 i32 }

/// The name of the method that a user writes for the operation.
const fn name_of(op: Binary) -> &'static str {
    match op {
        Binary::Add => "add",
        Binary::Sub => "sub",
        Binary::Mul => "mul",
        Binary::Div => "div",
        Binary::Pow => "pow",
        Binary::Max => "maximum",
        Binary::Min => "minimum",
        Binary::Rem => "rem",
    }
}

type Operand<'a> = Cow<'a, Tensor>;

/// `a op b` with broadcasting, in the buffer of an operand that is given away and fits.
#[track_caller]
pub(crate) fn combine(op: Binary, a: Operand<'_>, b: Operand<'_>) -> Tensor {
    let name = name_of(op);
    expect(same_dtype(name, &a, &b));
    let shape = expect(broadcast(name, a.shape(), b.shape()));
    let dtype = a.dtype();
    number_dtype!(dtype, T => combine_as::<T>(op, a, b, shape),
        else expect(Err(not_number(name, dtype))))
}

#[track_caller]
fn combine_as<T: Num>(op: Binary, mut a: Operand<'_>, mut b: Operand<'_>, shape: Shape) -> Tensor {
    if shape.size() == 0 {
        return Tensor::from_raw::<T>(Buffer::default(), shape);
    }
    if let Some(out) = reusable::<T>(&mut a, &shape) {
        binary_in_place(op, out, view(&b, &stretched(&b, &shape)));
        return a.into_owned();
    }
    if matches!(op, Binary::Add | Binary::Mul | Binary::Max | Binary::Min)
        && let Some(out) = reusable::<T>(&mut b, &shape)
    {
        binary_in_place(op, out, view(&a, &stretched(&a, &shape)));
        return b.into_owned();
    }
    let mut out = Buffer::stale(shape.size());
    let (left, right) = (stretched(&a, &shape), stretched(&b, &shape));
    binary(op, view::<T>(&a, &left), view(&b, &right), &mut out);
    if *a.shape() == shape { a.like::<T>(out) } else { Tensor::from_raw::<T>(out, shape) }
}

/// The buffer of an operand that was given away, has the result's shape and one owner.
fn reusable<'a, T: Num>(operand: &'a mut Operand<'_>, shape: &Shape) -> Option<&'a mut [T]> {
    match operand {
        Cow::Owned(tensor) if tensor.shape() == shape => tensor.unique_mut::<T>(),
        _ => None,
    }
}

fn stretched<'a>(tensor: &'a Tensor, shape: &Shape) -> Cow<'a, Layout> {
    if tensor.shape() == shape {
        return Cow::Borrowed(&tensor.layout);
    }
    match tensor.layout.expanded(shape) {
        Some(layout) => Cow::Owned(layout),
        None => unreachable!("{} was broadcast to {shape}", tensor.shape()),
    }
}

fn view<'a, T: Num>(tensor: &'a Tensor, layout: &'a Layout) -> View<'a, T> {
    View {
        data: tensor.storage.raw::<T>(),
        offset: layout.offset,
        shape: &layout.shape,
        strides: &layout.strides,
    }
}

/// `a = a op b`, where `a` keeps its shape.
#[track_caller]
fn assign(op: Binary, a: &mut Tensor, b: &Tensor) {
    let name = name_of(op);
    expect(same_dtype(name, a, b));
    let stretched = expect(b.expanded(name, a.shape()));
    if a.is_empty() {
        return;
    }
    let done = number_dtype!(a.dtype(), T => {
        let values = a.unique_mut::<T>();
        values.map(|values| binary_in_place(op, values, stretched.view::<T>())).is_some()
    }, else false);
    if !done {
        *a = combine(op, Cow::Borrowed(a), Cow::Owned(stretched));
    }
}

/// `a op number`, where the number takes the dtype of `a`.
#[track_caller]
pub(crate) fn with_scalar(op: Binary, a: Operand<'_>, number: f64) -> Tensor {
    expect(require_exact(name_of(op), number, a.dtype()));
    let dtype = a.dtype();
    number_dtype!(dtype, T => {
        let number = T::from_f64(number);
        map_values::<T>(
            a,
            |values| binary_scalar_in_place(op, values, number),
            |values, out| binary_scalar(op, values, number, out),
        )
    }, else expect(Err(not_number(name_of(op), dtype))))
}

/// `number op a`, where the number takes the dtype of `a`.
#[track_caller]
fn from_scalar(op: Binary, number: f64, a: Operand<'_>) -> Tensor {
    expect(require_exact(name_of(op), number, a.dtype()));
    let dtype = a.dtype();
    number_dtype!(dtype, T => {
        let number = T::from_f64(number);
        map_values::<T>(
            a,
            |values| scalar_binary_in_place(op, number, values),
            |values, out| scalar_binary(op, number, values, out),
        )
    }, else expect(Err(not_number(name_of(op), dtype))))
}

/// Runs one of two twins: in place where the operand was given away, else into a new buffer.
fn map_values<T: Num>(
    mut a: Operand<'_>,
    in_place: impl FnOnce(&mut [T]),
    fresh: impl FnOnce(&[T], &mut [T]),
) -> Tensor {
    if let Cow::Owned(tensor) = &mut a
        && let Some(values) = tensor.unique_mut::<T>()
    {
        in_place(values);
        return a.into_owned();
    }
    let mut out = Buffer::stale(a.size());
    fresh(&a.data::<T>(), &mut out);
    a.like::<T>(out)
}

macro_rules! operators {
    ($($op:ident $f:ident $assign:ident $assign_f:ident)*) => {$(
        operators! { @pair $op $f: Tensor, Owned; Tensor, Owned }
        operators! { @pair $op $f: Tensor, Owned; &Tensor, Borrowed }
        operators! { @pair $op $f: &Tensor, Borrowed; Tensor, Owned }
        operators! { @pair $op $f: &Tensor, Borrowed; &Tensor, Borrowed }
        operators! { @right $op $f: Tensor, Owned }
        operators! { @right $op $f: &Tensor, Borrowed }
        operators! { @left $op $f: f64; i32 }

        impl $assign<&Self> for Tensor {
            #[track_caller]
            fn $assign_f(&mut self, other: &Self) {
                assign(Binary::$op, self, other);
            }
        }

        impl $assign for Tensor {
            #[track_caller]
            fn $assign_f(&mut self, other: Self) {
                assign(Binary::$op, self, &other);
            }
        }

        impl<S: Scalar> $assign<S> for Tensor {
            #[track_caller]
            fn $assign_f(&mut self, number: S) {
                let kept = std::mem::replace(self, Self::scalar(false));
                *self = with_scalar(Binary::$op, Cow::Owned(kept), number.into());
            }
        }
    )*};
    (@pair $op:ident $f:ident: $left:ty, $a:ident; $right:ty, $b:ident) => {
        impl $op<$right> for $left {
            type Output = Tensor;

            #[track_caller]
            fn $f(self, other: $right) -> Tensor {
                combine(Binary::$op, Cow::$a(self), Cow::$b(other))
            }
        }
    };
    (@right $op:ident $f:ident: $left:ty, $a:ident) => {
        impl<S: Scalar> $op<S> for $left {
            type Output = Tensor;

            #[track_caller]
            fn $f(self, number: S) -> Tensor {
                with_scalar(Binary::$op, Cow::$a(self), number.into())
            }
        }
    };
    (@left $op:ident $f:ident: $($number:ty);*) => {$(
        impl $op<Tensor> for $number {
            type Output = Tensor;

            #[track_caller]
            fn $f(self, tensor: Tensor) -> Tensor {
                from_scalar(Binary::$op, self.into(), Cow::Owned(tensor))
            }
        }

        impl $op<&Tensor> for $number {
            type Output = Tensor;

            #[track_caller]
            fn $f(self, tensor: &Tensor) -> Tensor {
                from_scalar(Binary::$op, self.into(), Cow::Borrowed(tensor))
            }
        }
    )*};
}

operators! {
    Add add AddAssign add_assign
    Sub sub SubAssign sub_assign
    Mul mul MulAssign mul_assign
    Div div DivAssign div_assign
    Rem rem RemAssign rem_assign
}

impl Neg for Tensor {
    type Output = Self;

    #[track_caller]
    fn neg(self) -> Self {
        self.into_unary(Unary::Neg)
    }
}

impl Neg for &Tensor {
    type Output = Tensor;

    #[track_caller]
    fn neg(self) -> Tensor {
        self.unary(Unary::Neg)
    }
}

impl Sum for Tensor {
    /// The sum of tensors that broadcast; 0 of dtype `f32` if there are none.
    fn sum<I: Iterator<Item = Self>>(tensors: I) -> Self {
        tensors.reduce(|sum, tensor| sum + tensor).unwrap_or_else(|| Self::scalar(0.0f32))
    }
}
