//! What the weights are called in the files of each family.

mod bert;
mod distilbert;
mod roberta;

use super::Family;
use brand_nn_layers::Activation;

/// The names of a family's weights.
#[derive(Debug)]
pub(super) struct Names {
    /// What stands before the encoder's names where there is a head.
    pub(super) body: &'static str,
    /// What stands before the number of a layer.
    pub(super) layers: &'static str,
    /// Within a layer.
    pub(super) layer: LayerNames,
    /// The head of classes for a whole text: the map before the last one, if it is not the pooler.
    pub(super) before: Option<(&'static str, Activation)>,
    /// The last map of that head.
    pub(super) classes: &'static str,
    /// The head that guesses hidden tokens.
    pub(super) masked: MaskedNames,
}

/// The names within a layer.
#[derive(Debug)]
pub(super) struct LayerNames {
    pub(super) query: &'static str,
    pub(super) key: &'static str,
    pub(super) value: &'static str,
    pub(super) output: &'static str,
    pub(super) attention_norm: &'static str,
    pub(super) first: &'static str,
    pub(super) second: &'static str,
    pub(super) norm: &'static str,
}

/// The names within the head that guesses hidden tokens.
#[derive(Debug)]
pub(super) struct MaskedNames {
    pub(super) dense: &'static str,
    pub(super) norm: &'static str,
    /// The map to the vocabulary, whose weight is the table of tokens.
    pub(super) decoder: &'static str,
    /// Another name of that map's bias.
    pub(super) bias: Option<&'static str>,
}

impl Family {
    /// The names of this family.
    pub(super) fn names(self) -> &'static Names {
        match self {
            Self::Bert => &bert::NAMES,
            Self::Roberta => &roberta::NAMES,
            Self::DistilBert => &distilbert::NAMES,
        }
    }
}
