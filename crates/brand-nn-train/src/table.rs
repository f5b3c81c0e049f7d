//! Small typed tables: columns of numbers, texts and days, with missing values.

#[cfg(feature = "parquet")]
mod arrow;
mod cell;
mod column;
mod date;
mod json_lines;
#[cfg(feature = "parquet")]
mod parquet;
mod reader;
mod rows;
mod writer;

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use brand_nn_tensor::{DType, Element, Tensor};
use serde::{Deserialize, Serialize};

use crate::{Batch, Error, Result};

pub use cell::ColumnType;
pub use column::Column;
pub use date::Date;
pub use reader::{Pieces, TableReader};

pub(crate) use reader::Unmade;
pub(crate) use rows::{RawRows, Separated};

/// Columns of one length, each with a name and a type.
///
/// It holds what was read until a [`ColumnTransformer`](crate::ColumnTransformer) makes a tensor of
/// it; for joins and sums by group take a data frame, and bring its columns here.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, Table};
///
/// let table = Table::new([
///     ("city", Column::from(vec!["Bonn", "Oslo", "Bonn"])),
///     ("visits", Column::from(vec![3, 1, 4])),
/// ])?;
/// let last = table.rows(&[2])?;
/// assert_eq!((table.len(), last.column("visits")?.number(0)), (3, Some(4.0)));
///
/// let error = table.column("vists").unwrap_err().to_string();
/// assert!(error.ends_with("help: did you mean `visits`?"));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Table {
    columns: Vec<(String, Column)>,
    len: usize,
    /// What errors call it: the file that it was read from.
    origin: PathBuf,
}

