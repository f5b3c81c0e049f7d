//! BERT, and MiniLM and E5, which have its names (Devlin and others 2019).

use super::{LayerNames, MaskedNames, Names};

pub(super) const LAYER: LayerNames = LayerNames {
    query: "attention.self.query",
    key: "attention.self.key",
    value: "attention.self.value",
    output: "attention.output.dense",
    attention_norm: "attention.output.LayerNorm",
    first: "intermediate.dense",
    second: "output.dense",
    norm: "output.LayerNorm",
};

pub(super) static NAMES: Names = Names {
    body: "bert",
    layers: "encoder.layer",
    layer: LAYER,
    before: None,
    classes: "classifier",
    masked: MaskedNames {
        dense: "cls.predictions.transform.dense",
        norm: "cls.predictions.transform.LayerNorm",
        decoder: "cls.predictions.decoder",
        bias: Some("cls.predictions.bias"),
    },
};
