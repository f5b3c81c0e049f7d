//! Heads: what an encoder's vectors are turned into, one file a task.

mod masked;
mod next;
mod pretraining;
mod question;
mod sentence;
mod sequence;
mod token;

pub use masked::MaskedLanguageModel;
pub use next::NextSentencePredictor;
pub use pretraining::{PretrainingLoss, PretrainingModel};
pub use question::QuestionAnswerer;
pub use sentence::{Pooling, SentenceEncoder};
pub use sequence::SequenceClassifier;
pub use token::TokenClassifier;

/// Declares what all heads share: making them of a configuration or a folder, and training them.
macro_rules! head {
    ($head:ident($($setting:ident: $kind:ty),*), $method:ident, $doc:literal) => {
        impl $head {
            #[doc = concat!("Makes ", $doc, " whose weights are drawn.")]
            ///
            /// # Errors
            /// If a size or setting is out of its range.
            pub fn from_config(config: &BertConfig, $($setting: $kind,)* seed: u64) -> Result<Self> {
                fresh(Self::pending(config, $($setting),*)?, config, seed)
            }

            #[doc = concat!("Reads ", $doc, " from a folder; a head that it lacks is drawn by the seed.")]
            ///
            /// # Errors
            /// If a file is missing or broken, or the encoder's weights do not fit.
            pub fn from_pretrained(
                folder: impl AsRef<Path>,
                $($setting: $kind,)*
                seed: u64,
            ) -> Result<Self> {
                open(folder.as_ref(), Some(seed), |config| Self::pending(config, $($setting),*))
            }

            #[doc = concat!("Reads ", $doc, " from a folder that has all of it, the head included.")]
            ///
            /// # Errors
            /// If a file is missing or broken, or any weight does not fit or is not there.
            pub fn open(folder: impl AsRef<Path>, $($setting: $kind),*) -> Result<Self> {
                open(folder.as_ref(), None, |config| Self::pending(config, $($setting),*))
            }
        }

        impl Model for $head {
            type Input = Tokens;

            fn run(&self, tokens: &Tokens, pass: &mut Pass) -> brand_nn_train::Result<Var> {
                Ok(self.$method(tokens, pass)?)
            }
        }
    };
}
use head;
