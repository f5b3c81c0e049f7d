//! The text of a table's file: its encoding, other kinds of files, quotes that never close.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use memchr::{memchr, memchr2_iter};

use crate::{Error, Result};

/// How a file of text writes its characters.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Encoding, TableReader};
///
/// let bytes = b"city\n\xb1\xb1\xbe\xa9\n"; // 北京 in GB18030
/// let table = TableReader::new().encoding(Encoding::Gb18030).read_bytes(bytes)?;
/// assert_eq!(table.column("city")?.text(0).as_deref(), Some("北京"));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    Utf8,
    /// The Chinese standard; files in GBK and GB2312 are files in GB18030.
    Gb18030,
    /// UTF-16, in the order that its mark tells; little-endian without one.
    Utf16,
}

impl Encoding {
    fn decoder(self, start: &[u8]) -> Decoder {
        let encoding = match self {
            Self::Utf8 => UTF_8,
            Self::Gb18030 => GB18030,
            Self::Utf16 if start.starts_with(&[0xfe, 0xff]) => UTF_16BE,
            Self::Utf16 => UTF_16LE,
        };
        encoding.new_decoder_with_bom_removal()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB18030",
            Self::Utf16 => "UTF-16",
        }
    }

    /// What bytes are that only look like a table from afar.
    fn foreign(self, start: &[u8]) -> Option<(&'static str, &'static str)> {
        let kinds: [(&[u8], &str, &str); 4] = [
            (&[0xff, 0xfe], "text in UTF-16", "save the file as UTF-8"),
            (&[0xfe, 0xff], "text in UTF-16", "save the file as UTF-8"),
            (&[0x1f, 0x8b], "gzip-compressed bytes", "decompress the file first"),
            (b"PK\x03\x04", "a zip archive or spreadsheet", "export the sheet as CSV in UTF-8"),
        ];
        let meant = |magic: &[u8]| self == Self::Utf16 && magic.len() == 2 && magic[0] >= 0xfe;
        kinds
            .into_iter()
            .find(|(magic, ..)| start.starts_with(magic) && !meant(magic))
            .map(|(_, kind, help)| (kind, help))
    }
}

/// Where rows come from: a file, or a text under the name of one.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    bytes: Option<Vec<u8>>,
}

impl Source {
    pub(crate) fn file(path: &Path) -> Self {
        Self { path: path.to_owned(), bytes: None }
    }

    pub(crate) fn bytes(name: &str, bytes: &[u8]) -> Self {
        Self { path: name.into(), bytes: Some(bytes.to_owned()) }
    }

    /// The text from its beginning, in UTF-8 whatever it was.
    pub(crate) fn open(&self, encoding: Encoding) -> Result<BufReader<Text>> {
        let input: Box<dyn Read + Send> = match &self.bytes {
            Some(bytes) => Box::new(io::Cursor::new(bytes.clone())),
            None => Box::new(std::fs::File::open(&self.path).map_err(|e| self.missing(&e))?),
        };
        let text = Text::new(input, encoding).map_err(|error| self.missing(&error))?;
        if let Some((kind, help)) = encoding.foreign(text.ahead()) {
            let problem = format!("got {kind}, expected text in {}", encoding.name());
            return Err(self.at("", problem, help));
        }
        Ok(BufReader::with_capacity(CHUNK, text))
    }

    pub(crate) fn at(&self, place: &str, problem: String, help: &'static str) -> Error {
        Error::File { path: self.path.clone(), place: place.to_owned(), problem, help }
    }

    fn missing(&self, error: &io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::NotFound => {
                self.at("", "there is no such file".to_owned(), "check the path")
            }
            _ => {
                self.at("", format!("can't be read ({error})"), "check that it is a readable file")
            }
        }
    }

    /// What went wrong while reading, with the place that [`Text`] or [`Quotes`] knows.
    pub(crate) fn broken(&self, error: &io::Error) -> Error {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Problem>());
        match inner {
            Some(Problem { place, problem, help }) => self.at(place, problem.clone(), help),
            None => self.missing(error),
        }
    }

    pub(crate) fn empty(&self) -> Error {
        let problem = "the file is empty, expected a header and rows".to_owned();
        self.at("", problem, "check how it was written")
    }

    pub(crate) fn header_only(&self) -> Error {
        let problem = "there is a header and no row, expected rows".to_owned();
        self.at("", problem, "check how it was written")
    }

    /// The separator of the file's ending if the header has it, else the one it has most of.
    pub(crate) fn separator(&self, input: &mut impl BufRead) -> Result<u8> {
        let start = input.fill_buf().map_err(|error| self.broken(&error))?;
        let lines = start.split(|&byte| byte == b'\n' || byte == b'\r');
        let header = lines.into_iter().find(|line| !line.trim_ascii().is_empty()).unwrap_or(&[]);
        let count = |separator: &u8| header.iter().filter(|b| *b == separator).count();
        let ending = self.path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        let own = if ending.eq_ignore_ascii_case("csv") { b',' } else { b'\t' };
        let others = [own, b'\t', b',', b';'].into_iter().rev();
        Ok(if count(&own) > 0 { own } else { others.max_by_key(count).unwrap_or(own) })
    }
}

