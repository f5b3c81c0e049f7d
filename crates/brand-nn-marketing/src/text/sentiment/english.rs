//! VADER's rules: what stands before a word of known valence, capitals, and marks at the end.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What share of a text is complaint, neither and praise, and how it feels in all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// The share of words that complain, rounded to three decimals.
    pub negative: f64,
    /// The share of words that do neither, rounded to three decimals.
    pub neutral: f64,
    /// The share of words that praise, rounded to three decimals.
    pub positive: f64,
    /// x / √(x² + 15) of the sum of all valences, rounded to four decimals.
    pub compound: f64,
}

type Words = BTreeMap<&'static str, f64>;

/// Mean valences by ten people each, from vaderSentiment, MIT licence, beside the file.
static VALENCES: LazyLock<Words> = LazyLock::new(|| {
    let number = |(word, valence): (&'static str, &str)| Some((word, valence.parse().ok()?));
    rows(include_str!("../lexicon/vader.tsv")).filter_map(number).collect()
});

static EMOJI: LazyLock<BTreeMap<&'static str, &'static str>> =
    LazyLock::new(|| rows(include_str!("../lexicon/emoji.tsv")).collect());

fn rows(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines().filter_map(|line| line.split_once('\t'))
}

/// How much a word of degree adds.
const DEGREE: f64 = 0.293;
/// How much capitals add where not all is in capitals.
const CAPITALS: f64 = 0.733;
/// What a negation multiplies with.
const NEGATION: f64 = -0.74;
/// How much of a degree reaches a word one, two and three words later.
const REACH: [f64; 3] = [1.0, 0.95, 0.9];

/// Words of degree that strengthen, each beside a blank.
const STRONGER: &str = " absolutely amazingly awfully completely considerable considerably \
    decidedly deeply effing enormous enormously entirely especially exceptional exceptionally \
    extreme extremely fabulously flipping flippin frackin fracking fricking frickin frigging \
    friggin fully fuckin fucking fuggin fugging greatly hella highly hugely incredible incredibly \
    intensely major majorly more most particularly purely quite really remarkably so substantially \
    thoroughly total totally tremendous tremendously uber unbelievably unusually utter utterly \
    very ";

/// Words of degree that weaken.
const WEAKER: &str = " almost barely hardly kinda kindof kind-of less little marginal marginally \
    occasional occasionally partly scarce scarcely slight slightly somewhat sorta sortof sort-of ";

/// Weakening words that are two words.
const WEAKER_PAIRS: [&str; 3] = ["just enough", "kind of", "sort of"];

/// Negations; any word with n't is one too.
const NEGATIONS: &str = " aint arent cannot cant couldnt darent didnt doesnt dont hadnt hasnt \
    havent isnt mightnt mustnt neither neednt never none nope nor not nothing nowhere oughtnt \
    shant shouldnt uhuh uh-uh wasnt werent without wont wouldnt rarely seldom despite ";

/// Phrases whose valence is not that of their words.
const PHRASES: [(&str, f64); 9] = [
    ("the shit", 3.0),
    ("the bomb", 3.0),
    ("bad ass", 1.5),
    ("badass", 1.5),
    ("bus stop", 0.0),
    ("yeah right", -2.0),
    ("kiss of death", -1.5),
    ("to die for", 3.0),
    ("beating heart", 3.5),
];

/// Scores a text; words of the caller come before those that are known.
pub(super) fn score(text: &str, own: &BTreeMap<String, f64>) -> Shares {
    let text = spell_out(text);
    let sentence = Sentence::of(&text, own);
    let mut valences: Vec<f64> = (0..sentence.words.len()).map(|i| sentence.valence(i)).collect();
    sentence.weigh_turn(&mut valences);
    Shares::of(&valences, emphasis(&text))
}

/// Emoji as their names in words, a blank before each.
fn spell_out(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    let mut after_blank = true;
    for c in text.chars() {
        let name = if c.is_ascii() { None } else { EMOJI.get(c.encode_utf8(&mut [0; 4]) as &str) };
        match name {
            Some(name) => {
                spelled.push_str(if after_blank { "" } else { " " });
                spelled.push_str(name);
                after_blank = false;
            }
            None => {
                spelled.push(c);
                after_blank = c == ' ';
            }
        }
    }
    spelled
}

/// One to four exclamation marks, and two or more question marks.
fn emphasis(text: &str) -> f64 {
    let count = |mark| text.bytes().filter(|&byte| byte == mark).count();
    let questions = match count(b'?') {
        0 | 1 => 0.0,
        few @ 2..=3 => 0.18 * few as f64,
        _ => 0.96,
    };
    0.292 * count(b'!').min(4) as f64 + questions
}

struct Word {
    lower: String,
    is_shouted: bool,
    valence: Option<f64>,
}

struct Sentence {
    words: Vec<Word>,
}

/// Without the punctuation around it, unless so little is left that it is an emoticon.
fn stripped(token: &str) -> &str {
    let word = token.trim_matches(|c: char| c.is_ascii_punctuation());
    if word.chars().nth(2).is_some() { word } else { token }
}

fn is_capital(word: &str) -> bool {
    word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase)
}

