//! The table: models beside peers, checked first that they agree, then timed in turns.

use crate::{
    files::Files,
    rows,
    side::{self, Side},
};
use brand_nn_benches::{Outcome, Peer, interval_of_median, median};
use std::path::Path;

/// Pairs of blocks.
pub(crate) const ROUNDS: usize = 12;

/// How far losses and norms of gradients may be apart, as a share.
const TOLERANCE: f64 = 1e-3;

/// Prints how it is measured, and the names of the columns.
pub(crate) fn head() -> Outcome<()> {
    println!(
        "{} thread(s) a side if nothing else is said, {ROUNDS} pairs of blocks\n\n\
         | model | peer | ours, ms | peer, ms | ratio | interval | of processor time | ours, MB \
         | peer, MB | ratio | of the peak |\n|---|---|---|---|---|---|---|---|---|---|---|",
        side::threads()?
    );
    Ok(())
}

/// Prints a row for each peer, or one without a peer.
pub(crate) fn rows(name: &str, peers: &[Side]) -> Outcome<()> {
    let ours = Side::ours()?;
    let Some(files) = files(name)? else { return Ok(()) };
    if peers.is_empty() {
        return alone(name, &ours, &files.folder);
    }
    each(name, peers, |peer| beside(name, &ours, peer, &files.folder));
    Ok(())
}

/// Prints the losses and norms of each peer that agrees.
pub(crate) fn check(name: &str, peers: &[Side]) -> Outcome<()> {
    let ours = Side::ours()?;
    let Some(files) = files(name)? else { return Ok(()) };
    each(name, peers, |peer| {
        let found = agree(name, [&ours, peer], &files.folder)?;
        Ok(format!("{name}: {} agrees, {found:?}", peer.name))
    });
    Ok(())
}

/// The files of a model, or a line that says why there are none.
fn files(name: &str) -> Outcome<Option<Files>> {
    let files = Files::new()?;
    let Err(reason) = files.write(name) else { return Ok(Some(files)) };
    println!("SKIPPED {name}: {reason}");
    Ok(None)
}

/// Prints what is found of each peer: what one can't do is no reason to keep back what others can.
fn each(name: &str, peers: &[Side], find: impl Fn(&Side) -> Outcome<String>) {
    for peer in peers {
        match find(peer) {
            Ok(line) => println!("{line}"),
            Err(reason) => println!("SKIPPED {} for {name}: {reason}", peer.name),
        }
    }
}

fn alone(name: &str, ours: &Side, folder: &Path) -> Outcome<()> {
    let (steps, mut ours) = (rows::find(name)?.steps, ours.start(name, folder)?);
    ours.block(steps)?;
    let mut times = (0..ROUNDS).map(|_| ours.block(steps)).collect::<Outcome<Vec<_>>>()?;
    let (time, memory) = (median(&mut times), ours.ask("memory")?);
    let share = share(&mut ours, time)?;
    println!("| {name} | – | {time:.4} | | | | | {memory:.0} | | | {share} |");
    Ok(())
}

fn beside(name: &str, ours: &Side, peer: &Side, folder: &Path) -> Outcome<String> {
    let (other, files) = (peer.model(name), Files::new()?);
    let their_folder = if other == name { folder } else { files.write(other)? };
    if other == name {
        agree(name, [ours, peer], folder)?;
    }
    let mut sides = [ours.start(name, folder)?, peer.start(other, their_folder)?];
    let turns = Turns::take(&mut sides, [rows::find(name)?.steps, rows::find(other)?.steps])?;
    let [ours, theirs] = &mut sides;
    let memory = megabytes([ours.ask("memory")?, theirs.ask("memory")?]);
    let share = share(ours, turns.times[0])?;
    Ok(format!("| {name} | {} | {turns} | {memory} | {share} |", peer.name))
}

fn megabytes([ours, peer]: [f64; 2]) -> String {
    format!("{ours:.0} | {peer:.0} | {:.2}", ours / peer)
}

/// What part of the probed peak a step of so many milliseconds reaches, if its work is known.
fn share(ours: &mut Peer, time: f64) -> Outcome<String> {
    let work = ours.numbers("work")?;
    let [flops, peak] = work[..] else { return Err(format!("work: came {work:?}").into()) };
    Ok(match flops > 0.0 {
        true => format!("{:.0} %", 100.0 * flops / (1e-3 * time * peak)),
        false => String::new(),
    })
}

/// The loss and norm of the second side, where those of both agree for the same weights and batch.
///
/// # Errors
/// If they differ.
fn agree(name: &str, sides: [&Side; 2], folder: &Path) -> Outcome<Vec<f64>> {
    let line = format!("check {}", folder.join("weights.safetensors").display());
    let found = sides.map(|side| side.start(name, folder)?.numbers(&line));
    let [ours, theirs] = found;
    let (ours, theirs) = (ours?, theirs?);
    let is_near = |(a, b): (&f64, &f64)| (a - b).abs() <= TOLERANCE * a.abs().max(b.abs());
    // A peer that can't train has no norm.
    if !theirs.is_empty() && ours.iter().zip(&theirs).all(is_near) {
        return Ok(theirs);
    }
    Err(format!("it does not agree: loss and norm are {ours:?} here, {theirs:?} there").into())
}

/// What two sides needed that took turns.
struct Turns {
    /// The medians, in milliseconds.
    times: [f64; 2],
    ratios: Vec<f64>,
    /// All that processors ran.
    ran: [f64; 2],
}

impl Turns {
    /// A B B A …, after a block of each to get warm.
    fn take(sides: &mut [Peer; 2], steps: [usize; 2]) -> Outcome<Self> {
        let mut block = |side: usize| -> Outcome<[f64; 2]> {
            let numbers = sides[side].numbers(&format!("block {}", steps[side]))?;
            numbers[..].try_into().map_err(|_| format!("block: came {numbers:?}").into())
        };
        [0, 1].map(&mut block).into_iter().collect::<Outcome<Vec<_>>>()?;
        let (mut times, mut ran) = ([Vec::new(), Vec::new()], [0.0; 2]);
        for round in 0..ROUNDS {
            for side in [round % 2, 1 - round % 2] {
                let [wall, processor] = block(side)?;
                times[side].push(wall);
                ran[side] += processor;
            }
        }
        let ratios = times[0].iter().zip(&times[1]).map(|(ours, peer)| ours / peer).collect();
        Ok(Self { times: times.map(|mut times| median(&mut times)), ratios, ran })
    }
}

impl std::fmt::Display for Turns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ([ours, peer], (low, high)) = (self.times, interval_of_median(&self.ratios));
        let (ratio, ran) = (median(&mut self.ratios.clone()), self.ran[0] / self.ran[1]);
        write!(f, "{ours:.4} | {peer:.4} | **{ratio:.3}** | {low:.3} to {high:.3} | {ran:.3}")
    }
}
