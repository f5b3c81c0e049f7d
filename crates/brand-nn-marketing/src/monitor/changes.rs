//! When the number of mentions or their feeling went to another level.

use super::Selection;
use super::alerts::Measure;
use super::state::{Day, Monitored, Tones};
use crate::Result;
use brand_nn_stats::series::change_points;
use brand_nn_train::Date;
use serde::{Deserialize, Serialize};

/// A day on which a series went to another level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangePoint {
    /// The first day of the new level.
    pub date: Date,
    /// Which series.
    pub measure: Measure,
    /// Its level from the change before to this one: mentions a day, or net sentiment.
    pub before: f64,
    /// Its level from here to the next change.
    pub after: f64,
}

/// A level lasts at least so many days.
const SHORTEST: usize = 3;
/// Fewer days have no change points.
const LEAST_DAYS: usize = 14;
/// The penalty is so many times σ² ln n; 2 suits noise that is normal and independent.
const PENALTY: f64 = 3.0;

impl Monitored {
    /// The days from which on mentions, or net sentiment, stayed at another level.
    ///
    /// By [`change_points`] of the roots of the counts, whose noise does not grow with them, and of
    /// net sentiment on days with mentions; noise is measured by the median step from day to day. A
    /// level lasts three days or more: a single day is left out by running medians of three, and is
    /// for [`alerts`](Self::alerts). Fewer than 14 days have none.
    ///
    /// # Errors
    /// If the selection has a name that was never heard.
    pub fn change_points(&self, selection: &Selection) -> Result<Vec<ChangePoint>> {
        let days = self.daily(selection)?;
        let spoken: Vec<Day> = days.iter().copied().filter(|d| d.tones.mentions() > 0).collect();
        let mentions = |day: &Day| root(day.tones.mentions());
        let mut found = changes(&days, Measure::Mentions, mentions)?;
        // Net sentiment of a few comments jumps: three that are neutral hold it.
        let net = |day: &Day| {
            let Tones { praise, complaints, .. } = day.tones;
            (praise as f64 - complaints as f64) / (day.tones.mentions() as f64 + 3.0)
        };
        found.extend(changes(&spoken, Measure::NetSentiment, net)?);
        found.sort_by_key(|change| change.date);
        Ok(found)
    }
}

/// Twice the root of a count, whose variance is 1 for Poisson's (Anscombe 1948).
pub(super) fn root(count: u64) -> f64 {
    2.0 * (count as f64 + 0.375).sqrt()
}

fn changes(
    days: &[Day],
    measure: Measure,
    value: impl Fn(&Day) -> f64,
) -> Result<Vec<ChangePoint>> {
    if days.len() < LEAST_DAYS {
        return Ok(Vec::new());
    }
    let values: Vec<f64> = days.iter().map(value).collect();
    // Counts have at least the noise of Poisson's, and feelings that of a few mentions.
    let least = if measure == Measure::Mentions { 1.0 } else { 1e-4 };
    let variance = noise(&values).max(least);
    let penalty = PENALTY * variance * (days.len() as f64).ln();
    let starts = change_points(&without_spikes(&values), penalty, SHORTEST)?;
    let level = |from: usize, to: usize| measure.level(&days[from..to]);
    let edge = |place: usize| starts.get(place).copied().unwrap_or(days.len());
    let change = |(i, &start): (usize, &usize)| {
        let from = if i == 0 { 0 } else { starts[i - 1] };
        let (before, after) = (level(from, start), level(start, edge(i + 1)));
        ChangePoint { date: days[start].date, measure, before, after }
    };
    Ok(starts.iter().enumerate().map(change).collect())
}

/// The median of each value and its two neighbours: no day alone makes a level, and steps stay.
fn without_spikes(values: &[f64]) -> Vec<f64> {
    let median = |at: usize| {
        let mut three =
            [at.saturating_sub(1), at, (at + 1).min(values.len() - 1)].map(|i| values[i]);
        three.sort_by(f64::total_cmp);
        three[1]
    };
    (0..values.len()).map(median).collect()
}

/// The variance of noise by the median step from one value to the next.
fn noise(values: &[f64]) -> f64 {
    let mut steps: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    steps.sort_by(f64::total_cmp);
    // The median step of normal noise is 0.6745 √2 σ.
    let median = steps.get(steps.len() / 2).copied().unwrap_or(0.0);
    (median / (0.674_489_750_196_081_7 * std::f64::consts::SQRT_2)).powi(2)
}

impl Measure {
    /// Mentions a day, or the net sentiment of all mentions.
    fn level(self, days: &[Day]) -> f64 {
        let mut all = Tones::default();
        days.iter().for_each(|day| all.add(day.tones.counts()));
        match self {
            Self::Mentions => all.mentions() as f64 / days.len() as f64,
            _ => all.net(),
        }
    }
}
