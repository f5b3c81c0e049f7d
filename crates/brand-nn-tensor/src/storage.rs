//! The buffer under a tensor: one variant a dtype, and the dispatch from dtype to Rust type.

use brand_nn_kernels::{Buffer, Number, Plain, Real};

use crate::{DType, Element};

/// The numbers of one or several tensors. 16-bit floats are kept as their bits.
#[derive(Debug)]
pub enum Storage {
    F32(Buffer<f32>),
    F64(Buffer<f64>),
    I64(Buffer<i64>),
    I32(Buffer<i32>),
    U8(Buffer<u8>),
    Bool(Buffer<bool>),
    Bf16(Buffer<u16>),
    F16(Buffer<u16>),
}

impl Storage {
    pub(crate) fn dtype(&self) -> DType {
        match self {
            Self::F32(_) => DType::F32,
            Self::F64(_) => DType::F64,
            Self::I64(_) => DType::I64,
            Self::I32(_) => DType::I32,
            Self::U8(_) => DType::U8,
            Self::Bool(_) => DType::Bool,
            Self::Bf16(_) => DType::Bf16,
            Self::F16(_) => DType::F16,
        }
    }

    pub(crate) fn len(&self) -> usize {
        crate::storage::any_dtype!(self.dtype(), T => self.raw::<T>().len())
    }

    /// The buffer, whose type the caller has matched to the dtype.
    #[track_caller]
    pub(crate) fn raw<T: Element>(&self) -> &[T::Raw] {
        match T::peek(self) {
            Some(values) => values,
            None => panic!("storage of {} read as {}", self.dtype(), T::DTYPE),
        }
    }

    /// The buffer for writing, whose type the caller has matched to the dtype.
    #[track_caller]
    pub(crate) fn raw_mut<T: Element>(&mut self) -> &mut [T::Raw] {
        let dtype = self.dtype();
        match T::peek_mut(self) {
            Some(values) => values,
            None => panic!("storage of {dtype} written as {}", T::DTYPE),
        }
    }
}

pub(crate) mod sealed {
    use brand_nn_kernels::{Bf16, Buffer, F16, Plain};

    use super::Storage;

    /// How an element type lies in a buffer.
    pub trait Stored: Sized {
        /// What the buffer holds: the type itself, or the bits of a 16-bit float.
        type Raw: Plain;

        fn wrap(buffer: Buffer<Self::Raw>) -> Storage;
        fn peek(storage: &Storage) -> Option<&Buffer<Self::Raw>>;
        fn peek_mut(storage: &mut Storage) -> Option<&mut Buffer<Self::Raw>>;
        fn view(raw: &[Self::Raw]) -> &[Self];
        fn view_mut(raw: &mut [Self::Raw]) -> &mut [Self];
        fn into_raw(values: Vec<Self>) -> Buffer<Self::Raw>;
        fn raw(self) -> Self::Raw;
        fn to_f64(self) -> f64;
        fn from_f64(value: f64) -> Self;
    }

    macro_rules! stored {
        ($($type:ty, $variant:ident, $raw:ty, $view:expr, $view_mut:expr, $into:expr, $bits:expr,
           $to:expr, $from:expr;)*) => {$(
            impl Stored for $type {
                type Raw = $raw;

                fn wrap(buffer: Buffer<$raw>) -> Storage {
                    Storage::$variant(buffer)
                }

                fn peek(storage: &Storage) -> Option<&Buffer<$raw>> {
                    if let Storage::$variant(buffer) = storage { Some(buffer) } else { None }
                }

                fn peek_mut(storage: &mut Storage) -> Option<&mut Buffer<$raw>> {
                    if let Storage::$variant(buffer) = storage { Some(buffer) } else { None }
                }

                fn view(raw: &[$raw]) -> &[Self] {
                    $view(raw)
                }

                fn view_mut(raw: &mut [$raw]) -> &mut [Self] {
                    $view_mut(raw)
                }

                fn into_raw(values: Vec<Self>) -> Buffer<$raw> {
                    $into(values)
                }

                fn raw(self) -> $raw {
                    $bits(self)
                }

                fn to_f64(self) -> f64 {
                    $to(self)
                }

                fn from_f64(value: f64) -> Self {
                    $from(value)
                }
            }
        )*};
        (plain $($type:ty, $variant:ident, $to:expr, $from:expr;)*) => {
            stored! { $(
                $type, $variant, $type, |raw| raw, |raw| raw, Buffer::from, |x| x, $to, $from;
            )* }
        };
        (half $($type:ty, $variant:ident;)*) => {
            stored! { $(
                $type, $variant, u16, Self::of_bits, Self::of_bits_mut,
                |values: Vec<Self>| values.into_iter().map(Self::to_bits).collect(),
                Self::to_bits, Self::to_f64, Self::from_f64;
            )* }
        };
    }

    stored! { plain
        f32, F32, f64::from, |x| x as f32;
        f64, F64, |x| x, |x| x;
        i64, I64, |x| x as f64, |x| x as i64;
        i32, I32, f64::from, |x| x as i32;
        u8, U8, f64::from, |x| x as u8;
        bool, Bool, |x| f64::from(u8::from(x)), |x| x != 0.0;
    }

    stored! { half Bf16, Bf16; F16, F16; }
}

/// An element that the kernels compute with: floats and integers.
pub trait Num: Element + sealed::Stored<Raw = Self> + Number {}
impl<T: Element + sealed::Stored<Raw = Self> + Number> Num for T {}

/// A float that the kernels compute with.
pub trait Float: Num + Real {}
impl<T: Num + Real> Float for T {}

/// An element that lies in its buffer as itself: all but the 16-bit floats.
pub trait Native: Element + sealed::Stored<Raw = Self> + Plain {}
impl<T: Element + sealed::Stored<Raw = Self> + Plain> Native for T {}

/// Runs the body with `$T` standing for the Rust type of a dtype.
macro_rules! any_dtype {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::DType::I32 => {
                type $T = i32;
                $body
            }
            $crate::DType::U8 => {
                type $T = u8;
                $body
            }
            $crate::DType::Bool => {
                type $T = bool;
                $body
            }
            $crate::DType::Bf16 => {
                type $T = brand_nn_kernels::Bf16;
                $body
            }
            $crate::DType::F16 => {
                type $T = brand_nn_kernels::F16;
                $body
            }
        }
    };
}

/// As `any_dtype!`, for the types that have arithmetic.
macro_rules! number_dtype {
    ($dtype:expr, $T:ident => $body:expr, else $other:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::DType::I32 => {
                type $T = i32;
                $body
            }
            $crate::DType::U8 => {
                type $T = u8;
                $body
            }
            _ => $other,
        }
    };
}

/// As `any_dtype!`, for the types that aren't 16-bit floats.
macro_rules! native_dtype {
    ($dtype:expr, $T:ident => $body:expr, else $other:expr) => {
        match $dtype {
            $crate::DType::Bool => { type $T = bool; $body }
            dtype => $crate::storage::number_dtype!(dtype, $T => $body, else $other),
        }
    };
}

/// As `any_dtype!`, for `f32` and `f64`.
macro_rules! float_dtype {
    ($dtype:expr, $T:ident => $body:expr, else $other:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            _ => $other,
        }
    };
}

pub(crate) use {any_dtype, float_dtype, native_dtype, number_dtype};
