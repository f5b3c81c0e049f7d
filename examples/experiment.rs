//! Counts of an experiment in, what may be said of it out: planned, watched, analysed.
//!
//! `cargo run --release --example experiment` draws visitors of two pages whose rates are known.

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use brand_nn::Result;
use brand_nn::marketing::Days;
use brand_nn::marketing::experiment::{Arm, ConversionTest, ExperimentPlan, SequentialTest};
use brand_nn::stats::distribution::{Binomial, Distribution};
use brand_nn::tensor::io::write_atomically;
use std::path::Path;

/// The rates that the experiment must find out.
const RATES: [f64; 2] = [0.10, 0.12];
/// Visitors of each page a day.
const DAILY: u64 = 500;

#[allow(dead_code, reason = "the test of all examples calls run")]
fn main() -> Result<()> {
    run(42, Path::new("target/experiment.html")).map(|_| ())
}

/// The whole program: returns the interval of the difference.
pub(crate) fn run(seed: u64, save: &Path) -> Result<[f64; 2]> {
    let plan = ExperimentPlan::conversion(RATES[0], RATES[1]).power(0.9);
    let planned = plan.plan(2.0 * DAILY as f64, Days(1.0))?;
    let looks = visitors(seed, planned.days as usize)?;

    let result = ConversionTest::default().analyze(&looks[looks.len() - 1])?;
    let page =
        planned.report().append(SequentialTest::default().report(&looks)?).append(result.report());
    write_atomically(save, |file| file.write_all(page.to_html().as_bytes()))?;
    for finding in page.all_findings() {
        println!("{}: {}", finding.claim, finding.evidence);
    }
    let winner = result.winner().map(|arm| arm.arm.name.as_str());
    assert_eq!(winner, Some("new page"), "what is planted is found");
    Ok(result.arms()[1].difference_interval)
}

/// The counts of both pages after each day.
fn visitors(seed: u64, days: usize) -> Result<Vec<[Arm; 2]>> {
    let daily = |i: usize| -> Result<Vec<f64>> {
        Ok(Binomial::new(DAILY as f64, RATES[i])?.sample(seed + i as u64, days))
    };
    let (old, new) = (daily(0)?, daily(1)?);
    let total = |draws: &[f64], day: usize| draws[..=day].iter().sum::<f64>() as u64;
    let look = |day: usize| {
        let all = DAILY * (day as u64 + 1);
        let (old, new) = (total(&old, day), total(&new, day));
        [Arm::new("old page", old, all), Arm::new("new page", new, all)]
    };
    Ok((0..days).map(look).collect())
}
