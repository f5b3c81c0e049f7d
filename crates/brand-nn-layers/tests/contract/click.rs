//! Pieces of models that predict clicks.

use crate::{Row, Through, draws, refused, row};
use brand_nn_autodiff::{Params, Var};
use brand_nn_layers::{
    Activation, Call, CrossNetwork, Error, FactorizationMachine, Pass, Sequential, TargetAttention,
    cross_network, factorization_machine,
};
use brand_nn_tensor::{DType, Tensor, check::assert_close};

pub(crate) fn rows() -> Vec<Row> {
    let interactions = || FactorizationMachine::new().pooled(false);
    let target = || Through {
        layer: TargetAttention::new(3, &[4]),
        run: |layer, x, pass| {
            let candidate = if x.ndim() > 1 { x.sum_axis(1) } else { x.clone() };
            Ok(layer.pool(x, &candidate, None, pass)?.output)
        },
        shape: |example| example[1..].into(),
    };
    vec![
        row("TargetAttention", target, draws(&[2, 4, 3])),
        row("FactorizationMachine", FactorizationMachine::new, draws(&[2, 4, 3])),
        row("FactorizationMachine", interactions, draws(&[2, 4, 3])),
        row("CrossNetwork", || CrossNetwork::new(4, 2), draws(&[2, 4])),
        row("CrossNetwork", || CrossNetwork::new(4, 3).rank(2), draws(&[2, 4])),
    ]
}

/// The trick of squares against the sum over all pairs.
#[test]
fn products_are_those_of_all_pairs() {
    let x = draws(&[2, 5, 3]).to(DType::F64);
    let pairs = (0..5).flat_map(|i| (0..i).map(move |j| (i, j)));
    let products = pairs.map(|(i, j)| x.select(1, i) * x.select(1, j));
    let expected = products.reduce(|a, b| a + b).unwrap();
    let run = |layer: FactorizationMachine| layer.call(&x, &mut Pass::inference()).unwrap();
    assert_close(run(FactorizationMachine::new().pooled(false)).tensor(), &expected, 1e-14);
    let whole = expected.sum_axis(1).unsqueeze(1);
    assert_close(run(FactorizationMachine::new()).tensor(), &whole, 1e-14);
    let none = FactorizationMachine::new().call(Tensor::ones([2, 0, 3]), &mut Pass::inference());
    assert_eq!(none.unwrap().tensor(), &Tensor::zeros([2, 1]));
}

/// What is masked counts for nothing, with weights and with shares.
#[test]
fn padding_is_not_pooled() {
    let (history, candidate) = (Var::from(draws(&[1, 5, 4])), Var::from(draws(&[1, 4])));
    let real = Tensor::from([[true, true, true, false, false]]);
    let pass = &mut Pass::inference();
    for softmax in [false, true] {
        let unit = TargetAttention::new(4, &[6]).activation(Activation::Relu).softmax(softmax);
        let unit = unit.init(1).unwrap();
        let masked = unit.pool(&history, &candidate, Some(&real), pass).unwrap();
        let alone = unit.pool(&history.slice(1, 0..3), &candidate, None, pass).unwrap();
        assert_close(masked.output.tensor(), alone.output.tensor(), 1e-6);
        assert_eq!(masked.weights.tensor().slice(1, 3..5), Tensor::zeros([1, 2]));
        let total = alone.weights.sum().item();
        assert_eq!((total - 1.0).abs() < 1e-6, softmax, "{total}");
        let hidden = real.not().and(&real);
        let empty = unit.pool(&history, &candidate, Some(&hidden), pass).unwrap();
        assert_eq!(empty.output.tensor(), &Tensor::zeros([1, 4]));
        for [batch, time] in [[0, 3], [2, 0]] {
            let (x, c) = (Tensor::zeros([batch, time, 4]), Tensor::zeros([batch, 4]));
            let made = unit.pool(&x.into(), &c.into(), None, pass).unwrap();
            assert_eq!(made.output.tensor(), &Tensor::zeros([batch, 4]));
        }
    }
    let bare = TargetAttention::new(4, &[]).init(1).unwrap();
    assert_eq!(bare.score.weight.shape()[..], [1, 16]);
    bare.pool(&history, &candidate, None, pass).unwrap();
}

#[test]
fn wrong_settings_are_refused() {
    let init = |layer: CrossNetwork| layer.init(0).map_err(Error::from);
    refused(init(CrossNetwork::new(4, 0)), "cross_network: depth is 0, expected at least 1");
    refused(init(CrossNetwork::new(4, 1).rank(0)), "rank is 0 for 4 features, expected from 1");
    refused(init(CrossNetwork::new(4, 1).rank(5)), "rank is 5 for 4 features, expected from 1");
    let unit = TargetAttention::new(4, &[8, 0]).init(0).map_err(Error::from);
    refused(unit, "target_attention: hidden is 0, expected at least 1");
    let build = |recipes: Sequential, shape: &[usize]| recipes.build(shape);
    refused(build(Sequential::new().add(cross_network(0)), &[4]), "cross_network: depth is 0");
    let ranked = Sequential::new().add(cross_network(2).rank(9));
    refused(build(ranked, &[4]), "cross_network: rank is 9 for 4 features");
    refused(build(Sequential::new().add(cross_network(1)), &[]), "cross_network: the input has");
    let machine = Sequential::new().add(factorization_machine());
    refused(build(machine, &[4]), "factorization_machine: the input has shape [4], expected");
}

#[test]
fn wrong_inputs_are_refused() {
    let pass = &mut Pass::inference();
    let machine = FactorizationMachine::new();
    refused(machine.call(draws(&[3, 4]), pass), "[3, 4], expected [batch, fields, dim]");
    let ids = Tensor::zeros_of([2, 3, 4], DType::I64);
    refused(machine.call(ids, pass), "factorization_machine: the input is i64, expected f32 or");
    let cross = CrossNetwork::new(4, 1).init(0).unwrap();
    refused(cross.call(draws(&[2, 3]), pass), "the input has shape [2, 3], expected a last axis");
    refused(cross.call(draws(&[2, 4]).to(DType::F64), pass), "the input is f64, expected f32");
    let unit = TargetAttention::new(4, &[3]).init(0).unwrap();
    let mut pool = |history: &[usize], candidate: Tensor, real: Option<Tensor>| {
        unit.pool(&draws(history).into(), &candidate.into(), real.as_ref(), pass)
    };
    refused(pool(&[2, 4], draws(&[2, 4]), None), "[2, 4], expected [batch, time, 4 features]");
    refused(pool(&[2, 3, 4], draws(&[1, 4]), None), "(candidate): the input has shape [1, 4]");
    refused(pool(&[2, 3, 4], draws(&[2, 1, 4]), None), "expected [2, 4], a candidate for each");
    let double = draws(&[2, 4]).to(DType::F64);
    refused(pool(&[2, 3, 4], double, None), "target_attention: the input is f64, expected f32");
    let flags = Tensor::ones([3, 2]).greater_than(0.0);
    refused(
        pool(&[2, 3, 4], draws(&[2, 4]), Some(flags)),
        "target_attention (mask): the input has",
    );
}
