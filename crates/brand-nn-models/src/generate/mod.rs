//! Text out: how a model writes on, token by token.

mod beam;
mod choice;
mod processors;
mod settings;
mod stream;
mod words;
mod writer;

pub use processors::{
    FrequencyPenalty, History, MinP, NoRepeatNgram, PresencePenalty, Processor, RepetitionPenalty,
    Temperature, TopK, TopP,
};
pub use settings::Generation;
pub use stream::Stream;
pub use writer::{End, Written};

use crate::Cache;
use brand_nn_layers::Result;
use brand_nn_tensor::Tensor;

/// A model that guesses the token after a text, such as [`Gpt2`](crate::Gpt2).
pub trait CausalModel: Send + Sync {
    /// The number of tokens that it knows.
    fn vocabulary_size(&self) -> usize;

    /// The most tokens of a text, those that are written counted.
    fn context_length(&self) -> usize;

    /// The logits after new steps that follow those of the cache, which takes the new ones in.
    ///
    /// # Shapes
    /// i64 ids and bool mask `[batch, new]` → `[batch, vocabulary]`; padding stands in front.
    ///
    /// # Errors
    /// If an id is beyond the vocabulary, or the text longer than the context.
    fn advance(&self, ids: &Tensor, mask: &Tensor, cache: &mut Cache) -> Result<Tensor>;
}
