//! What attribution answers: a number of conversions and a value for each channel.

use super::{Attribution, Journeys, Shares};
use crate::{Error, Result};
use brand_nn_report::{Bars, Finding, Format, Page};
use serde::{Deserialize, Serialize};

/// The credit of every channel by one rule; conversions and value add up to all there were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Credits {
    attribution: Attribution,
    channels: Vec<ChannelCredit>,
    level: Option<f64>,
}

/// What one channel earned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelCredit {
    /// The channel.
    pub channel: String,
    /// Conversions credited to it.
    pub conversions: f64,
    /// An interval for the conversions, if it was asked for.
    pub interval: Option<[f64; 2]>,
    /// Its share of all conversions.
    pub share: f64,
    /// The value credited to it.
    pub value: f64,
}

impl Credits {
    pub(super) fn new(attribution: Attribution, journeys: &Journeys, shares: &Shares) -> Self {
        let (conversions, value) = (journeys.num_conversions() as f64, journeys.total_value());
        let numbers = shares.conversions.iter().zip(&shares.value);
        let channel = |(name, (&share, worth)): (&String, (&f64, &f64))| ChannelCredit {
            channel: name.clone(),
            conversions: share * conversions,
            interval: None,
            share,
            value: worth * value,
        };
        let channels = journeys.channels().iter().zip(numbers).map(channel).collect();
        Self { attribution, channels, level: None }
    }

    pub(super) fn with_intervals(mut self, intervals: &[[f64; 2]], level: f64) -> Self {
        for (channel, interval) in self.channels.iter_mut().zip(intervals) {
            channel.interval = Some(*interval);
        }
        self.level = Some(level);
        self
    }

    /// By which rule.
    #[must_use]
    pub fn attribution(&self) -> Attribution {
        self.attribution
    }

    /// All channels, in the order of the journeys.
    #[must_use]
    pub fn channels(&self) -> &[ChannelCredit] {
        &self.channels
    }

    /// One channel by its name.
    ///
    /// # Errors
    /// If no journey touched it.
    pub fn channel(&self, name: &str) -> Result<&ChannelCredit> {
        let found = self.channels.iter().find(|channel| channel.channel == name);
        found.ok_or_else(|| Error::Unknown {
            data: "credits",
            what: "channel",
            name: name.to_owned(),
            known: self.channels.iter().map(|c| &*c.channel).collect::<Vec<_>>().join(", "),
        })
    }

    /// All conversions.
    #[must_use]
    pub fn total_conversions(&self) -> f64 {
        self.channels.iter().map(|channel| channel.conversions).sum()
    }

    /// Channels with most conversions first; of the same number, in the order of the journeys.
    #[must_use]
    pub fn ranked(&self) -> Vec<&ChannelCredit> {
        let mut ranked: Vec<_> = self.channels.iter().collect();
        ranked.sort_by(|a, b| b.conversions.total_cmp(&a.conversions));
        ranked
    }

    /// A page with a figure, a table and what follows of them.
    #[must_use]
    pub fn report(&self) -> Page {
        let ranked = self.ranked();
        let name = self.attribution.name();
        let ends = |c: &ChannelCredit| c.interval.unwrap_or([c.conversions; 2]);
        let bars = ranked.iter().map(|c| (c.conversions, ends(c)[0], ends(c)[1]));
        let figure = Bars::new("Conversions credited", ranked.iter().map(|c| &*c.channel))
            .unit("conversions")
            .series_with_intervals(&*name, bars);
        Page::new(format!("Attribution: {name}"))
            .findings(self.findings(&ranked))
            .figure(figure)
            .table(["channel", "conversions", "interval", "share", "value"], rows(&ranked))
            .paragraph(CAUTION)
    }

    /// Who leads, and whether the second may really lead.
    fn findings(&self, ranked: &[&ChannelCredit]) -> Vec<Finding> {
        let [first, rest @ ..] = ranked else { return Vec::new() };
        let evidence = |c: &ChannelCredit| {
            let share = Format::Percent.text(c.share, 1);
            format!("{}: {} conversions, {share}", c.channel, Format::Number.short(c.conversions))
        };
        let lead =
            Finding::note(format!("{} has most of the credit", first.channel), evidence(first));
        let close = rest.first().filter(|second| overlap(first, second)).map(|second| {
            let claim = format!("{} and {} can't be told apart", first.channel, second.channel);
            Finding::watch(claim, format!("{}; their intervals overlap", evidence(second)))
                .next("collect more journeys before money is moved between them")
        });
        std::iter::once(lead).chain(close).collect()
    }
}

pub(super) const CAUTION: &str = "Attribution shares out what happened; it does not show what a \
    channel caused. Before a budget is moved by much, switch the channel off for a part of the \
    customers and compare.";

fn overlap(first: &ChannelCredit, second: &ChannelCredit) -> bool {
    matches!((first.interval, second.interval), (Some(a), Some(b)) if b[1] >= a[0])
}

fn rows(ranked: &[&ChannelCredit]) -> Vec<[String; 5]> {
    let short = |number| Format::Number.short(number);
    let interval = |c: &ChannelCredit| match c.interval {
        Some([low, high]) => format!("{} to {}", short(low), short(high)),
        None => "–".to_owned(),
    };
    let row = |c: &&ChannelCredit| {
        let share = Format::Percent.text(c.share, 1);
        [c.channel.clone(), short(c.conversions), interval(c), share, short(c.value)]
    };
    ranked.iter().map(row).collect()
}
