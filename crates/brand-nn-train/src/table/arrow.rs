//! Columns of Arrow, as Parquet files and other data frames hold them, as ours.

use super::{Column, ColumnType, Date, Table};
use crate::{Error, Result};
use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float16Type, Float32Type,
        Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
        TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
        UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_schema::{DataType, TimeUnit};

const DAY: i64 = 24 * 60 * 60;

/// Takes the columns of Arrow, such as those of a frame of polars.
///
/// Whole numbers become those of 64 bits, floats and decimals `F64`, dictionaries what they stand for,
/// times at midnight days.
///
/// # Examples
/// ```
/// use arrow_array::{ArrayRef, Float32Array, RecordBatch};
/// use brand_nn_train::Table;
/// use std::sync::Arc;
///
/// let spend: ArrayRef = Arc::new(Float32Array::from(vec![Some(2.5), None]));
/// let batch = RecordBatch::try_from_iter([("spend", spend)]).unwrap();
/// let table = Table::try_from(&batch)?;
/// assert_eq!(table.numbers("spend")?, [Some(2.5), None]);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
impl TryFrom<&RecordBatch> for Table {
    type Error = Error;

    fn try_from(batch: &RecordBatch) -> Result<Self> {
        let schema = batch.schema();
        let names = schema.fields().iter().map(|field| field.name());
        let columns = names.zip(batch.columns()).map(|(name, array)| {
            let column = column(array.as_ref()).map_err(|got| Error::Data {
                what: "a column of Arrow",
                got: format!("{name}: {got}"),
                expected: "numbers, texts, days, true and false",
                help: "cast the column before, or leave it out",
            })?;
            Ok((name.clone(), column))
        });
        Self::new(columns.collect::<Result<Vec<_>>>()?)
    }
}

/// The type that a column of Arrow becomes; what it is where there is none.
pub(super) fn kind(of: &DataType) -> Result<ColumnType, String> {
    Ok(match of {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => ColumnType::I64,
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => ColumnType::I64,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => ColumnType::F64,
        DataType::Decimal128(..) => ColumnType::F64,
        DataType::Boolean => ColumnType::Bool,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => ColumnType::Text,
        DataType::Null => ColumnType::Text,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => ColumnType::Date,
        DataType::Dictionary(_, values) => kind(values)?,
        other => return Err(format!("values of type {other}")),
    })
}

/// A column of Arrow as ours; what is wrong where that can't be.
pub(super) fn column(array: &dyn Array) -> Result<Column, String> {
    Ok(match array.data_type() {
        DataType::Int8 => whole::<Int8Type>(array)?,
        DataType::Int16 => whole::<Int16Type>(array)?,
        DataType::Int32 => whole::<Int32Type>(array)?,
        DataType::Int64 => whole::<Int64Type>(array)?,
        DataType::UInt8 => whole::<UInt8Type>(array)?,
        DataType::UInt16 => whole::<UInt16Type>(array)?,
        DataType::UInt32 => whole::<UInt32Type>(array)?,
        DataType::UInt64 => whole::<UInt64Type>(array)?,
        DataType::Float16 => floats::<Float16Type>(array, f64::from),
        DataType::Float32 => floats::<Float32Type>(array, f64::from),
        DataType::Float64 => floats::<Float64Type>(array, |value| value),
        DataType::Decimal128(_, scale) => {
            let unit = 10_f64.powi(-i32::from(*scale));
            floats::<Decimal128Type>(array, |value| value as f64 * unit)
        }
        DataType::Boolean => Column::Bool(array.as_boolean().iter().collect()),
        DataType::Utf8 => texts(array.as_string::<i32>().iter()),
        DataType::LargeUtf8 => texts(array.as_string::<i64>().iter()),
        DataType::Utf8View => texts(array.as_string_view().iter()),
        DataType::Null => Column::Text(vec![None; array.len()]),
        DataType::Date32 => days::<Date32Type>(array, 1)?,
        DataType::Date64 => days::<Date64Type>(array, DAY * 1000)?,
        DataType::Timestamp(TimeUnit::Second, _) => days::<TimestampSecondType>(array, DAY)?,
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            days::<TimestampMillisecondType>(array, DAY * 1_000)?
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            days::<TimestampMicrosecondType>(array, DAY * 1_000_000)?
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            days::<TimestampNanosecondType>(array, DAY * 1_000_000_000)?
        }
        DataType::Dictionary(..) => dictionary(array)?,
        other => return Err(format!("values of type {other}")),
    })
}

