//! How fast language models run: GPT-2's writing beside the bandwidth that its weights need, and an
//! encoder beside its bare layers. `cargo bench --bench decode`
//!
//! Each token reads all weights once, so that no program writes faster than bytes of weights over
//! bandwidth. The bandwidth is probed by reading with all threads, in turns with the writing.

#![allow(clippy::print_stdout, reason = "a report is what this program is for")]

use brand_nn::{
    layers::{AttentionMask, TransformerEncoderLayer},
    models::{Bert, BertConfig, Generation, Gpt2, Gpt2Config, Tokens},
    prelude::*,
};
use brand_nn_kernels::threads;
use std::{hint::black_box, time::Instant};

type Outcome<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const ROUNDS: usize = 7;
/// Tokens that are written in a round, after a prompt of so many.
const NEW: usize = 24;
const PROMPT: usize = 64;

fn main() -> Outcome<()> {
    println!("{} thread(s)", threads::count());
    decoding()?;
    encoding()
}

/// Texts of a model of GPT-2's size with random weights, one at a time, the best token each time.
fn decoding() -> Outcome<()> {
    let config = Gpt2Config::new(50_257, 768, 12, 12);
    let model = Gpt2::from_config(&config, 1)?;
    let all: usize = ParamSet::all(&model)?.iter().map(|param| param.shape().size()).sum();
    let read = all - config.n_positions * config.n_embd; // of positions one row is read
    let numbers = noise();
    written(&model, 2)?;
    let rounds = (0..ROUNDS).map(|_| round(&model, (4 * read) as f64, &numbers));
    let rounds = rounds.collect::<Outcome<Vec<_>>>()?;
    let [rate, bandwidth, share] = [0, 1, 2]
        .map(|part| median(&mut rounds.iter().map(|round| round[part]).collect::<Vec<_>>()));
    println!(
        "decoding GPT-2 ({:.0} M numbers, f32): {rate:.1} tokens/s; the memory gives {:.1} GB/s: \
         {:.0} % of the limit",
        all as f64 / 1e6,
        bandwidth / 1e9,
        100.0 * share,
    );
    Ok(())
}

/// Tokens a second, bytes that the memory gives a second, and the share of the limit.
fn round(model: &Gpt2, bytes: f64, numbers: &[u64]) -> Outcome<[f64; 3]> {
    let before = bandwidth(numbers);
    // The prompt's own pass is taken out: it is a product of matrices.
    let rate = NEW as f64 / (written(model, NEW + 1)? - written(model, 1)?);
    let probed = before.max(bandwidth(numbers));
    Ok([rate, probed, rate * bytes / probed])
}

/// The seconds that a text takes.
fn written(model: &Gpt2, tokens: usize) -> Outcome<f64> {
    let prompt: Vec<i64> = (0..PROMPT as i64).map(|i| i * 97 % 50_257).collect();
    let plan = Generation::new(tokens).end_token(-1);
    seconds(|| {
        black_box(plan.write_ids(model, &[&prompt])?);
        Ok(())
    })
}

/// An encoder of MiniLM's shape beside the same layers called one after the other.
fn encoding() -> Outcome<()> {
    let config = BertConfig { num_attention_heads: 12, ..BertConfig::new(30_522, 384, 6) };
    let bert = Bert::from_config(&config, 1)?;
    let ids: Vec<i64> = (0..32 * 64).map(|i| i * 97 % 30_522).collect();
    let tokens = Tokens::new(Tensor::new(ids, [32, 64])?);
    let input = Var::from(Tensor::randn([32, 64, 384], &mut Rng::new(1)));
    let whole = || -> Outcome<()> {
        black_box(bert.encode(&tokens, &mut Pass::inference())?);
        Ok(())
    };
    let bare = || -> Outcome<()> {
        let (pass, mask) = (&mut Pass::inference(), AttentionMask::new());
        let through = |x: Var, layer: &TransformerEncoderLayer| layer.encode(&x, &mask, pass);
        black_box(bert.layers.iter().try_fold(input.clone(), through)?);
        Ok(())
    };
    whole()?;
    let (time, ratio) = in_turns(whole, bare)?;
    let time = 1e3 * time;
    println!(
        "encoding 32 × 64 tokens as MiniLM: {time:.1} ms, {ratio:.3} of the bare layers' time"
    );
    Ok(())
}

/// The median of the first's seconds, and that of the ratios to the second's.
fn in_turns(
    first: impl Fn() -> Outcome<()>,
    second: impl Fn() -> Outcome<()>,
) -> Outcome<(f64, f64)> {
    let (mut times, mut ratios) = (Vec::new(), Vec::new());
    for round in 0..2 * ROUNDS {
        let (own, other) = match round % 2 {
            0 => (seconds(&first)?, seconds(&second)?),
            _ => {
                let other = seconds(&second)?;
                (seconds(&first)?, other)
            }
        };
        times.push(own);
        ratios.push(own / other);
    }
    Ok((median(&mut times), median(&mut ratios)))
}

/// Numbers that no cache holds.
fn noise() -> Vec<u64> {
    (0..1_u64 << 25).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect()
}

/// Bytes that all threads together read a second; the best of a few tries.
fn bandwidth(numbers: &[u64]) -> f64 {
    let share = numbers.len().div_ceil(threads::count());
    let read = || {
        let start = Instant::now();
        std::thread::scope(|scope| {
            for part in numbers.chunks(share) {
                scope.spawn(move || black_box(sum(part)));
            }
        });
        start.elapsed().as_secs_f64()
    };
    let best = (0..3).map(|_| read()).fold(f64::INFINITY, f64::min);
    (8 * numbers.len()) as f64 / best
}

/// Eight sums side by side, which wait for the memory alone.
fn sum(numbers: &[u64]) -> u64 {
    let mut sums = [0_u64; 8];
    for part in numbers.chunks_exact(8) {
        for (sum, number) in sums.iter_mut().zip(part) {
            *sum = sum.wrapping_add(*number);
        }
    }
    sums.into_iter().fold(0, u64::wrapping_add)
}

fn seconds(work: impl Fn() -> Outcome<()>) -> Outcome<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
