//! What can go wrong when numbers are measured.

/// The errors of this crate; `op` is the function that was called.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to measure.
    #[error("{op}: no {what}, expected at least one; help: hand over what was observed")]
    Empty {
        /// The function.
        op: &'static str,
        /// What there is none of.
        what: &'static str,
    },
    /// Slices that go together have different lengths.
    #[error("{op}: {got} {what}, expected {expected}; help: give one for each row")]
    Length {
        /// The function.
        op: &'static str,
        /// What there are too many or too few of.
        what: &'static str,
        /// How many came.
        got: usize,
        /// How many were expected.
        expected: usize,
    },
    /// An element has a value that the function does not take.
    #[error("{op}: {what} {index} is {got}, expected {expected}; help: mend or leave out its row")]
    Value {
        /// The function.
        op: &'static str,
        /// Whose element it is.
        what: &'static str,
        /// Where it stands, from 0.
        index: usize,
        /// The value.
        got: f64,
        /// The values it may have.
        expected: &'static str,
    },
    /// The formula divides by zero on this data.
    #[error("{op}: undefined where {case}; help: {help}")]
    Undefined {
        /// The function.
        op: &'static str,
        /// What the data is like.
        case: &'static str,
        /// One way to get a number.
        help: &'static str,
    },
    /// A setting lies outside its range.
    #[error("{op}: {setting} is {got}, expected {expected}; help: {help}")]
    Setting {
        /// The function.
        op: &'static str,
        /// The setting's name.
        setting: &'static str,
        /// The value that came.
        got: f64,
        /// The values that are allowed.
        expected: &'static str,
        /// One way to mend it.
        help: &'static str,
    },
}

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
