//! Encoders whose mean over time is classified.

use crate::{learner::Network, networks::ids};
use brand_nn_peer_protocol::{Array, Outcome};
use burn::{
    nn::{
        Dropout, DropoutConfig, Embedding, EmbeddingConfig, Linear, LinearConfig,
        transformer::{TransformerEncoder, TransformerEncoderConfig, TransformerEncoderInput},
    },
    prelude::*,
};

/// Layers on token and position embeddings.
#[derive(Module, Debug)]
pub struct Encoder {
    tokens: Embedding,
    positions: Embedding,
    dropout: Dropout,
    layers: TransformerEncoder,
    head: Linear,
}

impl Network for Encoder {
    type Input = Tensor<2, Int>;

    fn new(name: &str, device: &Device) -> Self {
        let (width, depth) = if name == "bert" { (768, 12) } else { (384, 6) };
        Self {
            tokens: EmbeddingConfig::new(30_522, width).init(device),
            positions: EmbeddingConfig::new(512, width).init(device),
            dropout: DropoutConfig::new(0.1).init(),
            layers: TransformerEncoderConfig::new(width, 4 * width, 12, depth).init(device),
            head: LinearConfig::new(width, 2).init(device),
        }
    }

    fn input(array: Array) -> Outcome<Tensor<2, Int>> {
        ids(array)
    }

    fn forward(&self, ids: Tensor<2, Int>) -> Tensor<2> {
        let [_, time] = ids.dims();
        let positions = self.positions.weight.val().slice([0..time]).unsqueeze::<3>();
        let x = self.dropout.forward(self.tokens.forward(ids) + positions);
        let x = self.layers.forward(TransformerEncoderInput::new(x));
        self.head.forward(x.mean_dim(1).squeeze_dim::<2>(1))
    }

    fn our_name(path: &[String]) -> String {
        let names = [
            ("mha", "self_attention"),
            ("pwff.linear_inner", "linear1"),
            ("pwff.linear_outer", "linear2"),
            ("norm_1.gamma", "norm1.weight"),
            ("norm_1.beta", "norm1.bias"),
            ("norm_2.gamma", "norm2.weight"),
            ("norm_2.beta", "norm2.bias"),
        ];
        names.iter().fold(path.join("."), |name, (theirs, ours)| name.replace(theirs, ours))
    }
}
