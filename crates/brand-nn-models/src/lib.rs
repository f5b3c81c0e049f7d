//! Published language models: weights in, task heads, low-rank adapters, text out.
//!
//! | to … | use |
//! |---|---|
//! | read BERT, RoBERTa, XLM-R, DistilBERT, MiniLM, E5 | [`Bert::from_pretrained`] |
//! | put texts into classes, or rate them | [`SequenceClassifier`] |
//! | tag tokens, find answers, guess hidden tokens | [`TokenClassifier`], [`QuestionAnswerer`], [`MaskedLanguageModel`] |
//! | say whether a text follows another | [`NextSentencePredictor`] |
//! | compare texts by their meaning | [`SentenceEncoder`] |
//! | go from texts to answers in one line | [`TextClassifier`], [`TextTagger`], [`TextEmbedder`], [`MaskFiller`], [`TextWriter`] |
//! | teach a published model a task | [`FineTune`] |
//! | learn classes from a handful of texts | [`FewShot`] |
//! | train on raw texts | [`pack_texts`], [`MaskedTexts`]; pairs of sentences with [`PretrainingModel`]: [`sentence_pairs`], [`MaskedPairs`] |
//! | train a few numbers instead of all | [`Lora`], [`Adapter`] |
//! | read or train GPT-2, write texts | [`Gpt2`], [`Generation`] |
//! | say how well it foresees texts | [`TextWriter::perplexity`] |
//!
//! A head is a model like any other: `compile` and `fit` train it on [`Tokens`]. One more family of
//! weights is one more file of names, one more task one more head, one more way to change scores
//! one more file and a line of `processors!`.

mod bert;
mod error;
mod generate;
mod gpt2;
mod lora;
mod pipeline;
mod pretrained;
mod tokens;
mod training;

pub use bert::{
    Bert, BertConfig, Family, MaskedLanguageModel, NextSentencePredictor, Pooling, PretrainingLoss,
    PretrainingModel, QuestionAnswerer, SentenceEncoder, SequenceClassifier, TokenClassifier,
};
pub use error::{Error, Result};
pub use generate::{
    CausalModel, End, FrequencyPenalty, Generation, History, MinP, NoRepeatNgram, PresencePenalty,
    Processor, RepetitionPenalty, Stream, Temperature, TopK, TopP, Written,
};
pub use gpt2::{Cache, Gpt2, Gpt2Config, Projection};
pub use lora::{Adapter, Lora};
pub use pipeline::{
    Classified, FewShot, FewShotClassifier, Filled, MaskFiller, Perplexity, Similar, Tagged,
    TextClassifier, TextEmbedder, TextTagger, TextWriter,
};
pub use pretrained::load_weights;
pub use tokens::Tokens;
pub use training::{FineTune, IGNORED, MaskedPairs, MaskedTexts, pack_texts, sentence_pairs};
