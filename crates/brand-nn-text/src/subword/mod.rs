//! Subwords: the pieces of words that published language models read.
//!
//! [`SubwordTokenizer`] reads the files that come with a model, or is learnt from texts by
//! [`Subwords`]. The algorithms are those of the `tokenizers` crate; this room keeps its doors: files
//! that would make it panic are refused, and what a user types never becomes a control token.

mod charsmap;
mod door;
mod encoding;
mod fence;
mod files;
mod learn;
mod tokenizer;
mod window;

pub use encoding::{Encoding, TokenBatch};
pub use learn::Subwords;
pub use tokenizer::SubwordTokenizer;
pub use window::Truncation;
