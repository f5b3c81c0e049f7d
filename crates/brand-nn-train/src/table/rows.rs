//! Rows of cells as a file has them, before anything is known of their types.

use csv_core::ReadRecordResult;
use std::io::BufReader;
use std::string::FromUtf8Error;

use super::json_lines::JsonLines;
use crate::source::{Encoding, Quotes, Source, Text};
use crate::{Error, Result};

/// A cell of a row: what stands there, and whether it is said to be a text.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub(crate) text: &'a str,
    /// A JSON string is a text even where it looks like a number.
    pub(crate) quoted: bool,
}

/// The rows of a file, one after the other.
pub(crate) enum Rows {
    Separated(Box<Separated>),
    JsonLines(Box<JsonLines>),
}

impl Rows {
    pub(crate) fn columns(&self) -> &[String] {
        match self {
            Self::Separated(rows) => &rows.columns,
            Self::JsonLines(rows) => rows.columns(),
        }
    }

    /// Puts rows at the end of others until these are `most`, or have so many bytes.
    ///
    /// False if the file ended before.
    pub(crate) fn read(&mut self, limits: [usize; 2], rows: &mut RawRows) -> Result<bool> {
        match self {
            Self::Separated(input) => input.read(limits, rows),
            Self::JsonLines(input) => input.read(limits, rows),
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
    /// The cells of a row; of JSON whose columns are still being found, of the last one.
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

    /// Whether there are so many rows, or bytes.
    pub(crate) fn reach(&self, [most, bytes]: [usize; 2]) -> bool {
        self.len() >= most || self.text.len() >= bytes
    }

    /// Adds a row of cells, some of which are not there.
    pub(crate) fn push<'a>(
        &mut self,
        place: (usize, u64),
        cells: impl ExactSizeIterator<Item = Option<Cell<'a>>>,
    ) {
        self.width = cells.len();
        self.places.push(place);
        for cell in cells {
            self.text.push_str(cell.map_or("", |cell| cell.text));
            self.ends.push(self.text.len());
            self.marks.push(cell.map(|cell| cell.quoted));
        }
    }

    /// Forgets the rows, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.marks.clear();
        self.places.clear();
        self.broken = None;
    }

    /// The number of a row in its file, counted from 1, and the line where it begins.
    pub(crate) fn place(&self, row: usize) -> (usize, u64) {
        self.places[row]
    }

    /// A cell; `None` where the file says that there is nothing.
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
    input: Quotes<BufReader<Text>>,
    parser: csv_core::Reader,
    /// Where the cells of a row end, counted from its beginning, with room for more of them.
    ends: Vec<usize>,
    row: usize,
}

impl Separated {
    /// Reads the header; the separator is found by the file's ending and header if not given.
    pub(crate) fn open(source: &Source, separator: Option<u8>, encoding: Encoding) -> Result<Self> {
        let mut input = source.open(encoding)?;
        let separator = separator.map_or_else(|| source.separator(&mut input), Ok)?;
        let mut rows = Self {
            source: source.clone(),
            columns: Vec::new(),
            input: Quotes::new(input, separator),
            parser: csv_core::ReaderBuilder::new().delimiter(separator).build(),
            ends: vec![0; 64],
            row: 0,
        };
        let mut text = Spare::default();
        let cells = rows.parse(&mut text)?.ok_or_else(|| source.empty())?;
        rows.input.next_start();
        let text = rows.whole(text)?;
        let mut begin = 0;
        for &end in &rows.ends[..cells] {
            rows.columns.push(text[begin..end].trim().to_owned());
            begin = end;
        }
        Ok(rows)
    }

    /// As [`Rows::read`].
    pub(crate) fn read(&mut self, [most, bytes]: [usize; 2], rows: &mut RawRows) -> Result<bool> {
        rows.width = self.columns.len();
        let mut text = Spare::behind(std::mem::take(&mut rows.text));
        let mut more = Ok(true);
        while matches!(more, Ok(true)) && rows.len() < most && text.used < bytes {
            more = self.read_row(&mut text, rows);
        }
        rows.text = self.whole(text)?;
        more
    }

    /// Puts the next row, if there is one, at the end of others, whose text is at hand.
    fn read_row(&mut self, text: &mut Spare, rows: &mut RawRows) -> Result<bool> {
        let begin = text.used;
        let Some(cells) = self.parse(text)? else {
            return if self.row == 0 { Err(self.source.header_only()) } else { Ok(false) };
        };
        self.row += 1;
        let line = self.input.next_start();
        if cells != rows.width {
            text.used = begin;
            return Err(self.ragged(line, cells));
        }
        rows.places.push((self.row, line));
        rows.ends.extend(self.ends[..cells].iter().map(|end| begin + end));
        Ok(true)
    }

    /// Puts the text of the next row behind others, and says how many cells it has; `None` at the end.
    fn parse(&mut self, text: &mut Spare) -> Result<Option<usize>> {
        let mut cells = 0;
        loop {
            let input = self.input.fill_buf().map_err(|error| self.source.broken(&error))?;
            let (result, read, written, ended) =
                self.parser.read_record(input, text.room(), &mut self.ends[cells..]);
            self.input.consume(read);
            text.used += written;
            cells += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => text.grow(),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * cells, 0),
                ReadRecordResult::Record => return Ok(Some(cells)),
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    /// The text of rows, which is none if a separator that is not ASCII has cut characters.
    fn whole(&self, text: Spare) -> Result<String> {
        text.used().map_err(|error| {
            self.source.at("", error.to_string(), "take a separator of ASCII, such as a comma")
        })
    }

    fn ragged(&self, line: u64, cells: usize) -> Error {
        let problem = format!("got {cells} fields, expected {}", self.columns.len());
        let help = "put quotes around a text that holds the separator";
        self.source.at(&format!("row {} (line {line})", self.row), problem, help)
    }
}

/// Bytes of text, and behind them room for a parser to write to.
#[derive(Default)]
struct Spare {
    bytes: Vec<u8>,
    used: usize,
}

impl Spare {
    fn behind(text: String) -> Self {
        Self { used: text.len(), bytes: text.into_bytes() }
    }

    fn room(&mut self) -> &mut [u8] {
        &mut self.bytes[self.used..]
    }

    /// Makes more room, at first out of memory that is there.
    fn grow(&mut self) {
        let len = self.bytes.len();
        let more = len.max(4096);
        if self.bytes.capacity() == len {
            self.bytes.reserve(more);
        }
        self.bytes.resize(self.bytes.capacity().min(len + more), 0);
    }

    fn used(mut self) -> Result<String, FromUtf8Error> {
        self.bytes.truncate(self.used);
        String::from_utf8(self.bytes)
    }
}
