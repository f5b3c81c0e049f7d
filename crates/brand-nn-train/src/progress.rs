//! How a training shows that it goes on: a bar on a terminal, a line an epoch elsewhere.

use crate::Scores;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

/// How a training shows that it goes on; all goes to the standard error output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// A bar on a terminal, a line an epoch elsewhere.
    #[default]
    Auto,
    /// A line an epoch.
    Lines,
    /// Curves, scores and a bar on a terminal, a line an epoch elsewhere.
    #[cfg(feature = "dashboard")]
    Dashboard,
    /// Nothing.
    Silent,
}

/// The display of one training.
pub(crate) struct Display {
    bar: Option<ProgressBar>,
    #[cfg(feature = "dashboard")]
    dashboard: Option<crate::dashboard::Dashboard>,
    lines: bool,
    epochs: usize,
    epoch: usize,
    started: Instant,
}

impl Display {
    pub(crate) fn new(progress: Progress, epochs: usize) -> Self {
        let bar = progress == Progress::Auto && stderr().is_terminal();
        #[cfg(feature = "dashboard")]
        let dashboard = (progress == Progress::Dashboard && stderr().is_terminal())
            .then(|| crate::dashboard::Dashboard::open(epochs))
            .flatten();
        Self {
            bar: bar.then(|| ProgressBar::no_length().with_style(style())),
            #[cfg(feature = "dashboard")]
            dashboard,
            lines: progress != Progress::Silent,
            epochs,
            epoch: 0,
            started: Instant::now(),
        }
    }

    /// An epoch of so many batches, if the number is known, of which some were seen before.
    pub(crate) fn epoch_start(&mut self, epoch: usize, batches: Option<usize>, seen: usize) {
        (self.epoch, self.started) = (epoch, Instant::now());
        #[cfg(feature = "dashboard")]
        if let Some(dashboard) = &mut self.dashboard {
            dashboard.epoch_start(epoch, batches, seen);
        }
        if let Some(bar) = &self.bar {
            bar.reset();
            match batches {
                Some(batches) => bar.set_length(batches as u64),
                None => bar.unset_length(),
            }
            bar.set_position(seen as u64);
            bar.set_prefix(format!("epoch {}/{}", epoch + 1, self.epochs));
        }
    }

    pub(crate) fn step(&mut self, loss: f64, rate: f64) {
        #[cfg(feature = "dashboard")]
        if let Some(dashboard) = &mut self.dashboard {
            dashboard.step(loss, rate, self.started.elapsed());
        }
        if let Some(bar) = &self.bar {
            bar.set_message(format!("loss {loss:.4}  rate {rate:.2e}"));
            bar.inc(1);
        }
    }

    /// A failed write to the standard error output stops no training.
    pub(crate) fn epoch_end(&mut self, scores: &Scores) {
        #[cfg(feature = "dashboard")]
        if let Some(dashboard) = &mut self.dashboard {
            return dashboard.epoch_end(scores);
        }
        if !self.lines {
            return;
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let line = format!("epoch {}/{}  {scores}  {seconds:.1} s", self.epoch + 1, self.epochs);
        match &self.bar {
            Some(bar) => bar.println(line),
            None => drop(writeln!(stderr(), "{line}")),
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style() -> ProgressStyle {
    let template = "{prefix} [{bar:30}] {pos}/{len}  {msg}  {eta} left";
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
        .with_key("eta", |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
            let left = Duration::from_secs(state.eta().as_secs());
            let _ = write!(out, "{left:?}");
        })
}
