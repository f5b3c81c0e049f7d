//! Spans of `tracing`, with the feature of that name.

/// A span that ends when this is dropped; without the feature `tracing` it is nothing.
///
/// Networks and graphs put one around each layer, trainers around the parts of a step. Each is called
/// `brand_nn`, is of the level of debugging, and has the fields `kind` and `name`.
#[must_use]
pub struct TraceSpan {
    #[cfg(feature = "tracing")]
    _entered: tracing::span::EnteredSpan,
}

impl TraceSpan {
    /// Enters a span.
    #[cfg_attr(not(feature = "tracing"), allow(unused_variables, reason = "nobody looks"))]
    pub fn enter(kind: &str, name: &str) -> Self {
        Self {
            #[cfg(feature = "tracing")]
            _entered: tracing::debug_span!("brand_nn", kind, name).entered(),
        }
    }
}

impl std::fmt::Debug for TraceSpan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TraceSpan")
    }
}
