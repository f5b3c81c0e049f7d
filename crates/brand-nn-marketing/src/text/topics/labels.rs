//! What a topic is called: terms that stand in its texts and hardly in others.

use crate::text::linear::{SparseRows, Vocabulary};
use crate::text::sentiment::is_han;

/// How many times as frequent as in all texts a term must be to name a topic.
const LIFT: f64 = 1.5;

/// The best terms of each topic by class-TF-IDF, the best first.
///
/// (nₜ꜀ / Σₜ nₜ꜀) ln(1 + A / Σ꜀ nₜ꜀) with nₜ꜀ the texts of topic c that have term t, and A the mean
/// of Σₜ nₜ꜀. After Grootendorst, "BERTopic", 2022, where nₜ꜀ counts repetitions too.
pub(super) fn labels(
    (vocabulary, rows): (&Vocabulary, &SparseRows),
    topics: &[Option<usize>],
    num_topics: usize,
    num_terms: usize,
) -> Vec<Vec<String>> {
    let counts = counts(rows, topics, num_topics);
    let sums: Vec<f64> = counts.iter().map(|counts| counts.iter().sum()).collect();
    let all: f64 = sums.iter().sum();
    let of_term: Vec<f64> =
        (0..rows.columns).map(|term| counts.iter().map(|counts| counts[term]).sum()).collect();
    let mean = all / num_topics.max(1) as f64;
    let scored = |topic: usize| {
        let lift = if num_topics > 1 { LIFT } else { 0.0 };
        let score = |term: usize| {
            let share = counts[topic][term] / sums[topic];
            let is_own = share >= lift * of_term[term] / all;
            let name = vocabulary.term(term as u32);
            (share * (1.0 + mean / of_term[term]).ln(), name, is_own)
        };
        let named = (0..rows.columns).filter(|&term| counts[topic][term] > 0.0).map(score);
        let mut terms: Vec<_> = named.filter(|(.., is_own)| *is_own).collect();
        terms.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        chosen(terms.iter().map(|(_, name, _)| *name), num_terms)
    };
    (0..num_topics).map(scored).collect()
}

/// In how many texts of each topic each term stands.
fn counts(rows: &SparseRows, topics: &[Option<usize>], num_topics: usize) -> Vec<Vec<f64>> {
    let mut counts = vec![vec![0.0; rows.columns]; num_topics];
    for (row, topic) in rows.rows.iter().zip(topics) {
        if let Some(counts) = topic.and_then(|topic| counts.get_mut(topic)) {
            row.iter().for_each(|&(term, _)| counts[term as usize] += 1.0);
        }
    }
    counts
}

/// The first terms that name something and do not repeat what a better one says.
fn chosen<'a>(terms: impl Iterator<Item = &'a str>, num_terms: usize) -> Vec<String> {
    let mut chosen: Vec<String> = Vec::new();
    for term in terms.filter(|term| is_name(term)) {
        if chosen.len() == num_terms {
            break;
        }
        if !chosen.iter().any(|known| overlap(known, term)) {
            chosen.push(term.to_owned());
        }
    }
    chosen
}

/// Letters, more than one of them if they are Chinese, without marks between them.
fn is_name(term: &str) -> bool {
    let is_letters = term.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '_');
    let is_trimmed = term.trim() == term && term.chars().any(char::is_alphabetic);
    is_letters && is_trimmed && (!term.chars().any(is_han) || term.chars().nth(1).is_some())
}

/// Whether one holds the other, or a Chinese run goes on where the other ends.
fn overlap(a: &str, b: &str) -> bool {
    let goes_on = |a: &str, b: &str| {
        let rest = a.char_indices().nth(1).map_or("", |(second, _)| &a[second..]);
        rest.chars().any(is_han) && b.starts_with(rest)
    };
    a.contains(b) || b.contains(a) || goes_on(a, b) || goes_on(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_say_the_same_are_left_out() {
        #[track_caller]
        fn check(terms: &[&str], expected: &[&str]) {
            assert_eq!(chosen(terms.iter().copied(), 3), expected);
        }
        check(&["battery", "battery life", "charge"], &["battery", "charge"]);
        check(&["快递", "递员", "快递员", "，很", "很", "物流"], &["快递", "物流"]);
        check(&["a", "b c", "_1 ", "12", "d", "e"], &["a", "b c", "d"]);
    }
}
