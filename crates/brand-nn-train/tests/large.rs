//! A file that is larger than memory: what a training on it needs does not grow with it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_layers::{Activation, Sequential, dense};
use brand_nn_losses::BinaryCrossEntropy;
use brand_nn_optim::Adam;
use brand_nn_tensor::{Rng, io::write_atomically};
use brand_nn_train::{
    Accuracy, Column, ColumnTransformer, Fit, Model, StandardScaler, TablePieces, TableReader,
};
use std::{io::Write, path::Path, time::Instant};
use tempfile::tempdir;

/// How many rows the larger file has; 10,000,000 are the proof that takes minutes.
const ROWS: &str = "BRAND_NN_LARGE_ROWS";
const COLUMNS: usize = 20;

/// Rows of 20 numbers, and whether the first is above the second.
fn write(path: &Path, rows: usize) {
    let mut rng = Rng::new(1);
    let mut line = |out: &mut dyn Write| -> std::io::Result<()> {
        let numbers: Vec<u64> = (0..COLUMNS).map(|_| rng.next_u64() % 10_000).collect();
        numbers.iter().try_for_each(|x| write!(out, "{}.{:02},", x / 100, x % 100))?;
        writeln!(out, "{}", u8::from(numbers[0] > numbers[1]))
    };
    let names: Vec<_> = (0..COLUMNS).map(|column| format!("x{column}")).collect();
    write_atomically(path, |out| {
        writeln!(out, "{},y", names.join(","))?;
        (0..rows).try_for_each(|_| line(out))
    })
    .unwrap();
}

/// The most memory that the program ever had, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

/// Trains a logistic model and gives its accuracy.
fn train(path: &Path) -> f64 {
    let sample = TableReader::new().infer_rows(1000).pieces(path, 1000).unwrap().next();
    let sample = sample.unwrap().unwrap();
    let names: Vec<_> = sample.names().take(COLUMNS).map(str::to_owned).collect();
    let features = ColumnTransformer::new().add(names, StandardScaler::new()).fit(&sample).unwrap();
    let data = TablePieces::new(path, TableReader::new().schema(&sample.schema()), |table| {
        let Column::I64(labels) = table.column("y")? else { panic!("labels are 0 and 1") };
        let labels: Vec<f32> = labels.iter().map(|y| y.unwrap_or(0) as f32).collect();
        Ok((features.transform(table)?, labels.into()))
    });
    let network = Sequential::new().add(dense(1).activation(Activation::Sigmoid));
    let mut trainer = network
        .build([COLUMNS])
        .unwrap()
        .compile(Adam::new(0.05), BinaryCrossEntropy)
        .metric(Accuracy::default());
    let history = trainer.fit(&data, Fit::epochs(1).batch_size(256).seed(1).quiet()).unwrap();
    history.last("accuracy").unwrap()
}

#[test]
fn memory_does_not_grow_with_the_file() {
    let rows: usize = std::env::var(ROWS).map_or(150_000, |rows| rows.parse().unwrap());
    let folder = tempdir().unwrap();
    let (small, large) = (folder.path().join("small.csv"), folder.path().join("large.csv"));
    write(&small, 75_000); // as many pieces as are ever held at once
    write(&large, rows);
    train(&small);
    let (before, begun) = (peak(), Instant::now());
    assert!(train(&large) > 0.9);
    let (seconds, now) = (begun.elapsed().as_secs_f64(), peak());
    println!("{rows} rows: {:.0} rows/s, {} MB at most", rows as f64 / seconds, now >> 20);
    // How many pieces are held at once is a matter of the moment: some more than before, never all.
    assert!(now - before < 32 << 20, "{before} bytes for the small file, {now} for the large");
}
