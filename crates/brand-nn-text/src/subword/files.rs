//! The three ways in which vocabularies are published, as one: the JSON of `tokenizer.json`.

use super::door::broken;
use crate::Result;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The JSON of a folder or a file, and the path that it was found under.
pub(super) fn read(path: &Path) -> Result<(PathBuf, Value)> {
    let found = if path.is_dir() { in_folder(path)? } else { path.to_owned() };
    let text = text(&found)?;
    let folder = found.parent().unwrap_or(path);
    let name = found.file_name().and_then(|name| name.to_str()).unwrap_or("");
    let json = match name {
        "vocab.txt" => word_piece(&text, lowercase(folder)?),
        "vocab.json" => {
            byte_level(&object(&found, &text)?, &self::text(&folder.join("merges.txt"))?)
        }
        _ => object(&found, &text)?,
    };
    Ok((found, json))
}

fn in_folder(folder: &Path) -> Result<PathBuf> {
    let names = ["tokenizer.json", "vocab.txt", "vocab.json"];
    let found = names.map(|name| folder.join(name)).into_iter().find(|path| path.exists());
    found.ok_or_else(|| {
        broken(
            &folder.display().to_string(),
            "no tokenizer.json, vocab.txt or vocab.json with merges.txt",
        )
    })
}

fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|problem| broken(&path.display().to_string(), problem))
}

fn object(path: &Path, text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|problem| broken(&path.display().to_string(), problem))
}

/// Whether the model reads lower case alone; BERT's default where nothing is said.
fn lowercase(folder: &Path) -> Result<bool> {
    let path = folder.join("tokenizer_config.json");
    if !path.exists() {
        return Ok(true);
    }
    Ok(object(&path, &text(&path)?)?["do_lower_case"].as_bool().unwrap_or(true))
}

/// BERT: one token a line.
fn word_piece(lines: &str, lowercase: bool) -> Value {
    let words: serde_json::Map<_, _> =
        lines.lines().enumerate().map(|(id, token)| (token.to_owned(), json!(id))).collect();
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
    let number = |token| words.get(token).cloned().unwrap_or(json!(0));
    json!({
        "version": "1.0",
        "added_tokens": added(&special, &words),
        "normalizer": {
            "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": lowercase,
        },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": {
            "type": "BertProcessing",
            "sep": ["[SEP]", number("[SEP]")], "cls": ["[CLS]", number("[CLS]")],
        },
        "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": words,
        },
    })
}

/// GPT-2 and RoBERTa: numbers of tokens, and merges in the order in which they were learnt.
fn byte_level(words: &Value, merges: &str) -> Value {
    let lines = merges.lines().filter(|line| !line.starts_with("#version") && !line.is_empty());
    let map = words.as_object().cloned().unwrap_or_default();
    let special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"];
    let roberta = map.get("</s>").zip(map.get("<s>")).map(|(sep, cls)| {
        json!({
            "type": "RobertaProcessing", "sep": ["</s>", sep], "cls": ["<s>", cls],
            "trim_offsets": true, "add_prefix_space": false,
        })
    });
    let bytes = |prefix| {
        json!({
            "type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": true, "use_regex": true,
        })
    };
    json!({
        "version": "1.0",
        "added_tokens": added(&special, &map),
        "normalizer": null,
        "pre_tokenizer": bytes(false),
        "post_processor": roberta,
        "decoder": bytes(true),
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "vocab": words,
            "merges": lines.collect::<Vec<_>>(),
        },
    })
}

/// Those of the tokens that the vocabulary has, as control tokens.
fn added(tokens: &[&str], words: &serde_json::Map<String, Value>) -> Vec<Value> {
    let known = tokens.iter().filter_map(|&token| Some((token, words.get(token)?)));
    let entry = |(token, id): (&str, &Value)| {
        json!({
            "id": id, "content": token, "single_word": false, "lstrip": token == "<mask>",
            "rstrip": false, "normalized": false, "special": true,
        })
    };
    known.map(entry).collect()
}
