//! The errors of the text crate: where, what came, what was expected, and one fix.

/// What can go wrong between a text and its numbers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting of a tokenizer lies outside its range.
    #[error("{setting}: got {got}, expected {expected}; help: {help}")]
    Setting {
        /// The setting's name.
        setting: &'static str,
        /// The value that came.
        got: String,
        /// The values that are allowed.
        expected: &'static str,
        /// How to mend it.
        help: &'static str,
    },
    /// No splitter of this build has this name.
    #[error("splitter: got `{name}`, expected one of {known}; help: {help}")]
    Splitter {
        /// The name that came.
        name: String,
        /// The names of this build's splitters.
        known: String,
        /// How to mend it.
        help: &'static str,
    },
    /// The JSON of a tokenizer is broken, or says what can't be.
    #[error(
        "tokenizer JSON, {place}: {problem}; \
         help: pass the whole text that `to_json` of this library or of Keras wrote"
    )]
    Json {
        /// The field, from the outside in.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A vocabulary of subwords is broken or missing, or says what can't be.
    #[error("{place}: {problem}; help: {help}")]
    Subword {
        /// The file.
        place: String,
        /// What is wrong with it, and where.
        problem: String,
        /// How to mend it.
        help: &'static str,
    },
}

/// A result whose error is this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
