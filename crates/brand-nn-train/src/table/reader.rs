//! Tables from files: CSV, TSV, JSON lines and Parquet, whole or in pieces.

use std::path::Path;
use std::sync::Arc;

use super::cell::{ColumnType, advice};
use super::json_lines::JsonLines;
use super::rows::{RawRows, Rows, Separated};
use super::{Column, Schema, Table};
use crate::source::{Encoding, Source};
use crate::{Error, Result};

/// How a table is read: its separator, encoding, types, and what stands for missing values.
///
/// The type of a column is the narrowest that all its cells have, of whole numbers, numbers,
/// `true` and `false`, days and texts; a column without values is one of texts. For that the file
/// is read twice, unless the [`schema`](Self::schema) is known. Blanks around numbers are dropped.
/// With the feature `parquet` files of that kind are known by their first bytes, and have types of their
/// own; of the settings the schema alone counts for them.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{ColumnType, TableReader};
///
/// let csv = "name,joined,spend\nAda,2024-02-29,12.5\nBo,2024-03-01,\n";
/// let table = TableReader::new().read_bytes(csv.as_bytes())?;
/// assert_eq!(table.column("joined")?.kind(), ColumnType::Date);
/// assert_eq!(table.column("spend")?.number(0), Some(12.5));
///
/// let table = TableReader::new().column("spend", ColumnType::I64).read_bytes(csv.as_bytes());
/// assert_eq!(
///     table.unwrap_err().to_string(),
///     "the table, row 1 (line 2), column spend: got `12.5`, expected a whole number; \
///      help: read the column as f64"
/// );
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TableReader {
    separator: Option<u8>,
    encoding: Encoding,
    json_lines: bool,
    missing: Vec<String>,
    types: Vec<(String, ColumnType)>,
    schema: Option<Schema>,
    infer_rows: usize,
}

impl Default for TableReader {
    fn default() -> Self {
        let missing = ["NA", "N/A", "NaN", "nan", "null", "NULL"].map(str::to_owned).to_vec();
        Self {
            separator: None,
            encoding: Encoding::Utf8,
            json_lines: false,
            missing,
            types: Vec::new(),
            schema: None,
            infer_rows: usize::MAX,
        }
    }
}

impl TableReader {
    /// Reads UTF-8, the separator and the types being found by themselves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The byte between cells; by default the one of the file's ending, or that the header has.
    #[must_use]
    pub fn separator(mut self, separator: u8) -> Self {
        self.separator = Some(separator);
        self
    }

    /// The encoding; UTF-8 by default.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Reads one JSON object a line, as files that end in `.jsonl` or `.ndjson` are.
    #[must_use]
    pub fn json_lines(mut self) -> Self {
        self.json_lines = true;
        self
    }

