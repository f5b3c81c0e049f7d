//! Networks as ONNX files: those that onnxruntime has run, with its answers; what is refused.
//!
//! To make the golden file anew, `cargo test -p brand-nn-train --test suite -- --ignored onnx`, then
//! `tests/golden/onnx.py`.

use brand_nn_autodiff::{Nonlinearity, ParamSet, Params};
use brand_nn_layers::*;
use brand_nn_tensor::{DType, Padding, Rng, Tensor, io::write_atomically};
use brand_nn_train::{OnnxModel, predict};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt::Write, path::Path};

/// What another program made of a file.
#[derive(Deserialize, Serialize)]
struct Run {
    file: String,
    input: Vec<f64>,
    shape: Vec<usize>,
    is_ids: bool,
    #[serde(default)]
    output: Vec<f64>,
}

fn networks() -> Vec<(String, Sequential, Vec<usize>)> {
    let new = Sequential::new;
    let mut networks: Vec<_> = Activation::ALL
        .iter()
        .map(|function| (function.name().to_owned(), new().add(activation(*function)), vec![7]))
        .collect();
    let options = || TransformerOptions::new(2, 6).dropout(0.1);
    let mut enter = |name: &str, network, shape: &[usize]| {
        networks.push((name.to_owned(), network, shape.to_vec()));
    };
    let classifier = new()
        .add(dense(5).activation(Activation::Relu))
        .add(batch_norm())
        .add(dropout(0.5))
        .add(dense(4).activation(Activation::Gelu))
        .add(layer_norm())
        .add(gaussian_noise(0.1))
        .add(dense(3).activation(Activation::Softmax));
    enter("classifier", classifier, &[6]);
    let shapes = new()
        .add(residual(new().add(dense(4).activation(Activation::Tanh)).add(dense(6))))
        .add(reshape([3, 2]))
        .add(permute([2, 1]))
        .add(feed_forward(4))
        .add(rms_norm())
        .add(flatten());
    enter("shapes", shapes, &[6]);
    let texts = new()
        .add(reshape([5]))
        .add(embedding(11, 4))
        .add(position_embedding())
        .add(transformer_encoder_layer(options().norm_first(true)).causal(true))
        .add(transformer_encoder_layer(options().activation(Activation::Gelu)))
        .add(multi_head_attention(2))
        .add(lstm(3))
        .add(dense(1).activation(Activation::Sigmoid));
    enter("texts", texts, &[5]);
    let sequences = new()
        .add(lstm(3).return_sequences(true))
        .add(lstm(2).return_sequences(true).reverse(true))
        .add(bidirectional(gru(2).return_sequences(true)))
        .add(bidirectional(simple_rnn(3)).merge_mode(MergeMode::Ave))
        .add(repeat_vector(4))
        .add(simple_rnn(2).nonlinearity(Nonlinearity::Relu).return_sequences(true))
        .add(gru(3).reverse(true));
    enter("sequences", sequences, &[5, 3]);
    let images = new()
        .add(conv2d(4, 3).padding(Padding::Same).stride(2).activation(Activation::Relu))
        .add(max_pool2d(2))
        .add(depthwise_conv2d([1, 2]).multiplier(2))
        .add(avg_pool2d(2).padding(1).stride(1))
        .add(flatten())
        .add(dense(2));
    enter("images", images, &[2, 9, 10]);
    let signals = new()
        .add(conv1d(4, 3).causal(true).dilation(2))
        .add(prelu())
        .add(conv1d(6, 2).groups(2).padding([[1, 0]]).bias(false))
        .add(max_pool1d(3).stride(2).ceil_mode(true))
        .add(avg_pool1d(2))
        .add(global_max_pool());
    enter("signals", signals, &[2, 12]);
    enter("volumes", new().add(conv3d(2, 2)).add(global_avg_pool()), &[1, 3, 4, 3]);
    networks
}

