//! Tensors in files: `.npy`, safetensors, and how a file is replaced as a whole or not at all.

mod atomic;
mod bytes;
mod checksum;
mod header;
mod npy;
mod python;
mod safetensors;

pub use atomic::write_atomically;
pub use npy::{npy_from_bytes, npy_to_bytes, read_npy, write_npy};
pub use safetensors::TensorFile;

use std::path::Path;

use crate::Error;

/// What a reader says of bytes that aren't what they should be.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    path: &'a Path,
}

impl<'a> Source<'a> {
    pub(crate) fn file(path: &'a Path) -> Self {
        Self { path }
    }

    /// Bytes that are in memory already.
    pub(crate) fn memory() -> Self {
        Self { path: Path::new("bytes") }
    }

    pub(crate) fn wrong(
        &self,
        place: impl Into<String>,
        problem: impl Into<String>,
        help: &'static str,
    ) -> Error {
        let (place, problem) = (place.into(), problem.into());
        Error::File { path: self.path.to_path_buf(), place, problem, help }
    }

    pub(crate) fn io(&self, op: &'static str, source: std::io::Error) -> Error {
        Error::Io { op, path: self.path.to_path_buf(), source }
    }
}
