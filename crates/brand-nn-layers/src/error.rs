//! What can go wrong when layers are made, built or called.

use brand_nn_tensor::{DType, Shape};

/// The errors of this crate; every message names the layer by its path, as far as it has one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// From the floors below: shapes, files, gradients, parameters, settings.
    #[error(transparent)]
    Autodiff(#[from] brand_nn_autodiff::Error),
    /// A layer was handed values of a shape that it does not take.
    #[error("{place}: the input has shape {got}, expected {expected}; help: {help}")]
    Input {
        /// The path of the layer, or its type.
        place: String,
        /// The shape that came.
        got: Shape,
        /// The shape in words.
        expected: String,
        /// One way to fix it.
        help: &'static str,
    },
    /// A layer was handed values of a type that it does not take.
    #[error("{place}: the input is {got}, expected {expected}; help: {help}")]
    InputType {
        /// The path of the layer, or its type.
        place: String,
        /// The type that came.
        got: DType,
        /// The types in words.
        expected: String,
        /// One way to fix it.
        help: &'static str,
    },
    /// A layer that does not understand masks was handed a value with one.
    #[error("{place}: there is a mask, which is not understood here; help: {help}")]
    Mask {
        /// The path of the layer, or its type.
        place: String,
        /// One way to fix it.
        help: &'static str,
    },
    /// An id has no row in a table.
    #[error(
        "{place}: id {id}, expected 0 to {last}; help: give the table as many rows as the \
         tokenizer has words, and one for padding"
    )]
    Id {
        /// The path of the layer, or its type.
        place: String,
        /// The id that came.
        id: i64,
        /// The last row of the table.
        last: usize,
    },
    /// On a checked trip, a layer's output has a NaN or an infinity.
    #[error(
        "{place}: the output is not finite, `{op}` was the first; help: look at the layer's weights \
         and inputs, lower the rate, or clip the gradients"
    )]
    NotFinite {
        /// The path of the layer, or its type.
        place: String,
        /// The op that first gave such a number.
        op: &'static str,
    },
    /// A description names a layer that is not registered.
    #[error("unknown layer `{name}`; help: known layers are {}", .known.join(", "))]
    UnknownLayer {
        /// The name as it was given.
        name: String,
        /// All names that are registered.
        known: Vec<String>,
    },
    /// A description of an architecture can't be read.
    #[error("the architecture can't be read: {problem}; help: write it with Network::to_json")]
    Architecture {
        /// What is wrong, and where.
        problem: String,
    },
    /// The nodes of a graph don't hang together.
    #[error(
        "graph: {problem}; help: a node belongs to the builder that made it, a name to one node"
    )]
    Graph {
        /// What is wrong, and where.
        problem: String,
    },
}

impl Error {
    /// The same error with the layer's path in place of its type.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        if let Self::Input { place, .. }
        | Self::InputType { place, .. }
        | Self::Mask { place, .. }
        | Self::Id { place, .. }
        | Self::NotFinite { place, .. } = &mut self
            && !path.is_empty()
            && !place.contains('.')
        {
            path.clone_into(place);
        }
        self
    }
}

impl From<brand_nn_tensor::Error> for Error {
    fn from(error: brand_nn_tensor::Error) -> Self {
        Self::Autodiff(error.into())
    }
}

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
