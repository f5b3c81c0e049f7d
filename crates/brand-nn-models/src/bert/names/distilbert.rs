//! DistilBERT, half the layers of BERT (Sanh and others 2019).

use super::{LayerNames, MaskedNames, Names};
use brand_nn_layers::Activation;

pub(super) static NAMES: Names = Names {
    body: "distilbert",
    layers: "transformer.layer",
    layer: LayerNames {
        query: "attention.q_lin",
        key: "attention.k_lin",
        value: "attention.v_lin",
        output: "attention.out_lin",
        attention_norm: "sa_layer_norm",
        first: "ffn.lin1",
        second: "ffn.lin2",
        norm: "output_layer_norm",
    },
    before: Some(("pre_classifier", Activation::Relu)),
    classes: "classifier",
    masked: MaskedNames {
        dense: "vocab_transform",
        norm: "vocab_layer_norm",
        decoder: "vocab_projector",
        bias: None,
    },
};
