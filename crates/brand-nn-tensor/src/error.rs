//! The errors of the tensor crate: where, what came, what was expected, and one fix.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::{DType, Shape};

/// What went wrong, in fields that a program can act on.
///
/// Functions that take data from outside return it; arithmetic between tensors panics with the same
/// text, because a mismatch there is a mistake of the program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A shape doesn't fit the operation.
    #[error("{op}: shape {got}, expected {expected}; help: {help}")]
    Shape {
        /// The operation's name.
        op: &'static str,
        /// The shape that came.
        got: Shape,
        /// The shape that would fit.
        expected: Cow<'static, str>,
        /// How to mend it.
        help: &'static str,
    },
    /// A dtype doesn't fit the operation.
    #[error("{op}: dtype {got}, expected {expected}; help: {help}")]
    DType {
        /// The operation's name.
        op: &'static str,
        /// The dtype that came.
        got: DType,
        /// The dtypes that would fit.
        expected: Cow<'static, str>,
        /// How to mend it.
        help: Cow<'static, str>,
    },
    /// An axis lies outside the shape.
    #[error(
        "{op}: axis {axis} of shape {shape}, expected an axis below {}; \
         help: axes count from 0, and from -1 backwards",
        shape.len()
    )]
    Axis {
        /// The operation's name.
        op: &'static str,
        /// The axis that came.
        axis: isize,
        /// The shape that lacks it.
        shape: Shape,
    },
    /// An index lies outside its axis.
    #[error(
        "{op}: index {index} at position {position}, expected 0 or more and below {len}; \
         help: indices count from 0 and never from the end"
    )]
    Index {
        /// The operation's name.
        op: &'static str,
        /// The index that came.
        index: i64,
        /// Where it stood among the indices.
        position: usize,
        /// The length of the axis.
        len: usize,
    },
    /// A setting doesn't fit the operation.
    #[error("{op}: {setting} {got}, expected {expected}; help: {help}")]
    Setting {
        /// The operation's name.
        op: &'static str,
        /// The setting's name.
        setting: &'static str,
        /// The value that came.
        got: String,
        /// The values that would fit.
        expected: String,
        /// How to mend it.
        help: &'static str,
    },
    /// A tensor would need more memory than is allowed.
    #[error(
        "{op}: shape {shape} needs {bytes} bytes, expected at most {limit}; \
         help: use a smaller shape, or raise the limit of brand_nn_kernels::memory"
    )]
    TooLarge {
        /// The operation's name.
        op: &'static str,
        /// The shape that was asked for.
        shape: Shape,
        /// The bytes that it needs.
        bytes: u128,
        /// The bytes that are allowed.
        limit: usize,
    },
    /// A matrix has no inverse, or columns that depend on each other.
    #[error(
        "{op}: matrix {matrix} of the batch is singular, pivot {pivot} is 0, expected others; \
         help: add a small multiple of the identity, or use pinv"
    )]
    Singular {
        /// The operation's name.
        op: &'static str,
        /// The number of the matrix in its batch.
        matrix: usize,
        /// The column, counted from 0, that adds nothing to those before.
        pivot: usize,
    },
    /// A matrix isn't positive definite.
    #[error(
        "{op}: matrix {matrix} of the batch is not positive definite, its leading minor of order \
         {minor} isn't above 0; help: add a small multiple of the identity"
    )]
    NotPositiveDefinite {
        /// The operation's name.
        op: &'static str,
        /// The number of the matrix in its batch.
        matrix: usize,
        /// How many rows and columns, from the first, show it.
        minor: usize,
    },
    /// An iteration found no end.
    #[error(
        "{op}: matrix {matrix} of the batch is not done after {steps} steps, expected an end; \
         help: look for elements that are infinite or not a number"
    )]
    NotConverged {
        /// The operation's name.
        op: &'static str,
        /// The number of the matrix in its batch.
        matrix: usize,
        /// The steps that were tried; 0 where an element isn't finite.
        steps: usize,
    },
    /// A file's content isn't what its format says.
    #[error("{}: {place}: {problem}; help: {help}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Where in the file: a byte, a tensor, a field.
        place: String,
        /// What stood there and what was expected.
        problem: String,
        /// How to mend it.
        help: &'static str,
    },
    /// The operating system refused to read or write.
    #[error(
        "{}: {op} failed: {source}; help: check the path, its permissions and free space",
        path.display()
    )]
    Io {
        /// The step that failed: open, read, write, flush, sync, rename.
        op: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's own words.
        source: std::io::Error,
    },
}

/// A result whose error is this crate's [`Error`] unless said otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Opens a result in a room: a mismatch there is a bug of the caller, so its text is a panic.
#[track_caller]
pub(crate) fn expect<T>(result: Result<T>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => refuse(error),
    }
}

/// The panic of a room.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "an error is made to be given away")]
pub(crate) fn refuse(error: Error) -> ! {
    panic!("{error}")
}
