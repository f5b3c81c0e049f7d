//! The review classifier's train step, in turns with a peer's in one run.
//!
//! `cargo bench --bench sentiment` times our step alone; with the command of a peer that speaks the
//! line protocol of `benches/peers` it takes turns with it, A B B A, and prints the ratio:
//!
//! `cargo bench --bench sentiment -- python benches/peers/pytorch/sentiment.py --steps-protocol`

#![allow(clippy::print_stdout, reason = "a report is what this program is for")]

use brand_nn::prelude::*;
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    time::Instant,
};

type Outcome<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const BATCH: usize = 32;
const LENGTH: usize = 100;
const WARM_UP: usize = 5;
const STEPS: usize = 10;
const ROUNDS: usize = 6; // of two blocks each

fn main() -> Outcome<()> {
    let command: Vec<_> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let mut ours = Ours::new()?;
    ours.block(WARM_UP)?;
    let Some((program, words)) = command.split_first() else {
        let mut times = (0..ROUNDS).map(|_| ours.block(STEPS)).collect::<Outcome<Vec<_>>>()?;
        println!("train step: {:.1} ms, the median of {ROUNDS} blocks", median(&mut times));
        return Ok(());
    };
    let mut peer = Peer::start(program, words)?;
    peer.block(WARM_UP)?;
    let (mut mine, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..2 * ROUNDS {
        let pair = match round % 2 {
            0 => (ours.block(STEPS)?, peer.block(STEPS)?),
            _ => {
                let peer = peer.block(STEPS)?;
                (ours.block(STEPS)?, peer)
            }
        };
        mine.push(pair.0);
        theirs.push(pair.1);
        ratios.push(pair.0 / pair.1);
    }
    let (low, high) = bootstrap(&ratios);
    println!(
        "train step: ours {:.1} ms, peer {:.1} ms, median paired ratio {:.3} (95 %: {low:.3} to \
         {high:.3}, {} pairs of blocks of {STEPS} steps)",
        median(&mut mine),
        median(&mut theirs),
        median(&mut ratios.clone()),
        ratios.len(),
    );
    Ok(())
}

/// The classifier with a batch of random words.
struct Ours {
    network: Network,
    optimizer: Adam,
    ids: Tensor,
    labels: Tensor,
    rng: Rng,
}

impl Ours {
    fn new() -> Outcome<Self> {
        let network = Sequential::new()
            .add(embedding(10_000, 50))
            .add(lstm(128).return_sequences(true))
            .add(dropout(0.2))
            .add(lstm(128))
            .add(dropout(0.2))
            .add(dense(1).activation(Activation::Sigmoid))
            .build([LENGTH])?
            .init(1)?;
        let mut rng = Rng::new(1);
        let ids = Tensor::randint([BATCH, LENGTH], 1, 10_000, &mut rng);
        let labels = Tensor::bernoulli([BATCH], 0.5, &mut rng).to(DType::F32);
        Ok(Self { network, optimizer: Adam::new(1e-3), ids, labels, rng })
    }

    /// The milliseconds of a step, the mean of `steps`.
    fn block(&mut self, steps: usize) -> Outcome<f64> {
        let start = Instant::now();
        for _ in 0..steps {
            let output = self.network.call(&self.ids, &mut Pass::training(&mut self.rng))?;
            let loss = binary_cross_entropy(&output, &self.labels)?;
            drop(output);
            let gradients = loss.backward()?;
            self.optimizer.step(&mut self.network, gradients)?;
        }
        Ok(start.elapsed().as_secs_f64() * 1e3 / steps as f64)
    }
}

/// A program that answers `block N` with the milliseconds of a step.
struct Peer {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Peer {
    fn start(program: &str, words: &[String]) -> Outcome<Self> {
        // Cargo runs benches in their package's folder; commands are given from the root.
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let mut command = Command::new(program);
        command.args(words).current_dir(root).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let answers = BufReader::new(child.stdout.take().ok_or("the peer has no output")?);
        Ok(Self { child, answers })
    }

    fn block(&mut self, steps: usize) -> Outcome<f64> {
        let input = self.child.stdin.as_mut().ok_or("the peer has no input")?;
        writeln!(input, "block {steps}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(answer.trim().parse()?)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The peer ends with its input; if it does not, nothing here depends on it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The middle 95 % of the medians of 2,000 resamples.
fn bootstrap(values: &[f64]) -> (f64, f64) {
    let mut rng = Rng::new(1);
    let mut draw = || values[(rng.next_u64() % values.len() as u64) as usize];
    let mut medians: Vec<_> =
        (0..2000).map(|_| median(&mut values.iter().map(|_| draw()).collect::<Vec<_>>())).collect();
    medians.sort_by(f64::total_cmp);
    (medians[50], medians[1949])
}
