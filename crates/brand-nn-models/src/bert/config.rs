//! The configuration of BERT and its kin, as their `config.json` has it.

use super::Pooling;
use crate::{Error, Result};
use brand_nn_layers::{Activation, TransformerOptions};
use serde::{Deserialize, Serialize};

/// The sizes and settings of BERT, RoBERTa, XLM-R or DistilBERT, read from `config.json`.
///
/// # Examples
/// ```
/// use brand_nn_models::{BertConfig, Family};
///
/// let config: BertConfig = serde_json::from_str(
///     r#"{"model_type": "distilbert", "vocab_size": 100, "dim": 16, "n_layers": 2, "n_heads": 2,
///         "hidden_dim": 32, "max_position_embeddings": 64}"#,
/// ).unwrap();
/// assert_eq!((config.model_type, config.hidden_size), (Family::DistilBert, 16));
/// assert!(config.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BertConfig {
    /// Whose names the weights have, and what differs besides.
    pub model_type: Family,
    /// The rows of the table of tokens.
    pub vocab_size: usize,
    /// The numbers of a step.
    #[serde(alias = "dim")]
    pub hidden_size: usize,
    /// The layers one above the other.
    #[serde(alias = "n_layers")]
    pub num_hidden_layers: usize,
    /// The heads of a layer's attention.
    #[serde(alias = "n_heads")]
    pub num_attention_heads: usize,
    /// The units between a layer's linear maps.
    #[serde(alias = "hidden_dim")]
    pub intermediate_size: usize,
    /// The rows of the table of positions; RoBERTa needs two more than a text has tokens.
    pub max_position_embeddings: usize,
    /// The kinds of segments; DistilBERT has none.
    #[serde(default)]
    pub type_vocab_size: usize,
    /// The function between the linear maps; `gelu` is the form with erf.
    #[serde(default = "gelu", alias = "activation")]
    pub hidden_act: String,
    /// The share that is dropped on the way while training.
    #[serde(default = "tenth", alias = "dropout")]
    pub hidden_dropout_prob: f64,
    /// The share of attention's weights that is dropped while training.
    #[serde(default = "tenth", alias = "attention_dropout")]
    pub attention_probs_dropout_prob: f64,
    /// What norms add to the variance.
    #[serde(default = "epsilon")]
    pub layer_norm_eps: f64,
    /// The spread of the first values.
    #[serde(default = "spread")]
    pub initializer_range: f64,
    /// The number of padding: its row of the table is never trained.
    #[serde(default)]
    pub pad_token_id: usize,
    /// The names of the classes, by number, where a head was trained.
    #[serde(default)]
    pub id2label: std::collections::BTreeMap<String, String>,
    /// What a head for whole texts reads; the first token where nothing is said.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub classifier_pooling: Pooling,
}

/// Whose names the weights have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Family {
    /// Devlin and others 2019; also MiniLM and E5.
    #[serde(rename = "bert")]
    Bert,
    /// Liu and others 2019: positions are counted from behind the padding's number.
    #[serde(rename = "roberta", alias = "xlm-roberta", alias = "camembert")]
    Roberta,
    /// Sanh and others 2019: no segments, no pooler.
    #[serde(rename = "distilbert")]
    DistilBert,
}

fn first() -> Pooling {
    Pooling::First
}

fn is_first(pooling: &Pooling) -> bool {
    *pooling == Pooling::First
}

fn gelu() -> String {
    "gelu".into()
}

fn tenth() -> f64 {
    0.1
}

fn epsilon() -> f64 {
    1e-12
}

fn spread() -> f64 {
    0.02
}

impl BertConfig {
    /// A configuration for training from the beginning: 4 heads, 4 · hidden units, 512 positions.
    #[must_use]
    pub fn new(vocab_size: usize, hidden_size: usize, num_hidden_layers: usize) -> Self {
        Self {
            model_type: Family::Bert,
            vocab_size,
            hidden_size,
            num_hidden_layers,
            num_attention_heads: 4,
            intermediate_size: hidden_size.saturating_mul(4),
            max_position_embeddings: 512,
            type_vocab_size: 2,
            hidden_act: gelu(),
            hidden_dropout_prob: tenth(),
            attention_probs_dropout_prob: tenth(),
            layer_norm_eps: epsilon(),
            initializer_range: spread(),
            pad_token_id: 0,
            id2label: std::collections::BTreeMap::new(),
            classifier_pooling: first(),
        }
    }

