//! Chinese by the longest known words, and by what stands before them in their clause.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::LazyLock;

/// What a known word does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Role {
    /// It praises or complains.
    Opinion(f64),
    /// It multiplies the opinion that follows.
    Degree(f64),
    /// It turns the opinion that follows around.
    Negation,
    /// What came before counts less, and what follows more.
    Turn(f64),
    /// A question that is a reproach.
    Reproach(f64),
    /// It only contains the letters of another one.
    Other,
}

/// All words by their first character, the longest first.
static WORDS: LazyLock<BTreeMap<char, Vec<(&'static str, Role)>>> = LazyLock::new(|| {
    let mut words: BTreeMap<char, Vec<_>> = BTreeMap::new();
    for (word, role) in rows(include_str!("../lexicon/zh.txt")).flat_map(roles) {
        if let Some(first) = word.chars().next() {
            words.entry(first).or_default().push((word, role));
        }
    }
    words.values_mut().for_each(|words| words.sort_by_key(|(word, _)| usize::MAX - word.len()));
    words
});

fn rows(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The words of a row such as `degree 1.5: 非常 极其`; none of a row that can't be read.
fn roles(row: &'static str) -> Vec<(&'static str, Role)> {
    let read = || {
        let (head, words) = row.split_once(": ")?;
        let (kind, number) = head.split_once(' ')?;
        let number: f64 = number.parse().ok()?;
        let role = match kind {
            "opinion" => Role::Opinion(number),
            "degree" => Role::Degree(number),
            "negation" => Role::Negation,
            "but" => Role::Turn(number),
            "ask" => Role::Reproach(number),
            "other" => Role::Other,
            _ => return None,
        };
        Some(words.split(' ').map(|word| (word, role)).collect())
    };
    read().unwrap_or_default()
}

/// What negation leaves of praise, and of complaint: 不好 is bad, 不差 hardly good.
const NEGATED_PRAISE: f64 = -0.9;
const NEGATED_COMPLAINT: f64 = -0.5;
/// What a turn leaves of what came before it in its sentence.
const BEFORE_TURN: f64 = 0.5;
/// What a question leaves of praise.
const ASKED_PRAISE: f64 = 0.5;
/// How many unknown characters may stand between a modifier and its word.
const REACH: usize = 5;
/// What an exclamation mark adds, up to four of them.
const EXCLAMATION: f64 = 0.292;

/// Unified ideographs, without those that need two UTF-16 units.
pub(in crate::text) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Scores a text; words of the caller come before those that are known.
pub(super) fn score(text: &str, own: &BTreeMap<String, f64>) -> f64 {
    let mut reading = Reading::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (length, role) = longest(rest, c, own).unwrap_or((c.len_utf8(), None));
        match role {
            Some(role) => reading.word(role),
            None => reading.unknown(c),
        }
        rest = &rest[length..];
    }
    reading.close(false);
    let marks = text.chars().filter(|c| matches!(c, '!' | '！')).count().min(4) as f64;
    let sum = reading.total;
    let sum = if sum == 0.0 { 0.0 } else { sum + (EXCLAMATION * marks).copysign(sum) };
    sum / (sum * sum + 15.0).sqrt()
}

/// The longest word that the text begins with: its bytes and what it does.
fn longest(rest: &str, first: char, own: &BTreeMap<String, f64>) -> Option<(usize, Option<Role>)> {
    let known = WORDS.get(&first).and_then(|words| {
        words
            .iter()
            .find(|(word, _)| rest.starts_with(word))
            .map(|(word, role)| (word.len(), *role))
    });
    let first_text = &rest[..first.len_utf8()];
    let from = (Bound::Included(first_text), Bound::Unbounded);
    let given = own
        .range::<str, _>(from)
        .take_while(|(word, _)| word.starts_with(first))
        .filter(|(word, _)| rest.starts_with(word.as_str()))
        .map(|(word, valence)| (word.len(), Role::Opinion(*valence)))
        .max_by_key(|(length, _)| *length);
    let longer = match (given, known) {
        (Some(given), Some(known)) if known.0 > given.0 => Some(known),
        (given, known) => given.or(known),
    };
    longer.map(|(length, role)| (length, Some(role)))
}

/// What was read so far.
struct Reading {
    total: f64,
    praise: f64,
    complaint: f64,
    weight: f64,
    degree: f64,
    is_negated: bool,
    unknown: usize,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            total: 0.0,
            praise: 0.0,
            complaint: 0.0,
            weight: 1.0,
            degree: 1.0,
            is_negated: false,
            unknown: 0,
        }
    }
}

impl Reading {
    fn word(&mut self, role: Role) {
        match role {
            Role::Opinion(valence) => self.opinion(valence),
            Role::Degree(degree) => {
                self.degree = (self.degree * degree).clamp(0.2, 2.0);
                self.unknown = 0;
            }
            Role::Negation => {
                self.is_negated = !self.is_negated;
                self.unknown = 0;
            }
            Role::Turn(weight) => {
                self.praise *= BEFORE_TURN;
                self.complaint *= BEFORE_TURN;
                self.weight = weight;
                self.forget();
            }
            Role::Reproach(valence) => self.add(valence),
            Role::Other => self.pass(),
        }
    }

    fn opinion(&mut self, valence: f64) {
        let turned = match self.is_negated {
            true if valence > 0.0 => NEGATED_PRAISE,
            true => NEGATED_COMPLAINT,
            false => 1.0,
        };
        self.add(valence * self.degree * turned);
        self.forget();
    }

    fn add(&mut self, valence: f64) {
        let side = if valence > 0.0 { &mut self.praise } else { &mut self.complaint };
        *side += valence * self.weight;
    }

    fn unknown(&mut self, c: char) {
        match c {
            '。' | '.' | '!' | '！' | ';' | '；' | '\n' | '~' | '～' | '…' => {
                self.close(false);
            }
            '?' | '？' => self.close(true),
            ',' | '，' | '、' | ':' | '：' => self.forget(),
            _ => self.pass(),
        }
    }

    /// One more character without a meaning: what stands before it is soon out of reach.
    fn pass(&mut self) {
        self.unknown += 1;
        if self.unknown > REACH {
            self.forget();
        }
    }

    fn forget(&mut self) {
        (self.degree, self.is_negated, self.unknown) = (1.0, false, 0);
    }

    /// Ends a sentence.
    fn close(&mut self, is_question: bool) {
        let praise = self.praise * if is_question { ASKED_PRAISE } else { 1.0 };
        *self = Self { total: self.total + praise + self.complaint, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_every_word_stands_once() {
        let text = include_str!("../lexicon/zh.txt");
        let mut words: Vec<_> = rows(text).flat_map(roles).map(|(word, _)| word).collect();
        let all = rows(text).map(|row| row.split(' ').count() - 2).sum::<usize>();
        assert_eq!(words.len(), all);
        assert!(words.len() > 1500, "{}", words.len());
        words.sort_unstable();
        let twice: Vec<_> = words.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}
