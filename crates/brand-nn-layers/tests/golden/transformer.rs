//! Layers and stacks of transformers against PyTorch's (`transformer.py`).

use crate::named::{Case, check};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_layers::{
    AttentionMask, LayerNorm, Pass, Result, TransformerDecoder, TransformerDecoderLayer,
    TransformerEncoder, TransformerEncoderLayer, TransformerOptions,
};

const GOLDEN: &str = include_str!("transformer.json");

/// A layer, or a stack where the case has a depth.
enum Either<L, S> {
    Layer(L),
    Stack(S),
}

impl<L: Params, S: Params> Params for Either<L, S> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        match self {
            Self::Layer(layer) => layer.visit(visitor),
            Self::Stack(stack) => stack.visit(visitor),
        }
    }
}

fn options(case: &Case) -> TransformerOptions {
    TransformerOptions::new(case.size("heads"), case.size("hidden"))
        .activation(case.config("activation").as_str().unwrap().parse().unwrap())
        .norm_first(case.flag("norm_first"))
        .bias(case.flag("bias"))
        .epsilon(case.config("epsilon").as_f64().unwrap())
}

fn mask(case: &Case, name: &str) -> AttentionMask {
    case.mask(name).map_or_else(AttentionMask::new, |real| AttentionMask::new().keys(&real))
}

fn depth(case: &Case) -> Option<usize> {
    case.config("depth").as_u64().and_then(|depth| depth.try_into().ok())
}

fn encoder(case: &Case) -> Either<TransformerEncoderLayer, TransformerEncoder> {
    let (features, causal) = (case.size("features"), case.flag("causal"));
    match depth(case) {
        None => {
            Either::Layer(TransformerEncoderLayer::new(features, &options(case)).causal(causal))
        }
        Some(depth) => {
            let stack = TransformerEncoder::new(depth, features, &options(case));
            let norm = LayerNorm::new(features).epsilon(case.config("epsilon").as_f64().unwrap());
            Either::Stack(stack.norm(norm).causal(causal))
        }
    }
}

fn decoder(case: &Case) -> Either<TransformerDecoderLayer, TransformerDecoder> {
    let (features, causal) = (case.size("features"), case.flag("causal"));
    match depth(case) {
        None => {
            Either::Layer(TransformerDecoderLayer::new(features, &options(case)).causal(causal))
        }
        Some(depth) => {
            let stack = TransformerDecoder::new(depth, features, &options(case));
            Either::Stack(stack.causal(causal))
        }
    }
}

fn output(value: Var) -> Result<Vec<(&'static str, Var)>> {
    Ok(vec![("output", value)])
}

#[test]
fn encoders() {
    check(GOLDEN, "encoder", encoder, |layer, case, pass: &mut Pass| {
        let (x, mask) = (case.input("input"), mask(case, "real"));
        output(match layer {
            Either::Layer(layer) => layer.encode(x, &mask, pass)?,
            Either::Stack(stack) => stack.encode(x, &mask, pass)?,
        })
    });
}

#[test]
fn decoders() {
    check(GOLDEN, "decoder", decoder, |layer, case, pass: &mut Pass| {
        let (x, memory) = (case.input("input"), case.input("memory"));
        let masks = ["real", "memory_real"].map(|name| mask(case, name));
        output(match layer {
            Either::Layer(layer) => layer.decode(x, memory, masks.each_ref(), pass)?,
            Either::Stack(stack) => stack.decode(x, memory, masks.each_ref(), pass)?,
        })
    });
}
