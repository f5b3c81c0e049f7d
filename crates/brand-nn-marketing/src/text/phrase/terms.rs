//! Runs of words or characters that may be phrases, counted.

use crate::text::fold::{Folded, is_wordy};
use crate::text::hash;
use crate::text::redact::Redactor;
use brand_nn_kernels::threads;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A run that is frequent enough.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    pub(crate) phrase: String,
    pub(crate) count: u64,
    pub(crate) texts: u64,
    /// Its words or Chinese characters.
    pub(crate) units: usize,
}

/// The phrases of texts, and what finds them again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    terms: Vec<Term>,
    /// The hash of each phrase with its number, in the order of hashes.
    numbers: Vec<(u64, usize)>,
}

/// Words that no phrase begins or ends with.
const STOP_WORDS: &str = " a about after again all also am an and any are as at be because been \
    before being but by can could did do does doing don down each ever even few for from further \
    get got had has have having he her here hers him his how i if in into is it its itself just \
    let ll m me more most my no nor not now of off on once one only or other our out over own re \
    really s same she should so some such t than that the their them then there these they this \
    those through to too under until up us ve very was we were what when where which while who \
    whom why will with would you your ";

/// Characters that no phrase begins or ends with.
const STOP_CHARACTERS: &str = "的了是我你他她它们很也就都和在有不还这那吧吗呢啊哦呀嘛给把被让跟\
    与及或而但可要会能说到去来对从过着得地之其此又再太更最个些么什怎为以于等所没只才却用买";

/// How much more often than by chance the parts of a Chinese word stand together.
const COHESION: f64 = 10.0;
/// A run that is part of one longer run this often is left out.
const WITHIN: f64 = 0.8;
/// Longest runs of words and of characters; those of one more are only counted.
const LONGEST_WORDS: usize = 3;
const LONGEST_CHARACTERS: usize = 4;

#[derive(Clone, Copy, Default)]
struct Count {
    count: u64,
    texts: u64,
}

type Counts = BTreeMap<u64, Count>;

impl Vocabulary {
    /// The phrases that stand in enough of the texts, in the order of their first letters.
    pub(crate) fn of<T: AsRef<str> + Sync>(texts: &[T], min_texts: u64) -> Self {
        let counts = count(texts, min_texts);
        let mut seen: BTreeMap<Vec<char>, (Count, Kind)> = BTreeMap::new();
        let mut characters = 0.0;
        for text in texts {
            each_run(&Folded::of(&harmless(text.as_ref())), |run, kind| {
                characters += f64::from(u8::from(kind == Kind::Characters(1)));
                let count = counts.get(&hash::of(run.iter().copied()));
                if let Some(count) = count.filter(|_| !seen.contains_key(run)) {
                    seen.insert(run.to_vec(), (*count, kind));
                }
            });
        }
        let longer = longer(&seen);
        let is_phrase = |(run, (count, kind)): &(&Vec<char>, &(Count, Kind))| {
            let within = longer.get(run.as_slice()).copied().unwrap_or(0);
            kind.is_phrase()
                && has_ends(run, *kind)
                && (within as f64) < WITHIN * count.count as f64
                && is_whole(run, *kind, &seen, characters)
        };
        let term = |(run, (count, kind)): (&Vec<char>, &(Count, Kind))| Term {
            phrase: run.iter().collect(),
            count: count.count,
            texts: count.texts,
            units: kind.units(),
        };
        Self::new(seen.iter().filter(is_phrase).map(term).collect())
    }

    /// Given phrases, to be found again.
    pub(crate) fn from_phrases<'a>(phrases: impl Iterator<Item = &'a str>) -> Self {
        let term = |phrase: &str| Term { phrase: phrase.to_owned(), count: 0, texts: 0, units: 1 };
        Self::new(phrases.map(term).collect())
    }

    fn new(terms: Vec<Term>) -> Self {
        let numbered = terms.iter().enumerate();
        let mut numbers: Vec<_> =
            numbered.map(|(i, term)| (hash::of(term.phrase.chars()), i)).collect();
        numbers.sort_unstable();
        Self { terms, numbers }
    }

    pub(crate) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The number of each phrase of a text, as often as it stands there.
    pub(crate) fn each(&self, text: &str, mut see: impl FnMut(usize)) {
        each_run(&Folded::of(text), |run, _| {
            let hash = hash::of(run.iter().copied());
            if let Ok(place) = self.numbers.binary_search_by_key(&hash, |(hash, _)| *hash) {
                see(self.numbers[place].1);
            }
        });
    }
}

/// Words or characters, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Words(usize),
    Characters(usize),
}

impl Kind {
    fn units(self) -> usize {
        match self {
            Self::Words(units) | Self::Characters(units) => units,
        }
    }

    /// Whether it has the length of a phrase.
    fn is_phrase(self) -> bool {
        match self {
            Self::Words(units) => units <= LONGEST_WORDS,
            Self::Characters(units) => (2..=LONGEST_CHARACTERS).contains(&units),
        }
    }
}

