//! A trained character model of others: two LSTM layers, an attention average, a softmax.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::Params;
use brand_nn_layers::{Call, Lstm, Pass};
use brand_nn_tensor::{DType, Tensor, check, io::TensorFile};
use serde_json::Value;

/// Keras' kernel `[in, 4H]` with gates i, f, c, o is our `[4H, in]` with gates i, f, g, o.
fn lstm(file: &TensorFile, name: &str) -> Lstm {
    let part = |part: &str| file.tensors[&format!("{name}.{part}")].clone();
    let (kernel, recurrent) = (part("kernel"), part("recurrent"));
    let layer = Lstm::new(kernel.dim(0), recurrent.dim(0)).return_sequences(true);
    layer.weight_ih.set(kernel.t()).unwrap();
    layer.weight_hh.set(recurrent.t()).unwrap();
    layer.bias.set(part("bias")).unwrap();
    layer.init(0).unwrap()
}

/// Next-character probabilities after `ids`.
fn probabilities(file: &TensorFile, layers: &[Lstm; 2], ids: &[i64]) -> Tensor {
    let pass = &mut Pass::inference();
    let ids = Tensor::from(ids.to_vec()).unsqueeze(0);
    let embedded = file.tensors["embedding"].index_select(0, &ids).unwrap(); // [1, time, 100]
    let first = layers[0].call(&embedded, pass).unwrap();
    let second = layers[1].call(&first, pass).unwrap();
    let parts = [embedded, first.into_tensor(), second.into_tensor()];
    let sequence = Tensor::concat(&parts, 2); // [1, time, 356]
    let scores = sequence.matmul(&file.tensors["attention_W"]); // [1, time, 1]
    let padding = ids.equal_to(0.0).unsqueeze(-1);
    let shares = scores.masked_fill(&padding, f64::NEG_INFINITY).softmax(1);
    let average = (&sequence * shares).sum_axis(1); // [1, 356]
    let logits = average.matmul(&file.tensors["output.kernel"]) + &file.tensors["output.bias"];
    logits.softmax(-1).flatten()
}

/// The mean surprise at each character of the golden text, each after at most 40 before it.
fn nats_per_character(file: &TensorFile, layers: &[Lstm; 2], golden: &Value) -> f64 {
    let id = |token: &str| golden["vocab"][token].as_i64().unwrap();
    let text = golden["text"].as_str().unwrap().strip_prefix("<s>").unwrap();
    let letters = text.chars().map(|letter| id(&letter.to_string()));
    let ids: Vec<i64> = std::iter::once(id("<s>")).chain(letters).collect();
    let surprise = |end: usize| {
        let before = &ids[end.saturating_sub(40)..end];
        let padded = [vec![0; 40 - before.len()], before.to_vec()].concat();
        -probabilities(file, layers, &padded).get(&[ids[end] as usize]).ln()
    };
    (1..ids.len()).map(surprise).sum::<f64>() / (ids.len() - 1) as f64
}

#[test]
fn the_trained_model_reads_as_it_was_trained() {
    let Some(folder) = check::data("models/textgenrnn_lstm") else { return };
    let file = TensorFile::read(folder.join("model.safetensors")).unwrap();
    let golden = std::fs::read_to_string(folder.join("golden.json")).unwrap();
    let golden: Value = serde_json::from_str(&golden).unwrap();
    let layers = [lstm(&file, "rnn_1"), lstm(&file, "rnn_2")];

    let ids: Vec<i64> = serde_json::from_value(golden["probs_ids"].clone()).unwrap();
    let expected: Vec<f64> = serde_json::from_value(golden["probs"].clone()).unwrap();
    let ours = probabilities(&file, &layers, &ids).to(DType::F64);
    let distance = (ours - Tensor::from(expected)).abs().max().item();
    assert!(distance <= 1e-5, "probabilities differ by {distance:e}");

    let nats = nats_per_character(&file, &layers, &golden);
    let expected = golden["nll_per_char"].as_f64().unwrap();
    assert!((nats - expected).abs() < 1e-3, "{nats} nats a character, expected {expected}");
}
