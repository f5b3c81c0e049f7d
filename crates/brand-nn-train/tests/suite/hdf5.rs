//! A network of Keras' files, which `golden/hdf5.py` made, in ours.

#![cfg(feature = "hdf5")]
use brand_nn_layers::{Activation, Layer, Pass, Sequential, dense, embedding, lstm};
use brand_nn_tensor::{DType, Tensor};
use brand_nn_train::{Result, Weights};
use std::path::PathBuf;

#[derive(serde::Deserialize)]
struct Golden {
    inputs: Vec<Vec<i64>>,
    answers: Vec<Vec<f64>>,
}

/// Renames what stands under Keras' own path, and turns the matrices round.
fn ours(weights: Weights, cell: [&str; 3], map: [&str; 2], table: [&str; 2]) -> Result<Weights> {
    weights
        .rename(cell[0], "*.weight_ih")?
        .rename(cell[1], "*.weight_hh")?
        .rename(cell[2], "*.bias")?
        .rename(table[0], table[1])?
        .rename(map[0], "dense*.weight")?
        .rename(map[1], "dense*.bias")?
        .transpose("dense*.weight")?
        .transpose("lstm*.weight_*")
}

fn of_keras_3(weights: Weights) -> Result<Weights> {
    let cell = ["*/cell/vars/0", "*/cell/vars/1", "*/cell/vars/2"];
    let map = ["dense*/vars/0", "dense*/vars/1"];
    ours(weights.strip_prefix("layers/")?, cell, map, ["embedding/vars/0", "embedding.weight"])
}

fn of_keras_2(weights: Weights) -> Result<Weights> {
    let cell = ["kernel", "recurrent_kernel", "bias"].map(|name| format!("*/*/*/lstm_cell/{name}"));
    let map = ["dense*/sequential/*/kernel", "dense*/sequential/*/bias"];
    let cell = cell.each_ref().map(String::as_str);
    ours(weights.strip_prefix("model_weights/")?, cell, map, ["*/*/*/embeddings", "*.weight"])
}

#[track_caller]
fn check(file: &str, names: impl Fn(Weights) -> Result<Weights>) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let text = std::fs::read_to_string(folder.join("hdf5.json")).unwrap();
    let golden: Golden = serde_json::from_str(&text).unwrap();
    let network = Sequential::new()
        .add(embedding(5, 3))
        .add(lstm(4).return_sequences(true))
        .add(lstm(3))
        .add(dense(4).activation(Activation::Tanh))
        .add(dense(2).activation(Activation::Sigmoid))
        .build([6])
        .unwrap();
    let weights = Weights::read(folder.join("weights").join(file)).unwrap();
    let report = names(weights).unwrap().load(&network).unwrap();
    assert_eq!(report.loaded.len(), 1 + 3 + 3 + 2 + 2);
    let inputs = Tensor::from(golden.inputs.concat()).reshape([2, 6]);
    let answers = Tensor::from(golden.answers.concat()).reshape([2, 2]);
    let found = network.forward(inputs.into(), &mut Pass::inference()).unwrap();
    let distance = (found.tensor().to(DType::F64) - answers).abs().max().item();
    assert!(distance < 1e-6, "{file}: {distance}");
}

#[test]
fn a_network_of_keras_answers_as_there() {
    check("keras_3.keras", of_keras_3);
    check("keras_3.weights.h5", of_keras_3);
    check("keras_2.h5", of_keras_2);
}
