//! Texts by their meaning: vectors, and which texts are near to a question.

use super::{fitting, front, in_batches, sentence, tokenizer};
use crate::{Result, SentenceEncoder};
use brand_nn_layers::Pass;
use brand_nn_tensor::{DType, Tensor};
use brand_nn_text::{Encoding, SubwordTokenizer};
use std::path::Path;

/// Makes vectors of texts by their meaning, and finds texts that are near.
///
/// E5 wants [`prefix`](Self::prefix) `"query: "` in front of each text.
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, Pooling, SentenceEncoder, TextEmbedder};
/// use brand_nn_text::Subwords;
///
/// let texts = ["great brand", "poor price", "a great brand"];
/// let tokenizer = Subwords::word_piece(60).fit(&texts)?;
/// let config = BertConfig::new(tokenizer.vocabulary_size(), 16, 1);
/// let model = SentenceEncoder::from_config(&config, Pooling::Mean, 42)?;
/// let embedder = TextEmbedder::new(model, tokenizer)?;
/// let vectors = embedder.embed(&texts)?;
/// assert_eq!(embedder.similar("poor price", &vectors, 2)?[0].number, 1);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[derive(Debug)]
pub struct TextEmbedder {
    /// The model.
    pub model: SentenceEncoder,
    pub(super) tokenizer: SubwordTokenizer,
    pub(super) prefix: String,
}

/// A text that is near to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Similar {
    /// The number of the text.
    pub number: usize,
    /// The cosine of the angle between both: 1 for the same, about 0 for unlike.
    pub likeness: f64,
}

impl TextEmbedder {
    /// Puts a model and its tokenizer together.
    ///
    /// # Errors
    /// If the tokenizer has numbers that the model has not.
    pub fn new(model: SentenceEncoder, tokenizer: SubwordTokenizer) -> Result<Self> {
        let config = &model.encoder.config;
        let tokenizer = fitting(tokenizer, config.max_length(), config.vocab_size)?;
        Ok(Self { model, tokenizer, prefix: String::new() })
    }

    /// Opens a folder that an encoder was published in.
    ///
    /// Where sentence-transformers left its files there, texts are cut and vectors pooled as they
    /// say; otherwise texts are cut at the model's length, and vectors are means over tokens.
    ///
    /// # Errors
    /// If a file is missing or broken, or asks for a pooling that there is not.
    pub fn from_pretrained(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let model = SentenceEncoder::open(folder, sentence::pooling(folder)?)?;
        let config = &model.encoder.config;
        let length = sentence::max_length(folder, config.max_length())?;
        let tokenizer = tokenizer(folder, length, config.vocab_size)?;
        Ok(Self { model, tokenizer, prefix: String::new() })
    }

    /// What is put in front of each text.
    #[must_use]
    pub fn prefix(self, prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), ..self }
    }

    /// The vector of each text, of length 1.
    ///
    /// # Shapes
    /// `n` texts → f32 `[n, hidden_size]`.
    ///
    /// # Errors
    /// If the tokenizer or the model refuses a text.
    pub fn embed(&self, texts: &[impl AsRef<str>]) -> Result<Tensor> {
        let encodings = self.encodings(texts)?;
        let vectors = in_batches(&self.tokenizer, &encodings, |tokens| {
            Ok(self.model.embed(tokens, &mut Pass::inference())?.into_tensor())
        })?;
        match vectors.is_empty() {
            true => Ok(Tensor::zeros([0, self.model.encoder.config.hidden_size])),
            false => Ok(Tensor::stack(&vectors, 0)),
        }
    }

    /// The tokens of texts, each with the prefix in front.
    pub(super) fn encodings(&self, texts: &[impl AsRef<str>]) -> Result<Vec<Encoding>> {
        let most = self.model.encoder.config.max_length();
        let whole = |text| format!("{}{}", self.prefix, front(text, most));
        let texts: Vec<_> = texts.iter().map(|text| whole(text.as_ref())).collect();
        Ok(self.tokenizer.encode(&texts)?)
    }

    /// The vectors nearest to a text, the nearest first; equal ones by number.
    ///
    /// # Errors
    /// If the tokenizer or the model refuses the text.
    pub fn similar(&self, text: &str, vectors: &Tensor, count: usize) -> Result<Vec<Similar>> {
        let own = self.embed(&[text])?.select(0, 0);
        let likeness = vectors.matmul(&own.unsqueeze(1)).to(DType::F64).to_vec::<f64>();
        let mut all: Vec<_> = likeness
            .into_iter()
            .enumerate()
            .map(|(number, likeness)| Similar { number, likeness })
            .collect();
        all.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
        all.truncate(count);
        Ok(all)
    }
}
