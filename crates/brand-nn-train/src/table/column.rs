//! A column of a table: values of one type, some of them missing.

use std::borrow::Cow;

use super::{ColumnType, Date};

/// The values of a column; `None` is a missing one.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, ColumnType};
///
/// let ages = Column::from(vec![31.0, f64::NAN, 27.5]); // NaN is a missing value
/// assert_eq!((ages.kind(), ages.len(), ages.num_missing()), (ColumnType::F64, 3, 1));
/// assert_eq!(ages, Column::F64(vec![Some(31.0), None, Some(27.5)]));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Column {
    /// Numbers.
    F64(Vec<Option<f64>>),
    /// Whole numbers.
    I64(Vec<Option<i64>>),
    /// Yes and no.
    Bool(Vec<Option<bool>>),
    /// Texts, names of categories too.
    Text(Vec<Option<String>>),
    /// Days.
    Date(Vec<Option<Date>>),
}

/// Does the same with the values of a column, whatever their type.
macro_rules! each_type {
    ($column:expr, $values:ident => $then:expr) => {
        match $column {
            Column::F64($values) => $then,
            Column::I64($values) => $then,
            Column::Bool($values) => $then,
            Column::Text($values) => $then,
            Column::Date($values) => $then,
        }
    };
}

impl Column {
    /// A column without rows.
    #[must_use]
    pub fn empty(kind: ColumnType) -> Self {
        match kind {
            ColumnType::F64 => Self::F64(Vec::new()),
            ColumnType::I64 => Self::I64(Vec::new()),
            ColumnType::Bool => Self::Bool(Vec::new()),
            ColumnType::Text => Self::Text(Vec::new()),
            ColumnType::Date => Self::Date(Vec::new()),
        }
    }

    /// Makes room for so many rows more.
    pub(crate) fn reserve(&mut self, rows: usize) {
        each_type!(self, values => values.reserve(rows));
    }

    /// The type of its values.
    #[must_use]
    pub fn kind(&self) -> ColumnType {
        match self {
            Self::F64(_) => ColumnType::F64,
            Self::I64(_) => ColumnType::I64,
            Self::Bool(_) => ColumnType::Bool,
            Self::Text(_) => ColumnType::Text,
            Self::Date(_) => ColumnType::Date,
        }
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        each_type!(self, values => values.len())
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values are missing.
    #[must_use]
    pub fn num_missing(&self) -> usize {
        each_type!(self, values => values.iter().filter(|value| value.is_none()).count())
    }

    /// The value of a row as it would be written; `None` if it is missing or there is no such row.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(values) => values.get(row)?.as_deref().map(Cow::Borrowed),
            Self::F64(values) => values.get(row)?.map(|value| value.to_string().into()),
            Self::I64(values) => values.get(row)?.map(|value| value.to_string().into()),
            Self::Bool(values) => values.get(row)?.map(|value| value.to_string().into()),
            Self::Date(values) => values.get(row)?.map(|value| value.to_string().into()),
        }
    }

    /// The value of a row as a number: 0 and 1 for no and yes, the days since 1970 for a date.
    ///
    /// A text counts as the number that it spells. `None` if it is missing or spells none.
    #[must_use]
    pub fn number(&self, row: usize) -> Option<f64> {
        match self {
            Self::F64(values) => *values.get(row)?,
            Self::I64(values) => values.get(row)?.map(|value| value as f64),
            Self::Bool(values) => values.get(row)?.map(|value| f64::from(u8::from(value))),
            Self::Date(values) => values.get(row)?.map(|value| value.days() as f64),
            Self::Text(values) => values.get(row)?.as_deref().and_then(super::cell::number),
        }
    }

    /// A column of so many missing values.
    #[cfg(feature = "parquet")]
    pub(crate) fn missing(kind: ColumnType, rows: usize) -> Self {
        let mut column = Self::empty(kind);
        each_type!(&mut column, values => values.resize(rows, None));
        column
    }

    /// The same values as another type, if that loses nothing: whole numbers as numbers, all as texts.
    #[cfg(feature = "parquet")]
    pub(crate) fn cast(self, kind: ColumnType) -> Option<Self> {
        match (&self, kind) {
            (same, kind) if same.kind() == kind => Some(self),
            (Self::I64(values), ColumnType::F64) => Some(Self::F64(
                values.iter().map(|value| value.map(|value| value as f64)).collect(),
            )),
            (column, ColumnType::Text) => {
                let text = |row| column.text(row).map(Cow::into_owned);
                Some(Self::Text((0..column.len()).map(text).collect()))
            }
            _ => None,
        }
    }

    /// Puts the values of another column of its type at the end.
    #[cfg(feature = "parquet")]
    pub(crate) fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::F64(values), Self::F64(more)) => values.extend(more),
            (Self::I64(values), Self::I64(more)) => values.extend(more),
            (Self::Bool(values), Self::Bool(more)) => values.extend(more),
            (Self::Text(values), Self::Text(more)) => values.extend(more),
            (Self::Date(values), Self::Date(more)) => values.extend(more),
            (column, more) => unreachable!("{:?} after {:?}", more.kind(), column.kind()),
        }
    }

    /// The values of these rows, all of which exist.
    pub(crate) fn rows(&self, rows: &[usize]) -> Self {
        self.rows_or_missing(rows.iter().map(|&row| Some(row)))
    }

    /// The values of these rows, all of which exist, and missing ones between.
    pub(crate) fn rows_or_missing(&self, rows: impl Iterator<Item = Option<usize>>) -> Self {
        match self {
            Self::F64(values) => Self::F64(chosen(values, rows)),
            Self::I64(values) => Self::I64(chosen(values, rows)),
            Self::Bool(values) => Self::Bool(chosen(values, rows)),
            Self::Text(values) => Self::Text(chosen(values, rows)),
            Self::Date(values) => Self::Date(chosen(values, rows)),
        }
    }
}

fn chosen<T: Clone>(
    values: &[Option<T>],
    rows: impl Iterator<Item = Option<usize>>,
) -> Vec<Option<T>> {
    rows.map(|row| values[row?].clone()).collect()
}

/// NaN is a missing value.
impl From<Vec<f64>> for Column {
    fn from(values: Vec<f64>) -> Self {
        Self::F64(values.into_iter().map(|value| Some(value).filter(|x| !x.is_nan())).collect())
    }
}

/// Makes a column of values that are all there, or that may be missing.
macro_rules! column_from {
    ($($kind:ident $type:ty),*) => {$(
        impl From<Vec<Option<$type>>> for Column {
            fn from(values: Vec<Option<$type>>) -> Self {
                Self::$kind(values)
            }
        }

        impl From<Vec<$type>> for Column {
            fn from(values: Vec<$type>) -> Self {
                Self::$kind(values.into_iter().map(Some).collect())
            }
        }
    )*};
}

column_from!(I64 i64, Bool bool, Text String, Date Date);

impl From<Vec<&str>> for Column {
    fn from(values: Vec<&str>) -> Self {
        Self::Text(values.into_iter().map(|value| Some(value.to_owned())).collect())
    }
}

impl From<Vec<Option<&str>>> for Column {
    fn from(values: Vec<Option<&str>>) -> Self {
        Self::Text(values.into_iter().map(|value| value.map(str::to_owned)).collect())
    }
}

/// NaN is a missing value.
impl From<Vec<Option<f64>>> for Column {
    fn from(values: Vec<Option<f64>>) -> Self {
        Self::F64(values.into_iter().map(|value| value.filter(|x| !x.is_nan())).collect())
    }
}
