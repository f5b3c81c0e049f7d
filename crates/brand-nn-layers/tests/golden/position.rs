//! Positions against formulas in PyTorch (`position.py`).

use crate::named::{Case, check};
use brand_nn_autodiff::{Pairs, Params, Var, Visitor};
use brand_nn_layers::{
    Alibi, Call, Layer, Pass, PositionEmbedding, Result, RotaryEmbedding, SinePositionEncoding,
};

const GOLDEN: &str = include_str!("position.json");

fn run(layer: &impl Layer, case: &Case, pass: &mut Pass) -> Result<Vec<(&'static str, Var)>> {
    Ok(vec![("output", layer.call(case.input("input"), pass)?)])
}

fn base(case: &Case) -> f64 {
    case.config("base").as_f64().unwrap()
}

#[test]
fn sine() {
    let layer = |case: &Case| SinePositionEncoding::new(case.size("features")).base(base(case));
    check(GOLDEN, "sine", layer, run);
}

#[test]
fn learned() {
    let layer = |case: &Case| PositionEmbedding::new(case.size("rows"), case.size("features"));
    check(GOLDEN, "learned", layer, run);
}

#[test]
fn rotary() {
    let pairs = |case: &Case| match case.flag("neighbours") {
        true => Pairs::Neighbours,
        false => Pairs::Halves,
    };
    let layer =
        |case: &Case| RotaryEmbedding::new(case.size("dim")).base(base(case)).pairs(pairs(case));
    check(GOLDEN, "rotary", layer, run);
}

/// Stands for a layer without parameters.
struct Slopes(Alibi);

impl Params for Slopes {
    fn visit(&self, _: &mut Visitor<'_>) {}
}

#[test]
fn alibi() {
    let layer = |case: &Case| Slopes(Alibi::new(case.size("heads")));
    check(GOLDEN, "alibi", layer, |layer, case, _| {
        let probe = case.input("probe");
        let bias = layer.0.bias(case.size("queries"), case.size("keys"), probe.dtype());
        Ok(vec![("output", probe / probe.tensor() * bias)])
    });
}
