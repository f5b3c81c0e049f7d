//! Shapley values: each channel's average contribution to all sets of channels.

use super::journeys::{Counts, Journeys};
use super::{Credit, Shares, normalized};
use crate::{Error, Result, door};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a set of channels is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Game {
    /// The conversions of all journeys that touch no other channel; any number of channels.
    ///
    /// Its Shapley value has a closed form: each conversion is shared evenly by the different
    /// channels of its journey.
    Conversions,
    /// The conversion rate of all journeys that touch no other channel; at most 20 channels.
    ///
    /// It needs journeys without a conversion, or each set is worth the same.
    ConversionRate,
}

impl Game {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Conversions => "conversions",
            Self::ConversionRate => "conversion rate",
        }
    }
}

/// A game of up to 20 players with the worth of each set of them.
///
/// # Examples
/// ```
/// use brand_nn_marketing::attribution::CoalitionGame;
///
/// // v(∅), v(A), v(B), v(AB): set number s holds player i if bit i of s is set.
/// let shares = CoalitionGame::new(2, vec![0.0, 6.0, 2.0, 10.0])?.shapley();
/// assert_eq!(shares, [7.0, 3.0]);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CoalitionGame {
    players: usize,
    worth: Vec<f64>,
}

const METHOD: &str = "Shapley attribution";
/// More players have a million sets and more.
const MOST: usize = 20;

impl CoalitionGame {
    /// A game of the worth of all 2^players sets.
    ///
    /// # Errors
    /// If there are no players or more than 20, other than 2^players numbers, or one is not finite.
    pub fn new(players: usize, worth: Vec<f64>) -> Result<Self> {
        check_players(players)?;
        if worth.len() != 1 << players {
            let (got, help) = (worth.len() as f64, "hand over the empty set too");
            let expected = "one for each set of players, 2^players";
            return Err(Error::Setting { method: METHOD, setting: "worth", got, expected, help });
        }
        for (set, &worth) in worth.iter().enumerate() {
            door::value(("worth of sets", set, "worth"), worth, door::FINITE)?;
        }
        Ok(Self { players, worth })
    }

    /// φᵢ = Σ over sets S without i of |S|! (n − |S| − 1)! / n! · (v(S ∪ i) − v(S)).
    #[must_use]
    pub fn shapley(&self) -> Vec<f64> {
        let n = self.players;
        // 1 / (n · binomial(n − 1, size)), size by size.
        let weights = (1..n).scan(1.0 / n as f64, |weight, size| {
            *weight *= size as f64 / (n - size) as f64;
            Some(*weight)
        });
        let weights: Vec<f64> = std::iter::once(1.0 / n as f64).chain(weights).collect();
        let mut shares = vec![0.0; n];
        for set in 0..1_usize << n {
            let weight = weights.get(set.count_ones() as usize).copied().unwrap_or(0.0);
            for (player, share) in shares.iter_mut().enumerate() {
                if set >> player & 1 == 0 {
                    *share += weight * (self.worth[set | 1 << player] - self.worth[set]);
                }
            }
        }
        shares
    }
}

fn check_players(players: usize) -> Result<()> {
    let range: (_, fn(f64) -> bool) = ("1 to 20", |x| (1.0..=MOST as f64).contains(&x));
    let help = "join small channels, or use Game::Conversions";
    door::setting(METHOD, ("channels", players as f64), range, help)
}

/// The different channels of each path.
pub(super) struct Sets {
    game: Game,
    channels: usize,
    sets: Vec<Vec<usize>>,
}

impl Sets {
    pub(super) fn new(journeys: &Journeys, game: Game) -> Result<Self> {
        let channels = journeys.channels().len();
        if game == Game::ConversionRate {
            check_players(channels)?;
        }
        let sets = journeys.paths.iter().map(|path| {
            let mut set = path.touches.clone();
            set.sort_unstable();
            set.dedup();
            set
        });
        Ok(Self { game, channels, sets: sets.collect() })
    }

    /// Each journey's number shared evenly by its channels.
    fn shared(&self, number: impl Fn(&Counts) -> f64, counts: &[Counts]) -> Vec<f64> {
        let mut credit = vec![0.0; self.channels];
        for (set, counts) in self.sets.iter().zip(counts) {
            set.iter().for_each(|channel| credit[*channel] += number(counts) / set.len() as f64);
        }
        credit
    }

    /// The Shapley values of conversion rates, those below 0 as 0.
    fn rates(&self, counts: &[Counts]) -> Result<Vec<f64>> {
        let mut own = BTreeMap::<usize, [f64; 2]>::new();
        for (set, counts) in self.sets.iter().zip(counts) {
            let bits = set.iter().fold(0, |bits, channel| bits | 1 << channel);
            let [converted, all] = own.entry(bits).or_default();
            *converted += counts.conversions as f64;
            *all += counts.conversions as f64 + counts.nulls as f64;
        }
        let mut sums = vec![[0.0; 2]; 1 << self.channels];
        own.into_iter().for_each(|(bits, numbers)| sums[bits] = numbers);
        for channel in 0..self.channels {
            for set in (0..sums.len()).filter(|set| set >> channel & 1 == 1) {
                let [converted, all] = sums[set ^ 1 << channel];
                sums[set][0] += converted;
                sums[set][1] += all;
            }
        }
        let rate = |[converted, all]: [f64; 2]| if all > 0.0 { converted / all } else { 0.0 };
        let game = CoalitionGame::new(self.channels, sums.into_iter().map(rate).collect())?;
        Ok(game.shapley().into_iter().map(|share| share.max(0.0)).collect())
    }
}

impl Credit for Sets {
    fn shares(&self, counts: &[Counts]) -> Result<Shares> {
        if self.game == Game::ConversionRate {
            let conversions = normalized(self.rates(counts)?, METHOD)?;
            return Ok(Shares { value: conversions.clone(), conversions });
        }
        let conversions = normalized(self.shared(|c| c.conversions as f64, counts), METHOD)?;
        let value = self.shared(|counts| counts.value, counts);
        let is_free = value.iter().all(|value| *value == 0.0);
        let value = if is_free { conversions.clone() } else { normalized(value, METHOD)? };
        Ok(Shares { conversions, value })
    }
}
