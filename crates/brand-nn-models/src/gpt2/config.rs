//! The configuration of GPT-2, as its `config.json` has it.

use crate::{
    Result,
    bert::{activation, count, divides, share, size, small},
};
use brand_nn_layers::Activation;
use serde::{Deserialize, Serialize};

/// The sizes and settings of GPT-2, read from `config.json`.
///
/// # Examples
/// ```
/// use brand_nn_models::Gpt2Config;
///
/// let config = Gpt2Config::new(50_257, 768, 12, 12);
/// assert_eq!((config.hidden_units(), config.n_positions), (3072, 1024));
/// assert!(Gpt2Config { n_head: 5, ..config }.check().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gpt2Config {
    /// The rows of the table of tokens.
    pub vocab_size: usize,
    /// The most tokens of a text: the context.
    pub n_positions: usize,
    /// The numbers of a step.
    pub n_embd: usize,
    /// The layers one above the other.
    pub n_layer: usize,
    /// The heads of a layer's attention.
    pub n_head: usize,
    /// The units between a layer's linear maps, where they are not 4 · `n_embd`.
    #[serde(default)]
    pub n_inner: Option<usize>,
    /// The function between the linear maps; `gelu_new` is the form with tanh.
    #[serde(default = "gelu")]
    pub activation_function: String,
    /// The share that is dropped of what is added on the way while training.
    #[serde(default = "tenth")]
    pub resid_pdrop: f64,
    /// The share that is dropped of the tables' sum while training.
    #[serde(default = "tenth")]
    pub embd_pdrop: f64,
    /// The share of attention's weights that is dropped while training.
    #[serde(default = "tenth")]
    pub attn_pdrop: f64,
    /// What norms add to the variance.
    #[serde(default = "epsilon")]
    pub layer_norm_epsilon: f64,
    /// The spread of the first values.
    #[serde(default = "spread")]
    pub initializer_range: f64,
    /// Whether the last map is the table of tokens.
    #[serde(default = "yes")]
    pub tie_word_embeddings: bool,
}

fn gelu() -> String {
    "gelu_new".into()
}

fn tenth() -> f64 {
    0.1
}

fn epsilon() -> f64 {
    1e-5
}

fn spread() -> f64 {
    0.02
}

fn yes() -> bool {
    true
}

const PLACE: &str = "config.json";

impl Gpt2Config {
    /// A configuration for training from the beginning, with GPT-2's context of 1024 tokens.
    #[must_use]
    pub fn new(vocab_size: usize, n_embd: usize, n_layer: usize, n_head: usize) -> Self {
        let [resid_pdrop, embd_pdrop, attn_pdrop] = [tenth(); 3];
        Self {
            vocab_size,
            n_positions: 1024,
            n_embd,
            n_layer,
            n_head,
            n_inner: None,
            activation_function: gelu(),
            resid_pdrop,
            embd_pdrop,
            attn_pdrop,
            layer_norm_epsilon: epsilon(),
            initializer_range: spread(),
            tie_word_embeddings: true,
        }
    }

    /// The same with another context.
    #[must_use]
    pub fn context(self, tokens: usize) -> Self {
        Self { n_positions: tokens, ..self }
    }

    /// The same with another share dropped while training, everywhere.
    #[must_use]
    pub fn dropout(self, share: f64) -> Self {
        Self { resid_pdrop: share, embd_pdrop: share, attn_pdrop: share, ..self }
    }

    /// The units between a layer's linear maps.
    #[must_use]
    pub fn hidden_units(&self) -> usize {
        self.n_inner.unwrap_or(self.n_embd.saturating_mul(4))
    }

    /// Checks the sizes, before anything is made of them.
    ///
    /// # Errors
    /// If one is 0 or beyond reason, alone or together, heads do not divide the features, or a share is
    /// none.
    pub fn check(&self) -> Result<()> {
        let sizes = [
            ("vocab_size", self.vocab_size),
            ("n_positions", self.n_positions),
            ("n_embd", self.n_embd),
            ("n_layer", self.n_layer),
            ("n_head", self.n_head),
            ("n_inner", self.hidden_units()),
        ];
        sizes.into_iter().try_for_each(|(setting, got)| size(PLACE, setting, got))?;
        small(PLACE, "layer_norm_epsilon", self.layer_norm_epsilon)?;
        small(PLACE, "initializer_range", self.initializer_range)?;
        count(PLACE, self.count())?;
        divides(PLACE, "n_head", self.n_head, self.n_embd)?;
        let shares = [
            ("resid_pdrop", self.resid_pdrop),
            ("embd_pdrop", self.embd_pdrop),
            ("attn_pdrop", self.attn_pdrop),
        ];
        shares.into_iter().try_for_each(|(setting, got)| share(PLACE, setting, got))?;
        self.activation().map(drop)
    }

    /// The numbers of all tables and matrices.
    pub(crate) fn count(&self) -> u128 {
        let [features, units] = [self.n_embd, self.hidden_units()].map(|size| size as u128);
        let tables = if self.tie_word_embeddings { 1 } else { 2 };
        let rows = tables * self.vocab_size as u128 + self.n_positions as u128;
        let layer = (4 * features + 2 * units).saturating_mul(features);
        (rows * features).saturating_add(layer.saturating_mul(self.n_layer as u128))
    }

    pub(super) fn activation(&self) -> Result<Activation> {
        activation(&self.activation_function)
    }
}
