//! How long it takes until something happens, where for some it has not happened yet.
//!
//! | question | use |
//! |---|---|
//! | how many are left after a time? | [`KaplanMeier`] |
//! | how much risk has gathered by a time? | [`NelsonAalen`] |
//! | do groups last equally long? | [`log_rank_test`] |
//! | what makes it happen sooner? | [`Cox`] |
//! | are risks in the right order? | [`concordance`] |
//!
//! A row has a duration and whether the event was seen at its end; if not, it is *censored*: all we
//! know is that it lasted at least so long.
//!
//! ```
//! use brand_nn_stats::survival::KaplanMeier;
//!
//! // Months of five subscriptions; the second and the last are still running.
//! let months = [3.0, 5.0, 5.0, 8.0, 12.0];
//! let cancelled = [true, false, true, true, false];
//! let curve = KaplanMeier::fit(&months, &cancelled)?;
//! assert!((curve.survival_at(6.0) - 0.6).abs() < 1e-12);
//! assert_eq!(curve.median(), Some(8.0));
//! # Ok::<(), brand_nn_stats::Error>(())
//! ```

mod concordance;
mod cox;
mod kaplan_meier;
mod log_rank;
mod nelson_aalen;

pub use concordance::concordance;
pub use cox::{Cox, FittedCox};
pub use kaplan_meier::KaplanMeier;
pub use log_rank::log_rank_test;
pub use nelson_aalen::NelsonAalen;

use crate::{Error, Result, door};

/// Durations of at least 0 with one event each, at least one of which was seen.
fn checked(op: &'static str, durations: &[f64], events: &[bool]) -> Result<()> {
    door::some(op, "durations", durations.len())?;
    door::len(op, "events", events.len(), durations.len())?;
    door::every(op, "duration", durations, door::NOT_NEGATIVE)?;
    if events.iter().any(|seen| *seen) {
        return Ok(());
    }
    let (case, help) = ("no event was seen", "watch for longer");
    Err(Error::Undefined { op, case, help })
}

/// What happened at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Moment {
    time: f64,
    at_risk: f64,
    events: f64,
}

/// All times at which something ended, events or not, in order.
fn moments(durations: &[f64], events: &[bool]) -> Vec<Moment> {
    let mut rows: Vec<(f64, bool)> =
        durations.iter().copied().zip(events.iter().copied()).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut at_risk = rows.len() as f64;
    let mut out = Vec::new();
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let events = group.iter().filter(|row| row.1).count() as f64;
        out.push(Moment { time: group[0].0, at_risk, events });
        at_risk -= group.len() as f64;
    }
    out
}

/// The value of a step function at a time: that of the last step not after it.
fn step_at(times: &[f64], values: &[f64], before: f64, time: f64) -> f64 {
    match times.partition_point(|t| *t <= time) {
        0 => before,
        count => values.get(count - 1).copied().unwrap_or(f64::NAN),
    }
}
