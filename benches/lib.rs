//! What the benches of brand-nn share: peers that take turns with them, and medians.

#[path = "src/rivals.rs"]
pub mod rivals;

use brand_nn_kernels::fill_uniform;
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

/// What a bench may fail with.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A program of another library, which speaks the line protocol of `benches/peers`.
pub struct Peer {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Peer {
    /// Starts a program in the root of the repository.
    ///
    /// # Errors
    /// If there is no such program.
    pub fn start(program: &str, words: &[String]) -> Outcome<Self> {
        // Cargo runs benches in their package's folder; commands are given from the root.
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let mut command = Command::new(program);
        command.args(words).current_dir(root).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let answers = BufReader::new(child.stdout.take().ok_or("the peer has no output")?);
        Ok(Self { child, answers })
    }

    /// The milliseconds of one of so many steps.
    ///
    /// # Errors
    /// If the program has ended, or answers with something else.
    pub fn block(&mut self, steps: usize) -> Outcome<f64> {
        self.ask(&format!("block {steps}"))
    }

    /// The number that the program answers a line with.
    ///
    /// # Errors
    /// As [`block`](Self::block).
    pub fn ask(&mut self, line: &str) -> Outcome<f64> {
        let input = self.child.stdin.as_mut().ok_or("the peer has no input")?;
        writeln!(input, "{line}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(answer.trim().parse()?)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The peer ends with its input; if it does not, nothing here depends on it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The middle of some numbers, which it sorts; NaN of none.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The middle 95 % of the medians of 2,000 resamples.
///
/// # Panics
/// If there are no values.
#[must_use]
pub fn interval_of_median(values: &[f64]) -> (f64, f64) {
    let resample = |number: u128| {
        let mut places = vec![0.0_f64; values.len()];
        fill_uniform(1, number << 64, &mut places);
        let drawn = places.iter().map(|place| values[(place * values.len() as f64) as usize]);
        median(&mut drawn.collect::<Vec<_>>())
    };
    let mut medians: Vec<f64> = (0..2000).map(resample).collect();
    medians.sort_by(f64::total_cmp);
    (medians[50], medians[1949])
}
