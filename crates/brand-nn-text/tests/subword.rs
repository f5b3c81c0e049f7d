//! Subwords against published tokenizers, hostile files, and what users type.
#![cfg(feature = "tokenizers")]
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

use brand_nn_tensor::check::data;
use brand_nn_text::{Side, SubwordTokenizer, Subwords, Truncation};
use serde_json::{Value, json};
use std::{fs::File, io::Write, path::Path};

#[derive(serde::Deserialize)]
struct Case {
    text: String,
    ids: Vec<i64>,
    decoded: Option<String>,
}

fn golden(folder: &Path) -> Vec<Case> {
    serde_json::from_reader(File::open(folder.join("golden.json")).unwrap()).unwrap()
}

#[track_caller]
fn check_golden(tokenizer: &SubwordTokenizer, folder: &Path) {
    for Case { text, ids, decoded } in golden(folder) {
        assert_eq!(tokenizer.encode_one(&text).unwrap().ids, ids, "{text}");
        if let Some(decoded) = decoded.filter(|decoded| !decoded.starts_with("<|")) {
            assert_eq!(tokenizer.decode(&ids).unwrap(), decoded);
        }
    }
}

#[test]
fn the_sentence_encoders_numbers_are_those_published() {
    let Some(folder) = data("models/me5_small_zh_en") else { return };
    let tokenizer = SubwordTokenizer::open(&folder).unwrap();
    check_golden(&tokenizer, &folder);
    assert_eq!((tokenizer.vocabulary_size(), tokenizer.pad_id()), (22_966, 1));
}

#[test]
fn gpt2_has_its_published_numbers_from_both_kinds_of_files() {
    let Some(folder) = data("models/gpt2_bpe") else { return };
    for file in ["tokenizer.json", "vocab.json"] {
        let tokenizer = SubwordTokenizer::open(folder.join(file)).unwrap();
        check_golden(&tokenizer.control_tokens(true), &folder);
    }
}

#[test]
fn what_is_typed_is_never_a_control_token() {
    #[track_caller]
    fn check(tokenizer: &SubwordTokenizer, text: &str) {
        let typed = tokenizer.clone().special_tokens(false).encode_one(text).unwrap();
        let control: Vec<_> = typed.ids.iter().filter(|&&id| tokenizer.is_control(id)).collect();
        assert!(!typed.is_empty() && control.is_empty(), "{text}: {:?}", typed.tokens);
    }
    let texts = ["a</s>b <s> <pad><mask>", "[SEP] x [MASK] [CLS]", "<|endoftext|> and on"];
    let learnt = [Subwords::bpe(300), Subwords::word_piece(90), Subwords::unigram(80)];
    for text in texts {
        for plan in &learnt {
            check(&plan.fit(&texts).unwrap(), text);
        }
        for name in ["models/me5_small_zh_en", "models/gpt2_bpe"] {
            if let Some(folder) = data(name) {
                check(&SubwordTokenizer::open(folder).unwrap(), text);
            }
        }
    }
    let own = learnt[1].fit(&texts).unwrap().control_tokens(true);
    assert!(own.encode_one("x [MASK]").unwrap().ids.contains(&own.mask_id().unwrap()));
}

/// A tokenizer of words, with one change to its file.
fn words(change: impl FnOnce(&mut Value)) -> Value {
    let mut json = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": null, "pre_tokenizer": { "type": "Whitespace" }, "post_processor": null,
        "decoder": null,
        "model": {
            "type": "BPE", "dropout": null, "unk_token": "?", "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
            "vocab": { "?": 0, "a": 1, "b": 2, "ab": 3 }, "merges": ["a b"],
        },
    });
    change(&mut json);
    json
}

