//! Credit by the place or the time of a touch in its journey.

use super::journeys::{Counts, Journeys, Path};
use super::{Attribution, Credit, Shares, check_position, normalized};
use crate::{Error, Result, Unit, door};

/// The weights of all touches, which don't depend on how often paths are walked.
pub(super) struct Rule<'a> {
    journeys: &'a Journeys,
    weights: Vec<Vec<f64>>,
}

impl<'a> Rule<'a> {
    pub(super) fn new(rule: Attribution, journeys: &'a Journeys) -> Result<Self> {
        match rule {
            Attribution::Position { first, last } => check_position(first, last)?,
            Attribution::TimeDecay { half_life } => {
                let days = ("half-life in days", half_life.in_units(Unit::Day));
                door::setting("time decay", days, door::POSITIVE, "such as Days(7.0)")?;
            }
            _ => {}
        }
        let weights = journeys.paths.iter().map(|path| weights(rule, path));
        Ok(Self { journeys, weights: weights.collect::<Result<_>>()? })
    }
}

impl Credit for Rule<'_> {
    fn shares(&self, counts: &[Counts]) -> Result<Shares> {
        let mut conversions = vec![0.0; self.journeys.channels().len()];
        let mut value = conversions.clone();
        for ((path, weights), counts) in self.journeys.paths.iter().zip(&self.weights).zip(counts) {
            for (&channel, weight) in path.touches.iter().zip(weights) {
                conversions[channel] += weight * counts.conversions as f64;
                value[channel] += weight * counts.value;
            }
        }
        let conversions = normalized(conversions, "attribution")?;
        let is_free = value.iter().all(|value| *value == 0.0);
        let value = if is_free { conversions.clone() } else { normalized(value, "attribution")? };
        Ok(Shares { conversions, value })
    }
}

/// What each touch of a path gets of one conversion.
fn weights(rule: Attribution, path: &Path) -> Result<Vec<f64>> {
    let len = path.touches.len();
    let only = |place: usize| (0..len).map(|i| f64::from(u8::from(i == place))).collect();
    Ok(match rule {
        Attribution::First => only(0),
        Attribution::Last => only(len - 1),
        Attribution::Position { first, last } => position(first, last, len),
        Attribution::TimeDecay { half_life } => decay(path, half_life.in_units(Unit::Day))?,
        _ => vec![1.0 / len as f64; len],
    })
}

fn position(first: f64, last: f64, len: usize) -> Vec<f64> {
    let rest = 1.0 - first - last;
    match len {
        1 => vec![1.0],
        2 => vec![first + rest / 2.0, last + rest / 2.0],
        len => {
            let mut weights = vec![rest / (len - 2) as f64; len];
            (weights[0], weights[len - 1]) = (first, last);
            weights
        }
    }
}

/// 2^(−days / half-life), as shares.
fn decay(path: &Path, half_life: f64) -> Result<Vec<f64>> {
    let Some(days) = &path.days_before else {
        let (case, help) = ("a journey has no times", "add journeys with add_timed");
        return Err(Error::Undefined { method: "time decay", case, help });
    };
    // Seen from the youngest touch, so that an old journey's weights don't all vanish.
    let youngest = days.iter().copied().fold(f64::INFINITY, f64::min);
    let weights = days.iter().map(|days| (-(days - youngest) / half_life).exp2()).collect();
    normalized(weights, "time decay")
}
