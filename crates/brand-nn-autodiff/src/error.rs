//! What can go wrong when values are differentiated, named, drawn or loaded.

use crate::LoadReport;
use brand_nn_tensor::Shape;

/// The errors of this crate; every message names the op, parameter or file it is about.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A mistake in shapes, dtypes, indices or files, from the floor below.
    #[error(transparent)]
    Tensor(#[from] brand_nn_tensor::Error),
    /// A gradient was asked of a value that is not one number.
    #[error(
        "backward: `{op}` made a value of shape {shape}, expected one number; \
         help: reduce it first, for example with .mean()"
    )]
    NotScalar {
        /// The op that made the value.
        op: &'static str,
        /// The shape of the value.
        shape: Shape,
    },
    /// The value does not depend on what it should be differentiated by.
    #[error(
        "backward: {what} is not connected to anything that needs a gradient; \
         help: make inputs with Var::leaf and run layers with a pass that learns"
    )]
    Unconnected {
        /// The value or the leaf.
        what: String,
    },
    /// A second walk found that the first one has freed what it needs.
    #[error(
        "backward: `{op}` was already walked and its saved values are freed; \
         help: compute the value again, or use .grad(), which keeps the graph"
    )]
    BackwardTwice {
        /// The op whose saved values are gone.
        op: &'static str,
    },
    /// An op on the way has no backward rule.
    #[error(
        "backward: `{op}` has no gradient; \
         help: call .stop_gradient() on its result if none should flow"
    )]
    NoGradient {
        /// The op without a rule.
        op: &'static str,
    },
    /// A fused op can be differentiated once only.
    #[error("grad: `{op}` has no second order; help: use .backward() for first-order gradients")]
    NoSecondOrder {
        /// The op that has a first-order rule only.
        op: &'static str,
    },
    /// A watched value or gradient has a NaN or an infinity.
    #[error(
        "backward: `{op}` was the first to give a {what} that is not finite; \
         help: look at its inputs, lower the rate, or clip the gradients"
    )]
    NotFinite {
        /// The op that gave it first.
        op: &'static str,
        /// `value` or `gradient`.
        what: &'static str,
    },
    /// A checkpointed function did something else when it was run again.
    #[error("checkpoint: {what}; help: give the function nothing that changes between its runs")]
    Replay {
        /// What differs.
        what: String,
    },
    /// Vectors that belong to equal values were used: they have no gradient.
    #[error(
        "backward: `{op}` found two values that are equal, or a zero, and their vectors, whose \
         direction is arbitrary, were used; help: use the values alone, or make them differ"
    )]
    Degenerate {
        /// The factorisation.
        op: &'static str,
    },
    /// A parameter was used before it had a value.
    #[error("{place}: the parameter has no value yet; help: call init(seed), load(path) or fit")]
    NotBuilt {
        /// The parameter's name, as far as it is known.
        place: String,
    },
    /// A pattern named no parameter.
    #[error("no parameter matches `{pattern}`; help: the nearest names are {}", .nearest.join(", "))]
    NoMatch {
        /// The pattern as it was given.
        pattern: String,
        /// The nearest names that exist.
        nearest: Vec<String>,
    },
    /// A setting that no type can rule out is out of its range.
    #[error("{place}: {setting} is {got}, expected {expected}; help: {help}")]
    Setting {
        /// The path of the layer, or the name of the type.
        place: String,
        /// The setting's name.
        setting: &'static str,
        /// The value it has.
        got: String,
        /// The values it may have.
        expected: &'static str,
        /// One way to fix it.
        help: &'static str,
    },
    /// The names or shapes in a file are not those of the model.
    #[error(
        "{path}: does not fit the model: {report}; help: build the model that was saved, or load_lenient"
    )]
    Load {
        /// The file.
        path: String,
        /// Everything that does not fit, at once.
        report: Box<LoadReport>,
    },
}

impl Error {
    /// The same error with `parent` put before the place of a setting.
    #[must_use]
    pub fn within(mut self, parent: &str) -> Self {
        if let Self::Setting { place, .. } = &mut self
            && !parent.is_empty()
        {
            *place = format!("{parent} ({place})");
        }
        self
    }
}

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
