//! The models, whose weights have our names.

use brand_nn_peer_protocol::Outcome;
use candle_core::{D, DType, Device, Module, Result, Tensor};
use candle_nn::{
    Dropout, LSTMConfig, LayerNorm, Linear, RNN, VarBuilder, VarMap, conv2d, embedding, layer_norm,
    linear, loss, lstm, ops,
};

/// A way forward; the flag says whether dropout drops.
pub type Model = Box<dyn Fn(&Tensor, bool) -> Result<Tensor>>;

/// A loss of outputs and targets.
pub type Loss = fn(&Tensor, &Tensor) -> Result<Tensor>;

/// The model of a name, and its loss.
pub fn make(name: &str, weights: &VarMap) -> Outcome<(Model, Loss)> {
    let vb = VarBuilder::from_varmap(weights, DType::F32, &Device::Cpu);
    let model = name.strip_suffix("-inference").unwrap_or(name);
    let only_infers = ["encoder", "text", "bert"];
    if only_infers.contains(&name) {
        return Err(format!("it loses gradients of {name}").into());
    }
    Ok(match model {
        "mlp" => (mlp(&[784, 256, 10], &vb)?, loss::cross_entropy),
        "wide-mlp" => (mlp(&[784, 512, 512, 10], &vb)?, loss::cross_entropy),
        "cnn" => (cnn(&vb)?, loss::cross_entropy),
        "logistic" => (mlp(&[10, 1], &vb)?, binary),
        "sentiment" => (sentiment(&vb)?, binary),
        "encoder" | "text" => (encoder(384, 6, &vb)?, loss::cross_entropy),
        "bert" => (encoder(768, 12, &vb)?, loss::cross_entropy),
        _ => return Err(format!("no model {name}").into()),
    })
}

/// What a weight is called by us: an LSTM has one bias, as the second here is left out.
pub fn our_name(name: &str) -> String {
    name.replace("bias_ih_l0", "bias").trim_end_matches("_l0").to_owned()
}

fn binary(logits: &Tensor, target: &Tensor) -> Result<Tensor> {
    loss::binary_cross_entropy_with_logit(&logits.squeeze(1)?, target)
}

/// `name`, `name_1`, `name_2` …
fn nth(name: &str, number: usize) -> String {
    if number == 0 { name.into() } else { format!("{name}_{number}") }
}

/// Linear layers with ReLU between.
fn mlp(widths: &[usize], vb: &VarBuilder) -> Result<Model> {
    let layer = |(i, pair): (usize, &[usize])| linear(pair[0], pair[1], vb.pp(nth("dense", i)));
    let layers = widths.windows(2).enumerate().map(layer).collect::<Result<Vec<_>>>()?;
    Ok(Box::new(move |x, _| {
        layers
            .iter()
            .enumerate()
            .try_fold(x.clone(), |x, (i, layer)| layer.forward(&if i > 0 { x.relu()? } else { x }))
    }))
}

fn cnn(vb: &VarBuilder) -> Result<Model> {
    let first = conv2d(1, 32, 3, Default::default(), vb.pp("conv2d"))?;
    let second = conv2d(32, 64, 3, Default::default(), vb.pp("conv2d_1"))?;
    let [dense, head] = [(64 * 144, 128, "dense"), (128, 10, "dense_1")]
        .map(|(from, to, name)| linear(from, to, vb.pp(name)));
    let (dense, head) = (dense?, head?);
    Ok(Box::new(move |x, _| {
        let x = second.forward(&first.forward(x)?.relu()?)?.relu()?;
        head.forward(&dense.forward(&x.max_pool2d(2)?.flatten_from(1)?)?.relu()?)
    }))
}

/// Two LSTMs on an embedding.
fn sentiment(vb: &VarBuilder) -> Result<Model> {
    let table = embedding(10_000, 50, vb.pp("embedding"))?;
    let config = LSTMConfig { b_hh_init: None, ..Default::default() };
    let first = lstm(50, 128, config, vb.pp("lstm"))?;
    let second = lstm(128, 128, config, vb.pp("lstm_1"))?;
    let head = linear(128, 1, vb.pp("dense"))?;
    let dropout = Dropout::new(0.2);
    Ok(Box::new(move |ids, train| {
        let x = first.states_to_tensor(&first.seq(&table.forward(ids)?)?)?;
        let states = second.seq(&dropout.forward(&x, train)?)?;
        let last = states.last().map(|state| state.h().clone());
        let last = last.ok_or_else(|| candle_core::Error::Msg("no steps".into()))?;
        head.forward(&dropout.forward(&last, train)?)
    }))
}

/// Layers on token and position embeddings; the mean over time is classified.
fn encoder(width: usize, depth: usize, vb: &VarBuilder) -> Result<Model> {
    let tokens = embedding(30_522, width, vb.pp("tokens"))?;
    let positions = vb.get((512, width), "positions.weight")?;
    let layer = |i| Layer::new(width, &vb.pp(format!("layers.layers.{i}")));
    let layers = (0..depth).map(layer).collect::<Result<Vec<_>>>()?;
    let head = linear(width, 2, vb.pp("head"))?;
    Ok(Box::new(move |ids, _| {
        let places = positions.narrow(0, 0, ids.dim(1)?)?;
        let x = tokens.forward(ids)?.broadcast_add(&places)?;
        let x = layers.iter().try_fold(x, |x, layer| layer.forward(&x))?;
        head.forward(&x.mean(1)?)
    }))
}

const HEADS: usize = 12;

struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    linear1: Linear,
    linear2: Linear,
    norm1: LayerNorm,
    norm2: LayerNorm,
}

impl Layer {
    fn new(width: usize, vb: &VarBuilder) -> Result<Self> {
        let map = |name: &str| linear(width, width, vb.pp("self_attention").pp(name));
        let norm = |name: &str| layer_norm(width, 1e-5, vb.pp(name));
        Ok(Self {
            query: map("query")?,
            key: map("key")?,
            value: map("value")?,
            output: map("output")?,
            linear1: linear(width, 4 * width, vb.pp("linear1"))?,
            linear2: linear(4 * width, width, vb.pp("linear2"))?,
            norm1: norm("norm1")?,
            norm2: norm("norm2")?,
        })
    }

    fn attend(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, time, width) = x.dims3()?;
        let split = |map: &Linear| {
            let parts = map.forward(x)?.reshape((batch, time, HEADS, width / HEADS))?;
            parts.transpose(1, 2)?.contiguous()
        };
        let (query, key, value) = (split(&self.query)?, split(&self.key)?, split(&self.value)?);
        let scale = 1.0 / ((width / HEADS) as f64).sqrt();
        let scores = (query.matmul(&key.transpose(D::Minus1, D::Minus2)?.contiguous()?)? * scale)?;
        let found = ops::softmax_last_dim(&scores)?.matmul(&value)?;
        self.output.forward(&found.transpose(1, 2)?.reshape((batch, time, width))?)
    }
}

impl Module for Layer {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.norm1.forward(&(x + self.attend(x)?)?)?;
        let hidden = self.linear1.forward(&x)?.gelu_erf()?;
        self.norm2.forward(&(&x + self.linear2.forward(&hidden)?)?)
    }
}
