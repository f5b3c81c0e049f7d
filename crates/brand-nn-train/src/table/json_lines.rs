//! Rows of a file that has one JSON object a line.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Read};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::rows::{Cell, RawRows};
use crate::source::{Encoding, Source, Text};
use crate::{Error, Result};

/// The rows of a file of JSON objects, one a line; blank lines are passed over.
pub(crate) struct JsonLines {
    source: Source,
    input: BufReader<Text>,
    columns: Vec<String>,
    numbers: BTreeMap<String, usize>,
    /// Whether a new key makes a new column.
    open: bool,
    cells: Vec<Option<(String, bool)>>,
    row: usize,
    line: u64,
}

/// The longest line in bytes.
const LONGEST_LINE: u64 = 1 << 26;

const HELP: &str = "write one JSON object a line, with numbers, texts, true, false or null";

impl JsonLines {
    /// Opens a file whose columns are known, or are found as they come.
    pub(crate) fn open(
        source: &Source,
        encoding: Encoding,
        columns: Option<Vec<String>>,
    ) -> Result<Self> {
        let open = columns.is_none();
        let columns = columns.unwrap_or_default();
        let numbers = columns.iter().cloned().zip(0..).collect();
        Ok(Self {
            input: source.open(encoding)?,
            source: source.clone(),
            columns,
            numbers,
            open,
            cells: Vec::new(),
            row: 0,
            line: 0,
        })
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// As [`Rows::read`](super::rows::Rows::read).
    pub(crate) fn read(&mut self, limits: [usize; 2], rows: &mut RawRows) -> Result<bool> {
        while !rows.reach(limits) {
            if !self.advance()? {
                return Ok(false);
            }
            let cells = self.cells.iter().map(|cell| {
                let (text, quoted) = cell.as_ref()?;
                Some(Cell { text, quoted: *quoted })
            });
            rows.push((self.row, self.line), cells);
        }
        Ok(true)
    }

    fn advance(&mut self) -> Result<bool> {
        let mut line = Vec::new();
        while line.trim_ascii().is_empty() {
            line.clear();
            let mut limited = (&mut self.input).take(LONGEST_LINE);
            let count = limited.read_until(b'\n', &mut line);
            let count = count.map_err(|error| self.source.broken(&error))? as u64;
            self.line += 1;
            if count == 0 {
                return if self.row == 0 { Err(self.source.empty()) } else { Ok(false) };
            }
            if count == LONGEST_LINE {
                let problem = format!("the line is longer than {} MiB", LONGEST_LINE >> 20);
                return Err(self.at(problem));
            }
        }
        self.row += 1;
        self.take_in(&line)?;
        Ok(true)
    }

    fn at(&self, problem: String) -> Error {
        self.source.at(&format!("row {} (line {})", self.row.max(1), self.line), problem, HELP)
    }

    fn take_in(&mut self, line: &[u8]) -> Result<()> {
        self.cells.clear();
        self.cells.resize(self.columns.len(), None);
        let pairs: Pairs = serde_json::from_slice(line).map_err(|e| self.at(plain(&e)))?;
        for (name, value) in pairs.0 {
            let Some(column) = self.column(&name) else { continue };
            if self.cells[column].is_some() {
                return Err(self.at(format!("the key `{name}` stands there twice")));
            }
            self.cells[column] = self.written(&name, value)?;
        }
        Ok(())
    }

    /// The column of a key; a file whose columns are known may have more keys than these.
    fn column(&mut self, name: &str) -> Option<usize> {
        let known = self.numbers.get(name).copied();
        if known.is_some() || !self.open {
            return known;
        }
        self.columns.push(name.to_owned());
        self.cells.push(None);
        self.numbers.insert(name.to_owned(), self.columns.len() - 1);
        Some(self.columns.len() - 1)
    }

    /// A value as a cell.
    fn written(&self, name: &str, value: Value) -> Result<Option<(String, bool)>> {
        match value {
            Value::Null => Ok(None),
            Value::Bool(value) => Ok(Some((value.to_string(), false))),
            Value::Number(value) => Ok(Some((value.to_string(), false))),
            Value::String(value) => Ok(Some((value, true))),
            Value::Array(_) => Err(self.at(format!("the key `{name}` holds a list"))),
            Value::Object(_) => Err(self.at(format!("the key `{name}` holds an object"))),
        }
    }
}

/// What is wrong with a line of JSON, with its own line number, 1, left out.
fn plain(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at character ")
}

/// The pairs of an object in their order, also those with the same key.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}