#[test]
fn files_that_would_panic_are_refused() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut Value), expected: &str) {
        let error =
            SubwordTokenizer::from_json(&words(change).to_string()).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("help:"), "{error}");
    }
    check(|json| json["model"]["merges"] = json!(["ab ab"]), "merge 0 \"ab ab\" makes no token");
    check(|json| json["model"]["merges"] = json!([["a", "c"]]), "makes no token");
    check(|json| json["model"]["continuing_subword_prefix"] = json!("####"), "makes no token");
    check(|json| json["padding"] = json!({"strategy": {"Fixed": 0}}), "a fixed length of 0");
    let truncation = json!({"max_length": 4, "stride": 4});
    check(|json| json["truncation"] = truncation, "a stride of");
    let template = |piece: Value| json!({"single": [piece], "pair": [], "special_tokens": {}});
    let absent = template(json!({"SpecialToken": {"id": "[CLS]", "type_id": 0}}));
    check(|json| json["post_processor"] = absent, "`[CLS]` is not described");
    let second = template(json!({"Sequence": {"id": "B", "type_id": 0}}));
    check(|json| json["post_processor"] = second, "the second text");
    let map = json!({"type": "Precompiled", "precompiled_charsmap": "BAAAAP////8="});
    check(|json| json["normalizer"] = map.clone(), "charsmap: the trie leads out of itself");
    check(|json| json["normalizer"] = json!({"normalizers": [map]}), "charsmap");
    check(|json| json["pre_tokenizer"] = json!({"type": "FixedLength", "length": 0}), "length 0");
    check(|json| json["model"]["vocab"] = json!({}), "a number of 0 among 0 tokens");
    check(|json| json["model"]["vocab"]["b"] = json!(1), "both have the number 1");
    check(|json| json["model"]["vocab"]["b"] = json!(4_000_000_000_u32), "a number of 4000000000");
    check(|json| json["model"]["vocab"]["b"] = json!(-1), "has the number -1");
    check(
        |json| *json = json!({"model": {"vocab": [["a", 0.0]], "unk_id": 7}}),
        "unk_id is Some(7)",
    );
    check(|json| *json = json!([1]), "not an object");
    check(|json| *json = json!({}), "model: missing");
    assert!(SubwordTokenizer::from_json("{").unwrap_err().to_string().contains("line 1"));
    let nowhere = SubwordTokenizer::open("no/such/folder").unwrap_err().to_string();
    assert!(nowhere.starts_with("no/such/folder: "), "{nowhere}");
}

#[test]
fn a_right_file_is_read_without_its_dice() {
    let json = words(|json| json["model"]["dropout"] = json!(0.9)).to_string();
    let tokenizer = SubwordTokenizer::from_json(&json).unwrap();
    assert_eq!(tokenizer.encode_one("ab ba abab ☃").unwrap().ids, [3, 2, 1, 3, 3, 0]);
    assert_eq!(tokenizer.token(3).unwrap(), "ab");
    let again = SubwordTokenizer::from_json(&tokenizer.to_json().unwrap()).unwrap();
    assert_eq!(again.encode_one("abba").unwrap(), tokenizer.encode_one("abba").unwrap());
    let error = tokenizer.decode(&[1, 9]).unwrap_err().to_string();
    assert!(error.starts_with("id: got 9"), "{error}");
}

#[test]
fn bert_and_its_vocabulary_of_lines() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##happy\nhappy\n!\n好\n";
    File::create(folder.path().join("vocab.txt")).unwrap().write_all(lines.as_bytes()).unwrap();
    let tokenizer = SubwordTokenizer::open(folder.path()).unwrap();
    let encoding = tokenizer.encode_pair("Unhappy!", "好好 sad").unwrap();
    assert_eq!(encoding.ids, [2, 5, 6, 8, 3, 9, 9, 1, 3]);
    assert_eq!(encoding.type_ids, [0, 0, 0, 0, 0, 1, 1, 1, 1]);
    assert_eq!(encoding.offsets[2], 2..7);
    assert_eq!(encoding.sequences[4..7], [None, Some(1), Some(1)]);
    assert_eq!(tokenizer.decode(&encoding.ids).unwrap(), "unhappy! 好 好 [UNK]");
}

fn learnt() -> SubwordTokenizer {
    Subwords::word_piece(60).fit(&["a b c d e f g h i j", "a b c d e f g h i j"]).unwrap()
}

#[test]
fn windows_and_their_overlap() {
    #[track_caller]
    fn check(tokenizer: &SubwordTokenizer, expected: &[&str]) {
        let windows = tokenizer.encode_windows(&["j", "a b c d e f g"]).unwrap();
        let texts: Vec<_> = windows.iter().map(|w| tokenizer.decode(&w.ids).unwrap()).collect();
        assert_eq!(texts, expected);
        assert_eq!(windows.last().unwrap().text, 1);
    }
    assert_eq!(learnt().encode_one("a b").unwrap().offsets, [0..0, 0..1, 2..3, 0..0]);
    check(&learnt(), &["j", "a b c d e f g"]);
    check(&learnt().max_length(5), &["j", "a b c", "d e f", "g"]);
    check(&learnt().max_length(5).stride(1), &["j", "a b c", "c d e", "e f g"]);
    check(&learnt().special_tokens(false).max_length(4), &["j", "a b c d", "e f g"]);
}

#[test]
fn pairs_are_cut_as_asked() {
    #[track_caller]
    fn check(truncation: Truncation, stride: usize, expected: &[&str]) {
        let tokenizer = learnt().max_length(8).stride(stride).truncation(truncation);
        let windows = tokenizer.encode_pairs(&[("a b", "c d e f g h")]).unwrap();
        let texts: Vec<_> = windows.iter().map(|w| tokenizer.decode(&w.ids).unwrap()).collect();
        assert_eq!(texts, expected);
    }
    check(Truncation::LongestFirst, 0, &["a b c d e"]);
    check(Truncation::Second, 0, &["a b c d e", "a b f g h"]);
    check(Truncation::Second, 2, &["a b c d e", "a b d e f", "a b e f g", "a b f g h"]);
}

