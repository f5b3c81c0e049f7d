//! What can go wrong between data and an answer: where, what came, what was awaited, one fix.

/// The errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to learn from.
    #[error("{what}: there are none; help: {help}")]
    Empty {
        /// What there is none of.
        what: &'static str,
        /// One way to mend it.
        help: &'static str,
    },
    /// A value of the data can't be what it is said to be.
    #[error("{data}, row {row}, {column}: got `{got}`, expected {expected}; help: {help}")]
    Value {
        /// Which data it is.
        data: &'static str,
        /// The row, from 1; the header is not counted.
        row: usize,
        /// The column or field.
        column: &'static str,
        /// The value that came.
        got: String,
        /// What it may be.
        expected: &'static str,
        /// One way to mend it.
        help: &'static str,
    },
    /// A setting lies outside its range.
    #[error("{method}: {setting} is {got}, expected {expected}; help: {help}")]
    Setting {
        /// What is set.
        method: &'static str,
        /// The setting.
        setting: &'static str,
        /// The value that came.
        got: f64,
        /// What it may be.
        expected: &'static str,
        /// One way to mend it.
        help: &'static str,
    },
    /// The data does not answer the question.
    #[error("{method}: undefined where {case}; help: {help}")]
    Undefined {
        /// What was asked.
        method: &'static str,
        /// What the data is like.
        case: &'static str,
        /// One way to an answer.
        help: &'static str,
    },
    /// A name that the data does not have.
    #[error("{data}: there is no {what} `{name}`, known are {known}; help: check its spelling")]
    Unknown {
        /// Which data it is.
        data: &'static str,
        /// What kind of name it is.
        what: &'static str,
        /// The name.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// The search for the best parameters came to no end.
    #[error("{method}: no best parameters after {iterations} steps; help: {help}")]
    NotConverged {
        /// The model.
        method: &'static str,
        /// How many steps were made.
        iterations: usize,
        /// One way to mend it.
        help: &'static str,
    },
    /// From a published model.
    #[cfg(feature = "models")]
    #[error(transparent)]
    Models(#[from] brand_nn_models::Error),
    /// From a classical method.
    #[error(transparent)]
    Stats(#[from] brand_nn_stats::Error),
    /// From a table.
    #[error(transparent)]
    Train(#[from] brand_nn_train::Error),
}

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
