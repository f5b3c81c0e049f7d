//! RoBERTa, XLM-R and CamemBERT (Liu and others 2019; Conneau and others 2020).

use super::{MaskedNames, Names, bert::LAYER};
use brand_nn_layers::Activation;

pub(super) static NAMES: Names = Names {
    body: "roberta",
    layers: "encoder.layer",
    layer: LAYER,
    before: Some(("classifier.dense", Activation::Tanh)),
    classes: "classifier.out_proj",
    masked: MaskedNames {
        dense: "lm_head.dense",
        norm: "lm_head.layer_norm",
        decoder: "lm_head.decoder",
        bias: Some("lm_head.bias"),
    },
};
