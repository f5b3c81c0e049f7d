//! Training of language models: the recipe for a task, and what they learn from raw texts.

mod fine_tune;
mod texts;

pub use fine_tune::FineTune;
pub use texts::{IGNORED, MaskedTexts, pack_texts};
