//! Columns of a table as the values that a method needs, each with its row in errors.

use crate::{Result, door};
use brand_nn_train::Table;
use std::borrow::Cow;

/// The texts of a column, as they would be written; none for a missing one.
pub(crate) fn texts(table: &Table, name: &str) -> Result<Vec<Option<String>>> {
    let column = table.column(name)?;
    Ok((0..table.len()).map(|row| column.text(row).map(Cow::into_owned)).collect())
}

/// The whole numbers of a column, none of which may be missing or below 0.
pub(crate) fn counts(table: &Table, data: &'static str, name: &'static str) -> Result<Vec<u64>> {
    let count = |(row, number): (usize, Option<f64>)| {
        let number = number.unwrap_or(f64::NAN);
        door::value((data, row, name), number, door::COUNT)?;
        Ok(number as u64)
    };
    table.numbers(name)?.into_iter().enumerate().map(count).collect()
}
