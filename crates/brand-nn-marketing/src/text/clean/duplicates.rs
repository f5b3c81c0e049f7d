//! Texts that repeat each other but for a few letters, by MinHash.

use crate::text::hash::{self, mix};
use crate::{Result, door};
use brand_nn_kernels::threads;
use serde::{Deserialize, Serialize};

/// How alike two texts must be to count as one.
///
/// Texts are compared without blanks, punctuation and capitals, by the Jaccard similarity of their
/// runs of four characters: |A ∩ B| / |A ∪ B|. MinHash (Broder 1997) says which pairs are worth to
/// be compared, so that a million texts need not be compared with a million.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::clean::NearDuplicates;
///
/// let texts = ["Great phone, fast delivery!", "Broke after a day", "great phone fast delivery"];
/// assert_eq!(NearDuplicates::new(42).find(&texts)?, [0, 1, 0]);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NearDuplicates {
    similarity: f64,
    seed: u64,
}

/// Characters a run.
const RUN: usize = 4;
/// Hashes a text.
const HASHES: usize = 64;
/// So many texts of a bucket are compared with every later one.
const COMPARED: usize = 8;

impl NearDuplicates {
    /// A similarity of 0.8 or more.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { similarity: 0.8, seed }
    }

    /// The similarity from which on two texts count as one, above 0 and at most 1.
    #[must_use]
    pub fn similarity(self, similarity: f64) -> Self {
        Self { similarity, ..self }
    }

    /// For each text the first one of those like it; its own number where there is none before.
    ///
    /// Likeness is handed on: if the second is like the first and the third like the second, all
    /// are one. A text without letters, digits or signs is like no other.
    ///
    /// # Errors
    /// If the similarity is not above 0 and at most 1.
    pub fn find<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Vec<usize>> {
        let range: (_, fn(f64) -> bool) = ("above 0, at most 1", |x| x > 0.0 && x <= 1.0);
        let setting = ("similarity", self.similarity);
        door::setting("near duplicates", setting, range, "0.8 is usual")?;
        let signatures = signatures(texts, self.seed);
        let mut groups = Groups { first: (0..texts.len()).collect() };
        let rows = self.rows();
        for band in 0..HASHES / rows {
            for bucket in buckets(&signatures, band * rows..(band + 1) * rows) {
                self.join(texts, &bucket, &mut groups);
            }
        }
        Ok((0..texts.len()).map(|text| groups.first(text)).collect())
    }

    /// Hashes that must all agree: the fewer, the less alike are the pairs that are found.
    fn rows(&self) -> usize {
        match self.similarity {
            high if high >= 0.7 => 4,
            middle if middle >= 0.4 => 2,
            _ => 1,
        }
    }

    fn join<T: AsRef<str>>(&self, texts: &[T], bucket: &[usize], groups: &mut Groups) {
        let mut kept: Vec<(usize, Vec<u64>)> = Vec::new();
        for &text in bucket {
            if kept.iter().any(|(other, _)| groups.first(*other) == groups.first(text)) {
                continue;
            }
            let runs = runs(texts[text].as_ref());
            let like = kept.iter().find(|(_, other)| jaccard(other, &runs) >= self.similarity);
            match like {
                Some((other, _)) => groups.join(*other, text),
                None if kept.len() < COMPARED => kept.push((text, runs)),
                None => {}
            }
        }
    }
}

/// The texts that agree in some hashes, two or more together, in their order.
fn buckets(signatures: &[Vec<u64>], rows: std::ops::Range<usize>) -> Vec<Vec<usize>> {
    let key = |(text, signature): (usize, &Vec<u64>)| {
        let hashes = signature.get(rows.clone())?;
        Some((hashes.iter().fold(0, |key, &hash| mix(key ^ hash)), text))
    };
    let mut keys: Vec<(u64, usize)> = signatures.iter().enumerate().filter_map(key).collect();
    keys.sort_unstable();
    let same = keys.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1);
    same.map(|same| same.iter().map(|(_, text)| *text).collect()).collect()
}

/// The smallest hash of all runs under each of the functions; none for an empty text.
fn signatures<T: AsRef<str> + Sync>(texts: &[T], seed: u64) -> Vec<Vec<u64>> {
    let parts: Vec<&[T]> = texts.chunks(256).collect();
    let signature = |text: &T| -> Vec<u64> {
        let runs = runs(text.as_ref());
        let smallest = |function: u64| {
            let key = mix(seed ^ mix(function));
            runs.iter().map(|run| mix(run ^ key)).min()
        };
        (0..HASHES as u64).map_while(smallest).collect()
    };
    threads::map(parts.len(), |i| parts[i].iter().map(signature).collect::<Vec<_>>()).concat()
}

/// The hashes of all runs of a text, each once, in order.
fn runs(text: &str) -> Vec<u64> {
    let is_kept = |c: &char| c.is_alphanumeric() || (*c > '\u{2fff}' && !is_wide_mark(*c));
    let letters: Vec<char> = text.chars().filter(is_kept).flat_map(char::to_lowercase).collect();
    if letters.is_empty() {
        return Vec::new();
    }
    let hash = |run: &[char]| hash::of(run.iter().copied());
    let mut runs: Vec<u64> = letters.windows(RUN.min(letters.len())).map(hash).collect();
    runs.sort_unstable();
    runs.dedup();
    runs
}

/// Punctuation as wide as a Chinese character, and what is not seen at all.
fn is_wide_mark(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303f}' | '\u{fe00}'..='\u{ffef}')
}

fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let both = a.iter().filter(|run| b.binary_search(run).is_ok()).count();
    both as f64 / (a.len() + b.len() - both) as f64
}

/// Which texts are one: each points to an earlier one of its group, or to itself.
struct Groups {
    first: Vec<usize>,
}

impl Groups {
    fn first(&mut self, mut text: usize) -> usize {
        while self.first[text] != text {
            self.first[text] = self.first[self.first[text]];
            text = self.first[text];
        }
        text
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first(a), self.first(b));
        self.first[a.max(b)] = a.min(b);
    }
}
