//! A text as clauses, and how each feels about the aspects that it names.

use super::{Aspects, lexicon};
use crate::text::dictionary::Dictionary;
use crate::text::fold::Folded;
use crate::text::sentiment::{Sentiment, Tone};
use std::ops::Range;

/// Words that turn against what came before.
const TURNS: [&str; 21] = [
    "but",
    "however",
    "although",
    "though",
    "yet",
    "except",
    "unfortunately",
    "nevertheless",
    "但",
    "但是",
    "可是",
    "不过",
    "然而",
    "只是",
    "就是",
    "却",
    "可惜",
    "美中不足",
    "遗憾的是",
    "唯一的缺点",
    "反而",
];
/// Words between two things of a kind.
const LINKS: [&str; 8] = ["and", "while", "whereas", "plus", "而且", "并且", "而", "同时"];
/// Words that only contain those above.
const PLAIN: [&str; 6] = ["不但", "不可是", "而已", "因而", "从而", "反而言之"];

/// How far from 0 the polarity of an opinion is, as VADER's authors advise.
pub(crate) const BAND: f64 = 0.05;

/// What finds opinions on aspects.
#[derive(Clone, Debug)]
pub struct AspectReader {
    names: Vec<String>,
    words: Dictionary<Role>,
}

/// What a word does in a clause.
#[derive(Clone, Copy, Debug, Default)]
enum Role {
    Aspect(usize),
    Turn,
    Link,
    #[default]
    Plain,
}

/// How a text feels about one aspect.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// The number of the aspect.
    pub aspect: usize,
    /// How it feels, −1 to 1; near 0 it is only named.
    pub polarity: f64,
    /// Where that stands, in bytes.
    pub range: Range<usize>,
}

impl Opinion {
    /// Praise, complaint or neither.
    #[must_use]
    pub fn tone(&self) -> Tone {
        Tone::of(self.polarity, BAND)
    }
}

/// A part of a text with the aspects that it names.
#[derive(Debug)]
struct Clause {
    letters: Range<usize>,
    aspects: Vec<usize>,
    sentence: usize,
}

impl AspectReader {
    pub(super) fn new(aspects: &Aspects) -> Self {
        let mut words = Dictionary::default();
        let fixed = TURNS.map(|word| (word, Role::Turn)).into_iter();
        let fixed = fixed.chain(LINKS.map(|word| (word, Role::Link)));
        let fixed = fixed.chain(PLAIN.map(|word| (word, Role::Plain)));
        let fixed = fixed.chain(lexicon::others().map(|word| (word, Role::Plain)));
        let named = aspects.aspects.iter().enumerate();
        let named = named.flat_map(|(i, (_, words))| words.iter().map(move |w| (&**w, i)));
        let named = named.map(|(word, aspect)| (word, Role::Aspect(aspect)));
        for (word, role) in fixed.chain(named) {
            if let Some(entry) = words.entry(word) {
                *entry = role;
            }
        }
        Self { names: aspects.names().map(str::to_owned).collect(), words }
    }

    /// The names of all aspects, in the order of their numbers.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The name of an aspect; empty for a number that there is not.
    #[must_use]
    pub fn name(&self, aspect: usize) -> &str {
        self.names.get(aspect).map_or("", String::as_str)
    }

    /// One opinion for each aspect that the text names, in the order in which they stand.
    #[must_use]
    pub fn read(&self, text: &str, sentiment: &dyn Sentiment) -> Vec<Opinion> {
        self.read_folded(text, &Folded::of(text), sentiment)
    }

