//! Networks of several inputs and outputs.

use crate::{Row, draws, refused, row};
use brand_nn_autodiff::{ParamSet, Params, Var};
use brand_nn_layers::{
    Activation, Call, Graph, GraphBuilder, Layer, Merge, Pass, Registry, dense, dropout, embedding,
    flatten, layer_norm,
};
use brand_nn_tensor::{Rng, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    vec![row("Graph", || diamond().unwrap(), draws(&[2, 3]))]
}

/// x → dense → tanh, beside x → the same dense; their product, and x again.
fn diamond() -> brand_nn_layers::Result<Graph> {
    let mut graph = GraphBuilder::new();
    let x = graph.input("x", [3]);
    let hidden = graph.add(dense(3).activation(Activation::Tanh), x);
    let twice = graph.reuse(hidden, hidden);
    let noisy = graph.add(dropout(0.5), twice);
    let product = graph.merge(Merge::Multiply, [hidden, noisy]);
    let sum = graph.merge(Merge::Add, [product, x, x]);
    graph.build([sum])
}

/// Two inputs of different types, a shared tower, two outputs.
fn shop() -> GraphBuilder {
    let mut graph = GraphBuilder::new();
    let [query, title] = ["query", "title"].map(|name| graph.input(name, [4]));
    let price = graph.input("price", [2]);
    let tower = graph.add(embedding(9, 3), query);
    let other = graph.reuse(tower, title);
    let both = graph.merge(Merge::Concat(1), [tower, other]);
    let flat = graph.add(flatten(), both);
    let all = graph.merge(Merge::Concat(-1), [flat, price]);
    let hidden = graph.add(dense(5).activation(Activation::Relu), all);
    let click = graph.named("click", dense(1).activation(Activation::Sigmoid), hidden);
    let spend = graph.named("spend", dense(1), hidden);
    let built = graph.build([click, spend, hidden]).unwrap();
    GraphBuilder::from_json(built.to_json(), &Registry::default()).unwrap()
}

fn batch() -> [Var; 3] {
    let ids = |first: i64| Var::from(Tensor::from([[first, 1, 2, 3], [4, 5, 6, 7]]));
    [ids(0), ids(8), Var::from(Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]))]
}

#[test]
fn a_graph_has_inputs_outputs_and_shared_layers() {
    let graph = shop().rebuild().unwrap().init(1).unwrap();
    let rows: Vec<_> = graph.summary().rows.into_iter().map(|row| row.name).collect();
    let expected = [
        "query",
        "title",
        "price",
        "embedding",
        "merge",
        "flatten",
        "merge_1",
        "dense",
        "click",
        "spend",
    ];
    assert_eq!(rows, expected);
    assert_eq!(graph.summary().num_params(), 27 + 5 * 27 + 6 + 6);
    let names = ParamSet::all(&graph).unwrap();
    let first = ["embedding.weight", "dense.weight", "dense.bias", "click.weight"];
    assert_eq!(names.names()[..4], first);
    assert_eq!(graph.output_shapes(), [[1], [1], [5]].map(brand_nn_tensor::Shape::from));
    assert!(graph.layer("click").is_some() && graph.layer("dense_1").is_none());

    let again = GraphBuilder::from_json(graph.to_json(), &Registry::default()).unwrap();
    let again = again.rebuild().unwrap().init(1).unwrap();
    assert_eq!(again.to_json(), graph.to_json());
    let run = |graph: &Graph| {
        let made = graph.run(&batch(), &mut Pass::inference()).unwrap();
        made.into_iter().map(Var::into_tensor).collect::<Vec<_>>()
    };
    assert_eq!(run(&graph), run(&again));
    assert_eq!(run(&graph)[0].shape()[..], [2, 1]);
}

/// The gradient of a shared layer is the sum of those of its uses.
#[test]
fn shared_layers_learn_from_each_use() {
    let graph = shop().rebuild().unwrap().init(1).unwrap();
    let made = graph.run(&batch(), &mut Pass::training(&mut Rng::new(1))).unwrap();
    let slope = made[2].sum().backward().unwrap();
    let table = &graph.params("embedding.weight").unwrap()[0];
    let touched = slope.get(table).unwrap().abs().sum_axis(1).greater_than(0.0);
    assert_eq!(touched.to_vec::<bool>(), [true; 9], "rows 0 and 8 are of different inputs");
}