/// Numbers from −1 to 1 that are the same whatever instructions the machine has.
fn drawn(shape: &[usize], rng: &mut Rng) -> Tensor {
    let numbers = (0..shape.iter().product()).map(|_| (rng.next_u64() % 2001) as f32 / 1e3 - 1.0);
    Tensor::from(numbers.collect::<Vec<_>>()).reshape(shape.to_vec())
}

/// The network with numbers of no pattern, and two examples.
fn made(network: Sequential, shape: &[usize]) -> (Network, Tensor) {
    let mut rng = Rng::new(7);
    let is_ids = shape == [5];
    let network = network.build(shape.to_vec()).unwrap().init(1).unwrap();
    for (name, param) in ParamSet::all(&network).unwrap().named() {
        let drawn = drawn(param.shape(), &mut rng);
        param.set(if name.ends_with("var") { drawn.abs() + 0.5 } else { drawn }).unwrap();
    }
    let input = drawn(&[&[2], shape].concat(), &mut rng) * 4.0;
    let input = if is_ids { (input.abs() * 2.5).to(DType::I64) } else { input };
    (network, input)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn runs() -> BTreeMap<String, (Network, Tensor, Run)> {
    let run = |(name, network, shape): (String, Sequential, Vec<usize>)| {
        let (network, input) = made(network, &shape);
        let run = Run {
            file: hex(OnnxModel::from_network(&network).unwrap().as_bytes()),
            input: input.to(DType::F64).to_vec::<f64>(),
            shape: input.shape().to_vec(),
            is_ids: input.dtype() == DType::I64,
            output: Vec::new(),
        };
        (name, (network, input, run))
    };
    networks().into_iter().map(run).collect()
}

#[test]
#[ignore = "writes the files that the golden script runs"]
fn write_onnx_files() {
    let runs: BTreeMap<_, _> = runs().into_iter().map(|(name, (.., run))| (name, run)).collect();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("onnx.json");
    write_atomically(&path, |out| Ok(serde_json::to_writer(out, &runs)?)).unwrap();
}

#[test]
fn other_runtimes_answer_the_same() {
    let golden: BTreeMap<String, Run> =
        serde_json::from_str(include_str!("../golden/onnx.json")).unwrap();
    let runs = runs();
    assert!(golden.keys().eq(runs.keys()));
    for (name, (network, input, run)) in runs {
        let golden = &golden[&name];
        assert!(golden.file == run.file, "{name}: another file; run the golden script on it");
        assert_eq!(golden.input, run.input, "{name}");
        let ours = predict(&network, &input).unwrap().to(DType::F64).to_vec::<f64>();
        assert_eq!(ours.len(), golden.output.len(), "{name}");
        for (ours, theirs) in ours.iter().zip(&golden.output) {
            let near = (ours - theirs).abs() <= 1e-5 * theirs.abs().max(1.0);
            assert!(near, "{name}: {ours} and {theirs}");
        }
    }
}

#[track_caller]
fn refuses(network: Sequential, words: &[&str]) {
    let network = network.build([6]).unwrap().init(1).unwrap();
    let error = OnnxModel::from_network(&network).unwrap_err().to_string();
    assert!(words.iter().all(|word| error.contains(word)), "{error}");
    assert!(error.contains("; help: "), "{error}");
}

#[test]
fn what_operators_do_not_say_is_refused() {
    let new = Sequential::new;
    refuses(new().add(dense(4)).add(glu()), &["glu: there are no operators", "lstm"]);
    let inner = residual(new().add(glu()).add(dense(6)));
    refuses(new().add(inner), &["residual.layer.glu"]);
    refuses(new().add(embedding(9, 2).mask_zero(true)).add(lstm(1)), &["embedding", "mask_zero"]);
    let network = new().add(dense(1)).build([6]).unwrap();
    let error = OnnxModel::from_network(&network).unwrap_err().to_string();
    assert!(error.contains("dense.weight"), "{error}");
    let network = network.init(1).unwrap();
    network.cast(DType::F64).unwrap();
    let error = OnnxModel::from_network(&network).unwrap_err().to_string();
    assert!(error.contains("got f64 in dense.weight, expected parameters of f32"), "{error}");
}
