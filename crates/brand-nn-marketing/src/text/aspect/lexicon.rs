//! Words of retail: which aspect they speak of, and what they think of it.

use crate::text::sentiment::Lexicon;

/// The lexicon of sentiment with words of goods that everyday lists lack: slow, overpriced, sturdy.
///
/// # Examples
/// ```
/// use brand_nn_marketing::text::aspect::retail_lexicon;
/// use brand_nn_marketing::text::sentiment::{Lexicon, Sentiment};
///
/// assert_eq!(Lexicon::new().polarity("slow delivery"), 0.0);
/// assert!(retail_lexicon().polarity("slow delivery") < -0.4);
/// ```
#[must_use]
pub fn retail_lexicon() -> Lexicon {
    rows("opinion ").fold(Lexicon::new(), |lexicon, (valence, words)| {
        let valence: f64 = valence.parse().unwrap_or(0.0);
        words
            .split(' ')
            .fold(lexicon, |lexicon, word| lexicon.clone().word(word, valence).unwrap_or(lexicon))
    })
}

/// The rows of a kind: what stands before the colon, and the words behind it.
fn rows(kind: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("../lexicon/retail.txt").lines();
    lines.filter_map(move |line| line.strip_prefix(kind)?.split_once(": "))
}

/// All aspects with their words.
pub(super) fn aspects() -> Vec<(String, Vec<String>)> {
    let aspect = |(names, words): (&str, &str)| {
        let name = names.split(' ').next().unwrap_or(names);
        (name.to_owned(), words.split(' ').map(str::to_owned).collect())
    };
    rows("aspect ").map(aspect).collect()
}

/// Words that hold those of an aspect and mean something else.
pub(super) fn others() -> impl Iterator<Item = &'static str> {
    include_str!("../lexicon/retail.txt")
        .lines()
        .filter_map(|line| line.strip_prefix("other: "))
        .flat_map(|words| words.split(", "))
}

/// What an aspect of the list is called in Chinese; its own name elsewhere.
pub(crate) fn chinese(name: &str) -> &str {
    let known = rows("aspect ").filter_map(|(names, _)| names.split_once(' '));
    known.into_iter().find(|(english, _)| *english == name).map_or(name, |(_, chinese)| chinese)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::sentiment::Sentiment;

    #[test]
    fn every_row_is_read_and_every_word_stands_once() {
        let aspects = aspects();
        assert_eq!(aspects.len(), 22);
        let mut words: Vec<_> = aspects.iter().flat_map(|(_, words)| words).collect();
        words.sort_unstable();
        let twice: Vec<_> = words.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty() && words.len() >= 400, "{twice:?} of {}", words.len());
        assert!(others().count() > 20);
        assert_eq!((chinese("price"), chinese("app")), ("价格", "app"));
    }

    #[test]
    fn every_opinion_is_heard() {
        let lexicon = retail_lexicon();
        let mut count = 0;
        for (valence, words) in rows("opinion ") {
            let valence: f64 = valence.parse().unwrap();
            for word in words.split(' ') {
                assert!(lexicon.polarity(word) * valence > 0.0, "{word}");
                count += 1;
            }
        }
        assert!(count > 50, "{count}");
    }
}
