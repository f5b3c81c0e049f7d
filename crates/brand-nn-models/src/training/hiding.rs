//! Which tokens are hidden, and what is read instead of them.

use super::{IGNORED, texts::refused};
use crate::Result;
use brand_nn_tensor::{Rng, Tensor};
use brand_nn_text::SubwordTokenizer;
use std::sync::atomic::{AtomicU64, Ordering};

/// A way to hide tokens, others each time that it is asked.
///
/// Of all tokens that are text a share is chosen; of these 8 in 10 become the mask, 1 in 10 any token,
/// and 1 in 10 stay.
#[derive(Debug)]
pub(super) struct Hiding {
    vocabulary: usize,
    mask: i64,
    control: Vec<i64>,
    pub(super) share: f64,
    pub(super) seed: u64,
    /// How often rows were asked for: each time others are hidden.
    asked: AtomicU64,
}

impl Hiding {
    /// Hides 15 % of a tokenizer's tokens.
    pub(super) fn new(tokenizer: &SubwordTokenizer) -> Result<Self> {
        let mask = tokenizer.mask_id().ok_or_else(|| {
            refused("tokenizer", &"one without a mask", "one with [MASK] or <mask>")
        })?;
        let vocabulary = tokenizer.vocabulary_size();
        let all = 0..vocabulary as i64;
        let padding = tokenizer.pad_id();
        let control = all.filter(|&id| tokenizer.is_control(id)).chain([padding]).collect();
        Ok(Self { vocabulary, mask, control, share: 0.15, seed: 0, asked: AtomicU64::new(0) })
    }

    /// What is read of rows, and the targets: at least one, since a loss of nothing is no number.
    pub(super) fn hide(&self, rows: &Tensor) -> brand_nn_tensor::Result<(Tensor, Tensor)> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let mut rng = Rng::keyed(self.seed, &format!("masks {asked}"));
        let hidden = rows.iter::<i64>().map(|id| self.each(id, &mut rng));
        let (read, mut targets): (Vec<_>, Vec<_>) = hidden.unzip();
        if targets.iter().all(|&target| target == IGNORED)
            && let Some(place) = read.iter().position(|id| !self.control.contains(id))
        {
            targets[place] = read[place];
        }
        Ok((Tensor::new(read, rows.shape())?, Tensor::new(targets, rows.shape())?))
    }

    /// What is read and what is to be guessed of an id.
    fn each(&self, id: i64, rng: &mut Rng) -> (i64, i64) {
        let chosen = unit(rng) < self.share;
        let (kind, other) = (unit(rng), (unit(rng) * self.vocabulary as f64) as i64);
        if !chosen || self.control.contains(&id) {
            return (id, IGNORED);
        }
        let read = match kind {
            kind if kind < 0.8 => self.mask,
            kind if kind < 0.9 => other,
            _ => id,
        };
        (read, id)
    }
}

/// A number from 0 to below 1.
pub(super) fn unit(rng: &mut Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}
