//! Linear sentiment: scikit-learn's numbers, accuracy on real reviews, odd data, saving.

use brand_nn_marketing::check;
use brand_nn_marketing::text::linear::{Features, FittedLinear, LinearSentiment};
use brand_nn_marketing::text::sentiment::{Sentiment, polarities};
use brand_nn_tensor::check::data;
use proptest::prelude::*;
use serde::Deserialize;

type Review = (bool, String);

/// The label, 1 for praise, and the text of each row.
fn reviews(name: &str) -> Option<Vec<Review>> {
    let text = std::fs::read_to_string(data(name)?).expect("the reviews can be read");
    let row = |line: &str| {
        let (label, text) = line.split_once('\t').expect("a label and a text");
        (label == "1", text.to_owned())
    };
    Some(text.split('\n').skip(1).filter(|line| !line.is_empty()).map(row).collect())
}

/// The accuracy on the rows whose number is `fold` modulo 5, learnt on the others.
fn accuracy(model: &LinearSentiment, rows: &[Review], fold: usize) -> f64 {
    let part = |is_test: bool| -> (Vec<&str>, Vec<bool>) {
        let rows = rows.iter().enumerate().filter(|(i, _)| (i % 5 == fold) == is_test);
        rows.map(|(_, (good, text))| (text.as_str(), *good)).unzip()
    };
    let (texts, praise) = part(false);
    let fitted = model.fit(&texts, &praise).expect("reviews of both kinds");
    let (texts, praise) = part(true);
    let found = polarities(&fitted, &texts);
    let right = found.iter().zip(&praise).filter(|(p, good)| (**p > 0.0) == **good).count();
    right as f64 / texts.len() as f64
}

#[test]
fn chinese_reviews_by_characters() {
    let Some(rows) = reviews("data/reviews/zh_shopping.tsv") else { return };
    let found = accuracy(&LinearSentiment::logistic(Features::characters(1, 2)), &rows, 4);
    println!("logistic {found:.4}");
    // scikit-learn at a tolerance of 1e-9 has the same; at its own, looser one it has 0.8430.
    assert!((found - 0.8450).abs() < 5e-4, "{found}");
    let found = accuracy(&LinearSentiment::naive_bayes(Features::characters(1, 2)), &rows, 4);
    println!("naive Bayes {found:.4}");
    assert!(found >= 0.80, "{found}");
}

#[test]
fn english_reviews_by_words() {
    let Some(mut rows) = reviews("data/reviews/en_amazon.tsv") else { return };
    let Some(more) = reviews("data/reviews/en_imdb.tsv") else { return };
    rows.extend(more);
    let model = LinearSentiment::logistic(Features::words(1, 2));
    let mean = (0..5).map(|fold| accuracy(&model, &rows, fold)).sum::<f64>() / 5.0;
    println!("mean of five folds {mean:.4}");
    // As scikit-learn at a tolerance of 1e-9.
    assert!((mean - 0.8105).abs() < 5e-4, "{mean}");
}

#[derive(Deserialize)]
struct Golden {
    texts: Vec<String>,
    praise: Vec<bool>,
    new: Vec<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    method: String,
    grams: String,
    min_texts: usize,
    setting: f64,
    terms: usize,
    log_odds: Vec<f64>,
}

#[test]
fn as_scikit_learn() {
    let golden: Golden = serde_json::from_str(include_str!("golden/linear.json")).unwrap();
    for case in &golden.cases {
        let features = match case.grams.as_str() {
            "word" => Features::words(1, 2),
            _ => Features::characters(1, 2),
        };
        let features = features.min_texts(case.min_texts);
        let model = match case.method.as_str() {
            "logistic" => LinearSentiment::logistic(features).inverse_penalty(case.setting),
            _ => LinearSentiment::naive_bayes(features).smoothing(case.setting),
        };
        let fitted = model.fit(&golden.texts, &golden.praise).unwrap();
        assert_eq!(fitted.num_terms(), case.terms);
        for (text, expected) in golden.new.iter().zip(&case.log_odds) {
            let found = fitted.log_odds(text);
            let place = format!("{} {}: {text}", case.method, case.grams);
            assert!((found - expected).abs() < 1e-4, "{place}: {found}, expected {expected}");
            let sum: f64 = fitted.explain(text).iter().map(|term| term.effect).sum();
            assert!((sum + fitted.intercept() - found).abs() < 1e-9, "{place}");
        }
    }
}

type Labelled = (Vec<String>, Vec<bool>);

fn labelled(rows: &[(&str, bool)]) -> Labelled {
    rows.iter().map(|(text, good)| ((*text).to_owned(), *good)).unzip()
}

#[test]
fn the_contract_of_estimators() {
    let usual = labelled(&[("good phone", true), ("bad phone", false), ("good 好", true)]);
    let odd = [
        labelled(&[]),
        labelled(&[("one class", true)]),
        labelled(&[("", true), ("", false)]),
        labelled(&[("same", true), ("same", false)]),
        labelled(&[("\u{202e}\u{200b}😁", true), ("<script>\0", false)]),
        (vec!["more".to_owned(), "texts".to_owned()], vec![true]),
        labelled(&[(&"好 a ".repeat(20_000), true), ("坏 b", false)]),
    ];
    for grams in [Features::words(1, 2), Features::characters(1, 3)] {
        let features = grams.min_texts(1);
        for model in [LinearSentiment::logistic(features), LinearSentiment::naive_bayes(features)] {
            let fit =
                |model: &LinearSentiment, (texts, praise): &Labelled| model.fit(texts, praise);
            check::estimator(&model, fit, &usual, &odd);
        }
    }
}

#[test]
fn settings_out_of_range() {
    let (texts, praise) = labelled(&[("good", true), ("bad", false)]);
    let features = Features::words(1, 1).min_texts(1);
    for model in [
        LinearSentiment::logistic(features).inverse_penalty(0.0),
        LinearSentiment::naive_bayes(features).smoothing(f64::NAN),
        LinearSentiment::logistic(Features::words(0, 2).min_texts(1)),
        LinearSentiment::logistic(Features::words(1, 99).min_texts(1)),
        LinearSentiment::logistic(Features::words(1, 1).min_texts(9)),
    ] {
        let error = model.fit(&texts, &praise).unwrap_err().to_string();
        assert!(error.contains("; help: "), "{error}");
    }
}

fn small() -> FittedLinear {
    let (texts, praise) = labelled(&[("good 好", true), ("bad 坏", false), ("good", true)]);
    LinearSentiment::logistic(Features::words(1, 2).min_texts(1))
        .fit(&texts, &praise)
        .expect("two kinds")
}

proptest! {
    #[test]
    fn any_text_has_a_probability(text in any::<String>()) {
        let fitted = small();
        let chance = fitted.probability(&text);
        prop_assert!((0.0..=1.0).contains(&chance));
        let json = serde_json::to_string(&fitted).unwrap();
        let again: FittedLinear = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(again.probability(&text), chance);
    }
}
