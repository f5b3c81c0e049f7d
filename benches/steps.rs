//! Train steps and inference of whole models, in turns with a peer's in one run.
//!
//! `cargo bench --bench steps -- MODEL` times our steps alone, where MODEL is a row of [`MODELS`], or one
//! with `-inference` behind it, as in `sentiment-inference`, for forward trips without training,
//! or `-packed` for such trips with packed weights;
//! with the command of a peer that speaks the line protocol of `benches/peers` they take turns,
//! A B B A, and the ratio is printed:
//!
//! `cargo bench --bench steps -- mlp python benches/peers/pytorch/steps.py mlp`
//!
//! With the word `hog` our steps take turns with our steps beside a program that keeps a core busy:
//! `cargo bench --bench steps -- wide-mlp hog`

#![allow(clippy::print_stdout, reason = "a report is what this program is for")]

use brand_nn::prelude::*;
use brand_nn_benches::{Outcome, Peer, interval_of_median, median};
use std::{
    process::{Child, Command},
    time::Instant,
};

const ROUNDS: usize = 6; // of two blocks each

/// A model: its name, how it is made, and the steps of a block.
type Row = (&'static str, fn() -> Outcome<Ours>, usize);

const MODELS: [Row; 8] = [
    ("sentiment", sentiment, 10),
    ("mlp", || mlp(64, &[784, 256, 10]), 100),
    ("wide-mlp", || mlp(512, &[784, 512, 512, 10]), 20),
    ("cnn", cnn, 5),
    ("encoder", || encoder(8, 384, 6), 2),
    ("text", || encoder(1, 384, 6), 10),
    ("bert", || encoder(8, 768, 12), 1),
    ("logistic", logistic, 1000),
];

fn main() -> Outcome<()> {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let name = words.next().unwrap_or_else(|| "sentiment".into());
    let known = MODELS.map(|(name, _, _)| name).join(", ");
    let (model, packs) = (name.strip_suffix("-packed"), name.ends_with("-packed"));
    let model = model.or(name.strip_suffix("-inference")).unwrap_or(&name);
    let row = MODELS.iter().find(|row| row.0 == model);
    let (_, make, steps) = row.ok_or_else(|| format!("no model `{name}`; there are {known}"))?;
    let mut ours = Ours { learns: model == name, ..make()? };
    if packs {
        ParamSet::all(&*ours.model)?.pack();
    }
    ours.block(*steps)?;
    match &words.collect::<Vec<_>>()[..] {
        [] => alone(&mut ours, *steps),
        [word] if word == "hog" => beside_a_hog(&mut ours, *steps),
        [program, words @ ..] => in_turns(&mut ours, &mut Peer::start(program, words)?, *steps),
    }
}

fn alone(ours: &mut Ours, steps: usize) -> Outcome<()> {
    let mut times = (0..ROUNDS).map(|_| ours.block(steps)).collect::<Outcome<Vec<_>>>()?;
    println!("a step: {:.4} ms, the median of {ROUNDS} blocks", median(&mut times));
    Ok(())
}

fn beside_a_hog(ours: &mut Ours, steps: usize) -> Outcome<()> {
    let mut ratios = Vec::new();
    for _ in 0..2 * ROUNDS {
        let quiet = ours.block(steps)?;
        let hog = Hog::start()?;
        ratios.push(ours.block(steps)? / quiet);
        drop(hog);
    }
    let (low, high) = interval_of_median(&ratios);
    println!(
        "beside a hog on one core a train step takes {:.2} times as long (95 %: {low:.2} to {high:.2})",
        median(&mut ratios)
    );
    Ok(())
}

/// A program that keeps one core busy until it is dropped.
struct Hog(Child);

impl Hog {
    fn start() -> Outcome<Self> {
        Ok(Self(Command::new("sh").args(["-c", "while :; do :; done"]).spawn()?))
    }
}

impl Drop for Hog {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn in_turns(ours: &mut Ours, peer: &mut Peer, steps: usize) -> Outcome<()> {
    peer.block(steps)?;
    let (mut mine, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..2 * ROUNDS {
        let pair = match round % 2 {
            0 => (ours.block(steps)?, peer.block(steps)?),
            _ => {
                let peer = peer.block(steps)?;
                (ours.block(steps)?, peer)
            }
        };
        mine.push(pair.0);
        theirs.push(pair.1);
        ratios.push(pair.0 / pair.1);
    }
    let (low, high) = interval_of_median(&ratios);
    println!(
        "a step: ours {:.4} ms, peer {:.4} ms, median paired ratio {:.3} (95 %: {low:.3} to \
         {high:.3}, {} pairs of blocks of {steps} steps)",
        median(&mut mine),
        median(&mut theirs),
        median(&mut ratios.clone()),
        ratios.len(),
    );
    Ok(())
}

/// A model in training, with one batch of random data.
struct Ours {
    model: Box<dyn Layer>,
    optimizer: Box<dyn Optimizer>,
    loss: fn(&Var, &Tensor) -> Outcome<Var>,
    input: Tensor,
    target: Tensor,
    rng: Rng,
    learns: bool,
}

impl Ours {
    /// The milliseconds of a step, the mean of `steps`.
    fn block(&mut self, steps: usize) -> Outcome<f64> {
        let start = Instant::now();
        for _ in 0..steps {
            if !self.learns {
                self.model.call(&self.input, &mut Pass::inference())?;
                continue;
            }
            let output = self.model.call(&self.input, &mut Pass::training(&mut self.rng))?;
            let loss = (self.loss)(&output, &self.target)?;
            drop(output);
            self.optimizer.step(&mut self.model, loss.backward()?)?;
        }
        Ok(start.elapsed().as_secs_f64() * 1e3 / steps as f64)
    }
}

/// The review classifier of Keras' tutorials: batch 32 of length 100.
fn sentiment() -> Outcome<Ours> {
    let network = Sequential::new()
        .add(embedding(10_000, 50))
        .add(lstm(128).return_sequences(true))
        .add(dropout(0.2))
        .add(lstm(128))
        .add(dropout(0.2))
        .add(dense(1).activation(Activation::Sigmoid));
    let mut rng = Rng::new(1);
    let input = Tensor::randint([32, 100], 1, 10_000, &mut rng);
    let target = Tensor::bernoulli([32], 0.5, &mut rng).to(DType::F32);
    let loss = |output: &Var, target: &Tensor| Ok(binary_cross_entropy(output, target)?);
    Ok(Ours { loss, ..classifier(network.build([100])?, input, target)? })
}

/// Linear layers with ReLU between, of the given widths.
fn mlp(batch: usize, widths: &[usize]) -> Outcome<Ours> {
    let [input, hidden @ .., classes] = widths else { return Err("an MLP has two widths".into()) };
    let network = hidden.iter().fold(Sequential::new(), |network, &width| {
        network.add(dense(width).activation(Activation::Relu))
    });
    let mut rng = Rng::new(1);
    let labels = Tensor::randint([batch], 0, *classes as i64, &mut rng);
    let images = Tensor::randn([batch, *input], &mut rng);
    classifier(network.add(dense(*classes)).build([*input])?, images, labels)
}

/// Two convolutions, a pool and two linear layers on images of 28 × 28, batch 64.
fn cnn() -> Outcome<Ours> {
    let network = Sequential::new()
        .add(conv2d(32, 3).activation(Activation::Relu))
        .add(conv2d(64, 3).activation(Activation::Relu))
        .add(max_pool2d(2))
        .add(flatten())
        .add(dense(128).activation(Activation::Relu))
        .add(dense(10));
    let mut rng = Rng::new(1);
    let labels = Tensor::randint([64], 0, 10, &mut rng);
    classifier(network.build([1, 28, 28])?, Tensor::randn([64, 1, 28, 28], &mut rng), labels)
}

/// An encoder on texts of 128 tokens, with AdamW: six layers of 384 are MiniLM's, 12 of 768 BERT-base's.
fn encoder(texts: usize, width: usize, layers: usize) -> Outcome<Ours> {
    let options = TransformerOptions::new(12, 4 * width).dropout(0.1).activation(Activation::Gelu);
    let model = Encoder {
        tokens: Embedding::new(30_522, width),
        positions: PositionEmbedding::new(512, width),
        dropout: Dropout::new(0.1),
        layers: TransformerEncoder::new(layers, width, &options),
        head: Linear::new(width, 2),
    };
    let mut rng = Rng::new(1);
    let input = Tensor::randint([texts, 128], 1, 30_522, &mut rng);
    let target = Tensor::randint([texts], 0, 2, &mut rng);
    Ok(Ours { optimizer: Box::new(AdamW::new(1e-3)), ..classifier(model, input, target)? })
}

/// A logistic regression on 100 rows of 10 features, all of them in each step.
fn logistic() -> Outcome<Ours> {
    let mut rng = Rng::new(1);
    let input = Tensor::randn([100, 10], &mut rng);
    let target = Tensor::bernoulli([100], 0.5, &mut rng).to(DType::F32);
    let loss = |output: &Var, target: &Tensor| Ok(binary_cross_entropy(output, target)?);
    let network = Sequential::new().add(dense(1).activation(Activation::Sigmoid));
    Ok(Ours { loss, ..classifier(network.build([10])?, input, target)? })
}

/// An encoder whose mean over time is classified.
#[derive(Params)]
struct Encoder {
    tokens: Embedding,
    positions: PositionEmbedding,
    dropout: Dropout,
    layers: TransformerEncoder,
    head: Linear,
}

impl Layer for Encoder {
    fn forward(&self, ids: Var, pass: &mut Pass) -> brand_nn::layers::Result<Var> {
        let x = self.positions.call(self.tokens.call(ids, pass)?, pass)?;
        let x = self.layers.call(self.dropout.call(x, pass)?, pass)?;
        self.head.call(x.mean_axis(1), pass)
    }

    fn output_shape(&self, _: &Shape) -> brand_nn::layers::Result<Shape> {
        Ok([2].into())
    }
}

/// A model that learns to tell classes from logits, with Adam.
fn classifier(model: impl Layer + 'static, input: Tensor, target: Tensor) -> Outcome<Ours> {
    Ok(Ours {
        model: Box::new(model.init(1)?),
        optimizer: Box::new(Adam::new(1e-3)),
        loss: |output, target| Ok(cross_entropy(output, target)?),
        input,
        target,
        rng: Rng::new(1),
        learns: true,
    })
}
