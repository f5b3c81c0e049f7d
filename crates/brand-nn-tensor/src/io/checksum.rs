//! Checksums of a file's tensors and header, kept in its metadata.

use std::collections::BTreeMap;

use crc32fast::Hasher;

use super::Source;
use super::header::{Header, tensor};
use crate::{Error, Result};

/// Says which kind of checksums the file has. Two keys, so that damage to one shows in the other.
const FORMAT_KEY: &str = "brand_nn.format";
const FORMAT: &str = "1";
/// The checksum of the header, then one a tensor in the order of names.
const SUMS_KEY: &str = "brand_nn.crc32";

const DAMAGED: &str = "the file is damaged; restore it from a copy";

/// The checksums that a file came with.
#[derive(Debug)]
pub(super) struct Checksums {
    tensors: BTreeMap<String, String>,
}

impl Checksums {
    /// Takes the checksums out of the header and verifies the header's own.
    ///
    /// `None` for a file that never had any.
    pub(super) fn take(header: &mut Header, source: Source<'_>) -> Result<Option<Self>> {
        let wrong = |problem: String| source.wrong("header, checksums", problem, DAMAGED);
        let (format, sums) =
            (header.metadata.get(FORMAT_KEY).cloned(), header.metadata.remove(SUMS_KEY));
        let (format, sums) = match (format, sums) {
            (None, None) => return Ok(None),
            (Some(format), Some(sums)) => (format, sums),
            (Some(_), None) => return Err(wrong(format!("no {SUMS_KEY}, expected one"))),
            (None, Some(_)) => return Err(wrong(format!("no {FORMAT_KEY}, expected one"))),
        };
        if format != FORMAT {
            return Err(wrong(format!("{FORMAT_KEY} {format:?}, expected {FORMAT:?}")));
        }
        let sums: Vec<&str> = sums.split(' ').collect();
        let expected = header.entries.len() + 1;
        if sums.len() != expected {
            return Err(wrong(format!("{} checksums, expected {expected}", sums.len())));
        }
        require_equal(&sum_of(header), sums[0], "header", source)?;
        header.metadata.remove(FORMAT_KEY);
        let sums = sums[1..].iter().map(|&sum| sum.to_owned());
        Ok(Some(Self { tensors: header.entries.keys().cloned().zip(sums).collect() }))
    }

    /// Compares what was computed over a tensor's bytes.
    pub(super) fn verify(&self, name: &str, bytes: Hasher, source: Source<'_>) -> Result<()> {
        let expected = self.tensors.get(name).map_or("", String::as_str);
        require_equal(&hex(bytes), expected, &tensor(name), source)
    }
}

/// Adds checksums to the metadata of a header that is complete otherwise.
pub(super) fn add(header: &mut Header, tensors: impl Iterator<Item = Hasher>) {
    header.metadata.insert(FORMAT_KEY.into(), FORMAT.into());
    let sums: Vec<String> = [sum_of(header)].into_iter().chain(tensors.map(hex)).collect();
    header.metadata.insert(SUMS_KEY.into(), sums.join(" "));
}

/// Refuses metadata that would be taken for checksums.
pub(super) fn require_free(metadata: &BTreeMap<String, String>, source: Source<'_>) -> Result<()> {
    match [FORMAT_KEY, SUMS_KEY].into_iter().find(|&key| metadata.contains_key(key)) {
        None => Ok(()),
        Some(key) => Err(reserved("metadata", key, source)),
    }
}

pub(super) fn reserved(place: &str, key: &str, source: Source<'_>) -> Error {
    let problem = format!("key {key:?}, expected another one");
    source.wrong(place, problem, "this key belongs to the file format; choose another")
}

fn require_equal(came: &str, expected: &str, place: &str, source: Source<'_>) -> Result<()> {
    if came == expected {
        return Ok(());
    }
    Err(source.wrong(place, format!("checksum {came}, expected {expected:?}"), DAMAGED))
}

fn hex(hasher: Hasher) -> String {
    format!("{:08x}", hasher.finalize())
}

/// Over names, dtypes, shapes, places and metadata, each with its length.
fn sum_of(header: &Header) -> String {
    let mut hasher = Hasher::new();
    let mut text = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    for (key, value) in &header.metadata {
        text(key);
        text(value);
    }
    for (name, entry) in &header.entries {
        text(name);
        text(&format!("{} {} {} {}", entry.dtype, entry.shape, entry.begin, entry.end));
    }
    hex(hasher)
}
