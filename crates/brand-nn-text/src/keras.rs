//! The JSON that Keras' `Tokenizer.to_json` writes, in which some values are JSON texts again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chars::CharSet;
use crate::splitter::Rules;
use crate::tokenizer::check_split;
use crate::vocabulary::{Vocabulary, Word};
use crate::{Error, FittedWordTokenizer, Result, Splitter};

impl FittedWordTokenizer {
    /// The tokenizer as JSON that Keras' `tokenizer_from_json` reads too.
    ///
    /// Keras has no dictionary of Chinese words: it reads such a tokenizer's numbers, and cuts new
    /// texts at blanks.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_text::{FittedWordTokenizer, WordTokenizer};
    ///
    /// let tokenizer = WordTokenizer::new().fit(&["Good value"])?;
    /// assert_eq!(FittedWordTokenizer::from_json(&tokenizer.to_json())?, tokenizer);
    /// # Ok::<(), brand_nn_text::Error>(())
    /// ```
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "texts and numbers always have a JSON form")]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers have a JSON form")
    }

    /// Reads what [`to_json`](Self::to_json) or Keras' `Tokenizer.to_json` wrote.
    ///
    /// # Errors
    ///
    /// [`Error::Json`] names the field that is missing, broken or contradicts another;
    /// [`Error::Splitter`] a splitter that this build lacks.
    pub fn from_json(json: &str) -> Result<Self> {
        let file: File = serde_json::from_str(json).map_err(|e| broken("the text", &e))?;
        file.try_into()
    }
}

#[derive(Deserialize, Serialize)]
pub(crate) struct File {
    class_name: String,
    config: Config,
    /// Keras ignores it, and doesn't write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    splitter: Option<String>,
}

/// Keras passes these on as the arguments of its constructor, so no field may be added.
#[derive(Deserialize, Serialize)]
struct Config {
    num_words: Option<usize>,
    filters: String,
    lower: bool,
    split: String,
    char_level: bool,
    oov_token: Option<String>,
    document_count: u64,
    word_counts: String,
    word_docs: String,
    #[serde(default)]
    index_docs: String,
    #[serde(default)]
    index_word: String,
    word_index: String,
}

impl From<FittedWordTokenizer> for File {
    fn from(tokenizer: FittedWordTokenizer) -> Self {
        let FittedWordTokenizer { rules, num_words, oov_token, document_count, vocabulary } =
            tokenizer;
        let words = &vocabulary.words;
        let by_index = || vocabulary.by_index.iter().map(|(&index, word)| (index, word.as_str()));
        let own_splitter = !matches!(rules.splitter, Splitter::Whitespace | Splitter::Characters);
        let config = Config {
            num_words,
            filters: rules.filters.as_str().to_owned(),
            lower: rules.lower,
            split: rules.split,
            char_level: rules.splitter == Splitter::Characters,
            oov_token,
            document_count,
            word_counts: object(words.iter().map(|w| (&w.text, w.count))),
            word_docs: object(words.iter().map(|w| (&w.text, w.texts))),
            index_docs: object(vocabulary.texts_by_index()),
            index_word: object(by_index()),
            word_index: object(by_index().map(|(index, word)| (word, index))),
        };
        let splitter = own_splitter.then(|| rules.splitter.to_string());
        Self { class_name: "Tokenizer".to_owned(), config, splitter }
    }
}

/// The pairs as the text of a JSON object, in their order.
fn object(pairs: impl IntoIterator<Item = (impl ToString, impl Into<Value>)>) -> String {
    let pairs = pairs
        .into_iter()
        .map(|(key, value)| format!("{}: {}", Value::from(key.to_string()), value.into()));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}

impl TryFrom<File> for FittedWordTokenizer {
    type Error = Error;

    fn try_from(File { class_name, config, splitter }: File) -> Result<Self> {
        if class_name != "Tokenizer" {
            return Err(broken("class_name", &format!("got `{class_name}`, expected `Tokenizer`")));
        }
        check_split(&config.split)?;
        let splitter = match splitter {
            Some(name) => name.parse()?,
            None if config.char_level => Splitter::Characters,
            None => Splitter::Whitespace,
        };
        let vocabulary = read_vocabulary(&config)?;
        check_oov(&config, &vocabulary)?;
        Ok(Self {
            num_words: config.num_words.filter(|&n| n > 0), // Keras takes 0 as no limit
            oov_token: config.oov_token,
            document_count: config.document_count,
            rules: Rules {
                splitter,
                lower: config.lower,
                filters: CharSet::new(&config.filters),
                split: config.split,
            },
            vocabulary,
        })
    }
}

