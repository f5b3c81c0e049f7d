//! Journeys in, a report of which channels earned the conversions out.
//!
//! `cargo run --release --example attribution` draws journeys whose truth is known: `search` works,
//! `retargeting` only follows those who would have bought anyway.

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use brand_nn::Result;
use brand_nn::marketing::Resampling;
use brand_nn::marketing::attribution::{Attribution, Comparison, Game, Journeys};
use brand_nn::tensor::io::write_atomically;
use std::path::Path;

#[allow(dead_code, reason = "the test of all examples calls run")]
fn main() -> Result<()> {
    run(20_000, Path::new("target/attribution.html")).map(|_| ())
}

/// The whole program: returns the shares that `search` gets by last touch and by conversion rates.
pub(crate) fn run(journeys: u64, save: &Path) -> Result<[f64; 2]> {
    let journeys = draw(journeys)?;
    let rules = [
        Attribution::First,
        Attribution::Last,
        Attribution::Position { first: 0.4, last: 0.4 },
        Attribution::Markov { order: 1 },
        Attribution::Shapley { game: Game::ConversionRate },
    ];
    let comparison = Comparison::new(&journeys, &rules)?;
    let settings = Resampling { resamples: 200, ..Resampling::new(42) };
    let markov = rules[3].fit_with_intervals(&journeys, settings)?;
    let page = comparison.report().append(markov.report());
    write_atomically(save, |file| file.write_all(page.to_html().as_bytes()))?;
    for finding in page.all_findings() {
        println!("{}: {}", finding.claim, finding.evidence);
    }

    let share = |rule: usize| comparison.credits()[rule].channel("search").map(|c| c.share);
    let (last, rate) = (share(1)?, share(4)?);
    assert!(rate > last + 0.2, "what causes conversions is seen by {rate}, not by {last}");
    Ok([last, rate])
}

/// Journeys of one to four touches; those with `search` convert often, `retargeting` comes last.
fn draw(count: u64) -> Result<Journeys> {
    let names = ["search", "social", "mail", "display"];
    let mut state = 1_u64;
    let mut below = |end: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    };
    let mut journeys = Journeys::new();
    for _ in 0..count {
        let mut path: Vec<_> = (0..=below(3)).map(|_| names[below(4) as usize]).collect();
        let converts = below(100) < if path.contains(&"search") { 20 } else { 2 };
        if below(100) < if converts { 60 } else { 40 } {
            path.push("retargeting");
        }
        journeys.add(path, u64::from(converts), u64::from(!converts))?;
    }
    Ok(journeys)
}
