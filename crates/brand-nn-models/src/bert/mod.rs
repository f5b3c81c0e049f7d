//! BERT and its kin: one encoder, the names of each family's weights, and heads for tasks.

mod config;
mod encoder;
mod heads;
mod names;

pub use config::{BertConfig, Family};
pub(crate) use config::{activation, count, divides, share, size, small};
pub use encoder::Bert;
pub use heads::{
    MaskedLanguageModel, NextSentencePredictor, Pooling, PretrainingLoss, PretrainingModel,
    QuestionAnswerer, SentenceEncoder, SequenceClassifier, TokenClassifier,
};