fn is_in(list: &str, word: &str) -> bool {
    !word.is_empty()
        && list.match_indices(word).any(|(at, _)| {
            let (before, after) = (&list[..at], &list[at + word.len()..]);
            before.ends_with(' ') && after.starts_with(' ')
        })
}

fn is_negation(word: &str) -> bool {
    word.contains("n't") || is_in(NEGATIONS, word)
}

fn degree(word: &str) -> f64 {
    if is_in(STRONGER, word) {
        DEGREE
    } else if is_in(WEAKER, word) {
        -DEGREE
    } else {
        0.0
    }
}

impl Sentence {
    fn of(text: &str, own: &BTreeMap<String, f64>) -> Self {
        let tokens: Vec<&str> = text.split_whitespace().map(stripped).collect();
        let shouted = tokens.iter().filter(|token| is_capital(token)).count();
        let is_mixed = shouted > 0 && shouted < tokens.len();
        let word = |token: &&str| {
            let lower = token.to_lowercase();
            let valence = own.get(&lower).or_else(|| VALENCES.get(lower.as_str())).copied();
            Word { is_shouted: is_mixed && is_capital(token), lower, valence }
        };
        Self { words: tokens.iter().map(word).collect() }
    }

    /// The word `distance` before word `i`; an empty one before the first.
    fn before(&self, i: usize, distance: usize) -> &str {
        i.checked_sub(distance).map_or("", |at| &self.words[at].lower)
    }

    fn after(&self, i: usize) -> Option<&Word> {
        self.words.get(i + 1)
    }

    /// What the word at `i` adds, given the three before it.
    fn valence(&self, i: usize) -> f64 {
        let word = &self.words[i];
        let Some(known) = word.valence.filter(|_| !self.is_degree(i)) else { return 0.0 };
        let mut valence = self.refused(i, known);
        if word.is_shouted {
            valence += if valence > 0.0 { CAPITALS } else { -CAPITALS };
        }
        for distance in (1..=3).take_while(|&distance| distance <= i) {
            let before = &self.words[i - distance];
            if before.valence.is_none() {
                valence += strengthening(before, valence) * REACH[distance - 1];
                valence *= self.negation(i, distance);
                if distance == 3 {
                    valence = self.phrase(i).unwrap_or(valence) + self.weaker_pairs(i);
                }
            }
        }
        if self.is_least(i) { valence * NEGATION } else { valence }
    }

    fn is_degree(&self, i: usize) -> bool {
        let word = &self.words[i].lower;
        let is_kind_of = word == "kind" && self.after(i).is_some_and(|next| next.lower == "of");
        is_kind_of || degree(word) != 0.0
    }

    /// A "no" before a word of known valence says nothing itself, and negates that word.
    fn refused(&self, i: usize, known: f64) -> f64 {
        let is_list = ["or", "nor"].contains(&self.before(i, 1)) && self.before(i, 3) == "no";
        if self.before(i, 1) == "no" || self.before(i, 2) == "no" || is_list {
            known * NEGATION
        } else if self.words[i].lower == "no"
            && self.after(i).is_some_and(|next| next.valence.is_some())
        {
            0.0
        } else {
            known
        }
    }