fn whole<T: ArrowPrimitiveType<Native: TryInto<i64>>>(array: &dyn Array) -> Result<Column, String> {
    let values = array.as_primitive::<T>().iter();
    let values = values.map(|value| value.map(TryInto::try_into).transpose());
    let values = values.collect::<Result<_, _>>();
    values.map(Column::I64).map_err(|_| format!("a number beyond {}", i64::MAX))
}

/// NaN is a missing value.
fn floats<T: ArrowPrimitiveType>(array: &dyn Array, number: impl Fn(T::Native) -> f64) -> Column {
    let values = array.as_primitive::<T>().iter();
    values.map(|value| value.map(&number)).collect::<Vec<Option<f64>>>().into()
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Column {
    Column::Text(values.map(|text| text.map(str::to_owned)).collect())
}

/// Days of times that are counted from 1970 in units of which a day has so many.
fn days<T: ArrowPrimitiveType<Native: Into<i64>>>(
    array: &dyn Array,
    units: i64,
) -> Result<Column, String> {
    let day = |value: T::Native| -> Result<Date, String> {
        let value = value.into();
        if value % units != 0 {
            return Err("a time within a day".into());
        }
        Date::from_days(value / units).ok_or_else(|| "a year beyond 9999 or before 1".into())
    };
    let values = array.as_primitive::<T>().iter().map(|value| value.map(day).transpose());
    Ok(Column::Date(values.collect::<Result<_, _>>()?))
}

/// What the numbers of a dictionary stand for.
fn dictionary(array: &dyn Array) -> Result<Column, String> {
    let array = array.as_any_dictionary();
    let values = column(array.values().as_ref())?;
    if values.is_empty() {
        return Ok(Column::missing(values.kind(), array.len()));
    }
    let rows = array.normalized_keys();
    let rows = rows.into_iter().enumerate().map(|(at, row)| array.is_valid(at).then_some(row));
    Ok(values.rows_or_missing(rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{
        ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
        Float64Array, Int8Array, LargeStringArray, NullArray, StringViewArray,
        TimestampMillisecondArray, UInt64Array, types::Int32Type,
    };
    use std::sync::Arc;

    #[track_caller]
    fn check(array: impl Array + 'static, expected: impl Into<Column>) {
        let expected = expected.into();
        assert_eq!(kind(array.data_type()), Ok(expected.kind()));
        assert_eq!(column(&array).unwrap(), expected);
    }

    #[test]
    fn each_type_becomes_ours() {
        let date = |day: i64| Date::from_days(day).unwrap();
        check(Int8Array::from(vec![Some(-3), None]), vec![Some(-3), None]);
        check(UInt64Array::from(vec![7]), vec![7]);
        check(
            Float64Array::from(vec![Some(0.5), Some(f64::NAN), None]),
            vec![Some(0.5), None, None],
        );
        check(
            Decimal128Array::from(vec![1250]).with_precision_and_scale(9, 2).unwrap(),
            vec![12.5],
        );
        check(BooleanArray::from(vec![true, false]), vec![true, false]);
        check(LargeStringArray::from(vec![Some("a"), None]), vec![Some("a"), None]);
        check(StringViewArray::from(vec!["品牌"]), vec!["品牌"]);
        check(NullArray::new(2), vec![None::<&str>; 2]);
        check(Date32Array::from(vec![-1, 19_782]), vec![date(-1), date(19_782)]);
        check(TimestampMillisecondArray::from(vec![-86_400_000]), vec![date(-1)]);
        let names = [Some("b"), None, Some("a"), Some("b")];
        check(names.into_iter().collect::<DictionaryArray<Int32Type>>(), names.to_vec());
        let none: [Option<&str>; 2] = [None; 2];
        check(none.into_iter().collect::<DictionaryArray<Int32Type>>(), none.to_vec());
    }

    #[track_caller]
    fn refused(array: impl Array + 'static, message: &str) {
        let array: ArrayRef = Arc::new(array);
        let batch = RecordBatch::try_from_iter([("x", array)]).unwrap();
        let error = Table::try_from(&batch).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn what_has_no_place_is_refused() {
        refused(UInt64Array::from(vec![u64::MAX]), "x: a number beyond 9223372036854775807");
        refused(TimestampMillisecondArray::from(vec![1]), "x: a time within a day");
        refused(Date32Array::from(vec![i32::MAX]), "x: a year beyond 9999");
        refused(BinaryArray::from(vec![&b"a"[..]]), "x: values of type Binary");
    }
}
