//! Text in, integer tensors out: splitting, vocabularies, padding.
//!
//! | you have | you want | take |
//! |---|---|---|
//! | texts of one kind | numbers for their words | [`WordTokenizer::fit`] → [`FittedWordTokenizer`] |
//! | texts, a fitted tokenizer | i64 `[n, length]` for a network | [`FittedWordTokenizer::encode_padded`] |
//! | texts, a fitted tokenizer | bags of words for a linear model | [`FittedWordTokenizer::encode_matrix`] |
//! | sequences of unequal length | a rectangle | [`pad_sequences`] |
//! | Chinese | words instead of sentences | [`Splitter`], feature `jieba` |
//! | a published language model | the numbers that it reads | `SubwordTokenizer`, feature `tokenizers` |
//! | texts of one kind | subwords of their own | `Subwords`, feature `tokenizers` |
//! | a tokenizer of Keras | the same numbers here | [`FittedWordTokenizer::from_json`] |
//!
//! ```
//! use brand_nn_text::WordTokenizer;
//!
//! let reviews = ["Great brand, great quality!", "Never again"];
//! let tokenizer = WordTokenizer::default().num_words(10_000).fit(&reviews)?;
//! let x = tokenizer.encode_padded(&reviews, 5);
//! assert_eq!(x.to_vec::<i64>(), [0, 1, 2, 1, 3, 0, 0, 0, 4, 5]);
//! # Ok::<(), brand_nn_text::Error>(())
//! ```
//!
//! Texts are never refused: empty ones, blanks, control characters, emoji and text without a blank
//! all have words or none, found in time linear in the length.

mod chars;
mod error;
mod fitted;
mod keras;
mod matrix;
mod padding;
mod splitter;
#[cfg(feature = "tokenizers")]
mod subword;
mod tokenizer;
mod vocabulary;

pub use chars::{CHINESE_FILTERS, KERAS_FILTERS};
pub use error::{Error, Result};
pub use fitted::FittedWordTokenizer;
pub use matrix::MatrixMode;
pub use padding::{PadOptions, Side, pad_sequences};
pub use splitter::Splitter;
#[cfg(feature = "tokenizers")]
pub use subword::{Encoding, SubwordTokenizer, Subwords, TokenBatch, Truncation};
pub use tokenizer::WordTokenizer;