/// By hand: h = tanh(x W + b), t = tanh(h W + b), y = h t + 2 x.
#[test]
fn a_graph_computes_its_formula() {
    let graph = diamond().unwrap().init(1).unwrap();
    let x = draws(&[2, 3]);
    let y = graph.call(&x, &mut Pass::inference()).unwrap().into_tensor();
    let [weight, bias] = ["weight", "bias"]
        .map(|part| graph.params(&format!("dense.{part}")).unwrap()[0].value().unwrap());
    let apply = |x: &Tensor| (x.matmul(&weight.t()) + &bias).tanh();
    let hidden = apply(&x);
    let expected = &hidden * apply(&hidden) + &x * 2.0;
    assert!((y - expected).abs().max().item() < 1e-6);
}

#[test]
fn wrong_graphs_are_refused() {
    type Draw = fn(&mut GraphBuilder) -> Vec<brand_nn_layers::Node>;
    let build = |draw: Draw, message: &str| {
        let mut graph = GraphBuilder::new();
        let outputs = draw(&mut graph);
        refused(graph.build(outputs), message);
    };
    build(|_| vec![], "graph: outputs [] of 0 values; help: a node belongs to the builder");
    let foreign: Draw = |_| {
        let mut other = GraphBuilder::new();
        vec![other.input("x", [3])]
    };
    build(foreign, "graph: outputs [0] of 0 values");
    let foreign: Draw = |graph| {
        let mut other = GraphBuilder::new();
        other.input("x", [3]);
        let x = other.input("y", [3]);
        vec![graph.add(dense(1), x)]
    };
    build(foreign, "graph: value 1 is read before it is made");
    let twice: Draw = |graph| [graph.input("x", [3]), graph.input("x", [3])].to_vec();
    build(twice, "graph: the name `x` is empty or comes twice");
    build(|graph| vec![graph.input("", [3])], "the name `` is empty or comes twice");
    let reused: Draw = |graph| {
        let x = graph.input("x", [3]);
        vec![graph.reuse(x, x)]
    };
    build(reused, "graph: value 0 is reused, and no layer made it");
    let narrow: Draw = |graph| {
        let x = graph.input("x", [3]);
        let first = graph.add(dense(2), x);
        vec![graph.reuse(first, first)]
    };
    build(narrow, "dense: the input has shape [2], expected a last axis of 3 features");
    let setting: Draw = |graph| {
        let x = graph.input("x", [3]);
        vec![graph.add(dense(0), x)]
    };
    build(setting, "dense: units is 0");
    let input: Draw = |graph| {
        let x = graph.input("x", []);
        vec![graph.named("norm", layer_norm(), x)]
    };
    build(input, "norm: the input has shape []");
    let merged: Draw = |graph| {
        let [a, b] = [graph.input("a", [3]), graph.input("b", [2])];
        vec![graph.merge(Merge::Add, [a, b])]
    };
    build(merged, "merge: the input has shape [2], expected that of [3]");
    refused(GraphBuilder::from_json("{", &Registry::default()), "can't be read");
}

#[test]
fn wrong_calls_are_refused() {
    let graph = shop().rebuild().unwrap().init(1).unwrap();
    let [query, title, price] = batch();
    let run = |inputs: &[Var]| graph.run(inputs, &mut Pass::inference());
    refused(run(&batch()[..1]), "graph: inputs is 1 for a graph of 3, expected as many as");
    let swapped = run(&[query.clone(), price.clone(), title.clone()]);
    refused(swapped, "embedding: the input is f32, expected i64 ids");
    let short = Var::from(Tensor::from([[1.0_f32, 2.0]]));
    refused(run(&[query.clone(), title, short]), "merge_1: the input has shape [1, 2], expected a");
    refused(graph.call(&query, &mut Pass::inference()), "graph: outputs is 1 for a graph of 3");
    refused(graph.output_shape(&[4].into()), "graph: inputs is 1 for a graph of 3");
}