impl Table {
    /// Puts columns together.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if their lengths differ, or two have the same name.
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = (N, Column)>) -> Result<Self> {
        let mut table = Self::from_parts(Vec::new(), 0, Path::new("the table"));
        for (name, column) in columns {
            let name = name.into();
            if table.columns.is_empty() {
                table.len = column.len();
            }
            table.append(name, column)?;
        }
        Ok(table)
    }

    pub(crate) fn from_parts(columns: Vec<(String, Column)>, len: usize, origin: &Path) -> Self {
        Self { columns, len, origin: origin.to_owned() }
    }

    /// Reads a CSV, TSV or JSON lines file as [`TableReader::new`] does.
    ///
    /// # Errors
    ///
    /// As [`TableReader::read`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        TableReader::new().read(path)
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The names of the columns, from the left.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The names of the columns of some types.
    #[must_use]
    pub fn names_of(&self, kinds: &[ColumnType]) -> Vec<String> {
        let wanted = self.columns.iter().filter(|(_, column)| kinds.contains(&column.kind()));
        wanted.map(|(name, _)| name.clone()).collect()
    }

    /// The columns with their names, from the left.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().map(|(name, column)| (name.as_str(), column))
    }

    /// The names and types of the columns.
    #[must_use]
    pub fn schema(&self) -> Schema {
        let columns = self.columns.iter().map(|(name, column)| (name.clone(), column.kind()));
        Schema { columns: columns.collect() }
    }

    /// The column of a name.
    ///
    /// # Errors
    ///
    /// [`Error::Column`], with the nearest name, if there is none.
    pub fn column(&self, name: &str) -> Result<&Column> {
        if let Some((_, column)) = self.columns.iter().find(|(other, _)| other == name) {
            return Ok(column);
        }
        let columns: Vec<_> = self.names().map(str::to_owned).collect();
        Err(no_column(&self.origin, &columns, name))
    }

    /// The values of a column as numbers, `None` where one is missing.
    ///
    /// # Errors
    ///
    /// [`Error::Column`] if there is no such column; [`Error::Cell`] at the first text in it that
    /// spells no number.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>> {
        Ok(self.borrowed_numbers(name)?.into_owned())
    }

    /// As [`numbers`](Self::numbers), without a copy where they are there as such.
    pub(crate) fn borrowed_numbers(&self, name: &str) -> Result<Cow<'_, [Option<f64>]>> {
        let column = self.column(name)?;
        if let Column::F64(values) = column {
            return Ok(values.into());
        }
        let number = |row| match (column.number(row), column) {
            (None, Column::Text(values)) if values[row].is_some() => Err(self.refused(
                name,
                row,
                "a number",
                cell::advice(&self.text(column, row), ColumnType::F64),
            )),
            (number, _) => Ok(number),
        };
        (0..self.len).map(number).collect()
    }

    /// The same with a column put in its place, or at the end if its name is new.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if it has another number of rows.
    pub fn with(mut self, name: impl Into<String>, column: impl Into<Column>) -> Result<Self> {
        self.set(name.into(), column.into())?;
        Ok(self)
    }

    /// Puts a column at the end; its name is a new one.
    pub(crate) fn append(&mut self, name: String, column: Column) -> Result<()> {
        if self.names().any(|other| other == name) {
            return Err(Error::Data {
                what: "the columns of a table",
                got: format!("two called {name}"),
                expected: "names that differ",
                help: "rename one",
            });
        }
        self.set(name, column)
    }

    /// Puts all columns of another table of the same rows at the end.
    pub(crate) fn append_all(&mut self, other: Self) -> Result<()> {
        other.columns.into_iter().try_for_each(|(name, column)| self.append(name, column))
    }

    fn set(&mut self, name: String, column: Column) -> Result<()> {
        if column.len() != self.len {
            return Err(Error::Data {
                what: "the columns of a table",
                got: format!("{} rows in {name}, {} in others", column.len(), self.len),
                expected: "the same number of rows in each",
                help: "give every row a value, or None where it is missing",
            });
        }
        match self.columns.iter_mut().find(|(other, _)| *other == name) {
            Some(place) => place.1 = column,
            None => self.columns.push((name, column)),
        }
        Ok(())
    }

    /// The columns of these names, in this order.
    ///
    /// # Errors
    ///
    /// [`Error::Column`] if there is no such column.
    pub fn select<S: AsRef<str>>(&self, names: &[S]) -> Result<Self> {
        let column = |name: &S| Ok((name.as_ref().to_owned(), self.column(name.as_ref())?.clone()));
        let columns = names.iter().map(column).collect::<Result<_>>()?;
        Ok(Self::from_parts(columns, self.len, &self.origin))
    }

    /// All columns but these.
    ///
    /// # Errors
    ///
    /// [`Error::Column`] if there is no such column.
    pub fn without<S: AsRef<str>>(mut self, names: &[S]) -> Result<Self> {
        names.iter().try_for_each(|name| self.column(name.as_ref()).map(|_| ()))?;
        self.columns.retain(|(name, _)| names.iter().all(|other| other.as_ref() != name));
        Ok(self)
    }

    /// The rows of these numbers, counted from 0, in this order.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] if a row lies beyond the end.
    pub fn rows(&self, rows: &[usize]) -> Result<Self> {
        if let Some(row) = rows.iter().find(|&&row| row >= self.len) {
            return Err(Error::Data {
                what: "a row of a table",
                got: format!("{row} of {} rows", self.len),
                expected: "a number below that of the rows",
                help: "count rows from 0",
            });
        }
        let columns = self.columns().map(|(name, column)| (name.to_owned(), column.rows(rows)));
        Ok(Self::from_parts(columns.collect(), rows.len(), &self.origin))
    }

    /// All columns as numbers, side by side: `[rows, columns]`.
    ///
    /// # Errors
    ///
    /// [`Error::Cell`] if a value is missing, is no number, or is too large for the dtype;
    /// [`Error::Data`] if the dtype isn't `F32` or `F64`.
    pub fn to_tensor(&self, dtype: DType) -> Result<Tensor> {
        match dtype {
            DType::F32 => self.side_by_side(|number| Some(number as f32).filter(|x| x.is_finite())),
            DType::F64 => self.side_by_side(|number| Some(number).filter(|x| x.is_finite())),
            other => Err(not_float(other)),
        }
    }

    /// All columns as numbers of a type that has them, side by side.
    fn side_by_side<T: Element>(&self, cast: impl Fn(f64) -> Option<T>) -> Result<Tensor> {
        let width = self.columns.len();
        let mut values = vec![T::default(); self.len * width];
        for (place, (name, _)) in self.columns.iter().enumerate() {
            let numbers = self.borrowed_numbers(name)?;
            let places = values.iter_mut().skip(place).step_by(width);
            for (row, (number, place)) in numbers.iter().zip(places).enumerate() {
                let number = number.ok_or_else(|| self.lacking(name, row))?;
                *place = cast(number).ok_or_else(|| {
                    let help = "scale the column, or take F64";
                    self.refused(name, row, "a number that the dtype has", help)
                })?;
            }
        }
        Ok(Tensor::new(values, [self.len, width])?)
    }

    /// The complaint about a missing value.
    pub(crate) fn lacking(&self, name: &str, row: usize) -> Error {
        self.refused(name, row, "a value", "fill missing values with an Imputer")
    }

    /// The complaint about a value.
    pub(crate) fn refused(
        &self,
        name: &str,
        row: usize,
        expected: &'static str,
        help: &'static str,
    ) -> Error {
        let value = self.column(name).map_or(String::new(), |column| self.text(column, row));
        let (path, column) = (self.origin.clone(), name.to_owned());
        Error::Cell {
            path,
            row: row + 1,
            line: 0,
            column,
            value: shortened(&value),
            expected,
            help,
        }
    }

    fn text(&self, column: &Column, row: usize) -> String {
        column.text(row).unwrap_or_default().into_owned()
    }
}