    /// Words that stand for a missing value, beside a blank cell.
    ///
    /// `NA`, `N/A`, `NaN`, `nan`, `null` and `NULL` by default. In JSON, `null` and a key that is
    /// not there are missing values, and these words are texts.
    #[must_use]
    pub fn missing<S: Into<String>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.missing = words.into_iter().map(Into::into).collect();
        self
    }

    /// The type of a column, whatever its cells look like.
    #[must_use]
    pub fn column(mut self, name: impl Into<String>, kind: ColumnType) -> Self {
        self.types.push((name.into(), kind));
        self
    }

    /// Reads these columns alone, of these types; nothing is inferred.
    #[must_use]
    pub fn schema(mut self, schema: &Schema) -> Self {
        self.schema = Some(schema.clone());
        self
    }

    /// Infers types from so many rows at most; all by default.
    #[must_use]
    pub fn infer_rows(mut self, rows: usize) -> Self {
        self.infer_rows = rows;
        self
    }

    /// Reads a whole file.
    ///
    /// # Errors
    ///
    /// [`Error::File`], [`Error::Column`] and [`Error::Cell`] name the place of what can't be read.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Table> {
        self.whole(Source::file(path.as_ref()))
    }

    /// Reads the bytes that a file would have.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_bytes(&self, bytes: &[u8]) -> Result<Table> {
        self.whole(Source::bytes("the table", bytes))
    }

    /// Reads a file in tables of so many rows, for what is larger than memory.
    ///
    /// Without a [`schema`](Self::schema) the file is read once before, to find the types.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read); each piece has its own result, and an error is the last one.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_train::TableReader;
    ///
    /// let path = std::env::temp_dir().join(format!("brand-nn-doc-{}.csv", std::process::id()));
    /// # brand_nn_tensor::io::write_atomically(&path, |out| out.write_all(b"x\n1\n2\n3\n")).unwrap();
    /// let mut sum = 0.0;
    /// for piece in TableReader::new().pieces(&path, 2)? {
    ///     sum += piece?.numbers("x")?.into_iter().flatten().sum::<f64>();
    /// }
    /// assert_eq!(sum, 6.0);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    pub fn pieces(&self, path: impl AsRef<Path>, rows: usize) -> Result<Pieces> {
        self.pieces_of(Source::file(path.as_ref()), rows)
    }

    fn whole(&self, source: Source) -> Result<Table> {
        let path = source.path.clone();
        let mut pieces = self.pieces_of(source, usize::MAX)?;
        pieces.next().unwrap_or_else(|| Err(Source::file(&path).header_only()))
    }

    fn pieces_of(&self, source: Source, rows: usize) -> Result<Pieces> {
        #[cfg(feature = "parquet")]
        if super::parquet::is_parquet(&source.path) {
            let batches =
                super::parquet::Batches::open(&source, self.schema.as_ref(), rows.max(1))?;
            return Ok(Pieces { inner: Inner::Parquet(batches.into()), finished: false });
        }
        let inner = Inner::Text(self.text_pieces(source, rows)?.into());
        Ok(Pieces { inner, finished: false })
    }

    fn text_pieces(&self, source: Source, rows: usize) -> Result<TextPieces> {
        let schema = match &self.schema {
            Some(schema) => schema.clone(),
            None => self.infer(&source)?,
        };
        let known = schema.names().map(str::to_owned).collect();
        let input = self.open(&source, Some(known))?;
        let header = input.columns();
        unique(&source, header)?;
        let place = |name| super::find(&source.path, header, name);
        let places = schema.names().map(place).collect::<Result<_>>()?;
        let missing = self.missing.clone();
        let numbers_miss = missing.iter().any(|word| super::cell::number(word).is_some());
        let typing = Typing { places, schema, missing, numbers_miss, source };
        let (rows, spare) = (rows.max(1), RawRows::default());
        Ok(TextPieces { input, typing, rows, last: 0, finished: false, spare })
    }

    fn open(&self, source: &Source, columns: Option<Vec<String>>) -> Result<Rows> {
        let ending = source.path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        if self.json_lines || ["jsonl", "ndjson"].contains(&&*ending.to_lowercase()) {
            return Ok(Rows::JsonLines(JsonLines::open(source, self.encoding, columns)?.into()));
        }
        let mut rows = Separated::open(source, self.separator, self.encoding)?;
        for (number, name) in rows.columns.iter_mut().enumerate() {
            if name.is_empty() {
                *name = format!("column_{}", number + 1);
            }
        }
        Ok(Rows::Separated(rows.into()))
    }

    /// Finds the narrowest type of each column.
    fn infer(&self, source: &Source) -> Result<Schema> {
        let mut input = self.open(source, None)?;
        let mut suits: Vec<Suits> = vec![Suits::default(); input.columns().len()];
        unique(source, input.columns())?;
        let mut row = RawRows::default();
        for _ in 0..self.infer_rows.max(1) {
            row.clear();
            if !input.read([1, usize::MAX], &mut row)? {
                break;
            }
            suits.resize(input.columns().len(), Suits::default());
            for (column, suits) in suits.iter_mut().enumerate() {
                if let Some(cell) = row.cell(0, column).filter(|c| !blank(&self.missing, c)) {
                    suits.see(cell);
                }
            }
        }
        let found = suits.iter().map(Suits::kind);
        let columns = input.columns().iter().cloned().zip(found).collect();
        let mut schema = Schema { columns };
        for (name, kind) in &self.types {
            let place = super::find(&source.path, input.columns(), name)?;
            schema.columns[place].1 = *kind;
        }
        Ok(schema)
    }
}

