//! The number types that a tensor can hold.

use std::fmt;

use brand_nn_kernels::{Bf16, F16};

use crate::storage::sealed::Stored;

/// The type of a tensor's numbers, known at run time.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::{DType, Tensor};
///
/// assert_eq!(Tensor::from([1.0f32, 2.0]).dtype(), DType::F32);
/// assert_eq!(DType::I64.to_string(), "i64");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DType {
    /// 32-bit floats: the default of layers and random draws.
    F32,
    /// 64-bit floats: gradient checks and likelihoods.
    F64,
    /// 64-bit integers: indices, classes, tokens.
    I64,
    /// 32-bit integers.
    I32,
    /// Bytes, such as the pixels of an image.
    U8,
    /// Truth values, such as masks.
    Bool,
    /// 16-bit floats with the range of `f32`; storage only.
    Bf16,
    /// 16-bit floats of IEEE 754; storage only.
    F16,
}

impl DType {
    /// Every dtype, in the order of declaration.
    pub const ALL: [Self; 8] =
        [Self::F32, Self::F64, Self::I64, Self::I32, Self::U8, Self::Bool, Self::Bf16, Self::F16];

    /// The name as in `f32`, which is also how it prints.
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::I64 => "i64",
            Self::I32 => "i32",
            Self::U8 => "u8",
            Self::Bool => "bool",
            Self::Bf16 => "bf16",
            Self::F16 => "f16",
        }
    }

    /// Bytes that one number takes.
    pub const fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::Bf16 | Self::F16 => 2,
            Self::U8 | Self::Bool => 1,
        }
    }

    /// True for the four kinds of floats.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64 | Self::Bf16 | Self::F16)
    }

    /// True for `i64`, `i32` and `u8`.
    pub const fn is_integer(self) -> bool {
        matches!(self, Self::I64 | Self::I32 | Self::U8)
    }

    /// The name of the variant, as one writes it in a cast.
    pub(crate) const fn variant(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F64 => "F64",
            Self::I64 => "I64",
            Self::I32 => "I32",
            Self::U8 => "U8",
            Self::Bool => "Bool",
            Self::Bf16 => "Bf16",
            Self::F16 => "F16",
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for DType {
    type Err = String;

    /// Reads a name as [`DType::name`] writes it.
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|dtype| dtype.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            format!("dtype {name:?}, expected one of {known}")
        })
    }
}

/// A Rust type that a tensor can hold: `f32 f64 i64 i32 u8 bool Bf16 F16`.
///
/// The trait is sealed.
pub trait Element:
    Stored + Copy + Default + PartialEq + fmt::Debug + Send + Sync + 'static
{
    /// The dtype of tensors of this type.
    const DTYPE: DType;
}

macro_rules! elements {
    ($($type:ty => $dtype:ident)*) => {
        $(impl Element for $type { const DTYPE: DType = DType::$dtype; })*
    };
}

elements! {
    f32 => F32 f64 => F64 i64 => I64 i32 => I32 u8 => U8 bool => Bool Bf16 => Bf16 F16 => F16
}
