//! The tokenizer against what Keras' tokenizer and padding answer.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

use brand_nn_text::{
    FittedWordTokenizer, PadOptions, Side, Splitter, WordTokenizer, pad_sequences,
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Case {
    Tokenizer(Box<Tokenizer>),
    PadSequences { name: String, config: Pad, sequences: Vec<Vec<i64>>, padded: Rectangle },
}

#[derive(Deserialize)]
struct Tokenizer {
    name: String,
    config: Config,
    fit_texts: Vec<String>,
    texts: Vec<String>,
    sequences: Vec<Vec<i64>>,
    restored: Vec<String>,
    to_json: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    num_words: Option<usize>,
    filters: Option<String>,
    lower: Option<bool>,
    split: Option<String>,
    char_level: Option<bool>,
    oov_token: Option<String>,
}

#[derive(Deserialize)]
struct Pad {
    maxlen: Option<usize>,
    padding: String,
    truncating: String,
    value: i64,
}

#[derive(Deserialize)]
struct Rectangle {
    shape: [usize; 2],
    values: Vec<i64>,
}

impl Config {
    fn tokenizer(&self) -> WordTokenizer {
        let mut tokenizer = WordTokenizer::new().splitter(match self.char_level {
            Some(true) => Splitter::Characters,
            _ => Splitter::Whitespace,
        });
        tokenizer = tokenizer.lower(self.lower.unwrap_or(true));
        tokenizer = self.num_words.iter().fold(tokenizer, |t, &n| t.num_words(n));
        tokenizer = self.filters.iter().fold(tokenizer, WordTokenizer::filters);
        tokenizer = self.split.iter().fold(tokenizer, WordTokenizer::split);
        self.oov_token.iter().fold(tokenizer, WordTokenizer::oov_token)
    }
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/tokenizer.json")).unwrap()
}

/// Keras' JSON with its inner texts parsed, so that blanks and order don't matter.
fn unfold(json: &str) -> Value {
    let mut file: Value = serde_json::from_str(json).unwrap();
    for field in ["word_counts", "word_docs", "index_docs", "index_word", "word_index"] {
        let inner = &mut file["config"][field];
        *inner = serde_json::from_str(inner.as_str().unwrap()).unwrap();
    }
    file
}

fn check_tokenizer(case: &Tokenizer) {
    let ours = case.config.tokenizer().fit(&case.fit_texts).unwrap();
    let read = FittedWordTokenizer::from_json(&case.to_json).unwrap();
    assert_eq!(read, ours, "{}: read from Keras' JSON", case.name);
    assert_eq!(unfold(&ours.to_json()), unfold(&case.to_json), "{}: to_json", case.name);
    assert_eq!(ours.encode(&case.texts), case.sequences, "{}: encode", case.name);
    assert_eq!(ours.decode(&case.sequences), case.restored, "{}: decode", case.name);
    let largest = case.sequences.iter().flatten().max().map_or(0, |&i| i as usize);
    assert!(largest < ours.vocabulary_size(), "{}: vocabulary_size", case.name);
}

fn side(name: &str) -> Side {
    if name == "pre" { Side::Front } else { Side::Back }
}

fn check_padding(name: &str, config: &Pad, sequences: &[Vec<i64>], expected: &Rectangle) {
    let options = PadOptions {
        length: config.maxlen,
        padding: side(&config.padding),
        truncating: side(&config.truncating),
        value: config.value,
    };
    let padded = pad_sequences(sequences, options);
    assert_eq!(padded.dims::<2>().unwrap(), expected.shape, "{name}");
    assert_eq!(padded.to_vec::<i64>(), expected.values, "{name}");
}

#[test]
fn every_case_of_keras() {
    let mut seen = [0, 0];
    for case in &golden().cases {
        match case {
            Case::Tokenizer(case) => {
                seen[0] += 1;
                check_tokenizer(case);
            }
            Case::PadSequences { name, config, sequences, padded } => {
                seen[1] += 1;
                check_padding(name, config, sequences, padded);
            }
        }
    }
    assert!(seen.iter().all(|&cases| cases >= 20), "{seen:?}");
}