/// Bytes of rows that are read before their cells are looked at, where a piece may have more.
const BLOCK: usize = 1 << 20;

/// Tables of some rows each, one after the other; made by [`TableReader::pieces`].
pub struct Pieces {
    inner: Inner,
    finished: bool,
}

enum Inner {
    Text(Box<TextPieces>),
    #[cfg(feature = "parquet")]
    Parquet(Box<super::parquet::Batches>),
}

/// A piece whose cells nobody has looked at yet: reading it and making a table of it is work for two.
pub(crate) struct Unmade {
    pub(crate) make: Box<dyn FnOnce() -> Result<Table> + Send>,
    /// Whether it is known to be broken.
    pub(crate) is_broken: bool,
}

impl Pieces {
    /// The columns of each piece.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        match &self.inner {
            Inner::Text(text) => &text.typing.schema,
            #[cfg(feature = "parquet")]
            Inner::Parquet(batches) => batches.schema(),
        }
    }

    /// The pieces, to be made elsewhere.
    pub(crate) fn unmade(self) -> Box<dyn Iterator<Item = Unmade> + Send> {
        match self.inner {
            Inner::Text(text) => Box::new(text.unmade()),
            #[cfg(feature = "parquet")]
            inner @ Inner::Parquet(_) => Box::new(Self { inner, ..self }.map(|piece| {
                let is_broken = piece.is_err();
                Unmade { make: Box::new(move || piece), is_broken }
            })),
        }
    }
}

impl Iterator for Pieces {
    type Item = Result<Table>;

    fn next(&mut self) -> Option<Result<Table>> {
        if self.finished {
            return None;
        }
        let piece = match &mut self.inner {
            Inner::Text(text) => text.piece(),
            #[cfg(feature = "parquet")]
            Inner::Parquet(batches) => batches.piece(),
        };
        self.finished = !matches!(piece, Ok(Some(_)));
        piece.transpose()
    }
}

/// Pieces of a file of text.
struct TextPieces {
    input: Rows,
    typing: Typing,
    rows: usize,
    /// The rows of the piece before.
    last: usize,
    finished: bool,
    /// Memory for the rows of a block.
    spare: RawRows,
}

impl TextPieces {
    fn unmade(mut self) -> impl Iterator<Item = Unmade> + Send {
        let typing = Arc::new(self.typing.clone());
        let mut room = [0; 3];
        std::iter::from_fn(move || {
            let mut rows = RawRows::with_room_of(&room);
            self.read([self.rows, usize::MAX], &mut rows);
            room = rows.sizes();
            let (typing, is_broken) = (typing.clone(), rows.broken.is_some());
            let some = is_broken || rows.len() > 0;
            some.then(|| Unmade { make: Box::new(move || typing.table_of(rows)), is_broken })
        })
    }

    /// The next rows, at most so many of so many bytes; an error ends them.
    fn read(&mut self, limits: [usize; 2], rows: &mut RawRows) {
        rows.clear();
        if self.finished {
            return;
        }
        let more = self.input.read(limits, rows);
        self.finished = !matches!(more, Ok(true));
        rows.broken = more.err();
    }

    fn piece(&mut self) -> Result<Option<Table>> {
        let mut columns = self.typing.columns(self.last);
        let mut rows = std::mem::take(&mut self.spare);
        let mut count = 0;
        while count < self.rows && !self.finished {
            self.read([self.rows - count, BLOCK], &mut rows);
            count += rows.len();
            self.typing.take_in(&mut rows, &mut columns)?;
        }
        (self.spare, self.last) = (rows, count);
        Ok((count > 0).then(|| self.typing.table(columns, count)))
    }
}

/// What the cells of a row are to become.
#[derive(Clone)]
struct Typing {
    /// Where in a row the columns stand.
    places: Vec<usize>,
    schema: Schema,
    missing: Vec<String>,
    /// Whether a number may stand for a missing value.
    numbers_miss: bool,
    source: Source,
}

