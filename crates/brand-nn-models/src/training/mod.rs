//! Training of language models: the recipe for a task, and what they learn from raw texts.

mod fine_tune;
mod hiding;
mod pairs;
mod texts;
mod unfreezing;

pub use fine_tune::FineTune;
pub use pairs::{MaskedPairs, sentence_pairs};
pub use texts::{IGNORED, MaskedTexts, pack_texts};

pub(crate) use texts::{end_of, refused, stream};
