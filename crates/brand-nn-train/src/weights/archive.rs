//! Zip archives, whose entries are read with distrust.

use super::refusal;
use crate::{Error, Result};
use std::{
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};
use zip::{ZipArchive, result::ZipError};

/// An entry larger than this is none that fits into a computer of today.
const MOST_BYTES: u64 = 1 << 38;
/// Deflate makes at most 1,032 bytes of one.
const MOST_RATIO: u64 = 1_040;

/// An archive and its path.
pub(super) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    names: Vec<String>,
    path: PathBuf,
}

impl Archive {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let io = |source| brand_nn_tensor::Error::Io { op: "open", path: path.into(), source };
        let file = BufReader::new(File::open(path).map_err(io)?);
        let damaged = |problem: ZipError| {
            refusal(path, "the archive", problem.to_string(), "the file is truncated or damaged")
        };
        let zip = ZipArchive::new(file).map_err(damaged)?;
        let names = zip.file_names().map(|name| Ok(name?.into_owned()));
        let mut names = names.collect::<Result<Vec<_>, _>>().map_err(damaged)?;
        names.sort_unstable();
        Ok(Self { zip, names, path: path.to_owned() })
    }

    /// The names of all entries, by letters.
    pub(super) fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// The bytes that all entries have, as far as the archive says.
    pub(super) fn size(&self) -> u64 {
        self.zip.decompressed_size().map_or(u64::MAX, |size| size.min(u128::from(u64::MAX)) as u64)
    }

    /// All bytes of an entry, whose checksum is verified.
    pub(super) fn bytes(&mut self, name: &str) -> Result<Vec<u8>> {
        let path = &self.path;
        let damaged = |problem: String| {
            refusal(path, format!("entry {name:?}"), problem, "the file is truncated or damaged")
        };
        let entry = self.zip.by_name(name).map_err(|problem| damaged(problem.to_string()))?;
        let (size, packed) = (entry.size(), entry.compressed_size());
        if size > MOST_BYTES || size > packed.saturating_mul(MOST_RATIO).saturating_add(64) {
            return Err(damaged(format!("{size} bytes of {packed} packed ones")));
        }
        let mut bytes = Vec::new();
        let read = entry.take(size + 1).read_to_end(&mut bytes);
        read.map_err(|problem| damaged(problem.to_string()))?;
        if bytes.len() as u64 != size {
            return Err(damaged(format!("{} bytes, expected {size}", bytes.len())));
        }
        Ok(bytes)
    }

    /// The error of a reader of bytes, with the place in the archive where they stand.
    pub(super) fn within(&self, place: &str, error: brand_nn_tensor::Error) -> Error {
        match error {
            brand_nn_tensor::Error::File { place: inner, problem, help, .. } => {
                self.refuse(&format!("{place}, {inner}"), problem, help)
            }
            other => other.into(),
        }
    }

    pub(super) fn refuse(&self, place: &str, problem: String, help: &'static str) -> Error {
        refusal(&self.path, place, problem, help)
    }
}