fn read_vocabulary(config: &Config) -> Result<Vocabulary> {
    let texts: BTreeMap<String, u64> = parse("config.word_docs", &config.word_docs)?;
    let Ordered(counts) = parse("config.word_counts", &config.word_counts)?;
    let words = counts.into_iter().map(|(text, count)| {
        let texts = texts.get(&text).copied().unwrap_or(0);
        Word { text, count, texts }
    });
    let index = parse("config.word_index", &config.word_index)?;
    let vocabulary = Vocabulary::new(words.collect(), index);
    check_index(&vocabulary)?;
    Ok(vocabulary)
}

fn check_index(vocabulary: &Vocabulary) -> Result<()> {
    for (word, &index) in &vocabulary.index {
        if index < 1 || index >= i64::from(u32::MAX) {
            let problem = format!("`{word}` has the number {index}, expected 1 or more");
            return Err(broken("config.word_index", &problem));
        }
        if let Some(other) = vocabulary.by_index.get(&index).filter(|&other| other != word) {
            let problem = format!("`{word}` and `{other}` both have the number {index}");
            return Err(broken("config.word_index", &problem));
        }
    }
    Ok(())
}

fn check_oov(config: &Config, vocabulary: &Vocabulary) -> Result<()> {
    match &config.oov_token {
        Some(token) if !vocabulary.index.contains_key(token) => {
            Err(broken("config.oov_token", &format!("`{token}` has no number in word_index")))
        }
        _ => Ok(()),
    }
}

/// A JSON object whose order is kept.
struct Ordered(Vec<(String, u64)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> serde::de::Visitor<'de> for Pairs {
            type Value = Ordered;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of words and counts")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Ordered, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Ordered(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

fn parse<'a, T: Deserialize<'a>>(place: &str, json: &'a str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| broken(place, &error))
}

fn broken(place: &str, problem: &impl ToString) -> Error {
    Error::Json { place: place.to_owned(), problem: problem.to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::WordTokenizer;

    #[track_caller]
    fn refused(edit: impl Fn(&mut Map<String, Value>), expected: &str) {
        let tokenizer = WordTokenizer::new().oov_token("?").fit(&["a b"]).unwrap();
        let mut file: Value = serde_json::from_str(&tokenizer.to_json()).unwrap();
        edit(file.as_object_mut().unwrap());
        let error = FittedWordTokenizer::from_json(&file.to_string()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn broken_files_are_refused_with_the_place() {
        let set = |field: &'static str, value: &'static str| {
            move |file: &mut Map<String, Value>| file["config"][field] = value.into()
        };
        refused(|f| f["class_name"] = "Model".into(), "class_name: got `Model`, expected `Tok");
        refused(|f| drop(f.remove("config")), "the text: missing field `config`");
        refused(
            set("word_index", "{\"a\": 0, \"?\": 1}"),
            "config.word_index: `a` has the number 0",
        );
        refused(set("word_index", "{\"a\": 1, \"?\": 1}"), "`?` and `a` both have the number 1");
        refused(set("word_index", "{\"a\": 9223372036854775807, \"?\": 1}"), "has the number 9223");
        refused(set("word_index", "{\"a\": 1.5}"), "config.word_index: invalid type");
        refused(set("word_index", "[1, 2"), "config.word_index: invalid type");
        refused(set("word_index", "{\"a\": 1}"), "config.oov_token: `?` has no number");
        refused(set("word_counts", "3"), "config.word_counts: invalid type: integer `3`, expected");
        refused(set("word_docs", ""), "config.word_docs: EOF");
        refused(set("split", ""), "split: got an empty text");
        refused(|f| f["config"]["num_words"] = (-1).into(), "the text: invalid value");
        refused(|f| drop(f.insert("splitter".into(), "magic".into())), "splitter: got `magic`");
    }

    #[test]
    fn hostile_json_is_an_error() {
        for json in ["", "{", "null", "[]", &"[".repeat(100_000), "\u{feff}{}", "\0"] {
            let error = FittedWordTokenizer::from_json(json).unwrap_err().to_string();
            assert!(error.starts_with("tokenizer JSON, the text: "), "{error}");
        }
    }

    #[test]
    fn every_splitter_is_read_back() {
        for &splitter in Splitter::ALL {
            let tokenizer =
                WordTokenizer::new().splitter(splitter).fit(&["很好的 a b, a"]).unwrap();
            assert_eq!(FittedWordTokenizer::from_json(&tokenizer.to_json()), Ok(tokenizer));
        }
    }
}
