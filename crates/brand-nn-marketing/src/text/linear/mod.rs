//! Sentiment learnt from texts with labels, by weights of words or of runs of characters.

mod bayes;
mod features;
mod logistic;
mod one_vs_rest;
mod rows;
mod tones;

pub(super) use features::Vocabulary;
pub use features::{Features, Grams};
pub(super) use one_vs_rest::{FittedOneVsRest, OneVsRest};
pub(super) use rows::SparseRows;
pub use tones::{FittedTones, LinearTones};

use crate::text::sentiment::Sentiment;
use crate::{Result, door};
use serde::{Deserialize, Serialize};

/// TF-IDF features and a linear model of them, for praise against complaint.
///
/// Texts become what [`Features`] counts in them. Logistic regression with a penalty is the better
/// method, naive Bayes the quicker one, for texts by the million or a few dozens. Both are a weight
/// a term, so that a prediction can say why.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::linear::{Features, LinearSentiment};
/// use brand_nn_marketing::text::sentiment::Sentiment;
///
/// let texts = ["很好用", "质量很好", "很差劲", "质量太差"];
/// let model = LinearSentiment::logistic(Features::characters(1, 2).min_texts(1));
/// let fitted = model.fit(&texts, &[true, true, false, false])?;
/// assert!(fitted.probability("真好") > 0.6 && fitted.probability("真差") < 0.4);
/// assert_eq!(fitted.explain("真好")[0].term, "好");
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinearSentiment {
    features: Features,
    method: Method,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Method {
    Logistic { inverse_penalty: f64 },
    NaiveBayes { smoothing: f64 },
}

/// Terms with their weights, which score any text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedLinear {
    model: LinearSentiment,
    vocabulary: Vocabulary,
    weights: Vec<f64>,
    intercept: f64,
}

/// What one term of a text adds to the log-odds of praise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TermEffect {
    /// The word, the words or the characters.
    pub term: String,
    /// What it adds; below 0 it speaks for complaint.
    pub effect: f64,
}

const METHOD: &str = "linear sentiment";

impl LinearSentiment {
    /// Logistic regression, ½ ‖w‖² + C Σ ln(1 + e^(−y (w x + b))) at its smallest, with C = 10.
    #[must_use]
    pub fn logistic(features: Features) -> Self {
        Self { features, method: Method::Logistic { inverse_penalty: 10.0 } }
    }

    /// Multinomial naive Bayes of the features, smoothed by 1.
    #[must_use]
    pub fn naive_bayes(features: Features) -> Self {
        Self { features, method: Method::NaiveBayes { smoothing: 1.0 } }
    }

    /// The C of logistic regression: the larger, the freer the weights; makes it that method.
    #[doc(alias = "C")]
    #[must_use]
    pub fn inverse_penalty(self, inverse_penalty: f64) -> Self {
        Self { method: Method::Logistic { inverse_penalty }, ..self }
    }

    /// What naive Bayes adds to every count; makes it that method.
    #[doc(alias = "alpha")]
    #[must_use]
    pub fn smoothing(self, smoothing: f64) -> Self {
        Self { method: Method::NaiveBayes { smoothing }, ..self }
    }

    /// Learns from texts of which it is known whether they praise.
    ///
    /// # Errors
    /// If there are not as many labels as texts, all texts praise or none does, no term is
    /// frequent enough, or a setting lies outside its range.
    pub fn fit<T: AsRef<str> + Sync>(&self, texts: &[T], praise: &[bool]) -> Result<FittedLinear> {
        let (Method::Logistic { inverse_penalty: setting }
        | Method::NaiveBayes { smoothing: setting }) = self.method;
        door::setting(METHOD, ("C or smoothing", setting), door::POSITIVE, "1 and 10 are usual")?;
        door::labels(METHOD, texts.len(), praise)?;
        let vocabulary = self.features.fit(texts)?;
        let rows = vocabulary.rows(&self.features, texts);
        let (weights, intercept) = match self.method {
            Method::Logistic { inverse_penalty } => {
                logistic::fit(&rows, praise, &vec![inverse_penalty; praise.len()])?
            }
            Method::NaiveBayes { smoothing } => bayes::fit(&rows, praise, smoothing),
        };
        Ok(FittedLinear { model: self.clone(), vocabulary, weights, intercept })
    }
}

impl FittedLinear {
    /// The log-odds of praise: Σ weight · feature + intercept.
    #[must_use]
    pub fn log_odds(&self, text: &str) -> f64 {
        let row = self.vocabulary.row(&self.model.features, text);
        row.iter().map(|&(term, value)| value * self.weight(term)).sum::<f64>() + self.intercept
    }

    /// What each term of a text adds to its log-odds, the largest effects first.
    #[must_use]
    pub fn explain(&self, text: &str) -> Vec<TermEffect> {
        self.vocabulary.effects(&self.model.features, text, |term| self.weight(term))
    }

    /// How many terms it knows.
    #[must_use]
    pub fn num_terms(&self) -> usize {
        self.vocabulary.len()
    }

    /// The log-odds of praise for a text without a known term.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    fn weight(&self, term: u32) -> f64 {
        one_vs_rest::weight(&self.weights, term)
    }
}

impl Sentiment for FittedLinear {
    /// P(praise) − P(complaint) = tanh(log-odds / 2).
    fn polarity(&self, text: &str) -> f64 {
        (self.log_odds(text) / 2.0).tanh()
    }
}
