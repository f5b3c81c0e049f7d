//! Sentiment of texts: published rows, the original's numbers, everyday Chinese, any text at all.

use brand_nn_marketing::text::sentiment::{Language, Lexicon, Sentiment, Tone, polarities};
use brand_nn_tensor::check::data;
use proptest::prelude::*;
use serde::Deserialize;

/// The label, 1 for praise, and the text of each row.
fn reviews(path: &std::path::Path) -> Vec<(bool, String)> {
    let text = std::fs::read_to_string(path).expect("the reviews can be read");
    let row = |line: &str| {
        let (label, text) = line.split_once('\t').expect("a label and a text");
        (label == "1", text.to_owned())
    };
    text.split('\n').skip(1).filter(|line| !line.is_empty()).map(row).collect()
}

#[test]
fn published_rows_of_vader() {
    #[track_caller]
    fn check(text: &str, expected: f64) {
        let found = Lexicon::new().polarity(text);
        assert!((found - expected).abs() <= 1e-4, "{text}: {found}, expected {expected}");
    }
    check("VADER is smart, handsome, and funny.", 0.8316);
    check("VADER is smart, handsome, and funny!", 0.8439);
    check("VADER is VERY SMART, handsome, and FUNNY.", 0.9227);
    check("VADER is not smart, handsome, nor funny.", -0.7424);
    check("The book was good.", 0.4404);
    check("At least it isn't a horrible book.", 0.431);
    check("Today SUX!", -0.5461);
}

#[derive(Deserialize)]
struct Row {
    text: String,
    neg: f64,
    neu: f64,
    pos: f64,
    compound: f64,
}

#[test]
fn golden_sentences_of_vader() {
    let rows: Vec<Row> = serde_json::from_str(include_str!("../golden/vader.json")).unwrap();
    assert!(rows.len() >= 60);
    for Row { text, neg, neu, pos, compound } in rows {
        let shares = Lexicon::new().english(&text);
        let found = [shares.compound, shares.negative, shares.neutral, shares.positive];
        for (found, expected, tolerance) in
            [(0, compound, 1e-4), (1, neg, 1e-3), (2, neu, 1e-3), (3, pos, 1e-3)]
                .map(|(i, expected, tolerance)| (found[i], expected, tolerance + 1e-9))
        {
            assert!((found - expected).abs() <= tolerance, "{text}: {found} for {expected}");
        }
    }
}

#[test]
fn everyday_chinese() {
    #[track_caller]
    fn check(text: &str, expected: Tone) {
        let polarity = Lexicon::new().polarity(text);
        assert_eq!(Tone::of(polarity, 0.05), expected, "{text}: {polarity}");
    }
    use Tone::{Negative, Neutral, Positive};
    check("质量很好，非常满意", Positive);
    check("质量不好", Negative);
    check("一点也不好用", Negative);
    check("不是不好", Positive);
    check("没有异味，做工精细", Positive);
    check("外观漂亮，但是太慢了，经常死机", Negative);
    check("房间有点旧，不过服务热情，还会再来", Positive);
    check("如果便宜就好了", Negative);
    check("难道这也叫五星级？", Negative);
    check("好像是上周收到的", Neutral);
    check("我昨天从北京到上海", Neutral);
    check("垃圾！！！", Negative);
    check("太棒了👍", Positive);
    check("客服😡", Negative);
    check("", Neutral);
    check("   ", Neutral);
}

#[test]
fn degrees_and_marks_have_an_order() {
    let polarity = |text: &str| Lexicon::new().polarity(text);
    #[track_caller]
    fn check(rising: [f64; 3]) {
        assert!(rising[0] < rising[1] && rising[1] < rising[2], "{rising:?}");
    }
    check(["比较舒服", "舒服", "非常舒服"].map(polarity));
    check(["非常难看", "难看", "有点难看"].map(polarity));
    check(["漂亮", "漂亮！", "漂亮！！"].map(polarity));
    check(["kind of good", "good", "very good"].map(|text| polarity(&format!("It was {text}"))));
}

#[test]
fn words_of_a_trade() {
    let lexicon = Lexicon::new().word("回甘", 2.0).unwrap().word("Sour", 1.5).unwrap();
    assert!(lexicon.polarity("这款茶回甘") > 0.4);
    assert!(lexicon.polarity("这款茶没有回甘") < 0.0);
    assert!(lexicon.polarity("so SOUR, i mean it") > lexicon.polarity("so sour, i mean it"));
    assert_eq!(Lexicon::new().polarity("这款茶回甘"), 0.0);
    let chinese = Lexicon::new().language(Language::Chinese);
    assert_eq!(chinese.polarity("The book was good."), 0.0);
    let json = serde_json::to_string(&lexicon).unwrap();
    assert_eq!(serde_json::from_str::<Lexicon>(&json).unwrap(), lexicon);
    for (word, valence) in [("x", f64::NAN), ("x", 5.0), (" ", 1.0)] {
        let error = Lexicon::new().word(word, valence).unwrap_err().to_string();
        assert!(error.contains("; help: "), "{error}");
    }
}

#[test]
fn chinese_reviews() {
    let Some(path) = data("data/reviews/zh_shopping.tsv") else { return };
    let rows = reviews(&path);
    let test: Vec<_> =
        rows.iter().enumerate().filter(|(i, _)| i % 5 == 4).map(|(_, r)| r).collect();
    let texts: Vec<&str> = test.iter().map(|(_, text)| text.as_str()).collect();
    let lexicon = Lexicon::new().language(Language::Chinese);
    let found = polarities(&lexicon, &texts);
    let right = found.iter().zip(&test).filter(|(p, (good, _))| (**p > 0.0) == *good).count();
    let accuracy = right as f64 / test.len() as f64;
    println!("accuracy on {} texts: {accuracy:.4}", test.len());
    assert!(accuracy >= 0.68, "{accuracy}");
}

#[test]
fn a_long_text_and_odd_ones() {
    let pieces = ["a", "好", "😁", "not good ", "不", "\u{202e}bad", "\u{200b}", "!?", "\u{0}"];
    for (i, piece) in pieces.into_iter().enumerate() {
        // Two of the full size, the others of a tenth.
        let size = if i < 2 { 10_000_000 } else { 1_000_000 };
        let text = piece.repeat(size / piece.len());
        let polarity = Lexicon::new().polarity(&text);
        assert!((-1.0..=1.0).contains(&polarity), "{piece}: {polarity}");
    }
}

proptest! {
    #[test]
    fn any_text_has_a_polarity(text in any::<String>(), words in "[不好很but no的least😁!？ ]{0,30}") {
        for text in [&text, &words] {
            for lexicon in [Language::English, Language::Chinese].map(|l| Lexicon::new().language(l)) {
                let polarity = lexicon.polarity(text);
                prop_assert!((-1.0..=1.0).contains(&polarity), "{text}: {polarity}");
                prop_assert_eq!(polarity, polarities(&lexicon, &[text])[0]);
            }
        }
    }
}
