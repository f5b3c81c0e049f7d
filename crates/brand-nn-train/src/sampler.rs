//! Which rows stand in which batch: in order, shuffled, by weights, by classes, by lengths.

use crate::{Error, Result};
use brand_nn_tensor::{Rng, Tensor};

/// How many batches are sorted by length at a time: enough to pad little, few enough to shuffle.
const BUCKET: usize = 50;

/// How the rows of an epoch are drawn; keys stand at the numbers of the data's rows.
#[derive(Clone, Debug, Default)]
pub(crate) enum Sampler {
    #[default]
    InOrder,
    Shuffled,
    Weighted {
        weights: Vec<f64>,
        draws: usize,
    },
    Stratified(Vec<u64>),
    Bucketed(Vec<usize>),
}

impl Sampler {
    /// The rows of each batch, of some rows of the data.
    pub(crate) fn batches(
        &self,
        rows: &[usize],
        size: usize,
        rng: &mut Rng,
    ) -> Result<Vec<Vec<usize>>> {
        let cut = |rows: Vec<usize>| rows.chunks(size).map(<[usize]>::to_vec).collect();
        Ok(match self {
            Self::InOrder => cut(rows.to_vec()),
            Self::Shuffled => cut(shuffled(rows, rng)),
            Self::Weighted { weights, draws } => cut(weighted(rows, weights, *draws, rng)?),
            Self::Stratified(classes) => cut(stratified(&shuffled(rows, rng), classes)),
            Self::Bucketed(lengths) => bucketed(&shuffled(rows, rng), lengths, size, rng),
        })
    }

    /// The number of examples of an epoch over so many rows.
    pub(crate) fn num_draws(&self, rows: usize) -> usize {
        if let Self::Weighted { draws, .. } = self { *draws } else { rows }
    }

    /// Whether there is a key for each row.
    pub(crate) fn check(&self, len: usize) -> Result<()> {
        match self {
            Self::InOrder | Self::Shuffled => Ok(()),
            Self::Weighted { weights, .. } => crate::same_len(&[len, weights.len()]),
            Self::Stratified(classes) => crate::same_len(&[len, classes.len()]),
            Self::Bucketed(lengths) => crate::same_len(&[len, lengths.len()]),
        }
    }
}

fn shuffled(rows: &[usize], rng: &mut Rng) -> Vec<usize> {
    let order = Tensor::permutation(rows.len(), rng).to_vec::<i64>();
    order.into_iter().map(|i| rows[i as usize]).collect()
}

/// Draws with replacement, each row with a chance in proportion to its weight.
fn weighted(rows: &[usize], weights: &[f64], draws: usize, rng: &mut Rng) -> Result<Vec<usize>> {
    let mut total = 0.0;
    let sums: Vec<f64> = rows
        .iter()
        .map(|&row| {
            total += weights[row];
            total
        })
        .collect();
    let wrong = rows.iter().find(|&&row| weights[row].is_nan() || weights[row] < 0.0);
    if wrong.is_some() || !total.is_finite() || total <= 0.0 {
        return Err(Error::Data {
            what: "the weights of a sample",
            got: wrong.map_or(format!("a sum of {total}"), |&row| weights[row].to_string()),
            expected: "numbers of at least 0 with a sum above 0",
            help: "give each row its weight, such as one over the size of its class",
        });
    }
    let mut source = rng.fork();
    let mut draw = || {
        let share = (source.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let place = sums.partition_point(|&sum| sum <= share * total);
        rows[place.min(rows.len() - 1)]
    };
    Ok((0..draws).map(|_| draw()).collect())
}

/// Spreads the rows of each class evenly, so that every batch has each class's share.
fn stratified(rows: &[usize], classes: &[u64]) -> Vec<usize> {
    let mut order = rows.to_vec();
    order.sort_by_key(|&row| classes[row]);
    let mut placed = Vec::with_capacity(rows.len());
    for class in order.chunk_by(|&a, &b| classes[a] == classes[b]) {
        let count = class.len() as f64;
        let place = |i: usize| (i as f64 + 0.5) / count;
        placed.extend(class.iter().enumerate().map(|(i, &row)| (place(i), row)));
    }
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    placed.into_iter().map(|(_, row)| row).collect()
}

/// Batches of rows of about one length, in random order.
fn bucketed(rows: &[usize], lengths: &[usize], size: usize, rng: &mut Rng) -> Vec<Vec<usize>> {
    let mut batches = Vec::new();
    for bucket in rows.chunks(size * BUCKET) {
        let mut bucket = bucket.to_vec();
        bucket.sort_by_key(|&row| lengths[row]);
        batches.extend(bucket.chunks(size).map(<[usize]>::to_vec));
    }
    let order = Tensor::permutation(batches.len(), rng).to_vec::<i64>();
    order.into_iter().map(|i| std::mem::take(&mut batches[i as usize])).collect()
}