impl Batch for Table {
    fn len(&self) -> usize {
        self.len
    }

    fn rows(&self, rows: &[usize]) -> Result<Self> {
        self.rows(rows)
    }
}

/// Writes the number of rows, and each column with its type and missing values.
impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table of {} rows", self.len)?;
        for (name, column) in &self.columns {
            write!(f, "\n{name}: {:?}, {} missing", column.kind(), column.num_missing())?;
        }
        Ok(())
    }
}

/// The names and types of a table's columns: what is kept with a model to read new rows alike.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{ColumnType, Schema, TableReader};
///
/// let schema = Schema::new([("code", ColumnType::Text), ("spend", ColumnType::F64)]);
/// let table = TableReader::new().schema(&schema).read_bytes(b"spend,id,code\n5,1,007\n")?;
/// assert_eq!(table.schema(), schema);
/// assert_eq!(table.column("code")?.text(0).as_deref(), Some("007"));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    columns: Vec<(String, ColumnType)>,
}

impl Schema {
    /// Names columns with their types, from the left.
    #[must_use]
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = (N, ColumnType)>) -> Self {
        Self { columns: columns.into_iter().map(|(name, kind)| (name.into(), kind)).collect() }
    }

    /// The names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The type of the column of a name.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<ColumnType> {
        self.columns.iter().find(|(other, _)| other == name).map(|(_, kind)| *kind)
    }
}

fn not_float(dtype: DType) -> Error {
    Error::Data {
        what: "the dtype of a table's tensor",
        got: dtype.to_string(),
        expected: "F32 or F64",
        help: "cast the tensor afterwards",
    }
}

/// The place of a column among those that are there.
fn find(path: &Path, columns: &[String], name: &str) -> Result<usize> {
    let place = columns.iter().position(|column| column == name);
    place.ok_or_else(|| no_column(path, columns, name))
}

fn no_column(path: &Path, columns: &[String], name: &str) -> Error {
    let help = nearest(columns, name).map_or_else(
        || "name one of these columns".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Error::Column {
        path: path.to_owned(),
        wanted: format!("`{name}`"),
        columns: columns.to_vec(),
        help,
    }
}

/// The column whose name is most like another, if it is like it at all.
pub(crate) fn nearest<'a>(columns: &'a [String], name: &str) -> Option<&'a String> {
    let likeness = |column: &String| strsim::jaro_winkler(&plain(column), &plain(name));
    let nearest = columns.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    nearest.filter(|column| likeness(column) > 0.7)
}

/// Lower case, `_` and `-` as blanks.
pub(crate) fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', '-'], " ")
}

/// The beginning of a value, for messages.
pub(crate) fn shortened(value: &str) -> String {
    match value.char_indices().nth(60) {
        Some((end, _)) => format!("{} …", &value[..end]),
        None => value.to_owned(),
    }
}