    /// Checks the sizes, before anything is made of them.
    ///
    /// # Errors
    /// If one is 0 or beyond reason, alone or together, heads do not divide the features, or a share is
    /// none.
    pub fn check(&self) -> Result<()> {
        let sizes = [
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("max_position_embeddings", self.max_position_embeddings),
        ];
        sizes.into_iter().try_for_each(|(setting, got)| size("config.json", setting, got))?;
        divides("config.json", "num_attention_heads", self.num_attention_heads, self.hidden_size)?;
        let shares = [
            ("hidden_dropout_prob", self.hidden_dropout_prob),
            ("attention_probs_dropout_prob", self.attention_probs_dropout_prob),
        ];
        shares.into_iter().try_for_each(|(setting, got)| share("config.json", setting, got))?;
        at_most("config.json", "type_vocab_size", self.type_vocab_size)?;
        let numbers = [
            ("layer_norm_eps", self.layer_norm_eps),
            ("initializer_range", self.initializer_range),
        ];
        numbers.into_iter().try_for_each(|(setting, got)| small("config.json", setting, got))?;
        count("config.json", self.count())?;
        if self.pad_token_id >= self.vocab_size {
            let expected = format!("below the vocabulary's {}", self.vocab_size);
            return Err(setting("config.json", "pad_token_id", &self.pad_token_id, &expected));
        }
        self.activation().map(drop)
    }

    /// The numbers of all tables and matrices.
    pub(crate) fn count(&self) -> u128 {
        let [hidden, units] = [self.hidden_size, self.intermediate_size].map(|size| size as u128);
        let rows = [self.vocab_size, self.max_position_embeddings, self.type_vocab_size];
        let rows: u128 = rows.into_iter().map(|rows| rows as u128).sum();
        let layer = (4 * hidden + 2 * units).saturating_mul(hidden);
        (rows * hidden).saturating_add(layer.saturating_mul(self.num_hidden_layers as u128))
    }

    /// The longest text in tokens, those of the template counted.
    #[must_use]
    pub fn max_length(&self) -> usize {
        self.max_position_embeddings.saturating_sub(self.first_position())
    }

    /// The number of the first token's position.
    pub(crate) fn first_position(&self) -> usize {
        if self.model_type == Family::Roberta { self.pad_token_id + 1 } else { 0 }
    }

    /// The names of the classes in their order; none where no head was trained.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let mut labels: Vec<_> = self
            .id2label
            .iter()
            .filter_map(|(id, name)| Some((id.parse::<usize>().ok()?, name)))
            .collect();
        labels.sort_unstable();
        labels.into_iter().map(|(_, name)| name.clone()).collect()
    }

    fn activation(&self) -> Result<Activation> {
        activation(&self.hidden_act)
    }

    /// What a layer is made of.
    pub(crate) fn options(&self) -> Result<TransformerOptions> {
        Ok(TransformerOptions::new(self.num_attention_heads, self.intermediate_size)
            .dropout(self.hidden_dropout_prob)
            .attention_dropout(self.attention_probs_dropout_prob)
            .hidden_dropout(0.0)
            .activation(self.activation()?)
            .epsilon(self.layer_norm_eps))
    }
}

/// The function of a published name.
pub(crate) fn activation(name: &str) -> Result<Activation> {
    match name {
        "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Ok(Activation::GeluTanh),
        "swish" => Ok(Activation::Silu),
        other => Ok(other.parse()?),
    }
}

/// A setting out of its range.
fn setting(
    place: &'static str,
    setting: &'static str,
    got: &dyn std::fmt::Display,
    expected: &str,
) -> Error {
    let help = "take the file as it was published with the weights";
    Error::setting(place, setting, got, expected, help)
}

/// The largest size that a configuration may ask for.
const MOST: usize = 1 << 24;

pub(crate) fn size(place: &'static str, name: &'static str, got: usize) -> Result<()> {
    if (1..=MOST).contains(&got) {
        return Ok(());
    }
    Err(setting(place, name, &got, &format!("1 to {MOST}")))
}

pub(crate) fn at_most(place: &'static str, name: &'static str, got: usize) -> Result<()> {
    size(place, name, got.max(1)).map_err(|_| setting(place, name, &got, &format!("0 to {MOST}")))
}

/// The most numbers that a model may have: 64 GiB of floats.
const MOST_NUMBERS: u128 = 1 << 34;

/// Refuses a model that no machine holds, before its layers are made.
pub(crate) fn count(place: &'static str, numbers: u128) -> Result<()> {
    if numbers <= MOST_NUMBERS {
        return Ok(());
    }
    let expected = format!("at most {MOST_NUMBERS} in all tables and matrices");
    Err(setting(place, "the sizes", &format!("{numbers} numbers"), &expected))
}

/// Refuses what is no small positive number, such as what norms add.
pub(crate) fn small(place: &'static str, name: &'static str, got: f64) -> Result<()> {
    if (0.0..=1.0).contains(&got) {
        return Ok(());
    }
    Err(setting(place, name, &got, "a number from 0 to 1"))
}

pub(crate) fn divides(
    place: &'static str,
    name: &'static str,
    heads: usize,
    features: usize,
) -> Result<()> {
    if features.is_multiple_of(heads) {
        return Ok(());
    }
    Err(setting(place, name, &heads, &format!("a number that divides the {features} features")))
}

pub(crate) fn share(place: &'static str, name: &'static str, got: f64) -> Result<()> {
    if (0.0..1.0).contains(&got) {
        return Ok(());
    }
    Err(setting(place, name, &got, "a share from 0 to below 1"))
}
