//! A program that a bench asks line by line.

use crate::Outcome;
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

/// A program that speaks the line protocol of `benches/peers`.
///
/// Each line that it is sent is a word with what belongs to it, and is answered by one line of
/// numbers, or by a sentence that says why there are none. It ends with its input.
pub struct Peer {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts a program in the root of the repository.
    ///
    /// # Errors
    /// If there is no such program.
    pub fn start(program: &str, words: &[String]) -> Outcome<Self> {
        let mut command = Command::new(program);
        command.args(words);
        Self::spawn(command)
    }

    /// Starts a command in the root of the repository.
    ///
    /// # Errors
    /// If there is no such program.
    pub fn spawn(mut command: Command) -> Outcome<Self> {
        // Cargo runs benches in their package's folder; commands are given from the root.
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        command.current_dir(root).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let answers = BufReader::new(child.stdout.take().ok_or("the peer has no output")?);
        Ok(Self { child, answers })
    }

    /// The milliseconds of one of so many steps.
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers).
    pub fn block(&mut self, steps: usize) -> Outcome<f64> {
        self.ask(&format!("block {steps}"))
    }

    /// The first number that the program answers a line with.
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers).
    pub fn ask(&mut self, line: &str) -> Outcome<f64> {
        self.numbers(line)?.first().copied().ok_or_else(|| format!("{line}: no number").into())
    }

    /// The numbers that the program answers a line with.
    ///
    /// # Errors
    /// If the program has ended, or answers with a sentence, which is the error then.
    pub fn numbers(&mut self, line: &str) -> Outcome<Vec<f64>> {
        let input = self.child.stdin.as_mut().ok_or("the peer has no input")?;
        // A peer that has ended may have left the reason to be read.
        let _ = writeln!(input, "{line}");
        let mut answer = String::new();
        if self.answers.read_line(&mut answer)? == 0 {
            return Err(format!("it ended without an answer to `{line}`").into());
        }
        let numbers = answer.split_whitespace().map(str::parse).collect::<Result<_, _>>();
        numbers.map_err(|_| answer.trim().into())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The peer ends with its input; if it does not, nothing here depends on it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