/// How many bytes are read and decoded at a time.
const CHUNK: usize = 1 << 16;

/// How many bytes before the current chunk are remembered, for messages.
const HISTORY: usize = 8;

/// Bytes of an encoding as text in UTF-8; each `read` needs room for a few characters.
pub(crate) struct Text {
    input: Box<dyn Read + Send>,
    decoder: Decoder,
    encoding: Encoding,
    /// The last bytes of the chunk before, then the chunk.
    raw: Vec<u8>,
    /// Where the bytes of `raw` begin and end that were not decoded.
    start: usize,
    end: usize,
    /// How many bytes of the file lie before `raw[HISTORY]`.
    offset: usize,
    finished: bool,
}

impl Text {
    fn new(input: Box<dyn Read + Send>, encoding: Encoding) -> io::Result<Self> {
        let mut text = Self {
            input,
            decoder: encoding.decoder(&[]),
            encoding,
            raw: vec![0; HISTORY + CHUNK],
            start: HISTORY,
            end: HISTORY,
            offset: 0,
            finished: false,
        };
        text.fill()?;
        text.decoder = encoding.decoder(text.ahead());
        Ok(text)
    }

    /// The bytes that were read and not decoded.
    fn ahead(&self) -> &[u8] {
        &self.raw[self.start..self.end]
    }

    /// Reads the next chunk, when the last one is used up.
    fn fill(&mut self) -> io::Result<()> {
        self.offset += self.end - HISTORY;
        self.raw.copy_within(self.end - HISTORY..self.end, 0);
        (self.start, self.end) = (HISTORY, HISTORY);
        while self.end < self.raw.len() {
            match self.input.read(&mut self.raw[self.end..]) {
                Ok(0) => break,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The complaint about a byte that stands `back` bytes before the next one.
    fn malformed(&self, back: usize) -> io::Error {
        let at = self.start.saturating_sub(back);
        let help = match self.encoding {
            Encoding::Utf8 => "save the file as UTF-8; Chinese files are often in GB18030",
            _ => "save the file as UTF-8, or name the encoding that it has",
        };
        let problem = format!("0x{:02x} is not {}", self.raw[at], self.encoding.name());
        Problem::new(format!("byte {}", (self.offset + at).saturating_sub(HISTORY)), problem, help)
    }
}

impl Read for Text {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.start == self.end && !self.finished {
                self.fill()?;
            }
            let last = self.end < self.raw.len();
            let ahead = &self.raw[self.start..self.end];
            if self.finished || out.is_empty() {
                return Ok(0);
            }
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(ahead, out, last);
            self.start += read;
            self.finished = last && matches!(result, DecoderResult::InputEmpty);
            match result {
                DecoderResult::Malformed(length, after) => {
                    self.finished = true;
                    return Err(self.malformed(usize::from(length + after)));
                }
                DecoderResult::InputEmpty if written == 0 && !self.finished => {}
                _ => return Ok(written),
            }
        }
    }
}

/// The longest row in bytes: what a lost quote may swallow before it is noticed.
const LONGEST_ROW: usize = 1 << 26;

/// Passes a table's text on, and refuses the quote that would swallow all that follows it.
pub(crate) struct Quotes<R> {
    input: R,
    /// How many bytes of the input's buffer were followed and not passed on.
    ahead: usize,
    lines: Lines,
}

impl<R: BufRead> Quotes<R> {
    pub(crate) fn new(input: R, separator: u8) -> Self {
        Self { input, ahead: 0, lines: Lines::new(separator) }
    }

    /// The line where the next row begins, whose text was passed on before.
    ///
    /// A parser that drops blank lines takes the first of them for the start of the row.
    pub(crate) fn next_start(&mut self) -> u64 {
        self.lines.starts.pop_front().unwrap_or(self.lines.line)
    }

    /// Text that is not consumed yet; none at the end.
    pub(crate) fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let text = self.input.fill_buf()?;
        if self.ahead == 0 {
            self.ahead = text.len();
            self.lines.pass(text)?;
        }
        Ok(text)
    }

