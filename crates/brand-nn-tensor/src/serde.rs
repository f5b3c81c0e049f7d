//! Tensors inside a serde document: dtype, shape, values.
//!
//! In formats for people NaN and the infinities are written as words, since JSON has no numbers for
//! them. Large tensors belong into a file of [`crate::io`].

use std::fmt;

use serde::de::{self, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Bf16, DType, F16, Shape, Tensor};

impl Serialize for DType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for DType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[derive(Serialize)]
struct Written<'a> {
    dtype: DType,
    shape: &'a Shape,
    values: Values<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    dtype: DType,
    shape: Shape,
    values: Vec<Number>,
}

impl Serialize for Tensor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written { dtype: self.dtype(), shape: self.shape(), values: Values(self) };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tensor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Read { dtype, shape, values } = Read::deserialize(deserializer)?;
        let tensor = match dtype {
            DType::Bool => Self::new(all(&values, dtype, Number::truth)?, shape),
            DType::I64 | DType::I32 | DType::U8 => {
                Self::new(all(&values, dtype, |x| x.whole(dtype))?, shape)
            }
            _ => Self::new(all(&values, dtype, |x| x.real(dtype))?, shape),
        };
        tensor.map(|tensor| tensor.to(dtype)).map_err(de::Error::custom)
    }
}

/// Every value as the dtype asks, or an error that says which one isn't.
fn all<T, E: de::Error>(
    values: &[Number],
    dtype: DType,
    read: impl Fn(&Number) -> Option<T>,
) -> Result<Vec<T>, E> {
    let read = |(i, x)| {
        read(x).ok_or_else(|| E::custom(format!("values[{i}]: {x:?}, expected a value of {dtype}")))
    };
    values.iter().enumerate().map(read).collect()
}

/// A value as documents write it.
#[derive(Debug)]
enum Number {
    Truth(bool),
    Whole(i64),
    Real(f64),
}

impl Number {
    fn truth(&self) -> Option<bool> {
        if let Self::Truth(truth) = self { Some(*truth) } else { None }
    }

    fn whole(&self, dtype: DType) -> Option<i64> {
        match *self {
            Self::Whole(x) => match dtype {
                DType::I32 => i32::try_from(x).ok().map(i64::from),
                DType::U8 => u8::try_from(x).ok().map(i64::from),
                _ => Some(x),
            },
            _ => None,
        }
    }

    /// A finite number must stay finite under the dtype.
    fn real(&self, dtype: DType) -> Option<f64> {
        let x = match *self {
            Self::Whole(x) => x as f64,
            Self::Real(x) => x,
            Self::Truth(_) => return None,
        };
        let largest = match dtype {
            DType::F32 => f64::from(f32::MAX),
            DType::Bf16 => Bf16::MAX.to_f64(),
            DType::F16 => F16::MAX.to_f64(),
            _ => f64::MAX,
        };
        (!x.is_finite() || x.abs() <= largest).then_some(x)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a truth value, \"nan\", \"inf\" or \"-inf\"")
    }

    fn visit_bool<E: de::Error>(self, x: bool) -> Result<Number, E> {
        Ok(Number::Truth(x))
    }

    fn visit_i64<E: de::Error>(self, x: i64) -> Result<Number, E> {
        Ok(Number::Whole(x))
    }

    fn visit_u64<E: de::Error>(self, x: u64) -> Result<Number, E> {
        Ok(i64::try_from(x).map_or(Number::Real(x as f64), Number::Whole))
    }

    fn visit_f64<E: de::Error>(self, x: f64) -> Result<Number, E> {
        Ok(Number::Real(x))
    }

    fn visit_str<E: de::Error>(self, x: &str) -> Result<Number, E> {
        match x {
            "nan" => Ok(Number::Real(f64::NAN)),
            "inf" => Ok(Number::Real(f64::INFINITY)),
            "-inf" => Ok(Number::Real(f64::NEG_INFINITY)),
            _ => Err(E::invalid_value(de::Unexpected::Str(x), &self)),
        }
    }
}

struct Values<'a>(&'a Tensor);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tensor = self.0;
        let mut values = serializer.serialize_seq(Some(tensor.size()))?;
        match tensor.dtype() {
            DType::I64 | DType::I32 | DType::U8 => {
                let whole = tensor.to(DType::I64);
                whole.iter::<i64>().try_for_each(|x| values.serialize_element(&x))?;
            }
            DType::Bool => tensor.iter::<bool>().try_for_each(|x| values.serialize_element(&x))?,
            DType::F32 => tensor.iter::<f32>().try_for_each(|x| match word(x.into()) {
                Some(word) => values.serialize_element(word),
                None => values.serialize_element(&x),
            })?,
            _ => tensor.to(DType::F64).iter::<f64>().try_for_each(|x| match word(x) {
                Some(word) => values.serialize_element(word),
                None => values.serialize_element(&x),
            })?,
        }
        values.end()
    }
}

/// The word for a number that JSON can't write.
fn word(x: f64) -> Option<&'static str> {
    match x {
        _ if x.is_nan() => Some("nan"),
        f64::INFINITY => Some("inf"),
        f64::NEG_INFINITY => Some("-inf"),
        _ => None,
    }
}
