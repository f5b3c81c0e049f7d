//! What can go wrong at the doors of this crate.

/// Everything that a fallible kernel reports instead of panicking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A buffer would hold more bytes than the process allows.
    #[error(
        "buffer of {len} elements: {bytes} bytes beside {live} live ones, expected at most {limit} \
         in all; help: use smaller shapes, or raise memory::set_limit"
    )]
    TooLarge {
        /// Elements asked for.
        len: usize,
        /// Bytes asked for.
        bytes: usize,
        /// Bytes that live buffers hold already.
        live: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The size of a buffer in bytes does not fit the address space.
    #[error(
        "buffer of {len} elements: {size} bytes each overflow the address space; \
         help: check the shape for a mistaken factor"
    )]
    Overflow {
        /// Elements asked for.
        len: usize,
        /// Bytes an element.
        size: usize,
    },
    /// The system refused to hand out memory.
    #[error("buffer of {bytes} bytes: the system is out of memory; help: use smaller batches")]
    OutOfMemory {
        /// Bytes asked for.
        bytes: usize,
    },
    /// An index points outside the table that it looks into.
    #[error("index {id} at position {position}: expected 0..{rows}; help: check the vocabulary")]
    OutOfRange {
        /// Where in the list of indices.
        position: usize,
        /// The index found there.
        id: i64,
        /// Rows of the table.
        rows: usize,
    },
}

/// The result of a fallible kernel.
pub type Result<T, E = Error> = std::result::Result<T, E>;
