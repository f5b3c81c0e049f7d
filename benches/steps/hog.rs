//! Our steps beside a program that keeps a core busy, in turns with steps without it.

use crate::{learner::Ours, rows::Row, table::ROUNDS};
use brand_nn_benches::{Outcome, interval_of_median, median};
use std::{
    process::{Child, Command},
    time::Instant,
};

/// Prints how many times as long steps take.
pub(crate) fn beside(row: &Row) -> Outcome<()> {
    let mut ours = Ours::new(row, (row.batches)()?)?;
    seconds(&mut ours, row.steps)?;
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let quiet = seconds(&mut ours, row.steps)?;
        let hog = Hog::start()?;
        ratios.push(seconds(&mut ours, row.steps)? / quiet);
        drop(hog);
    }
    let (low, high) = interval_of_median(&ratios);
    println!(
        "beside a hog on one core a step takes {:.2} times as long (95 %: {low:.2} to {high:.2})",
        median(&mut ratios)
    );
    Ok(())
}

fn seconds(ours: &mut Ours, steps: usize) -> Outcome<f64> {
    let start = Instant::now();
    (0..steps).try_for_each(|_| ours.step())?;
    Ok(start.elapsed().as_secs_f64())
}

/// A program that keeps one core busy until it is dropped.
struct Hog(Child);

impl Hog {
    fn start() -> Outcome<Self> {
        Ok(Self(Command::new("sh").args(["-c", "while :; do :; done"]).spawn()?))
    }
}

impl Drop for Hog {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
