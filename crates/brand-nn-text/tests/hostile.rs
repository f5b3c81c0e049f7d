//! Texts that nobody expects: every one has words or none, soon and without a panic.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

use std::time::{Duration, Instant};

use brand_nn_text::{FittedWordTokenizer, MatrixMode, Splitter, WordTokenizer};
use proptest::prelude::*;

/// Fits and encodes `text` with every splitter; returns how many numbers it becomes with each.
fn lengths(text: &str) -> Vec<usize> {
    let length = |&splitter: &Splitter| {
        let tokenizer = WordTokenizer::new().splitter(splitter).fit(&[text]).unwrap();
        let ids = tokenizer.encode(&[text]);
        assert_eq!(tokenizer.encode_padded(&[text], 7).dims::<2>().unwrap(), [1, 7]);
        assert_eq!(tokenizer.decode(&ids).len(), 1);
        assert!(ids[0].iter().all(|&id| 0 < id && (id as usize) < tokenizer.vocabulary_size()));
        ids[0].len()
    };
    Splitter::ALL.iter().map(length).collect()
}

#[track_caller]
fn check(text: &str, spaced: usize, characters: usize) {
    assert_eq!(lengths(text)[..2], [spaced, characters], "{text:?}");
}

#[test]
fn odd_texts_have_words_or_none() {
    check("", 0, 0);
    check("     ", 0, 5);
    check("\t\n!?", 0, 4);
    check("👨‍👩‍👧‍👦 👍🏽", 2, 10);
    check("مرحبا بالعالم", 2, 13);
    check("\u{202e}abc\u{202c} שלום", 2, 10);
    check("a\0b\0 \0", 2, 6);
    check("\u{feff}bom", 1, 4);
    check("e\u{301}\u{302}\u{303}\u{304}", 1, 5);
    check("𠀀𠀁", 1, 2);
}

/// Time is bounded loosely: what is quadratic takes hours here.
#[track_caller]
fn check_long(unit: &str, bytes: usize) {
    let text = unit.repeat(bytes / unit.len());
    let start = Instant::now();
    for &splitter in Splitter::ALL {
        let tokenizer = WordTokenizer::new().splitter(splitter).fit(&[&text]).unwrap();
        let ids = tokenizer.encode_padded(&[&text], 9).to_vec::<i64>();
        assert_eq!(ids.len(), 9, "{splitter}");
    }
    assert!(start.elapsed() < Duration::from_secs(120), "{unit}: {:?}", start.elapsed());
}

#[test]
fn megabytes_without_a_blank_take_linear_time() {
    check_long("a", 10_000_000);
    check_long("好", 10_000_000);
    for unit in ["品牌很好", "。", "\0", "👨‍👩‍👧", "İ"] {
        check_long(unit, 1_000_000);
    }
}

#[test]
fn no_texts_are_no_words() {
    let tokenizer = WordTokenizer::new().fit(&[] as &[&str]).unwrap();
    assert_eq!(tokenizer.vocabulary_size(), 1);
    assert_eq!(tokenizer.encode(&["a"]), [[0_i64; 0]]);
    assert_eq!(tokenizer.encode_matrix(&["a"], MatrixMode::TfIdf).to_vec::<f32>(), [0.0]);
}

proptest! {
    #[test]
    fn any_text_survives_the_way_through_json(texts in prop::collection::vec(".*", 0..5)) {
        for &splitter in Splitter::ALL {
            let tokenizer = WordTokenizer::new().splitter(splitter).fit(&texts).unwrap();
            let read = FittedWordTokenizer::from_json(&tokenizer.to_json()).unwrap();
            prop_assert_eq!(&read, &tokenizer);
        }
    }

    #[test]
    fn any_json_is_read_or_refused(json in ".*") {
        prop_assert!(FittedWordTokenizer::from_json(&json).is_err());
    }
}