#[test]
fn lengths_that_leave_no_room_are_refused() {
    #[track_caller]
    fn check(tokenizer: &SubwordTokenizer, expected: &str) {
        let error = tokenizer.encode_pair("a b", "c d e").unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    check(&learnt().max_length(3), "max_length: got 3");
    check(&learnt().max_length(5).truncation(Truncation::First), "max_length: got 2");
    let overlapping = learnt().max_length(8).stride(3).truncation(Truncation::Second);
    check(&overlapping, "stride: got 3");
}

#[test]
fn rows_of_one_length() {
    let tokenizer = learnt().special_tokens(false);
    let back = tokenizer.encode_padded(&["a", "b c"]).unwrap();
    assert_eq!(back.ids.select(0, 0).to_vec::<i64>()[1], tokenizer.pad_id());
    assert_eq!(back.mask.to_vec::<bool>(), [true, false, true, true]);
    let front = tokenizer.pad_side(Side::Front).encode_padded(&["a", "b c"]).unwrap();
    assert_eq!(front.mask.to_vec::<bool>(), [false, true, true, true]);
    assert_eq!(front.type_ids.sum().item(), 0.0);
    assert_eq!(learnt().encode_padded(&[""; 0]).unwrap().ids.shape()[..], [0, 0]);
}

#[test]
fn hard_texts_are_read_in_bounded_time() {
    let long = "长".repeat(400_000);
    let texts = ["", "   ", "\u{0}", "👩‍👩‍👧‍👦", "\u{202e}abc", long.as_str()];
    for plan in [Subwords::bpe(300), Subwords::word_piece(90), Subwords::unigram(90)] {
        let tokenizer = plan.fit(&["a text", "长长 of some words"]).unwrap();
        for text in texts {
            let encoding = tokenizer.encode_one(text).unwrap();
            assert!(encoding.offsets.iter().all(|range| text.get(range.clone()).is_some()));
        }
    }
}

#[test]
fn what_is_learnt_is_the_same_each_time() {
    let texts = ["good value and good brand", "a good bargain of a brand", "bad brand, bad value"];
    for plan in [Subwords::bpe(290), Subwords::word_piece(50), Subwords::unigram(50)] {
        let [first, second] = [(); 2].map(|()| plan.fit(&texts).unwrap());
        assert_eq!(first.to_json().unwrap(), second.to_json().unwrap());
        let ids = first.encode_one("a good brand").unwrap().ids;
        assert_eq!(first.decode(&ids).unwrap(), "a good brand");
        let again = SubwordTokenizer::from_json(&first.to_json().unwrap()).unwrap();
        assert_eq!(again.encode_one("a good brand").unwrap().ids, ids);
    }
}

#[test]
fn plans_that_teach_nothing_are_refused() {
    #[track_caller]
    fn check(plan: &Subwords, texts: &[&str], expected: &str) {
        let error = plan.fit(texts).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    check(&Subwords::bpe(300), &[], "texts: got 0 texts without a word");
    check(&Subwords::unigram(300), &["", " "], "texts: got 2 texts");
    check(&Subwords::word_piece(3), &["a"], "size: got 3");
    let own = Subwords::bpe(300).control_token("<brand>").fit(&["a brand"]).unwrap();
    assert!(own.is_control(own.id("<brand>").unwrap()));
}

/// FNV-1a over the numbers, 2³² − 1 behind each text, as the script has it.
fn hash(tokenizer: &SubwordTokenizer, texts: &[String]) -> String {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let encodings = tokenizer.encode(texts).unwrap();
    for id in encodings.iter().flat_map(|encoding| encoding.ids.iter().copied().chain([-1])) {
        for byte in (id as u32).to_le_bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    format!("{state:016x}")
}

#[test]
fn nineteen_thousand_reviews_have_the_numbers_of_the_published_package() {
    let golden: Value = serde_json::from_str(include_str!("golden/subword.json")).unwrap();
    let mut texts = Vec::new();
    for name in ["zh_shopping", "en_amazon", "en_imdb"] {
        let Some(path) = data(&format!("data/reviews/{name}.tsv")) else { return };
        texts.extend(column(&std::fs::read_to_string(path).unwrap()));
    }
    assert_eq!(texts.len() as u64, golden["texts"].as_u64().unwrap());
    for name in ["me5_small_zh_en", "gpt2_bpe"] {
        let Some(folder) = data(&format!("models/{name}")) else { return };
        let tokenizer = SubwordTokenizer::open(folder).unwrap();
        assert_eq!(hash(&tokenizer, &texts), golden[name], "{name}");
    }
}

/// The second column of tab-separated values, quoted where a text has quotes.
fn column(table: &str) -> Vec<String> {
    let text = |line: &str| {
        let cell = line.split_once('\t').unwrap().1;
        let inner = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.map_or(cell.to_owned(), |inner| inner.replace("\"\"", "\""))
    };
    table.lines().skip(1).map(text).collect()
}
