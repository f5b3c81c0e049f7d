//! Files, in turns with the least that they can cost.
//!
//! `cargo bench --bench files` reads a table of 20 columns as batches to train on, beside a loop that
//! has the crate `csv` make `[f32; 20]` of each row, and saves a model of 100 MB beside a plain write of
//! the same bytes, which waits for the disk as saving does. Both print medians of pairs.

#![allow(clippy::print_stdout, reason = "a report is what this program is for")]

use brand_nn::prelude::*;
use brand_nn_benches::{Outcome, interval_of_median, median};
use brand_nn_tensor::{Rng, io::write_atomically};
use brand_nn_train::{
    Batches, ColumnTransformer, EpochOrder, StandardScaler, TablePieces, TableReader,
};
use std::{
    fs::File,
    hint::black_box,
    io::Write,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Instant,
};

const COLUMNS: usize = 20;
const ROWS: usize = 500_000;

fn main() -> Outcome<()> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    table(&folder.join("table.csv"))?;
    model(&folder)
}

/// Prints the medians of pairs that take turns, and that of their ratio.
fn in_turns(
    names: [&str; 2],
    pairs: usize,
    mut ours: impl FnMut() -> Outcome<()>,
    mut theirs: impl FnMut() -> Outcome<()>,
) -> Outcome<()> {
    let (mut seconds, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
    for pair in 0..=pairs {
        let begun = Instant::now();
        ours()?;
        let our_seconds = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        theirs()?;
        let their_seconds = begun.elapsed().as_secs_f64();
        // The first pair warms both sides up.
        if pair > 0 {
            seconds[0].push(our_seconds);
            seconds[1].push(their_seconds);
            ratios.push(our_seconds / their_seconds);
        }
    }
    let (low, high) = interval_of_median(&ratios);
    let [ours, theirs] = seconds.each_mut().map(|seconds| 1e3 * median(seconds));
    println!(
        "{}: {ours:.0} ms, {}: {theirs:.0} ms, median paired ratio {:.3} (95 %: {low:.3} to {high:.3})",
        names[0],
        names[1],
        median(&mut ratios)
    );
    Ok(())
}

fn table(path: &Path) -> Outcome<()> {
    let mut rng = Rng::new(1);
    write_atomically(path, |out| {
        let names: Vec<String> = (0..COLUMNS).map(|column| format!("x{column}")).collect();
        writeln!(out, "{}", names.join(","))?;
        (0..ROWS).try_for_each(|_| {
            let numbers: Vec<String> = (0..COLUMNS)
                .map(|_| format!("{:.4}", rng.next_u64() as u16 as f32 / 1e3))
                .collect();
            writeln!(out, "{}", numbers.join(","))
        })
    })?;
    let sample = TableReader::new().pieces(path, 1000)?.next().ok_or("a row")??;
    let names: Vec<String> = sample.names().map(str::to_owned).collect();
    let features = ColumnTransformer::new().add(names, StandardScaler::new()).fit(&sample)?;
    let pieces = TablePieces::new(path, TableReader::new().schema(&sample.schema()), |table| {
        Ok((features.transform(table)?, Tensor::zeros([table.len()])))
    });
    let ours = || {
        let mut sum = 0.0;
        pieces.each(&EpochOrder::new(256), &mut |batch| {
            sum += batch.input.sum().item();
            Ok(ControlFlow::Continue(()))
        })?;
        black_box(sum);
        Ok(())
    };
    let theirs = || {
        let mut sum = 0.0;
        for row in csv::Reader::from_path(path)?.deserialize::<[f32; COLUMNS]>() {
            sum += row?.iter().sum::<f32>();
        }
        black_box(sum);
        Ok(())
    };
    in_turns(["batches of a table", "its rows by csv"], 10, ours, theirs)?;
    Ok(std::fs::remove_file(path)?)
}

/// One weight of 100 MB.
fn model(folder: &Path) -> Outcome<()> {
    let [saved, plain] = ["saved.safetensors", "plain"].map(|name| folder.join(name));
    let network = Sequential::new().add(dense(5000)).build([5000])?.init(1)?;
    let network = network.compile(Sgd::new(0.1), mse);
    network.save(&saved)?;
    let bytes = std::fs::read(&saved)?;
    let ours = || Ok(network.save(&saved)?);
    let theirs = || {
        let mut file = File::create(&plain)?;
        file.write_all(&bytes)?;
        Ok(file.sync_all()?)
    };
    in_turns(["saving 100 MB", "a plain write"], 20, ours, theirs)?;
    [saved, plain].iter().try_for_each(|path| Ok(std::fs::remove_file(path)?))
}
