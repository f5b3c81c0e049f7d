//! A Markov chain over touches, and what is lost when a channel is taken out of it.

use super::journeys::{Counts, Journeys};
use super::{Credit, Shares, normalized};
use crate::{Error, Result, door};
use std::collections::BTreeMap;

/// Customers as a Markov chain: start, the last touches, conversion or nothing.
///
/// The removal effect of channel c is 1 − P(conversion without c) / P(conversion), where each step
/// to c ends without a conversion. Credit is in proportion to it.
///
/// # Examples
/// ```
/// use brand_nn_marketing::attribution::{Journeys, MarkovChain};
///
/// let mut journeys = Journeys::new();
/// journeys.add(["a", "b"], 3, 1)?;
/// journeys.add(["a", "c"], 1, 1)?;
/// let chain = MarkovChain::new(&journeys, 1)?;
/// assert!((chain.transition("a", "b")? - 2.0 / 3.0).abs() < 1e-12);
/// assert!((chain.conversion("b")? - 0.75).abs() < 1e-12);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
pub struct MarkovChain<'a> {
    journeys: &'a Journeys,
    order: usize,
    states: usize,
    /// The channel of each state's last touch.
    last: Vec<usize>,
    /// From and to, sorted by from.
    edges: Vec<(usize, usize)>,
    /// The edges of each path, and the state that it ends in.
    walks: Vec<(Vec<usize>, usize)>,
}

/// The state before the first touch.
const START: usize = 0;
const METHOD: &str = "Markov attribution";

/// How likely each step is, by the number of its edge, and how likely a conversion after a state.
struct Steps {
    edges: Vec<f64>,
    conversion: Vec<f64>,
}

impl<'a> MarkovChain<'a> {
    /// A chain whose states are the last `order` touches.
    ///
    /// # Errors
    /// If the order is not 1 to 8, or no journey converts.
    pub fn new(journeys: &'a Journeys, order: usize) -> Result<Self> {
        let range: (_, fn(f64) -> bool) = ("1 to 8", |x| (1.0..=8.0).contains(&x));
        door::setting(METHOD, ("order", order as f64), range, "1 is the usual one")?;
        journeys.check()?;
        let mut names = BTreeMap::from([(&[][..], START)]);
        let (mut last, mut walks) = (vec![usize::MAX], Vec::new());
        for path in &journeys.paths {
            let mut walk = vec![START];
            for end in 1..=path.touches.len() {
                let name = &path.touches[end.saturating_sub(order)..end];
                let next = last.len();
                let state = *names.entry(name).or_insert(next);
                if state == next {
                    last.push(path.touches[end - 1]);
                }
                walk.push(state);
            }
            walks.push(walk);
        }
        let mut edges: Vec<_> =
            walks.iter().flat_map(|walk| walk.windows(2).map(|pair| (pair[0], pair[1]))).collect();
        edges.sort_unstable();
        edges.dedup();
        let number = |pair: &[usize]| edges.partition_point(|edge| *edge < (pair[0], pair[1]));
        let ends = walks.iter().map(|walk| walk[walk.len() - 1]);
        let walks =
            walks.iter().map(|walk| walk.windows(2).map(number).collect()).zip(ends).collect();
        Ok(Self { journeys, order, states: last.len(), last, edges, walks })
    }

    /// How likely a touch of one channel is followed by one of another; order 1 only.
    ///
    /// # Errors
    /// If there is no such channel, or the chain remembers more than one touch.
    pub fn transition(&self, from: &str, to: &str) -> Result<f64> {
        let (from, to) = (self.state(from)?, self.state(to)?);
        let steps = self.steps(&self.journeys.counts);
        let edge = self.edges.binary_search(&(from, to));
        Ok(edge.map_or(0.0, |edge| steps.edges[edge]))
    }

    /// How likely a touch of a channel is followed by a conversion at once; order 1 only.
    ///
    /// # Errors
    /// As [`transition`](Self::transition).
    pub fn conversion(&self, channel: &str) -> Result<f64> {
        let state = self.state(channel)?;
        Ok(self.steps(&self.journeys.counts).conversion[state])
    }

