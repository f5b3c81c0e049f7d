//! Rows of cells as a file has them, before anything is known of their types.

use csv::StringRecord;

use super::json_lines::JsonLines;
use crate::source::{Encoding, Quotes, Source, Text};
use crate::{Error, Result};
use std::io::BufReader;

/// A cell of a row: what stands there, and whether it is said to be a text.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub(crate) text: &'a str,
    /// A JSON string is a text even where it looks like a number.
    pub(crate) quoted: bool,
}

/// The rows of a file, one after the other.
pub(crate) enum Rows {
    Separated(Separated),
    JsonLines(JsonLines),
}

impl Rows {
    pub(crate) fn columns(&self) -> &[String] {
        match self {
            Self::Separated(rows) => &rows.columns,
            Self::JsonLines(rows) => rows.columns(),
        }
    }

    /// Goes to the next row, if there is one.
    pub(crate) fn advance(&mut self) -> Result<bool> {
        match self {
            Self::Separated(rows) => rows.advance(),
            Self::JsonLines(rows) => rows.advance(),
        }
    }

    /// Puts the current row at the end of others.
    pub(crate) fn append_to(&self, rows: &mut RawRows) {
        rows.width = self.columns().len();
        rows.places.push(self.place());
        match self {
            Self::Separated(own) => {
                let begin = rows.text.len();
                rows.text.push_str(own.record.as_slice());
                let ends = (0..rows.width).map(|i| own.record.range(i).map_or(0, |cell| cell.end));
                rows.ends.extend(ends.map(|end| begin + end));
            }
            Self::JsonLines(own) => {
                for column in 0..rows.width {
                    let cell = own.cell(column);
                    rows.text.push_str(cell.map_or("", |cell| cell.text));
                    rows.ends.push(rows.text.len());
                    rows.marks.push(cell.map(|cell| cell.quoted));
                }
            }
        }
    }

    /// A cell of the current row; `None` where the file says that there is nothing.
    pub(crate) fn cell(&self, column: usize) -> Option<Cell<'_>> {
        match self {
            Self::Separated(rows) => Some(Cell { text: rows.record.get(column)?, quoted: false }),
            Self::JsonLines(rows) => rows.cell(column),
        }
    }

    /// The current row, counted from 1, and the line of the file where it begins.
    pub(crate) fn place(&self) -> (usize, u64) {
        match self {
            Self::Separated(rows) => (rows.row, rows.line),
            Self::JsonLines(rows) => rows.place(),
        }
    }
}

/// Rows with their places, whose cells nobody has looked at yet.
#[derive(Default)]
pub(crate) struct RawRows {
    /// All cells, one after the other.
    text: String,
    /// Where each cell ends.
    ends: Vec<usize>,
    /// Of JSON, whether each cell is quoted, or is not there.
    marks: Vec<Option<bool>>,
    /// The number of each row, and its line.
    places: Vec<(usize, u64)>,
    /// The cells of a row.
    width: usize,
    /// Why there are no more of them.
    pub(crate) broken: Option<Error>,
}

impl RawRows {
    /// Room for as many rows, cells and bytes as others have.
    pub(crate) fn with_room_of(other: &[usize; 3]) -> Self {
        let [rows, cells, bytes] = *other;
        Self {
            text: String::with_capacity(bytes + bytes / 32),
            ends: Vec::with_capacity(cells),
            places: Vec::with_capacity(rows),
            ..Self::default()
        }
    }

    /// How many rows, cells and bytes there are.
    pub(crate) fn sizes(&self) -> [usize; 3] {
        [self.places.len(), self.ends.len(), self.text.len()]
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Forgets the rows, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.marks.clear();
        self.places.clear();
        self.broken = None;
    }

    /// As [`Rows::place`], of a row that is here.
    pub(crate) fn place(&self, row: usize) -> (usize, u64) {
        self.places[row]
    }

    /// As [`Rows::cell`], of a row that is here.
    pub(crate) fn cell(&self, row: usize, column: usize) -> Option<Cell<'_>> {
        let place = row * self.width + column;
        let begin = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        let quoted = self.marks.get(place).copied().unwrap_or(Some(false))?;
        Some(Cell { text: &self.text[begin..self.ends[place]], quoted })
    }
}

/// Rows whose cells are parted by a comma, a tab or another byte.
pub(crate) struct Separated {
    pub(crate) source: Source,
    pub(crate) columns: Vec<String>,
    pub(crate) record: StringRecord,
    pub(crate) row: usize,
    /// The line of the file where the current row begins.
    pub(crate) line: u64,
    reader: csv::Reader<Quotes<BufReader<Text>>>,
}

impl Separated {
    /// Reads the header; the separator is found by the file's ending and header if not given.
    pub(crate) fn open(source: &Source, separator: Option<u8>, encoding: Encoding) -> Result<Self> {
        let mut input = source.open(encoding)?;
        let separator = separator.map_or_else(|| source.separator(&mut input), Ok)?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true) // rows of another length are refused with more words
            .delimiter(separator)
            .from_reader(Quotes::new(input, separator));
        let mut record = StringRecord::new();
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Err(source.empty()),
            Err(error) => return Err(broken(source, &error)),
        }
        let columns = record.iter().map(|name| name.trim().to_owned()).collect();
        let line = reader.get_mut().next_start();
        Ok(Self { source: source.clone(), columns, record, row: 0, line, reader })
    }

    /// Goes to the next row, if there is one.
    pub(crate) fn advance(&mut self) -> Result<bool> {
        let more = self.reader.read_record(&mut self.record);
        if !more.map_err(|error| broken(&self.source, &error))? {
            return if self.row == 0 { Err(self.source.header_only()) } else { Ok(false) };
        }
        self.row += 1;
        self.line = self.reader.get_mut().next_start();
        if self.record.len() != self.columns.len() {
            return Err(self.ragged());
        }
        Ok(true)
    }

    fn ragged(&self) -> Error {
        let problem = format!("got {} fields, expected {}", self.record.len(), self.columns.len());
        let help = "put quotes around a text that holds the separator";
        self.source.at(&format!("row {} (line {})", self.row, self.line), problem, help)
    }
}

fn broken(source: &Source, error: &csv::Error) -> Error {
    match error.kind() {
        csv::ErrorKind::Io(error) => source.broken(error),
        _ => source.at("", error.to_string(), "check how it was written"),
    }
}