impl Typing {
    /// Makes a table of rows.
    fn table_of(&self, mut rows: RawRows) -> Result<Table> {
        let mut columns = self.columns(rows.len());
        self.take_in(&mut rows, &mut columns)?;
        Ok(self.table(columns, rows.len()))
    }

    fn columns(&self, rows: usize) -> Vec<Column> {
        let kinds = self.schema.columns.iter().map(|(_, kind)| *kind);
        let mut columns: Vec<_> = kinds.map(Column::empty).collect();
        columns.iter_mut().for_each(|column| column.reserve(rows));
        columns
    }

    fn table(&self, columns: Vec<Column>, rows: usize) -> Table {
        let names = self.schema.names().map(str::to_owned);
        Table::from_parts(names.zip(columns).collect(), rows, &self.source.path)
    }

    /// Puts the cells of rows into columns; of several errors the one that comes first in the file.
    fn take_in(&self, rows: &mut RawRows, columns: &mut [Column]) -> Result<()> {
        let mut bad = None;
        for (number, column) in columns.iter_mut().enumerate() {
            let sound = bad.map_or(rows.len(), |(row, _)| row);
            let row = (0..sound).find(|&row| !self.push(rows, row, number, column));
            bad = row.map(|row| (row, number)).or(bad);
        }
        match bad {
            Some((row, column)) => Err(self.refused(rows, row, column)),
            None => rows.broken.take().map_or(Ok(()), Err),
        }
    }

    /// Puts a cell at the end of its column; false if it is of another type.
    fn push(&self, rows: &RawRows, row: usize, number: usize, column: &mut Column) -> bool {
        let cell = rows.cell(row, self.places[number]);
        if let (Column::F64(values), Some(cell), false) = (&mut *column, cell, self.numbers_miss)
            && let Some(value) = super::cell::number(cell.text)
        {
            values.push(Some(value)); // it needs no other look, and most cells are such
            return true;
        }
        let cell = cell.filter(|cell| !blank(&self.missing, cell));
        column.push(cell.map(|cell| cell.text))
    }

    fn refused(&self, rows: &RawRows, row: usize, column: usize) -> Error {
        let value = rows.cell(row, self.places[column]).map_or("", |cell| cell.text);
        let (row, line) = rows.place(row);
        let (name, kind) = &self.schema.columns[column];
        Error::Cell {
            path: self.source.path.clone(),
            row,
            line,
            column: name.clone(),
            value: super::shortened(value),
            expected: kind.expected(),
            help: advice(value, *kind),
        }
    }
}

/// Which types all cells of a column have had.
#[derive(Clone, Default)]
struct Suits {
    seen: bool,
    /// Of [`ColumnType::ALL`], those that did not suit a cell.
    refused: [bool; 5],
}

impl Suits {
    fn see(&mut self, cell: super::rows::Cell<'_>) {
        self.seen = true;
        for (refused, kind) in self.refused.iter_mut().zip(ColumnType::ALL) {
            *refused = *refused || !kind.suits(cell);
        }
    }

    fn kind(&self) -> ColumnType {
        let kinds = ColumnType::ALL.into_iter().zip(self.refused);
        let first = kinds.filter(|(_, refused)| !refused).map(|(kind, _)| kind).next();
        first.filter(|_| self.seen).unwrap_or(ColumnType::Text)
    }
}

/// Whether a cell is as good as not there.
fn blank(missing: &[String], cell: &super::rows::Cell<'_>) -> bool {
    let text = cell.text.trim();
    !cell.quoted && (text.is_empty() || missing.iter().any(|word| word == text))
}

/// Refuses two columns of one name.
pub(super) fn unique(source: &Source, columns: &[String]) -> Result<()> {
    let mut sorted: Vec<_> = columns.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => {
            let problem = format!("two columns are called {}", pair[0]);
            Err(source.at("header", problem, "rename one"))
        }
        None => Ok(()),
    }
}
