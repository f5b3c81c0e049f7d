//! Sentiment learnt from texts with labels, on the vectors of a published encoder.

use super::sentiment::Sentiment;
use crate::{Result, door};
use brand_nn_models::TextEmbedder;
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::regression::{FittedLogistic, LogisticRegression};
use brand_nn_tensor::{DType, Tensor};
use serde::{Deserialize, Serialize};

/// Logistic regression on the vectors of an encoder that stays as it was published.
///
/// The encoder has read far more than any brand is sent, so that some hundred texts with labels
/// are enough. Each text costs a trip through the encoder, for learning and for each answer.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::pretrained::PretrainedSentiment;
/// use brand_nn_marketing::text::sentiment::Sentiment;
/// use brand_nn_models::{BertConfig, Pooling, SentenceEncoder, TextEmbedder};
/// use brand_nn_text::Subwords;
///
/// let texts = ["great brand", "a great price", "poor brand", "a poor price"];
/// let tokenizer = Subwords::word_piece(60).fit(&texts)?;
/// let config = BertConfig::new(tokenizer.vocabulary_size(), 16, 1);
/// let model = SentenceEncoder::from_config(&config, Pooling::Mean, 42)?;
/// let embedder = TextEmbedder::new(model, tokenizer)?; // or one that was published
/// let fitted = PretrainedSentiment::default().fit(embedder, &texts, &[true, true, false, false])?;
/// assert!(fitted.probability("great price") > fitted.probability("poor price"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PretrainedSentiment {
    inverse_penalty: f64,
}

/// An encoder with what was learnt on its vectors.
#[derive(Debug)]
pub struct FittedPretrained {
    /// What makes a vector of a text.
    pub embedder: TextEmbedder,
    /// What makes a probability of a vector; plain data, that can be saved by itself.
    pub head: Head,
}

/// What makes a probability of praise of a vector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The means of the vectors' numbers, and by how much they lie around them.
    scales: Vec<(f64, f64)>,
    regression: FittedLogistic,
}

const METHOD: &str = "sentiment of a published encoder";

impl Default for PretrainedSentiment {
    fn default() -> Self {
        Self { inverse_penalty: 0.001 }
    }
}

impl PretrainedSentiment {
    /// The C of logistic regression: the larger, the freer the weights; 0.001 by default.
    #[doc(alias = "C")]
    #[must_use]
    pub fn inverse_penalty(self, inverse_penalty: f64) -> Self {
        Self { inverse_penalty }
    }

    /// Learns from texts of which it is known whether they praise.
    ///
    /// # Errors
    /// If there are not as many labels as texts, all labels are the same, a setting lies outside
    /// its range, or the encoder refuses a text.
    pub fn fit<T: AsRef<str>>(
        &self,
        embedder: TextEmbedder,
        texts: &[T],
        praise: &[bool],
    ) -> Result<FittedPretrained> {
        door::labels(METHOD, texts.len(), praise)?;
        let head = Head::fit(&embedder.embed(texts)?, praise, self.inverse_penalty)?;
        Ok(FittedPretrained { embedder, head })
    }
}

impl Head {
    /// Learns from vectors that are there already, `[n, hidden_size]`, with a C.
    ///
    /// # Errors
    /// As [`PretrainedSentiment::fit`].
    pub fn fit(vectors: &Tensor, praise: &[bool], inverse_penalty: f64) -> Result<Self> {
        let setting = ("C", inverse_penalty);
        door::setting(METHOD, setting, door::POSITIVE, "0.0001 to 1 are usual")?;
        door::labels(METHOD, vectors.dim(0), praise)?;
        let vectors = vectors.to(DType::F64);
        let (variance, mean) = vectors.var_mean(&[0], 0.0, false);
        // A number that never differs tells nothing: it stays 0.
        let spread = |variance: f64| if variance > 0.0 { variance.sqrt() } else { 1.0 };
        let spread = variance.iter::<f64>().map(spread);
        let scales: Vec<_> = mean.iter::<f64>().zip(spread).collect();
        let regression = LogisticRegression { inverse_penalty, intercept: true };
        let regression = regression.fit(&scaled(&vectors, &scales)?, praise)?;
        Ok(Self { scales, regression })
    }

    /// The probabilities of praise of vectors, `[n, hidden_size]`.
    ///
    /// # Errors
    /// If the vectors are of another encoder.
    pub fn probabilities(&self, vectors: &Tensor) -> Result<Vec<f64>> {
        let vectors = scaled(&vectors.to(DType::F64), &self.scales)?;
        Ok(self.regression.predict(&vectors)?)
    }
}

/// All numbers with mean 0 and variance 1 where the scales come from.
fn scaled(vectors: &Tensor, scales: &[(f64, f64)]) -> Result<Matrix> {
    let place = |(number, (mean, spread)): (f64, &(f64, f64))| (number - mean) / spread;
    let numbers = vectors.iter::<f64>().zip(scales.iter().cycle()).map(place);
    Ok(Matrix::new(vectors.dim(0), vectors.dim(1), numbers.collect())?)
}

impl Sentiment for FittedPretrained {
    /// P(praise) − P(complaint).
    fn polarity(&self, text: &str) -> f64 {
        self.polarities(&[text])[0]
    }

    /// As one batch; NaN where the encoder refuses it, or the head is of another encoder.
    fn polarities(&self, texts: &[&str]) -> Vec<f64> {
        let vectors = self.embedder.embed(texts);
        let chances = vectors.ok().and_then(|vectors| self.head.probabilities(&vectors).ok());
        match chances {
            Some(chances) => chances.into_iter().map(|chance| 2.0 * chance - 1.0).collect(),
            None => vec![f64::NAN; texts.len()],
        }
    }
}
