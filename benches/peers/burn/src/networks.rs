//! Networks of layers in a row.

use crate::learner::Network;
use brand_nn_peer_protocol::{Array, Numbers, Outcome};
use burn::{
    nn::{
        Dropout, DropoutConfig, Embedding, EmbeddingConfig, Linear, LinearConfig, Lstm, LstmConfig,
        conv::{Conv2d, Conv2dConfig},
        pool::MaxPool2dConfig,
    },
    prelude::*,
    tensor::activation::relu,
};

/// Linear layers with ReLU between.
#[derive(Module, Debug)]
pub struct Mlp {
    dense: Vec<Linear>,
}

impl Network for Mlp {
    type Input = Tensor<2>;

    fn new(name: &str, device: &Device) -> Self {
        let widths: &[usize] = match name {
            "mlp" => &[784, 256, 10],
            "wide-mlp" => &[784, 512, 512, 10],
            _ => &[10, 1],
        };
        let layer = |pair: &[usize]| LinearConfig::new(pair[0], pair[1]).init(device);
        Self { dense: widths.windows(2).map(layer).collect() }
    }

    fn input(array: Array) -> Outcome<Tensor<2>> {
        floats(array)
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let mut layers = self.dense.iter();
        let x = layers.next().map_or(x.clone(), |layer| layer.forward(x));
        layers.fold(x, |x, layer| layer.forward(relu(x)))
    }
}

/// Two convolutions, a pool and two linear layers.
#[derive(Module, Debug)]
pub struct Cnn {
    conv2d: Vec<Conv2d>,
    dense: Vec<Linear>,
}

impl Network for Cnn {
    type Input = Tensor<4>;

    fn new(_: &str, device: &Device) -> Self {
        let conv = |channels| Conv2dConfig::new(channels, [3, 3]).init(device);
        let dense = |from, to| LinearConfig::new(from, to).init(device);
        Self {
            conv2d: vec![conv([1, 32]), conv([32, 64])],
            dense: vec![dense(64 * 144, 128), dense(128, 10)],
        }
    }

    fn input(array: Array) -> Outcome<Tensor<4>> {
        floats(array)
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.conv2d.iter().fold(x, |x, layer| relu(layer.forward(x)));
        let x = MaxPool2dConfig::new([2, 2]).init().forward(x).flatten(1, 3);
        self.dense[1].forward(relu(self.dense[0].forward(x)))
    }
}

/// Two LSTMs on an embedding.
#[derive(Module, Debug)]
pub struct Sentiment {
    embedding: Embedding,
    lstm: Vec<Lstm>,
    dropout: Dropout,
    dense: Linear,
}

impl Network for Sentiment {
    type Input = Tensor<2, Int>;

    fn new(_: &str, device: &Device) -> Self {
        Self {
            embedding: EmbeddingConfig::new(10_000, 50).init(device),
            lstm: vec![lstm(50, device), lstm(128, device)],
            dropout: DropoutConfig::new(0.2).init(),
            dense: LinearConfig::new(128, 1).init(device),
        }
    }

    fn input(array: Array) -> Outcome<Tensor<2, Int>> {
        ids(array)
    }

    fn forward(&self, ids: Tensor<2, Int>) -> Tensor<2> {
        let (x, _) = self.lstm[0].forward(self.embedding.forward(ids), None);
        let (_, last) = self.lstm[1].forward(self.dropout.forward(x), None);
        self.dense.forward(self.dropout.forward(last.hidden))
    }
}

/// An LSTM whose gates have one bias each, as ours have.
fn lstm(input: usize, device: &Device) -> Lstm {
    let mut lstm = LstmConfig::new(input, 128, true).init(device);
    let gates = [&mut lstm.input_gate, &mut lstm.output_gate, &mut lstm.cell_gate];
    for gate in gates.into_iter().chain(&mut lstm.forget_gate) {
        gate.hidden_transform.bias = None;
    }
    lstm
}

/// Numbers of so many axes.
fn floats<const D: usize>(array: Array) -> Outcome<Tensor<D>> {
    let shape = array.shape.clone();
    Ok(Tensor::from_data(TensorData::new(array.floats()?, shape), &Device::flex()))
}

/// Ids of texts.
pub fn ids(Array { shape, numbers }: Array) -> Outcome<Tensor<2, Int>> {
    let Numbers::I64(ids) = numbers else { return Err("came floats, expected ids".into()) };
    Ok(Tensor::from_data(TensorData::new(ids, shape), &Device::flex()))
}
