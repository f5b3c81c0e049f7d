//! Purchases in, what each customer is worth out, and a proof by what happened afterwards.
//!
//! `cargo run --release --example value` reads `data/customers/CDNOW_sample.txt` in the folder that
//! `BRAND_NN_DATA` names: the purchases of 2,357 customers of a record shop in 78 weeks.

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use brand_nn::marketing::clv::{GammaGamma, PurchaseModel, Tracking, ValueHorizon};
use brand_nn::marketing::data::{Cleaning, RfmSummary, Transaction, TransactionLog};
use brand_nn::marketing::{Months, Unit, Weeks};
use brand_nn::tensor::{check::data, io::write_atomically};
use brand_nn::train::Date;
use std::{error::Error, path::Path};

#[allow(dead_code, reason = "the test of all examples calls run")]
fn main() -> Result<(), Box<dyn Error>> {
    match data("data/customers/CDNOW_sample.txt") {
        Some(path) => run(&path, Path::new("target/value.html")).map(|_| ()),
        None => Ok(()),
    }
}

/// The whole program: returns by how much the foretold number of purchases was wrong.
pub(crate) fn run(path: &Path, save: &Path) -> Result<f64, Box<dyn Error>> {
    let log = TransactionLog::new(read(path)?, &Cleaning::default())?;
    let day = |text: &str| text.parse::<Date>();
    let holdout =
        RfmSummary::with_holdout(&log, Unit::Week, day("1997-09-30")?, day("1998-06-30")?)?;
    let customers = &holdout.calibration;

    let purchases = PurchaseModel::BgNbd.fit(customers)?;
    let spend = GammaGamma.fit(customers)?;
    let year = ValueHorizon::new(12, Months(1.0)).discount_rate(0.01);
    let values = year.value(&purchases, &spend, customers)?;
    let tracking = Tracking::new(&purchases, &log, &holdout, Weeks(1.0))?;

    let page = values
        .report()
        .append(tracking.report())
        .append(purchases.report(Weeks(39.0), 20))
        .append(spend.report(customers));
    write_atomically(save, |file| file.write_all(page.to_html().as_bytes()))?;
    for finding in page.all_findings() {
        println!("{}: {}", finding.claim, finding.evidence);
    }
    let r = purchases.parameters().get("r").map_or(f64::NAN, |r| r.value);
    assert!((r - 0.2426).abs() < 0.001, "the published parameter, {r}");
    Ok(tracking.error())
}

/// Lines of id, id in the sample, day, pieces and spend, spaces between them.
fn read(path: &Path) -> std::io::Result<Vec<Transaction>> {
    let text = std::fs::read_to_string(path)?;
    let purchase = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        let [_, customer, date, _, spend] = words[..] else { return None };
        let spend = spend.parse().ok()?;
        Some(Transaction { customer: customer.to_owned(), date: date.parse().ok()?, spend })
    };
    Ok(text.lines().filter_map(purchase).collect())
}
