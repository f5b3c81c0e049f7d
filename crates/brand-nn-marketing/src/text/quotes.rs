//! Passages of what people wrote, without personal data, chosen by a seed.

use super::hash::mix;
use super::redact::Redactor;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A few passages out of many, the same ones in whatever order the many come.
///
/// Each passage draws a number of its own text and the seed; those with the lowest stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quotes {
    kept: Vec<(u64, String)>,
}

impl Quotes {
    /// Takes a passage in if its number is among the lowest; only then is it redacted.
    pub(crate) fn offer(&mut self, number: u64, most: usize, passage: impl FnOnce() -> String) {
        let place = self.kept.partition_point(|(known, _)| *known < number);
        let is_known = self.kept.get(place).is_some_and(|(known, _)| *known == number);
        if place < most && !is_known {
            self.kept.insert(place, (number, passage()));
            self.kept.truncate(most);
        }
    }

    /// Takes in what another kept.
    pub(crate) fn join(&mut self, other: &Self, most: usize) {
        for (number, text) in &other.kept {
            self.offer(*number, most, || text.clone());
        }
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.kept.iter().map(|(_, text)| &**text)
    }
}

/// The number that a passage draws.
pub(crate) fn number(seed: u64, passage: &str) -> u64 {
    passage.bytes().fold(mix(seed), |hash, byte| mix(hash ^ u64::from(byte)))
}

/// Longer passages end in an ellipsis.
const LONGEST: usize = 160;

/// A passage of a text as it may be stored and shown.
///
/// Personal data is looked for in the whole text: where the passage begins or ends within some, all
/// of it is replaced.
pub(crate) fn passage(text: &str, range: &Range<usize>) -> String {
    let (mut out, mut end) = (String::new(), range.start);
    for (kind, found) in Redactor::new().find(text) {
        if found.end > range.start && found.start < range.end {
            out.push_str(text.get(end..found.start).unwrap_or_default());
            out.push_str(kind.placeholder());
            end = found.end;
        }
    }
    out.push_str(text.get(end..range.end).unwrap_or_default());
    clipped(out.trim())
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, part: &str, expected: &str) {
        let start = text.find(part).unwrap();
        assert_eq!(passage(text, &(start..start + part.len())), expected);
    }

    #[test]
    fn a_cut_does_not_uncover_what_is_hidden() {
        check("ask ann@shop.example now", "ask ann@shop", "ask [email]");
        check("ask ann@shop.example now", "example now", "[email] now");
        check("a 13800138000 b", " b", "b");
        check("打13800138000或4111111111111111", "8000或41", "[phone]或[card]");
        let long = "好".repeat(200);
        check(&long, &long, &format!("{}…", "好".repeat(160)));
    }

    #[test]
    fn the_same_passages_stay_in_any_order() {
        let texts: Vec<_> = (0..50).map(|i| format!("text {i}")).collect();
        let chosen = |order: &mut dyn Iterator<Item = &String>| {
            let mut quotes = Quotes::default();
            order.for_each(|text| quotes.offer(number(7, text), 3, || text.clone()));
            quotes
        };
        let forward = chosen(&mut texts.iter().chain(&texts));
        assert_eq!(forward, chosen(&mut texts.iter().rev()));
        assert_eq!(forward.texts().count(), 3);
    }
}
