//! Tables into CSV files.

use std::io::{self, Write};
use std::path::Path;

use brand_nn_tensor::io::write_atomically;

use super::{Column, Table};
use crate::Result;

impl Table {
    /// Writes a CSV file in UTF-8, as a whole or not at all.
    ///
    /// A missing value is an empty cell. A text or name that begins with `=`, `+`, `-`, `@`, a tab
    /// or a line break gets a `'` in front: a spreadsheet would run it as a formula, and customers
    /// write what they like into their names.
    ///
    /// # Errors
    ///
    /// [`Error::Layers`](crate::Error::Layers) if the file can't be written; then the old one is as
    /// it was.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_train::{Column, Table};
    ///
    /// let table = Table::new([
    ///     ("name", Column::from(vec!["Ada, B.", "=1+1"])),
    ///     ("spend", Column::from(vec![-1.5, f64::NAN])),
    /// ])?;
    /// let path = std::env::temp_dir().join(format!("brand-nn-doc-{}-out.csv", std::process::id()));
    /// table.write_csv(&path)?;
    /// let text = std::fs::read_to_string(&path).unwrap();
    /// assert_eq!(text, "name,spend\n\"Ada, B.\",-1.5\n'=1+1,\n");
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        Ok(write_atomically(path.as_ref(), |out| self.write_rows(out))?)
    }

    fn write_rows(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.names().map(harmless))?;
        for row in 0..self.len() {
            let cells = self.columns().map(|(_, column)| cell(column, row));
            writer.write_record(cells)?;
        }
        writer.flush()
    }
}

fn cell(column: &Column, row: usize) -> String {
    let text = column.text(row).unwrap_or_default();
    if matches!(column, Column::Text(_)) { harmless(&text) } else { text.into_owned() }
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    let mark = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    format!("{mark}{text}")
}
