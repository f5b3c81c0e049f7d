//! Feedback in, the team that it belongs to out; what is in doubt is left to people.
//!
//! `cargo run --release --example route` learns the departments of a clothes shop from the reviews in
//! the folder that `BRAND_NN_DATA` names, or the topics of planted texts where there are none.

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use brand_nn::marketing::text::redact::Redactor;
use brand_nn::marketing::text::route::Router;
use brand_nn::marketing::text::sentiment::Language;
use brand_nn::marketing::text::topics::PlantedTopics;
use brand_nn::prelude::*;
use brand_nn::tensor::check::data;

#[allow(dead_code, reason = "the test of all examples calls run")]
fn main() -> Result<()> {
    run(6000).map(|_| ())
}

/// The whole program: how many of the routed texts are right without and with abstaining.
pub(crate) fn run(texts: usize) -> Result<[f64; 2]> {
    let (texts, classes) = feedback(texts)?;
    let part = |is_test: bool| -> (Vec<&str>, Vec<&str>) {
        let rows = (0..texts.len()).filter(|row| (row % 5 == 4) == is_test);
        rows.map(|row| (texts[row].as_str(), classes[row].as_str())).unzip()
    };
    let ((train, train_classes), (test, test_classes)) = (part(false), part(true));
    let router = Router::new().fit(&train, &train_classes)?;
    println!("{} texts for {}", train.len(), router.classes().join(", "));

    let mut shares = [0.0; 2];
    for (share, least) in shares.iter_mut().zip([0.0, 0.75]) {
        let router = router.clone().least(least)?;
        let routes = test.iter().map(|text| router.route(text));
        let taken: Vec<bool> = routes
            .zip(&test_classes)
            .filter_map(|(route, class)| Some(route?.class == *class))
            .collect();
        *share = taken.iter().filter(|right| **right).count() as f64 / taken.len() as f64;
        println!(
            "chance {least:.2} and more: {:.0} % are routed, {:.1} % of these right",
            100.0 * taken.len() as f64 / test.len() as f64,
            100.0 * *share
        );
    }
    let text = test.iter().find(|text| router.route(text).is_some()).copied().unwrap_or_default();
    if let Some(route) = router.route(text) {
        let reasons = router.explain(text, &route.class)?;
        let reasons: Vec<_> = reasons.iter().take(3).map(|reason| reason.term.as_str()).collect();
        println!("{text}\n→ {} ({:.2}) by {}", route.class, route.chance, reasons.join(", "));
    }
    assert!(shares[0] > 0.7 && shares[1] > shares[0] + 0.03, "{shares:?}");
    Ok(shares)
}

/// Texts without personal data, and where each belongs.
fn feedback(count: usize) -> Result<(Vec<String>, Vec<String>)> {
    let Some(path) = data("data/reviews/en_clothing.csv") else {
        let texts = PlantedTopics::new(Language::English, 1).clarity(0.25).texts(count)?;
        let name = |topic| format!("topic {topic}");
        return Ok(texts.into_iter().map(|row| (row.text, name(row.topic))).unzip());
    };
    let table = Table::read(path)?;
    let column = |name| table.column(name);
    let (texts, classes) = (column("Review Text")?, column("Department Name")?);
    let redactor = Redactor::new();
    let row = |row: usize| {
        let (text, class) = (texts.text(row)?, classes.text(row)?);
        Some((redactor.redact(&text).text, class.into_owned()))
    };
    Ok((0..table.len()).filter_map(row).take(count).unzip())
}