    pub(crate) fn consume(&mut self, count: usize) {
        self.ahead -= count;
        self.input.consume(count);
    }
}

/// Follows the lines of a text and its quotes.
struct Lines {
    separator: u8,
    line: u64,
    row_bytes: usize,
    field_begins: bool,
    /// The lines where rows begin that were passed on and not asked for.
    starts: VecDeque<u64>,
    /// The line of the quote that is open.
    open: Option<u64>,
    /// Whether the last byte was a quote in an open field: it closes it, or is half of a quote.
    closing: bool,
}

impl Lines {
    fn new(separator: u8) -> Self {
        Self {
            separator,
            line: 1,
            row_bytes: 0,
            field_begins: true,
            starts: VecDeque::new(),
            open: None,
            closing: false,
        }
    }

    /// Follows the next part of the text, which is empty at its end.
    fn pass(&mut self, text: &[u8]) -> io::Result<()> {
        if self.open.is_none() && memchr(b'"', text).is_none() {
            self.follow_lines(text);
        } else {
            text.iter().for_each(|byte| self.follow(*byte));
        }
        self.check(text.is_empty())
    }

    /// Follows one byte; a quote opens only where a field begins.
    fn follow(&mut self, byte: u8) {
        let is_quote = byte == b'"';
        if self.closing {
            self.closing = false;
            if is_quote {
                return;
            }
            self.open = None;
        } else if self.open.is_some() && is_quote {
            self.closing = true;
            return;
        }
        if self.open.is_none() && self.field_begins && is_quote {
            self.open = Some(self.line);
        }
        let row_ends = byte == b'\n' || byte == b'\r';
        if self.row_bytes == 0 && !row_ends {
            self.starts.push_back(self.line);
        }
        self.line += u64::from(byte == b'\n');
        self.field_begins = self.open.is_none() && (byte == self.separator || row_ends);
        self.row_bytes = if self.field_begins && row_ends { 0 } else { self.row_bytes + 1 };
    }

    /// Follows bytes without a quote outside of quotes, line by line: the same, and faster.
    fn follow_lines(&mut self, bytes: &[u8]) {
        let mut begin = 0;
        for end in memchr2_iter(b'\n', b'\r', bytes) {
            self.follow_text(end - begin);
            self.line += u64::from(bytes[end] == b'\n');
            self.row_bytes = 0;
            begin = end + 1;
        }
        self.follow_text(bytes.len() - begin);
        if let Some(last) = bytes.last() {
            self.field_begins = [b'\n', b'\r', self.separator].contains(last);
        }
    }

    /// Follows so many bytes of one line.
    fn follow_text(&mut self, count: usize) {
        if self.row_bytes == 0 && count > 0 {
            self.starts.push_back(self.line);
        }
        self.row_bytes += count;
    }

    fn check(&self, at_end: bool) -> io::Result<()> {
        let open = self.open.filter(|_| !self.closing);
        match open {
            Some(line) if at_end || self.row_bytes > LONGEST_ROW => Err(Problem::new(
                format!("line {line}"),
                "a quote opens and never closes".to_owned(),
                "close it, or double a quote that is meant",
            )),
            None if self.row_bytes > LONGEST_ROW => Err(Problem::new(
                format!("line {}", self.line),
                format!("a row is longer than {} MiB", LONGEST_ROW >> 20),
                "check that the file is a table of lines",
            )),
            _ => Ok(()),
        }
    }
}

/// What is wrong in a text, on its way through readers that only know `io::Error`.
#[derive(Debug)]
struct Problem {
    place: String,
    problem: String,
    help: &'static str,
}

impl Problem {
    #[allow(clippy::new_ret_no_self, reason = "it only ever travels inside an io::Error")]
    fn new(place: String, problem: String, help: &'static str) -> io::Error {
        io::Error::other(Self { place, problem, help })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; help: {}", self.place, self.problem, self.help)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_are_followed_as_bytes_are(
            chunks in prop::collection::vec("[a,\r\n]{0,9}", 0..6),
        ) {
            let [mut fast, mut slow] = [(); 2].map(|()| Lines::new(b','));
            for chunk in &chunks {
                fast.follow_lines(chunk.as_bytes());
                chunk.bytes().for_each(|byte| slow.follow(byte));
                prop_assert_eq!(&fast.starts, &slow.starts);
                prop_assert_eq!(
                    (fast.line, fast.row_bytes, fast.field_begins),
                    (slow.line, slow.row_bytes, slow.field_begins)
                );
            }
        }
    }
}
