//! What is counted in a text: words or characters, and runs of them, by TF-IDF.

use super::{SparseRows, TermEffect};
use crate::text::hash;
use crate::{Error, Result, door};
use brand_nn_kernels::threads;
use serde::{Deserialize, Serialize};

/// Which terms count, and which are frequent enough; numbers as in scikit-learn.
///
/// A term that stands k times in a text, and in d of n texts, has (1 + ln k)(1 + ln (1+n)/(1+d));
/// the numbers of a text are then divided by the root of the sum of their squares.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::linear::{Features, Grams};
///
/// let features = Features::words(1, 2).min_texts(3);
/// assert_eq!(features.grams(), Grams::Words);
/// assert_eq!(Features::for_texts(&["质量很好"]).grams(), Grams::Characters);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Features {
    grams: Grams,
    lengths: (usize, usize),
    min_texts: usize,
}

/// What a term is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grams {
    /// Words of two letters, digits or underscores and more.
    Words,
    /// Characters, where several blanks count as one: right for Chinese.
    Characters,
}

impl Features {
    /// Runs of `shortest` to `longest` words that stand in two texts or more.
    #[must_use]
    pub fn words(shortest: usize, longest: usize) -> Self {
        Self { grams: Grams::Words, lengths: (shortest, longest), min_texts: 2 }
    }

    /// Runs of `shortest` to `longest` characters that stand in two texts or more.
    #[must_use]
    pub fn characters(shortest: usize, longest: usize) -> Self {
        Self { grams: Grams::Characters, ..Self::words(shortest, longest) }
    }

    /// Characters where a letter in a hundred or more is Chinese, words elsewhere; one and two.
    #[must_use]
    pub fn for_texts(texts: &[impl AsRef<str>]) -> Self {
        let letters = || texts.iter().flat_map(|text| text.as_ref().chars());
        let han = letters().filter(|c| ('\u{3400}'..='\u{9fff}').contains(c)).count();
        let all = letters().filter(|c| c.is_alphabetic()).count();
        if han > 0 && han * 100 >= all { Self::characters(1, 2) } else { Self::words(1, 2) }
    }

    /// Runs of up to so many characters, or so many words.
    pub(in crate::text) fn up_to(self, [characters, words]: [usize; 2]) -> Self {
        let longest = if self.grams == Grams::Characters { characters } else { words };
        Self { lengths: (self.lengths.0, longest), ..self }
    }

    /// In how many texts a term must stand.
    #[doc(alias = "min_df")]
    #[must_use]
    pub fn min_texts(self, min_texts: usize) -> Self {
        Self { min_texts, ..self }
    }

    /// What a term is made of.
    #[must_use]
    pub fn grams(&self) -> Grams {
        self.grams
    }

    /// The terms of some texts.
    pub(in crate::text) fn fit<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Vocabulary> {
        let (shortest, longest) = self.lengths;
        let range: (_, fn(f64) -> bool) = ("1 to 16", |x| (1.0..=16.0).contains(&x));
        door::setting("features", ("shortest", shortest as f64), range, "1 is usual")?;
        door::setting("features", ("longest", longest as f64), range, "2 is usual")?;
        let counts = self.counts(texts);
        let mut terms: Vec<(String, f64)> = Vec::new();
        let mut is_missing = vec![true; counts.len()];
        for text in texts {
            self.each_gram(text.as_ref(), |gram| {
                let known = counts.binary_search_by_key(&hash::of(gram.chars()), |count| count.0);
                if let Ok(i) =
                    known.map_err(|_| ()).and_then(|i| is_missing[i].then_some(i).ok_or(()))
                {
                    is_missing[i] = false;
                    let odds = (1.0 + texts.len() as f64) / (1.0 + counts[i].1 as f64);
                    terms.push((gram.to_owned(), 1.0 + odds.ln()));
                }
            });
        }
        let help = "bring more texts or lower min_texts";
        let none = Error::Empty { what: "terms that are frequent enough", help };
        if terms.is_empty() { Err(none) } else { Ok(Vocabulary::from(terms)) }
    }

    /// The hash of each term that is frequent enough, with the number of texts that have it.
    fn counts<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<(u64, usize)> {
        let distinct = |text: &T| {
            let mut hashes = self.hashes(text.as_ref());
            hashes.dedup();
            hashes
        };
        let mut all = in_parts(texts, distinct).concat();
        all.sort_unstable();
        let counts = all.chunk_by(|a, b| a == b).map(|same| (same[0], same.len()));
        counts.filter(|(_, count)| *count >= self.min_texts).collect()
    }

    /// The hashes of all terms of a text, sorted.
    fn hashes(&self, text: &str) -> Vec<u64> {
        let mut hashes = Vec::new();
        self.each_gram(text, |gram| hashes.push(hash::of(gram.chars())));
        hashes.sort_unstable();
        hashes
    }

    /// Every run of words or characters, in lower case.
    fn each_gram(&self, text: &str, mut see: impl FnMut(&str)) {
        let (text, units) = match self.grams {
            Grams::Words => words(&text.to_lowercase()),
            Grams::Characters => characters(&text.to_lowercase()),
        };
        for length in self.lengths.0..=self.lengths.1 {
            for run in units.windows(length) {
                see(&text[run[0].0..run[length - 1].1]);
            }
        }
    }
}

/// Words with one blank between them, and where each begins and ends.
fn words(text: &str) -> (String, Vec<(usize, usize)>) {
    let (mut joined, mut units) = (String::with_capacity(text.len()), Vec::new());
    let is_word = |word: &&str| word.chars().nth(1).is_some();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(is_word) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        units.push((joined.len(), joined.len() + word.len()));
        joined.push_str(word);
    }
    (joined, units)
}

