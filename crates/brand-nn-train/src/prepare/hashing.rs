//! Any number of categories as a few numbers, without a list of them.

use serde::{Deserialize, Serialize};

use super::{Input, Transformer, setting};
use crate::{Column, Result};

/// Gives each category one of a few features by its hash, with 1 or −1 there and 0 elsewhere.
///
/// Two categories may share a feature; no category is unknown, and nothing is learnt. The hash is
/// MurmurHash3 (Appleby 2011) of the text with seed 0, its sign the value's (Weinberger et al. 2009,
/// Feature Hashing for Large Scale Multitask Learning). Missing values get zeros.
///
/// # Examples
///
/// ```
/// use brand_nn_train::{Column, Hashing, Table, Transformer};
///
/// let table = Table::new([("city", Column::from(vec!["Oslo", "Bonn", "Oslo"]))])?;
/// let features = Hashing::new(4).fit(&table)?.transform(&table)?;
/// assert_eq!(features.names().collect::<Vec<_>>(), ["city#0", "city#1", "city#2", "city#3"]);
/// let rows: Vec<Vec<f32>> = (0..3)
///     .map(|row| features.columns().map(|(_, c)| c.number(row).unwrap() as f32).collect())
///     .collect();
/// assert_eq!(rows[0], rows[2]);
/// assert_eq!(rows[0].iter().map(|x| x.abs()).sum::<f32>(), 1.0);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "FeatureHasher")]
pub struct Hashing {
    features: usize,
}

impl Hashing {
    /// Makes so many features of a column, 1 to 4096.
    #[must_use]
    pub fn new(features: usize) -> Self {
        Self { features }
    }
}

impl Transformer for Hashing {
    type State = ();

    fn learn(&self, _: &Input<'_>, _: Option<&[f64]>) -> Result<()> {
        if (1..=4096).contains(&self.features) {
            return Ok(());
        }
        Err(setting("features", self.features, "1 to 4096"))
    }

    fn apply(&self, &(): &(), input: &Input<'_>) -> Result<Vec<(String, Column)>> {
        self.learn(input, None)?;
        let mut features = vec![vec![Some(0.0); input.column.len()]; self.features];
        let categories = (0..input.column.len()).map(|row| input.category(row)).enumerate();
        for (row, category) in categories {
            let Some(category) = category else { continue };
            let hash = murmur3(category.as_bytes()) as i32;
            let place = hash.unsigned_abs() as usize % self.features;
            features[place][row] = Some(if hash >= 0 { 1.0 } else { -1.0 });
        }
        let name = |place| format!("{}#{place}", input.name);
        Ok(features.into_iter().enumerate().map(|(at, x)| (name(at), Column::F64(x))).collect())
    }
}

/// MurmurHash3 of 32 bits, with seed 0.
fn murmur3(bytes: &[u8]) -> u32 {
    let mixed = |k: u32| k.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, &b| word << 8 | u32::from(b));
    let blocks = bytes.chunks_exact(4);
    let tail = mixed(word(blocks.remainder()));
    let step = |hash: u32, block: &[u8]| {
        (hash ^ mixed(word(block))).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
    };
    let mut hash = blocks.fold(0, step) ^ tail ^ bytes.len() as u32;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}
