//! What a tokenizer's file must say before the algorithms get to see it.

use super::charsmap;
use crate::{Error, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The names that published vocabularies give to tokens that are no text.
const CONTROL: [&str; 9] =
    ["<s>", "</s>", "<pad>", "<mask>", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "<|endoftext|>"];

/// A file of subwords that can't be used.
pub(super) fn broken(place: &str, problem: impl std::fmt::Display) -> Error {
    Error::Subword {
        place: place.to_owned(),
        problem: problem.to_string(),
        help: "take the files as they were published with the model",
    }
}

/// The file without what this room does itself, and the names of its control tokens.
pub(super) fn checked(mut json: Value, place: &str) -> Result<(Value, BTreeSet<String>)> {
    let refuse = |problem: String| broken(place, problem);
    lengths(&json).map_err(refuse)?;
    let template = template(&json["post_processor"]).map_err(refuse)?;
    normalizer(&json["normalizer"]).map_err(refuse)?;
    splitter(&json["pre_tokenizer"]).map_err(refuse)?;
    model(&json["model"]).map_err(refuse)?;
    let special = list(&json["added_tokens"]).filter(|token| token["special"] == true);
    let special = special.filter_map(|token| token["content"].as_str().map(str::to_owned));
    let control = CONTROL.map(str::to_owned).into_iter().chain(special).chain(template).collect();
    for setting in ["truncation", "padding"] {
        json[setting] = Value::Null;
    }
    if json["model"]["dropout"].is_number() {
        json["model"]["dropout"] = Value::Null; // it draws without a seed
    }
    Ok((json, control))
}

/// The token of what is in no vocabulary.
pub(super) fn unknown(json: &Value) -> Option<String> {
    let model = &json["model"];
    let by_number = || model["vocab"].get(model["unk_id"].as_u64()? as usize)?[0].as_str();
    model["unk_token"].as_str().or_else(by_number).map(str::to_owned)
}

/// The elements of a list; none where there is no list.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

type Checked<T = ()> = std::result::Result<T, String>;

fn require(holds: bool, problem: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(problem()) }
}

fn lengths(json: &Value) -> Checked {
    require(json.is_object(), || "it is not an object of JSON".into())?;
    require(json["padding"]["strategy"]["Fixed"] != 0, || "padding: a fixed length of 0".into())?;
    let [length, stride] = ["max_length", "stride"].map(|key| json["truncation"][key].as_u64());
    require(length.is_none() || stride < length, || {
        format!("truncation: a stride of {stride:?}, expected less than the length {length:?}")
    })
}

/// The control tokens of a template, all of which must be described, with its texts in their places.
fn template(json: &Value) -> Checked<Vec<String>> {
    let mut tokens = Vec::new();
    for part in list(&json["processors"]) {
        tokens.extend(template(part)?);
    }
    for key in ["sep", "cls"] {
        tokens.extend(json[key][0].as_str().map(str::to_owned));
    }
    for (name, second) in [("single", false), ("pair", true)] {
        for piece in list(&json[name]) {
            if let Some(id) = piece["SpecialToken"]["id"].as_str() {
                let known = &json["special_tokens"][id];
                require(known.is_object(), || format!("template: `{id}` is not described"))?;
                tokens.extend(list(&known["tokens"]).filter_map(Value::as_str).map(str::to_owned));
            }
            require(second || piece["Sequence"]["id"] != "B", || {
                "template: the second text stands in the template of one".into()
            })?;
        }
    }
    Ok(tokens)
}

fn normalizer(json: &Value) -> Checked {
    list(&json["normalizers"]).try_for_each(normalizer)?;
    match json["precompiled_charsmap"].as_str() {
        Some(map) => charsmap::check(map).map_err(|problem| format!("charsmap: {problem}")),
        None => Ok(()),
    }
}

fn splitter(json: &Value) -> Checked {
    list(&json["pretokenizers"]).try_for_each(splitter)?;
    let empty = json["type"] == "FixedLength" && json["length"] == 0;
    require(!empty, || "pre_tokenizer: pieces of length 0".into())
}

fn model(json: &Value) -> Checked {
    require(json.is_object(), || "model: missing".into())?;
    if let Value::Array(pieces) = &json["vocab"] {
        return unigram(json, pieces);
    }
    let Some(words) = json["vocab"].as_object() else { return Err("model: no vocabulary".into()) };
    ids(words)?;
    let prefix = json["continuing_subword_prefix"].as_str().unwrap_or("");
    list(&json["merges"]).enumerate().try_for_each(|(i, merge)| {
        let known = |token: &str| words.contains_key(token);
        require(joins(merge, prefix, known), || format!("model: merge {i} {merge} makes no token"))
    })
}

/// Numbers of tokens are distinct, and not much more than there are tokens.
fn ids(words: &serde_json::Map<String, Value>) -> Checked {
    let mut owners = BTreeMap::new();
    for (token, id) in words {
        let Some(id) = id.as_u64().filter(|&id| u32::try_from(id).is_ok()) else {
            return Err(format!("model: `{token}` has the number {id}"));
        };
        if let Some(other) = owners.insert(id, token) {
            return Err(format!("model: `{other}` and `{token}` both have the number {id}"));
        }
    }
    let last = owners.last_key_value().map_or(0, |(&id, _)| id);
    require(!words.is_empty() && last < 2 * words.len() as u64 + 1000, || {
        format!("model: a number of {last} among {} tokens", words.len())
    })
}

/// Whether both halves of a merge and what they make are tokens.
fn joins(merge: &Value, prefix: &str, known: impl Fn(&str) -> bool) -> bool {
    let halves = match merge {
        Value::String(line) => line.split_once(' '),
        merge => merge[0].as_str().zip(merge[1].as_str()),
    };
    halves.is_some_and(|(a, b)| {
        let rest = b.get(prefix.len()..);
        known(a) && known(b) && rest.is_some_and(|rest| known(&format!("{a}{rest}")))
    })
}

fn unigram(json: &Value, pieces: &[Value]) -> Checked {
    let is_piece = |piece: &Value| piece[0].is_string() && piece[1].is_number();
    let odd = pieces.iter().position(|piece| !is_piece(piece));
    require(odd.is_none() && !pieces.is_empty(), || format!("model: piece {odd:?} is none"))?;
    let unknown = json["unk_id"].as_u64();
    require(unknown.is_some_and(|id| id < pieces.len() as u64), || {
        format!("model: unk_id is {unknown:?}, expected one of {} pieces", pieces.len())
    })
}