/// The text with one blank for several, and where each character begins and ends.
fn characters(text: &str) -> (String, Vec<(usize, usize)>) {
    let mut joined = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let is_run = c.is_whitespace() && characters.peek().is_some_and(|c| c.is_whitespace());
        while is_run && characters.next_if(|c| c.is_whitespace()).is_some() {}
        joined.push(if is_run { ' ' } else { c });
    }
    let units = joined.char_indices().map(|(at, c)| (at, at + c.len_utf8())).collect();
    (joined, units)
}

/// A value a text, computed by all threads.
pub(super) fn in_parts<T: Sync, R: Send + Sync + Clone>(
    texts: &[T],
    f: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let parts: Vec<&[T]> = texts.chunks(256).collect();
    threads::map(parts.len(), |i| parts[i].iter().map(&f).collect::<Vec<_>>()).concat()
}

/// The terms that count, each with its inverse document frequency, in the order of their hashes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<(String, f64)>", into = "Vec<(String, f64)>")]
pub(in crate::text) struct Vocabulary {
    hashes: Vec<u64>,
    /// The first term of each range of hashes, of which there are about as many as terms.
    starts: Vec<u32>,
    terms: Vec<(String, f64)>,
}

impl From<Vec<(String, f64)>> for Vocabulary {
    fn from(terms: Vec<(String, f64)>) -> Self {
        let hashed = terms.into_iter().map(|term| (hash::of(term.0.chars()), term));
        let mut hashed: Vec<(u64, (String, f64))> = hashed.collect();
        hashed.sort_by_key(|(hash, _)| *hash);
        let (hashes, terms): (Vec<u64>, Vec<_>) = hashed.into_iter().unzip();
        let ranges = hashes.len().next_power_of_two();
        let before = |range| hashes.partition_point(|hash| range_of(*hash, ranges) < range) as u32;
        Self { starts: (0..=ranges).map(before).collect(), hashes, terms }
    }
}

/// Which of 2ᵏ ranges of the same length a hash lies in; hashes are spread evenly.
fn range_of(hash: u64, ranges: usize) -> usize {
    ((u128::from(hash) * ranges as u128) >> 64) as usize
}

impl From<Vocabulary> for Vec<(String, f64)> {
    fn from(vocabulary: Vocabulary) -> Self {
        vocabulary.terms
    }
}

impl Vocabulary {
    pub(in crate::text) fn len(&self) -> usize {
        self.terms.len()
    }

    /// Only so many terms, those that most texts have.
    pub(in crate::text) fn most_common(mut self, count: usize) -> Self {
        self.terms.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
        self.terms.truncate(count);
        Self::from(self.terms)
    }

    /// The terms of a text that are known, each once, those first that most texts have.
    pub(in crate::text) fn common_first(&self, features: &Features, text: &str) -> Vec<u32> {
        let mut hashes = features.hashes(text);
        hashes.dedup();
        let mut terms: Vec<usize> = hashes.iter().filter_map(|hash| self.find(*hash)).collect();
        terms.sort_by(|&a, &b| self.terms[a].1.total_cmp(&self.terms[b].1).then(a.cmp(&b)));
        terms.into_iter().map(|term| term as u32).collect()
    }

    pub(in crate::text) fn term(&self, term: u32) -> &str {
        &self.terms[term as usize].0
    }

    /// The number of a term; there is hardly more than one in its range.
    fn find(&self, hash: u64) -> Option<usize> {
        let range = range_of(hash, self.starts.len() - 1);
        let (start, end) = (self.starts[range] as usize, self.starts[range + 1] as usize);
        self.hashes[start..end].iter().position(|known| *known == hash).map(|i| start + i)
    }

    /// The terms of a text that are known, with their numbers, whose squares sum to 1.
    pub(in crate::text) fn row(&self, features: &Features, text: &str) -> Vec<(u32, f64)> {
        let value = |same: &[u64]| {
            let term = self.find(same[0])?;
            let frequency = 1.0 + (same.len() as f64).ln();
            Some((term as u32, frequency * self.terms[term].1))
        };
        let hashes = features.hashes(text);
        let mut row: Vec<_> = hashes.chunk_by(|a, b| a == b).filter_map(value).collect();
        let norm = row.iter().map(|(_, value)| value * value).sum::<f64>().sqrt();
        row.iter_mut().for_each(|(_, value)| *value /= norm);
        row
    }

    /// What each term of a text adds, given the weights of terms, the largest effects first.
    pub(super) fn effects(
        &self,
        features: &Features,
        text: &str,
        weight: impl Fn(u32) -> f64,
    ) -> Vec<TermEffect> {
        let effect = |&(term, value): &(u32, f64)| TermEffect {
            term: self.term(term).to_owned(),
            effect: value * weight(term),
        };
        let mut effects: Vec<_> = self.row(features, text).iter().map(effect).collect();
        effects.sort_by(|a, b| {
            b.effect.abs().total_cmp(&a.effect.abs()).then_with(|| a.term.cmp(&b.term))
        });
        effects
    }

    pub(in crate::text) fn rows<T: AsRef<str> + Sync>(
        &self,
        features: &Features,
        texts: &[T],
    ) -> SparseRows {
        SparseRows {
            rows: in_parts(texts, |text| self.row(features, text.as_ref())),
            columns: self.len(),
        }
    }
}