/// Runs of enough texts by their hash.
fn count<T: AsRef<str> + Sync>(texts: &[T], min_texts: u64) -> Counts {
    let parts: Vec<&[T]> = texts.chunks(1024).collect();
    let parts = threads::map(parts.len(), |i| {
        let mut runs: Vec<(u64, usize)> = Vec::new();
        for (at, text) in parts[i].iter().enumerate() {
            let harmless = harmless(text.as_ref());
            each_run(&Folded::of(&harmless), |run, _| {
                runs.push((hash::of(run.iter().copied()), at));
            });
        }
        runs.sort_unstable();
        let count = |same: &[(u64, usize)]| {
            let texts = same.chunk_by(|a, b| a.1 == b.1).count() as u64;
            (same[0].0, Count { count: same.len() as u64, texts })
        };
        runs.chunk_by(|a, b| a.0 == b.0).map(count).collect::<Vec<_>>()
    });
    let mut all = parts.concat();
    all.sort_unstable_by_key(|(hash, _)| *hash);
    let sum = |same: &[(u64, Count)]| {
        let add = |a: Count, b: Count| Count { count: a.count + b.count, texts: a.texts + b.texts };
        (same[0].0, same.iter().map(|(_, count)| *count).fold(Count::default(), add))
    };
    let sums = all.chunk_by(|a, b| a.0 == b.0).map(sum);
    sums.filter(|(_, count)| count.texts >= min_texts).collect()
}

/// The text with the end of a line for whatever says who somebody is.
fn harmless(text: &str) -> Cow<'_, str> {
    let found = Redactor::new().find(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut end) = (String::with_capacity(text.len()), 0);
    for (_, range) in found {
        out.push_str(&text[end..range.start]);
        out.push('\n');
        end = range.end;
    }
    out.push_str(&text[end..]);
    Cow::Owned(out)
}

/// Every run of words, and of Chinese characters, that may count.
fn each_run(text: &Folded<'_>, mut see: impl FnMut(&[char], Kind)) {
    let letters = text.letters();
    let mut at = 0;
    while at < letters.len() {
        if is_wordy(letters[at]) {
            let words = words(letters, &mut at);
            for length in 1..=LONGEST_WORDS + 1 {
                for run in words.windows(length) {
                    see(&letters[run[0].0..run[length - 1].1], Kind::Words(length));
                }
            }
        } else if is_han(letters[at]) {
            let start = at;
            while letters.get(at).is_some_and(|c| is_han(*c)) {
                at += 1;
            }
            for length in 1..=LONGEST_CHARACTERS + 1 {
                let runs = letters[start..at].windows(length);
                runs.for_each(|run| see(run, Kind::Characters(length)));
            }
        } else {
            at += 1;
        }
    }
}

/// Where words begin and end that only blanks or hyphens part.
fn words(letters: &[char], at: &mut usize) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let is_inside = |at: usize| {
        let next = letters.get(at + 1).is_some_and(|c| is_wordy(*c));
        letters.get(at).is_some_and(|c| is_wordy(*c) || (*c == '\'' && next))
    };
    loop {
        let start = *at;
        while is_inside(*at) {
            *at += 1;
        }
        words.push((start, *at));
        let is_joint = letters.get(*at).is_some_and(|c| *c == ' ' || *c == '-');
        if !is_joint || !letters.get(*at + 1).is_some_and(|c| is_wordy(*c)) {
            return words;
        }
        *at += 1;
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// How often the most frequent longer run around each run stands.
fn longer(seen: &BTreeMap<Vec<char>, (Count, Kind)>) -> BTreeMap<&[char], u64> {
    let mut longest: BTreeMap<&[char], u64> = BTreeMap::new();
    for (run, (count, kind)) in seen {
        let parts = match kind {
            Kind::Characters(1) | Kind::Words(1) => continue,
            Kind::Characters(_) => [&run[1..], &run[..run.len() - 1]],
            Kind::Words(_) => [after_first_word(run), before_last_word(run)],
        };
        // A longer run that begins or ends with a mere particle is no better phrase.
        if has_ends(run, *kind) {
            for part in parts {
                let most = longest.entry(part).or_default();
                *most = (*most).max(count.count);
            }
        }
    }
    longest
}

fn after_first_word(run: &[char]) -> &[char] {
    let joint = run.iter().position(|c| *c == ' ' || *c == '-');
    joint.map_or(&[], |joint| &run[joint + 1..])
}

fn before_last_word(run: &[char]) -> &[char] {
    let joint = run.iter().rposition(|c| *c == ' ' || *c == '-');
    joint.map_or(&[], |joint| &run[..joint])
}

/// Whether the run begins and ends with words or characters that mean something.
fn has_ends(run: &[char], kind: Kind) -> bool {
    if let Kind::Characters(_) = kind {
        let is_stop = |c: &char| STOP_CHARACTERS.contains(*c);
        return ![run.first(), run.last()].into_iter().flatten().any(is_stop);
    }
    let text: String = run.iter().collect();
    let mut words = text.split([' ', '-']);
    let first = words.next();
    let ends = [first, words.next_back().or(first)];
    let means = |word: &str| {
        let stem = word.split('\'').next().unwrap_or(word);
        let is_word = stem.len() > 1 && stem.chars().any(char::is_alphabetic);
        is_word && !STOP_WORDS.contains(&format!(" {stem} "))
    };
    ends.into_iter().flatten().all(means)
}

/// Whether the parts of a Chinese run stand together more often than by chance, however parted.
fn is_whole(
    run: &[char],
    kind: Kind,
    seen: &BTreeMap<Vec<char>, (Count, Kind)>,
    characters: f64,
) -> bool {
    let count = |run: &[char]| seen.get(run).map_or(1.0, |(count, _)| count.count as f64);
    matches!(kind, Kind::Words(_))
        || (1..run.len()).all(|at| {
            let chance = count(&run[..at]) * count(&run[at..]) / characters;
            count(run) >= COHESION.min(characters / 20.0) * chance
        })
}
