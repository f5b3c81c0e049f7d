//! Tables from Parquet files.

use super::{Column, Schema, Table, arrow};
use crate::source::Source;
use crate::{Error, Result};
use arrow_array::RecordBatch;
use parquet::arrow::{
    ProjectionMask,
    arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
};
use std::{
    fs::File,
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

const HELP: &str = "the file is damaged, or no Parquet file";
/// Rows that are decoded at once.
const BLOCK: usize = 1 << 16;

/// Whether a file begins as Parquet files do.
pub(super) fn is_parquet(path: &Path) -> bool {
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && &magic == b"PAR1"
}

/// The rows of a file, some at a time.
pub(super) struct Batches {
    inner: ParquetRecordBatchReader,
    source: Source,
    schema: Schema,
    rows: usize,
    row: usize,
    /// Rows that were decoded and are for the next piece.
    rest: Option<RecordBatch>,
}

impl Batches {
    /// Opens a file for the columns of a schema, or for all.
    pub(super) fn open(source: &Source, wanted: Option<&Schema>, rows: usize) -> Result<Self> {
        let file = File::open(&source.path).map_err(|error| source.broken(&error))?;
        let builder = guarded(source, "the footer", || {
            ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())
        })?;
        let schema = schema_of(source, &builder, wanted)?;
        if builder.metadata().file_metadata().num_rows() < 1 {
            return Err(source.header_only());
        }
        let mask = ProjectionMask::columns(builder.parquet_schema(), schema.names());
        let builder = builder.with_projection(mask).with_batch_size(rows.min(BLOCK));
        let inner =
            guarded(source, "the pages", || builder.build().map_err(|error| error.to_string()))?;
        Ok(Self { inner, source: source.clone(), schema, rows, row: 0, rest: None })
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The next piece: all rows that it has room for; none at the end.
    pub(super) fn piece(&mut self) -> Result<Option<Table>> {
        let kinds = self.schema.columns.iter().map(|(_, kind)| *kind);
        let mut columns: Vec<_> = kinds.map(Column::empty).collect();
        let mut count = 0;
        while count < self.rows {
            let Some(batch) = self.batch()? else { break };
            let fits = batch.num_rows().min(self.rows - count);
            self.take_in(&batch.slice(0, fits), &mut columns)?;
            count += fits;
            let rest = batch.slice(fits, batch.num_rows() - fits);
            self.rest = Some(rest).filter(|rest| rest.num_rows() > 0);
        }
        let names = self.schema.names().map(str::to_owned);
        let table = Table::from_parts(names.zip(columns).collect(), count, &self.source.path);
        Ok((count > 0).then_some(table))
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>> {
        if let Some(rest) = self.rest.take() {
            return Ok(Some(rest));
        }
        let Self { inner, source, row, .. } = self;
        guarded(source, &format!("behind row {row}"), || {
            inner.next().transpose().map_err(|error| error.to_string())
        })
    }

    /// Puts rows at the end of columns, which stand in the order of the schema.
    fn take_in(&mut self, batch: &RecordBatch, columns: &mut [Column]) -> Result<()> {
        for ((name, kind), column) in self.schema.columns.iter().zip(columns) {
            let place = format!("column {name}, behind row {}", self.row);
            let refuse =
                |problem: String| self.source.at(&place, problem, "cast the column before");
            let array = batch.column_by_name(name);
            let array = array.ok_or_else(|| refuse("it is gone".into()))?;
            let found = arrow::column(array.as_ref()).map_err(refuse)?;
            let found =
                found.cast(*kind).ok_or_else(|| refuse(format!("no {}", kind.expected())))?;
            column.append(found);
        }
        self.row += batch.num_rows();
        Ok(())
    }
}

/// The columns that a file has of those that are wanted, in the order in which they are.
fn schema_of(
    source: &Source,
    builder: &ParquetRecordBatchReaderBuilder<File>,
    wanted: Option<&Schema>,
) -> Result<Schema> {
    let fields = builder.schema().fields();
    let names: Vec<_> = fields.iter().map(|field| field.name().clone()).collect();
    super::reader::unique(source, &names)?;
    if let Some(wanted) = wanted {
        wanted.names().try_for_each(|name| super::find(&source.path, &names, name).map(drop))?;
        return Ok(wanted.clone());
    }
    let columns = fields.iter().map(|field| {
        let kind = arrow::kind(field.data_type()).map_err(|problem| {
            let help = "name the columns to read by a schema";
            source.at(&format!("column {}", field.name()), problem, help)
        })?;
        Ok((field.name().clone(), kind))
    });
    Ok(Schema { columns: columns.collect::<Result<_>>()? })
}

/// What the reader of the format makes of a hostile file is not for this crate to promise.
fn guarded<T>(
    source: &Source,
    place: &str,
    read: impl FnOnce() -> Result<T, String>,
) -> Result<T, Error> {
    let read = catch_unwind(AssertUnwindSafe(read));
    let read = read.unwrap_or_else(|_| Err("it is damaged".into()));
    read.map_err(|problem| source.at(place, problem, HELP))
}