    /// What the word at this distance multiplies with.
    fn negation(&self, i: usize, distance: usize) -> f64 {
        let [first, second] = [self.before(i, 1), self.before(i, 2)];
        let word = self.before(i, distance);
        let praises = |word: &str| word == "so" || word == "this";
        match distance {
            2 if word == "never" && praises(first) => 1.25,
            // As published: three words on, "so" and "this" beside the word need no "never".
            3 if (word == "never" && praises(second)) || praises(first) => 1.25,
            2 if word == "without" && first == "doubt" => 1.0,
            3 if word == "without" && (first == "doubt" || second == "doubt") => 1.0,
            _ if is_negation(word) => NEGATION,
            _ => 1.0,
        }
    }

    /// The valence of the phrase that the word at `i` ends, follows or begins.
    fn phrase(&self, i: usize) -> Option<f64> {
        let [a, b, c, d] = [3, 2, 1, 0].map(|distance| self.before(i, distance));
        let [e, f] = [1, 2].map(|ahead| self.words.get(i + ahead).map_or("", |word| &word.lower));
        let around: [&[&str]; 5] = [&[c, d], &[b, c, d], &[b, c], &[a, b, c], &[a, b]];
        let ahead: [&[&str]; 2] = [&[d, e], &[d, e, f]];
        let known = |words: &&[&str]| {
            let phrase = words.join(" ");
            PHRASES.iter().find(|(known, _)| *known == phrase).map(|(_, valence)| *valence)
        };
        ahead.iter().rev().find_map(known).or_else(|| around.iter().find_map(known))
    }

    fn weaker_pairs(&self, i: usize) -> f64 {
        let [a, b, c] = [3, 2, 1].map(|distance| self.before(i, distance));
        let is_pair = |pair: &[&str; 2]| WEAKER_PAIRS.contains(&pair.join(" ").as_str());
        -DEGREE * [[a, b], [b, c]].iter().filter(|pair| is_pair(pair)).count() as f64
    }

    /// "least" negates, but not in "at least" and "very least".
    fn is_least(&self, i: usize) -> bool {
        let is_plain = i > 0 && self.words[i - 1].valence.is_none();
        is_plain && self.before(i, 1) == "least" && !["at", "very"].contains(&self.before(i, 2))
    }

    /// What comes before the first "but" counts half, what comes after it one and a half.
    fn weigh_turn(&self, valences: &mut [f64]) {
        if let Some(turn) = self.words.iter().position(|word| word.lower == "but") {
            valences[..turn].iter_mut().for_each(|valence| *valence *= 0.5);
            valences[turn + 1..].iter_mut().for_each(|valence| *valence *= 1.5);
        }
    }
}

/// What a word of degree adds to a valence that comes after it.
fn strengthening(word: &Word, valence: f64) -> f64 {
    let degree = degree(&word.lower);
    if degree == 0.0 {
        return 0.0;
    }
    let shouted = if word.is_shouted { CAPITALS } else { 0.0 };
    if valence > 0.0 {
        degree + shouted
    } else {
        (if valence < 0.0 { -degree } else { degree }) - shouted
    }
}

impl Shares {
    fn of(valences: &[f64], emphasis: f64) -> Self {
        if valences.is_empty() {
            return Self::default();
        }
        let sum: f64 = valences.iter().sum();
        let sum = sum + if sum == 0.0 { 0.0 } else { emphasis.copysign(sum) };
        // A neutral word counts as one, so that one is added to each of the others.
        let side = |sign: f64| {
            valences.iter().map(|v| v * sign).filter(|v| *v > 0.0).map(|v| v + 1.0).sum::<f64>()
        };
        let (mut positive, mut negative) = (side(1.0), side(-1.0));
        let neutral = valences.iter().filter(|v| **v == 0.0).count() as f64;
        if positive > negative {
            positive += emphasis;
        } else if positive < negative {
            negative += emphasis;
        }
        let all = positive + negative + neutral;
        let round = |x: f64, unit: f64| (x * unit).round() / unit;
        Self {
            negative: round(negative / all, 1e3),
            neutral: round(neutral / all, 1e3),
            positive: round(positive / all, 1e3),
            compound: round(sum / (sum * sum + 15.0).sqrt(), 1e4) + 0.0,
        }
    }
}
