//! Recurrent layers over sequences of many lengths, and padding of embeddings (`recurrent.py`).

use crate::{PRECISIONS, cases_in, check_gradient, set, size, tensor, weighted};
use brand_nn_autodiff::{Param, ParamSet, Var};
use brand_nn_layers::{
    Bidirectional, Call, Embedding, Flow, Gru, Layer, Lstm, Mask, Nonlinearity, Pass,
    RecurrentState, Result, Rnn, Stacked,
};
use brand_nn_tensor::{DType, check::assert_close};
use serde_json::Value;

const GOLDEN: &str = include_str!("recurrent.json");

type Run = Box<dyn Fn(Flow, Option<&RecurrentState>, &mut Pass) -> Result<Ran>>;
/// The outputs of all steps and, where the layer gives it, the last state, `[…, batch, units]`.
type Ran = (Flow, Option<RecurrentState>);

/// A layer in one of its forms: its weights, and how it is run.
struct Net {
    weights: ParamSet,
    run: Run,
}

#[test]
fn recurrent_layers() {
    for kind in ["lstm", "gru", "rnn"] {
        for case in cases_in(GOLDEN, kind) {
            for (dtype, outputs, slopes) in PRECISIONS {
                forms(kind, &case).iter().for_each(|net| check(&case, net, dtype, outputs, slopes));
            }
        }
    }
}

/// Every form of the layer that can compute the case.
fn forms(kind: &str, case: &Value) -> Vec<Net> {
    let sizes: [usize; 3] = serde_json::from_value(case["config"]["sizes"].clone()).unwrap();
    let [_, features, units] = sizes;
    let layers = size(case, "num_layers");
    let relu = case["config"]["nonlinearity"] == "relu";
    let by = if relu { Nonlinearity::Relu } else { Nonlinearity::Tanh };
    let both = case["config"]["bidirectional"].as_bool().unwrap();
    let stack = match kind {
        "lstm" => Stacked::lstm(features, units, layers),
        "gru" => Stacked::gru(features, units, layers),
        _ => Stacked::rnn(features, units, layers, by),
    };
    let mut forms = vec![stacked(stack.bidirectional(both))];
    if layers == 1 {
        let lstm = || Lstm::new(features, units).return_sequences(true);
        let gru = || Gru::new(features, units).return_sequences(true);
        let rnn = || Rnn::new(features, units).nonlinearity(by).return_sequences(true);
        forms.push(match (kind, both) {
            ("lstm", true) => layer(Bidirectional::new(lstm(), lstm())),
            ("gru", true) => layer(Bidirectional::new(gru(), gru())),
            (_, true) => layer(Bidirectional::new(rnn(), rnn())),
            ("lstm", _) => single(lstm(), Lstm::run),
            ("gru", _) => single(gru(), Gru::run),
            _ => single(rnn(), Rnn::run),
        });
    }
    forms
}

fn stacked(net: Stacked) -> Net {
    let weights = ParamSet::all(&net).unwrap();
    let run: Run = Box::new(move |flow, state, pass| {
        let (sequence, end) = net.run(flow, state, pass)?;
        Ok((sequence, Some(end)))
    });
    Net { weights, run }
}

fn layer(layer: impl Layer + 'static) -> Net {
    let weights = ParamSet::all(&layer).unwrap();
    let run: Run = Box::new(move |flow, _, pass| Ok((layer.call_flow(flow, pass)?, None)));
    Net { weights, run }
}

type RunOf<L> = fn(&L, Flow, Option<&RecurrentState>, &mut Pass) -> Result<(Flow, RecurrentState)>;

fn single<L: Layer + 'static>(layer: L, run: RunOf<L>) -> Net {
    let weights = ParamSet::all(&layer).unwrap();
    let run: Run = Box::new(move |flow, state, pass| {
        let (sequence, end) = run(&layer, flow, state, pass)?;
        let cell = end.cell.map(|cell| cell.unsqueeze(0));
        Ok((sequence, Some(RecurrentState { hidden: end.hidden.unsqueeze(0), cell })))
    });
    Net { weights, run }
}

