//! Classes of texts: sentiment, topic, urgency.

use super::{encode, fitting, in_batches, tokenizer};
use crate::{Result, SequenceClassifier};
use brand_nn_layers::Pass;
use brand_nn_tensor::{DType, Tensor};
use brand_nn_text::{Encoding, SubwordTokenizer};
use std::path::Path;

/// Puts texts into classes: sentiment, topic, urgency.
///
/// Texts beyond the model's length are cut.
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, SequenceClassifier, TextClassifier};
/// use brand_nn_text::Subwords;
///
/// let tokenizer = Subwords::word_piece(60).fit(&["great brand", "poor brand"])?;
/// let config = BertConfig::new(tokenizer.vocabulary_size(), 16, 1);
/// let model = SequenceClassifier::from_config(&config, 2, 42)?;
/// let classifier = TextClassifier::new(model, tokenizer)?.labels(&["bad", "good"]);
/// let found = classifier.classify(&["great", "poor"])?;
/// assert!((found[0].probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-6);
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "sentiment")]
#[derive(Debug)]
pub struct TextClassifier {
    /// The model.
    pub model: SequenceClassifier,
    tokenizer: SubwordTokenizer,
    labels: Vec<String>,
}

/// The class of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Classified {
    /// The name of the likeliest class.
    pub label: String,
    /// How likely it is.
    pub probability: f64,
    /// How likely each class is.
    pub probabilities: Vec<f64>,
}

impl TextClassifier {
    /// Puts a model and its tokenizer together.
    ///
    /// # Errors
    /// If the tokenizer has numbers that the model has not.
    pub fn new(model: SequenceClassifier, tokenizer: SubwordTokenizer) -> Result<Self> {
        let config = &model.encoder.config;
        let tokenizer = fitting(tokenizer, config.max_length(), config.vocab_size)?;
        let classes = model.classes.weight.shape()[0];
        let mut labels = config.labels();
        labels.extend((labels.len()..classes).map(|class| class.to_string()));
        Ok(Self { model, tokenizer, labels })
    }

    /// Opens a folder that a classifier was published in.
    ///
    /// # Errors
    /// If a file is missing or broken, or says of no classes.
    pub fn from_pretrained(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let config: crate::BertConfig = crate::pretrained::read_json(&folder.join("config.json"))?;
        let model = SequenceClassifier::open(folder, config.labels().len())?;
        let tokenizer = tokenizer(folder, config.max_length(), config.vocab_size)?;
        Self::new(model, tokenizer)
    }

    /// The names of the classes, by number; those of the model's configuration by default.
    #[must_use]
    pub fn labels(mut self, labels: &[&str]) -> Self {
        for (own, label) in self.labels.iter_mut().zip(labels) {
            (*label).clone_into(own);
        }
        self
    }

    /// The class of each text.
    ///
    /// # Errors
    /// If the tokenizer or the model refuses a text.
    pub fn classify(&self, texts: &[impl AsRef<str>]) -> Result<Vec<Classified>> {
        self.run(&encode(&self.tokenizer, texts, self.model.encoder.config.max_length())?)
    }

    /// The class of each pair of texts.
    ///
    /// # Errors
    /// As [`classify`](Self::classify).
    pub fn classify_pairs(
        &self,
        pairs: &[(impl AsRef<str>, impl AsRef<str>)],
    ) -> Result<Vec<Classified>> {
        self.run(&self.tokenizer.encode_pairs(pairs)?)
    }

    fn run(&self, encodings: &[Encoding]) -> Result<Vec<Classified>> {
        let logits = in_batches(&self.tokenizer, encodings, |tokens| {
            Ok(self.model.logits(tokens, &mut Pass::inference())?.into_tensor())
        })?;
        Ok(logits.iter().map(|logits| Classified::of(logits, &self.labels)).collect())
    }
}

impl Classified {
    /// The class that has the highest logit.
    pub(super) fn of(logits: &Tensor, labels: &[String]) -> Self {
        let probabilities = logits.to(DType::F64).softmax(-1).to_vec::<f64>();
        let best = logits.argmax(0).item() as usize;
        Self { label: labels[best].clone(), probability: probabilities[best], probabilities }
    }
}
