//! An epoch of the review classifier with all that comes before: reading the file, cutting it into words,
//! counting them and writing them as ids; with padding and without, in turns with a peer.
//!
//! ```sh
//! cargo bench --bench epoch -- zh_shopping.tsv python benches/peers/pytorch/sentiment.py --answer
//! ```
//!
//! The peer answers `epoch FILE` with the seconds in all and those before training. It sees as many
//! batches of the same size and length, of the same words; each side draws the order of its own rows.

#![allow(clippy::print_stdout, reason = "a report is what this program is for")]

use brand_nn::prelude::*;
use brand_nn_benches::{Outcome, Peer, interval_of_median, median};
use std::{fs, path::Path, time::Instant};

const LENGTH: usize = 100;
const ROUNDS: usize = 5;

/// Seconds in all, and those before training.
type Seconds = [f64; 2];

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let Some((file, command)) = words.split_first() else {
        println!("SKIPPED: name a table of reviews, and a peer's command if there is one");
        return Ok(());
    };
    // The peer is started in the root of the repository, this program in its own folder.
    let file = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file))?;
    let file = file.to_str().ok_or("the file's name is not in UTF-8")?;
    println!("padding  ours, s  reading  peer, s  reading  ratio (95 %)");
    let Some((program, words)) = command.split_first() else {
        return [true, false].into_iter().try_for_each(|padding| alone(file, padding));
    };
    let mut peer = Peer::start(program, words)?;
    [true, false].into_iter().try_for_each(|padding| in_turns(file, padding, &mut peer))
}

fn alone(file: &str, padding: bool) -> Outcome<()> {
    let [all, reading] = epoch(file, padding)?;
    println!("{padding:<7} {all:>8.2} {reading:>8.2}");
    Ok(())
}

/// A B B A, so that what drifts meets both.
fn in_turns(file: &str, padding: bool, peer: &mut Peer) -> Outcome<()> {
    let mut seconds: [Vec<Seconds>; 2] = Default::default();
    for round in 0..ROUNDS {
        for side in [round % 2, 1 - round % 2] {
            seconds[side].push(match side {
                0 => epoch(file, padding)?,
                _ => theirs(peer, file)?,
            });
        }
    }
    let ratios: Vec<f64> =
        seconds[0].iter().zip(&seconds[1]).map(|(ours, theirs)| ours[0] / theirs[0]).collect();
    let middle = |side: usize, part: usize| {
        median(&mut seconds[side].iter().map(|pair| pair[part]).collect::<Vec<_>>())
    };
    let (low, high) = interval_of_median(&ratios);
    println!(
        "{padding:<7} {:>8.2} {:>8.2} {:>8.2} {:>8.2}  {:.3} ({low:.3} to {high:.3})",
        middle(0, 0),
        middle(0, 1),
        middle(1, 0),
        middle(1, 1),
        median(&mut ratios.clone()),
    );
    Ok(())
}

fn theirs(peer: &mut Peer, file: &str) -> Outcome<Seconds> {
    let numbers = peer.numbers(&format!("epoch {file}"))?;
    Ok(numbers[..].try_into().map_err(|_| format!("epoch: came {numbers:?}"))?)
}

/// What `examples/sentiment.rs` does until the end of the first epoch, on all rows to learn from.
fn epoch(file: &str, padding: bool) -> Outcome<Seconds> {
    let start = Instant::now();
    let (train, test) = TextSet::read(file)?.every_fifth()?;
    let splitter = Splitter::for_texts(&train.texts);
    let tokenizer =
        WordTokenizer::default().num_words(10_000).splitter(splitter).fit(&train.texts)?;
    let [ids, _] = [&train, &test].map(|set| tokenizer.encode_padded(&set.texts, LENGTH));
    let reading = start.elapsed().as_secs_f64();
    let network = Sequential::new()
        .add(embedding(10_000, 50).mask_zero(!padding))
        .add(lstm(128).return_sequences(true))
        .add(dropout(0.2))
        .add(lstm(128))
        .add(dropout(0.2))
        .add(dense(1).activation(Activation::Sigmoid))
        .build([LENGTH])?;
    let mut trainer = network.compile(Adam::new(1e-3), BinaryCrossEntropy);
    trainer.fit(&(ids, train.labels), Fit::epochs(1).batch_size(32).progress(Progress::Silent))?;
    Ok([start.elapsed().as_secs_f64(), reading])
}
