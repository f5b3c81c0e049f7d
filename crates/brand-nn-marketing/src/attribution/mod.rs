//! Which channels earned the conversions: rules, Markov chains and Shapley values over journeys.
//!
//! | question | use |
//! |---|---|
//! | what opened, what closed | [`Attribution::First`], [`Attribution::Last`] |
//! | share among all touches | [`Attribution::Linear`], `Position`, `TimeDecay` |
//! | what would be lost without a channel | [`Attribution::Markov`] |
//! | a fair share of what channels do together | [`Attribution::Shapley`] |
//!
//! [`Journeys`] are told by paths that were counted, or cut from a [`TouchLog`] by
//! [`JourneyRules`].
//!
//! All rules describe journeys that were observed. None proves that a channel *caused* a
//! conversion: people who search for the brand may have bought anyway. An experiment proves it.

mod comparison;
mod credits;
mod journey_rules;
mod journeys;
mod markov;
mod rules;
mod shapley;
mod touch_log;
mod walks;

pub use comparison::Comparison;
pub use credits::{ChannelCredit, Credits};
pub use journey_rules::JourneyRules;
pub use journeys::{Journeys, PathColumns};
pub use markov::MarkovChain;
pub use shapley::{CoalitionGame, Game};
pub use touch_log::{Touch, TouchColumns, TouchLog};

use crate::{Error, Resampling, Result, Span, door};
use serde::{Deserialize, Serialize};

/// How conversions are credited to the channels of their journeys.
///
/// # Examples
/// ```
/// use brand_nn_marketing::attribution::{Attribution, Journeys};
///
/// let mut journeys = Journeys::new();
/// journeys.add(["search", "mail"], 3, 1)?; // 3 conversions, 1 journey without
/// journeys.add(["search", "shop"], 1, 1)?;
/// let credits = Attribution::Markov { order: 1 }.fit(&journeys)?;
/// assert_eq!(credits.channels()[0].channel, "search");
/// assert!((credits.total_conversions() - 4.0).abs() < 1e-12);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Attribution {
    /// All to the first touch: what opens.
    First,
    /// All to the last touch: what closes.
    Last,
    /// The same to each touch.
    Linear,
    /// Shares for the first and the last touch, the rest to those between, evenly.
    ///
    /// Of two touches, each gets its share and half of the rest.
    Position {
        /// The first touch's share, such as 0.4.
        first: f64,
        /// The last touch's share.
        last: f64,
    },
    /// Halved for each half-life between the touch and the conversion.
    ///
    /// The journeys must have been added with times.
    TimeDecay {
        /// After how long a touch counts half.
        half_life: Span,
    },
    /// Removal effects of a Markov chain whose states are the last `order` touches.
    ///
    /// Anderl, Becker, von Wangenheim and Schumann, "Mapping the customer journey", 2016.
    Markov {
        /// How many touches a state remembers, 1 to 8.
        order: usize,
    },
    /// Each channel's average contribution to all sets of channels.
    ///
    /// Zhao, Mahboobi and Bagheri, "Shapley value methods for attribution modeling", 2018.
    Shapley {
        /// What a set of channels is worth.
        game: Game,
    },
}

impl Attribution {
    /// The credit of each channel.
    ///
    /// # Errors
    /// If no journey converts, or a setting lies outside its range.
    pub fn fit(&self, journeys: &Journeys) -> Result<Credits> {
        let shares = self.prepare(journeys)?.shares(&journeys.counts)?;
        Ok(Credits::new(*self, journeys, &shares))
    }

    /// As [`fit`](Self::fit), with intervals for the credits by drawing journeys again.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), or if the resampling's settings are out of range.
    pub fn fit_with_intervals(
        &self,
        journeys: &Journeys,
        resampling: Resampling,
    ) -> Result<Credits> {
        let prepared = self.prepare(journeys)?;
        let credits = self.fit(journeys)?;
        let intervals = resampling.intervals(&|uniforms| {
            let counts = journeys.draw(uniforms);
            let total: u64 = counts.iter().map(|count| count.conversions).sum();
            if total == 0 {
                return Ok(vec![0.0; journeys.channels().len()]);
            }
            let shares = prepared.shares(&counts)?;
            Ok(shares.conversions.iter().map(|share| share * total as f64).collect())
        })?;
        Ok(credits.with_intervals(&intervals, resampling.level))
    }

    /// Everything that does not depend on how often each path was walked.
    fn prepare<'a>(&self, journeys: &'a Journeys) -> Result<Box<dyn Credit + 'a>> {
        journeys.check()?;
        Ok(match *self {
            Self::Markov { order } => Box::new(MarkovChain::new(journeys, order)?),
            Self::Shapley { game } => Box::new(shapley::Sets::new(journeys, game)?),
            rule => Box::new(rules::Rule::new(rule, journeys)?),
        })
    }

    /// What a report calls it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::First => "first touch".to_owned(),
            Self::Last => "last touch".to_owned(),
            Self::Linear => "linear".to_owned(),
            Self::Position { first, last } => {
                format!("position {:.0}/{:.0}", first * 100.0, last * 100.0)
            }
            Self::TimeDecay { .. } => "time decay".to_owned(),
            Self::Markov { order } => format!("Markov, order {order}"),
            Self::Shapley { game } => format!("Shapley, {}", game.name()),
        }
    }
}

/// Shares of all conversions and of all value, a number a channel; each adds up to 1.
struct Shares {
    conversions: Vec<f64>,
    value: Vec<f64>,
}

/// What turns counts of paths into shares of channels.
trait Credit: Sync {
    fn shares(&self, counts: &[journeys::Counts]) -> Result<Shares>;
}

/// Numbers of at least 0 as shares of their sum.
fn normalized(mut credit: Vec<f64>, method: &'static str) -> Result<Vec<f64>> {
    let total: f64 = credit.iter().sum();
    if total > 0.0 && total.is_finite() {
        credit.iter_mut().for_each(|credit| *credit /= total);
        return Ok(credit);
    }
    let (case, help) = ("no channel contributes anything", "add journeys with conversions");
    Err(Error::Undefined { method, case, help })
}

/// Shares of a position rule that leave something for the others.
fn check_position(first: f64, last: f64) -> Result<()> {
    let range: (_, fn(f64) -> bool) = ("from 0 to 1", |x| (0.0..=1.0).contains(&x));
    let help = "such as 0.4 and 0.4";
    door::setting("position attribution", ("first", first), range, help)?;
    door::setting("position attribution", ("last", last), range, help)?;
    door::setting("position attribution", ("first + last", first + last), range, help)
}
