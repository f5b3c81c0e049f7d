//! Train steps and inference of whole models, in turns with a peer's in one run.
//!
//! ```sh
//! cargo bench --bench steps -- mlp                   # alone
//! cargo bench --bench steps -- mlp cnn pytorch       # beside peers: a row of the table for each
//! cargo bench --bench steps -- all pytorch pytorch:fused
//! cargo bench --bench steps -- check all pytorch     # whether they agree, without times
//! cargo bench --bench steps -- encoder ours@1        # two threads beside one
//! cargo bench --bench steps -- click-1000000 ours:click-10000
//! cargo bench --bench steps -- wide-mlp hog          # beside a program that keeps a core busy
//! cargo bench --bench steps -- growth                # over length, batch and layers, as a figure
//! ```
//!
//! Models are those of [`rows::NAMES`]; with `-inference` behind it, as in `sentiment-inference`, a
//! model makes forward trips without training. A peer is a folder of `benches/peers` that has a
//! `run`, and `install` beside it; behind a colon stands a variant of it, behind an `@` the number
//! of its threads. Any other word begins the command of a program that speaks the line protocol of
//! `benches/peers/README.md`. All run with `BRAND_NN_THREADS` threads, 2 if nothing is said.

#![allow(clippy::print_stdout, reason = "a report is what this program is for")]

mod answer;
mod click;
mod encoder;
mod files;
mod growth;
mod hog;
mod learner;
mod networks;
mod rows;
mod side;
mod table;

use brand_nn_benches::Outcome;
use side::Side;

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.first() != Some(&"answer") {
        files::remove_leftovers()?;
    }
    match &words[..] {
        ["answer", name] => answer::answer(name),
        ["growth"] => growth::growth(),
        [name, "hog"] => hog::beside(&rows::find(name)?),
        ["check", words @ ..] => {
            let (names, peers) = models_and_peers(words)?;
            names.iter().try_for_each(|name| table::check(name, &peers))
        }
        words => {
            let (names, peers) = models_and_peers(words)?;
            table::head()?;
            names.iter().try_for_each(|name| table::rows(name, &peers))
        }
    }
}

/// Models at the front, peers behind them.
fn models_and_peers<'a>(words: &[&'a str]) -> Outcome<(Vec<&'a str>, Vec<Side>)> {
    let models = words.iter().take_while(|word| rows::find(word).is_ok() || **word == "all");
    let peers = &words[models.clone().count()..];
    let names: Vec<&str> = match models.copied().collect::<Vec<_>>()[..] {
        [] => return Err(format!("no model in {words:?}; there are {:?}", rows::NAMES).into()),
        ["all", ..] => rows::NAMES.to_vec(),
        ref names => names.to_vec(),
    };
    Ok((names, Side::all(peers)?))
}