    /// What share of conversions would be lost without each channel.
    ///
    /// # Errors
    /// If the equations of the chain are not solved, which takes journeys of many thousand touches.
    pub fn removal_effects(&self) -> Result<Vec<f64>> {
        self.effects(&self.journeys.counts)
    }

    fn effects(&self, counts: &[Counts]) -> Result<Vec<f64>> {
        let steps = self.steps(counts);
        let all = self.reached(&steps, usize::MAX)?;
        let lost = |channel| Ok((1.0 - self.reached(&steps, channel)? / all).max(0.0));
        (0..self.journeys.channels().len()).map(lost).collect()
    }

    fn state(&self, channel: &str) -> Result<usize> {
        let one: (_, fn(f64) -> bool) = ("1", |x| x == 1.0);
        door::setting(METHOD, ("order", self.order as f64), one, "ask a chain of order 1")?;
        let channels = self.journeys.channels();
        let number = channels.iter().position(|name| name == channel);
        let state = number.and_then(|n| self.last.iter().position(|last| *last == n));
        let (name, known) = (channel.to_owned(), channels.join(", "));
        state.ok_or(Error::Unknown { data: "journeys", what: "channel", name, known })
    }

    /// How likely each step is, of how often it was made.
    fn steps(&self, counts: &[Counts]) -> Steps {
        let mut edges = vec![0.0; self.edges.len()];
        let mut conversion = vec![0.0; self.states];
        let mut ended = vec![0.0; self.states];
        for ((walk, end), counts) in self.walks.iter().zip(counts) {
            let converted = counts.conversions as f64;
            let walked = converted + counts.nulls as f64;
            walk.iter().for_each(|edge| edges[*edge] += walked);
            conversion[*end] += converted;
            ended[*end] += walked;
        }
        let mut left = ended;
        for (edge, made) in self.edges.iter().zip(&edges) {
            left[edge.0] += made;
        }
        let share = |made: f64, left: f64| if left > 0.0 { made / left } else { 0.0 };
        for (edge, made) in self.edges.iter().zip(&mut edges) {
            *made = share(*made, left[edge.0]);
        }
        for (conversion, left) in conversion.iter_mut().zip(&left) {
            *conversion = share(*conversion, *left);
        }
        Steps { edges, conversion }
    }

    /// The probability of a conversion from the start, where steps to one channel lead nowhere.
    ///
    /// Gauss and Seidel's iteration on p = T p + c, loops of a state to itself solved at once.
    fn reached(&self, steps: &Steps, removed: usize) -> Result<f64> {
        let mut p = vec![0.0; self.states];
        for _ in 0..MOST {
            let mut change = 0.0_f64;
            let mut end = self.edges.len();
            for state in (0..self.states).rev() {
                let (mut sum, mut stay) = (steps.conversion[state], 0.0);
                while end > 0 && self.edges[end - 1].0 == state {
                    end -= 1;
                    let to = self.edges[end].1;
                    if to == state && self.last[to] != removed {
                        stay = steps.edges[end];
                    } else if self.last[to] != removed {
                        sum += steps.edges[end] * p[to];
                    }
                }
                let next = if stay < 1.0 { sum / (1.0 - stay) } else { 0.0 };
                change = change.max((next - p[state]).abs());
                p[state] = next;
            }
            if change < 1e-15 {
                return Ok(p[START]);
            }
        }
        let help = "cut journeys to their last thousand touches";
        Err(Error::NotConverged { method: METHOD, iterations: MOST, help })
    }
}

/// Rounds of the iteration; journeys of 1000 touches take about 30,000.
const MOST: usize = 200_000;

impl Credit for MarkovChain<'_> {
    fn shares(&self, counts: &[Counts]) -> Result<Shares> {
        let conversions = normalized(self.effects(counts)?, METHOD)?;
        Ok(Shares { value: conversions.clone(), conversions })
    }
}