/// What PyTorch calls a weight: `weight_ih_l0`, `weight_ih_l0_reverse`.
fn name_of(name: &str) -> String {
    match name.split_once('.') {
        Some(("forward", weight)) => format!("{weight}_l0"),
        Some((_, weight)) => format!("{weight}_l0_reverse"),
        None if name.contains("_l") => name.to_owned(),
        None => format!("{name}_l0"),
    }
}

/// Our one bias is the sum of PyTorch's two, and has the gradient of each.
fn golden_of(values: &Value, name: &str) -> [Value; 2] {
    let name = name_of(name);
    match values.get(&name) {
        Some(value) => [value.clone(), Value::Null],
        None => {
            ["ih", "hh"].map(|part| values[name.replace("bias", &format!("bias_{part}"))].clone())
        }
    }
}

fn set_weight(weight: &Param, [first, second]: &[Value; 2], dtype: DType) {
    set(weight, first, dtype);
    if !second.is_null() {
        weight.set((tensor(first) + tensor(second)).to(dtype)).unwrap();
    }
}

#[track_caller]
fn check(case: &Value, net: &Net, dtype: DType, outputs: f64, slopes: f64) {
    let leaf = |name: &str| {
        let value = &case["inputs"][name];
        (!value.is_null()).then(|| (name.to_owned(), Var::leaf(tensor(value).to(dtype))))
    };
    let leaves: Vec<_> = ["input", "h0", "c0"].into_iter().filter_map(leaf).collect();
    for (name, weight) in net.weights.named() {
        set_weight(weight, &golden_of(&case["params"], name), dtype);
    }
    let x = &leaves[0].1;
    let lengths: Option<Vec<usize>> =
        serde_json::from_value(case["config"]["lengths"].clone()).unwrap();
    let mask = lengths.map(|lengths| Mask::from_lengths(&lengths, x.shape()[1]).unwrap());
    let cell = leaves.get(2).map(|(_, c0)| c0.clone());
    let start = leaves.get(1).map(|(_, h0)| RecurrentState { hidden: h0.clone(), cell });
    let flow = Flow { value: x.clone(), mask };
    let (sequence, end) =
        (net.run)(flow, start.as_ref(), &mut Pass::inference().learning()).unwrap();
    assert_close(sequence.value.tensor(), &tensor(&case["outputs"]["output"]), outputs);
    // Without the last state, its part of the loss would be missing from the gradients.
    let Some(end) = end else { return };
    let mut loss = weighted(&sequence.value, &case["seed_gradient"]["output"]);
    for (name, value) in [("h_n", Some(end.hidden)), ("c_n", end.cell)] {
        let Some(value) = value else { continue };
        assert_close(value.tensor(), &tensor(&case["outputs"][name]), outputs);
        loss = loss + weighted(&value, &case["seed_gradient"][name]);
    }
    let gradients = loss.backward().unwrap();
    for (name, leaf) in &leaves {
        check_gradient(&gradients, leaf, &case["gradients"][name], slopes);
    }
    for (name, weight) in net.weights.named() {
        let [golden, _] = golden_of(&case["gradients"], name);
        check_gradient(&gradients, weight, &golden, slopes);
    }
}

#[test]
fn padding_of_embeddings() {
    for case in cases_in(GOLDEN, "embedding") {
        for (dtype, outputs, slopes) in PRECISIONS {
            let layer = Embedding::new(size(&case, "num_embeddings"), size(&case, "embedding_dim"));
            let layer = layer.padding_idx(size(&case, "padding_idx"));
            set(&layer.weight, &case["params"]["weight"], dtype);
            let ids = tensor(&case["inputs"]["ids"]).to(DType::I64);
            let y = layer.call(&ids, &mut Pass::inference().learning()).unwrap();
            assert_close(y.tensor(), &tensor(&case["outputs"]["output"]), outputs);
            let gradients = weighted(&y, &case["seed_gradient"]["output"]).backward().unwrap();
            check_gradient(&gradients, &layer.weight, &case["gradients"]["weight"], slopes);
        }
    }
}