    pub(crate) fn read_folded(
        &self,
        text: &str,
        folded: &Folded<'_>,
        sentiment: &dyn Sentiment,
    ) -> Vec<Opinion> {
        let clauses = self.clauses(folded.letters());
        if clauses.iter().all(|clause| clause.aspects.is_empty()) {
            return Vec::new();
        }
        let mut opinions: Vec<Opinion> = Vec::new();
        let mut before: Option<(&Clause, f64)> = None;
        for clause in &clauses {
            let range = folded.bytes(clause.letters.clone());
            let follows = before.filter(|(last, polarity)| {
                last.sentence == clause.sentence && Tone::of(*polarity, BAND) == Tone::Neutral
            });
            let (aspects, start) = match follows {
                _ if !clause.aspects.is_empty() => (&clause.aspects, range.start),
                Some((last, _)) => (&last.aspects, folded.bytes(last.letters.clone()).start),
                None => continue,
            };
            let polarity = sentiment.polarity(&text[range.clone()]);
            for &aspect in aspects {
                keep(&mut opinions, Opinion { aspect, polarity, range: start..range.end });
            }
            before = Some((clause, polarity)).filter(|_| !clause.aspects.is_empty());
        }
        opinions
    }

    /// The clauses of a text that name no aspect.
    pub(super) fn without_aspect<'a>(&self, text: &'a str) -> Vec<&'a str> {
        let folded = Folded::of(text);
        let clauses = self.clauses(folded.letters());
        let silent = clauses.into_iter().filter(|clause| clause.aspects.is_empty());
        silent.map(|clause| &text[folded.bytes(clause.letters)]).collect()
    }

    fn clauses(&self, letters: &[char]) -> Vec<Clause> {
        let mut cut = Cutter::default();
        let mut at = 0;
        while at < letters.len() {
            match self.words.longest(letters, at) {
                Some((length, role)) => {
                    match role {
                        Role::Aspect(aspect) => cut.aspect(*aspect),
                        Role::Turn => cut.end(at, false),
                        Role::Link => cut.link = Some(at),
                        Role::Plain => {}
                    }
                    at += length;
                }
                None => {
                    match Mark::at(letters, at) {
                        Mark::None => {}
                        mark => cut.end(at + 1, mark == Mark::Sentence),
                    }
                    at += 1;
                }
            }
        }
        cut.end(letters.len(), true);
        cut.clauses
    }
}

/// The strongest opinion on an aspect stays, the first of two that are as strong.
fn keep(opinions: &mut Vec<Opinion>, new: Opinion) {
    match opinions.iter_mut().find(|known| known.aspect == new.aspect) {
        Some(known) if known.polarity.abs() >= new.polarity.abs() => {}
        Some(known) => *known = new,
        None => opinions.push(new),
    }
}

/// Clauses while they are cut.
#[derive(Default)]
struct Cutter {
    clauses: Vec<Clause>,
    start: usize,
    aspects: Vec<usize>,
    /// Where an "and" stands with no aspect behind it yet.
    link: Option<usize>,
    sentence: usize,
}

impl Cutter {
    fn aspect(&mut self, aspect: usize) {
        let link = self.link.take().filter(|_| !self.aspects.is_empty());
        if let Some(link) = link.filter(|_| !self.aspects.contains(&aspect)) {
            self.end(link, false);
        }
        if !self.aspects.contains(&aspect) {
            self.aspects.push(aspect);
        }
    }

    fn end(&mut self, end: usize, is_sentence: bool) {
        if end > self.start {
            let aspects = std::mem::take(&mut self.aspects);
            self.clauses.push(Clause {
                letters: self.start..end,
                aspects,
                sentence: self.sentence,
            });
        }
        (self.start, self.link) = (end, None);
        self.sentence += usize::from(is_sentence);
    }
}

/// What a letter says about the end of a clause.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Clause,
    Sentence,
}

impl Mark {
    fn at(letters: &[char], at: usize) -> Self {
        let beside = |test: fn(char) -> bool| {
            let before = at.checked_sub(1).and_then(|before| letters.get(before));
            let after = letters.get(at + 1);
            before.zip(after).is_some_and(|(a, b)| test(*a) && test(*b))
        };
        match letters[at] {
            '.' | ',' | ':' if beside(|c| c.is_ascii_digit()) => Self::None,
            '。' | '.' | '!' | '?' | '\n' | '…' => Self::Sentence,
            ',' | '、' | ';' | ':' | '(' | ')' | '~' | '～' | '—' => Self::Clause,
            // Many write a blank for a comma in Chinese.
            ' ' if beside(|c| c >= '\u{2e80}') => Self::Clause,
            _ => Self::None,
        }
    }
}
