//! Pieces of models that predict clicks against formulas in PyTorch (`click.py`).

use crate::named::{Case, check};
use brand_nn_autodiff::Var;
use brand_nn_layers::{CrossNetwork, FactorizationMachine, Layer, Pass, Result, TargetAttention};

const GOLDEN: &str = include_str!("click.json");

fn run(layer: &impl Layer, case: &Case, pass: &mut Pass) -> Result<Vec<(&'static str, Var)>> {
    Ok(vec![("output", layer.forward(case.input("input").clone(), pass)?)])
}

#[test]
fn factorization_machine() {
    let layer = |case: &Case| FactorizationMachine::new().pooled(case.flag("pooled"));
    check(GOLDEN, "machine", layer, run);
}

#[test]
fn cross_network() {
    let layer = |case: &Case| {
        let layer = CrossNetwork::new(case.size("features"), case.size("depth"));
        if case.config("rank").is_null() { layer } else { layer.rank(case.size("rank")) }
    };
    check(GOLDEN, "cross", layer, run);
}

#[test]
fn target_attention() {
    let layer = |case: &Case| {
        let hidden = case.config("hidden").as_array().unwrap();
        let hidden: Vec<usize> =
            hidden.iter().map(|units| units.as_u64().unwrap() as usize).collect();
        TargetAttention::new(case.size("dim"), &hidden).softmax(case.flag("softmax"))
    };
    check(GOLDEN, "target", layer, |layer, case, pass| {
        let (steps, candidate) = (case.input("behaviours"), case.input("candidate"));
        let made = layer.pool(steps, candidate, case.mask("real").as_ref(), pass)?;
        Ok(vec![("output", made.output), ("weights", made.weights)])
    });
}
