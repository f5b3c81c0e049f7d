//! Our side of the line protocol: this program as its own peer, in a process of its own.

use crate::{files::read, learner::Ours, rows};
use brand_nn_benches::{
    Outcome, probe,
    usage::{most_memory, processor_seconds},
};
use brand_nn_kernels::threads;
use std::{io, time::Instant};

/// Answers each line of the input for one model, until it ends.
///
/// # Errors
/// If there is no such model, or a line can't be answered.
pub(crate) fn answer(name: &str) -> Outcome<()> {
    let row = rows::find(name)?;
    let mut held = None;
    for line in io::stdin().lines() {
        let line = line?;
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        if word == "batches" {
            let ours = Ours::new(&row, read(rest)?)?;
            say(&[held.insert(ours).before]);
            continue;
        }
        let ours: &mut Ours = held.as_mut().ok_or("there are no batches yet")?;
        say(&match word {
            "check" => ours.check(rest)?,
            "block" => block(ours, rest.parse()?)?,
            "memory" => vec![most_memory()? - ours.before],
            "work" => work(ours),
            _ => return Err(format!("came `{line}`, expected a word of the protocol").into()),
        });
    }
    Ok(())
}

fn say(numbers: &[f64]) {
    let words: Vec<_> = numbers.iter().map(ToString::to_string).collect();
    println!("{}", words.join(" "));
}

/// The milliseconds of a step, and those that processors ran for it.
fn block(ours: &mut Ours, steps: usize) -> Outcome<Vec<f64>> {
    let (start, ran) = (Instant::now(), processor_seconds()?);
    (0..steps).try_for_each(|_| ours.step())?;
    let seconds = [start.elapsed().as_secs_f64(), processor_seconds()? - ran];
    Ok(seconds.map(|seconds| seconds * 1e3 / steps as f64).to_vec())
}

/// The operations of a step, 0 if nobody knows, and those that all threads can do in a second.
fn work(ours: &Ours) -> Vec<f64> {
    vec![ours.flops().unwrap_or(0.0), probe::peak() * threads::count() as f64]
}
