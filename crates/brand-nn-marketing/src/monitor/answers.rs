//! Shares, net sentiment, aspects and comparisons of what was heard, with intervals.

use super::interval;
use super::state::{Day, Monitored, NAMELESS, Tones};
use super::{Selection, state::QuoteKey};
use crate::Result;
use crate::text::aspect::AspectCount;
use crate::text::quotes::Quotes;
use crate::text::sentiment::Tone;
use brand_nn_stats::hypothesis::{Proportion, wilson};
use brand_nn_train::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A brand's part of all mentions of brands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The brand.
    pub brand: String,
    /// Its mentions.
    pub mentions: u64,
    /// Their share.
    pub share: f64,
    /// Wilson's interval of the share.
    pub interval: [f64; 2],
}

/// Praise minus complaints as a share of mentions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Net {
    /// How mentions feel.
    pub tones: Tones,
    /// (praise − complaints) / mentions, from −1 to 1.
    pub value: f64,
    /// Its interval.
    pub interval: [f64; 2],
}

/// How a brand stands beside another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The brand.
    pub brand: String,
    /// The other one.
    pub other: String,
    /// Its net sentiment minus that of the other.
    pub net_difference: f64,
    /// The interval of that.
    pub net_interval: [f64; 2],
    /// Its share of voice minus that of the other.
    pub share_difference: f64,
    /// The interval of that.
    pub share_interval: [f64; 2],
}

impl Monitored {
    /// Each brand's share of all mentions of brands, the most mentioned first.
    ///
    /// Comments in which no brand is known have no share. A brand without a mention in the
    /// selection has none either.
    ///
    /// # Errors
    /// If the selection has a name that was never heard.
    pub fn share_of_voice(&self, selection: &Selection) -> Result<Vec<Share>> {
        let counts = self.mentions(selection)?;
        let all: u64 = counts.values().sum();
        let share = |(brand, &mentions): (&u16, &u64)| {
            let share = Proportion::new(mentions, all);
            let interval = wilson(share, self.monitor.level)?;
            let brand = self.names[0].0[*brand as usize].clone();
            Ok(Share { brand, mentions, share: share.rate(), interval })
        };
        let mut shares = counts.iter().map(share).collect::<Result<Vec<_>>>()?;
        shares.sort_by_key(|share| std::cmp::Reverse(share.mentions));
        Ok(shares)
    }

    /// Mentions of each brand that has a name.
    fn mentions(&self, selection: &Selection) -> Result<BTreeMap<u16, u64>> {
        let mut counts: BTreeMap<u16, u64> = BTreeMap::new();
        self.each_cell(selection, |_, [brand, ..], cell| {
            if *brand != NAMELESS {
                *counts.entry(*brand).or_default() += cell.tones.iter().sum::<u64>();
            }
        })?;
        Ok(counts)
    }

    /// How mentions feel, and net sentiment with its interval.
    ///
    /// # Errors
    /// If the selection has a name that was never heard.
    pub fn net_sentiment(&self, selection: &Selection) -> Result<Net> {
        let mut tones = Tones::default();
        self.each_cell(selection, |_, _, cell| tones.add(cell.tones))?;
        let (value, interval) = interval::net(tones.counts(), self.monitor.level);
        Ok(Net { tones, value, interval })
    }

    /// How mentions feel on each day, from the first to the last of the selection without a gap.
    ///
    /// # Errors
    /// If the selection has a name that was never heard.
    pub fn daily(&self, selection: &Selection) -> Result<Vec<Day>> {
        let mut tones: BTreeMap<Date, Tones> = BTreeMap::new();
        self.each_cell(selection, |date, _, cell| {
            date.into_iter().for_each(|date| tones.entry(date).or_default().add(cell.tones));
        })?;
        let whole = |day: Date| {
            selection.from.is_none_or(|from| day >= from) && selection.to.is_none_or(|to| day <= to)
        };
        let Some([first, last]) = self.span() else { return Ok(Vec::new()) };
        let days = days(first, last).filter(|day| whole(*day));
        Ok(days
            .map(|date| Day { date, tones: tones.get(&date).copied().unwrap_or_default() })
            .collect())
    }

    /// What is praised and complained of, with intervals of the share of mentions that complain.
    ///
    /// Passages are of the whole time and of all channels, of the brand if one is selected.
    ///
    /// # Errors
    /// If the selection has a name that was never heard.
    pub fn aspects(&self, selection: &Selection) -> Result<Vec<AspectCount>> {
        let mut counts = vec![[0_u64; 3]; self.aspects.len()];
        let mut all = 0;
        self.each_cell(selection, |_, _, cell| {
            all += cell.tones.iter().sum::<u64>();
            for (aspect, tones) in &cell.aspects {
                counts[*aspect as usize].iter_mut().zip(tones).for_each(|(sum, n)| *sum += n);
            }
        })?;
        let brand = selection.brand.as_ref().and_then(|brand| self.names[0].find(brand));
        let count = |(aspect, &[complaints, neutral, praise]): (usize, &[u64; 3])| {
            let complaint_interval = match all {
                0 => [0.0, 1.0],
                all => wilson(Proportion::new(complaints, all), self.monitor.level)?,
            };
            Ok(AspectCount {
                aspect: self.aspects[aspect].clone(),
                praise,
                complaints,
                neutral,
                complaint_interval,
                praise_quotes: self.passages(brand, aspect as u16, Tone::Positive),
                complaint_quotes: self.passages(brand, aspect as u16, Tone::Negative),
            })
        };
        counts.iter().enumerate().map(count).collect()
    }

    /// The aspects that most mentions complain of, the worst first.
    ///
    /// # Errors
    /// If the selection has a name that was never heard.
    pub fn pain_points(&self, selection: &Selection, most: usize) -> Result<Vec<AspectCount>> {
        let mut ranked = self.aspects(selection)?;
        ranked.retain(|aspect| aspect.complaints > 0);
        ranked.sort_by_key(|aspect| std::cmp::Reverse(aspect.complaints));
        ranked.truncate(most);
        Ok(ranked)
    }

    fn passages(&self, brand: Option<u16>, aspect: u16, tone: Tone) -> Vec<String> {
        let is_meant = |key: &QuoteKey| {
            (key.1, key.2) == (aspect, tone) && brand.is_none_or(|brand| key.0 == brand)
        };
        let chosen = self.quotes.iter().filter(|(key, _)| is_meant(key));
        let mut all = Quotes::default();
        chosen.for_each(|(_, quotes)| all.join(quotes, self.monitor.quotes));
        all.texts().map(str::to_owned).collect()
    }

    /// How a brand stands beside another, within a selection that names neither.
    ///
    /// # Errors
    /// If a name was never heard.
    pub fn compare(&self, brand: &str, other: &str, selection: &Selection) -> Result<Comparison> {
        let within = |brand: &str| Selection { brand: Some(brand.to_owned()), ..selection.clone() };
        let (a, b) = (self.net_sentiment(&within(brand))?, self.net_sentiment(&within(other))?);
        let (net_difference, net_interval) =
            interval::difference((a.value, a.interval), (b.value, b.interval));
        let all: u64 =
            self.mentions(&Selection { brand: None, ..selection.clone() })?.values().sum();
        let [ours, theirs] = [a.tones.mentions(), b.tones.mentions()];
        // Shares of one total: what is neither ours nor theirs is the rest.
        let rest = all.saturating_sub(ours + theirs);
        let (share_difference, share_interval) =
            interval::net([theirs, rest, ours], self.monitor.level);
        let (brand, other) = (self.shown(brand), self.shown(other));
        Ok(Comparison {
            brand,
            other,
            net_difference,
            net_interval,
            share_difference,
            share_interval,
        })
    }

    /// A brand's name as it is stored.
    fn shown(&self, brand: &str) -> String {
        let number = self.names[0].find(brand).unwrap_or(NAMELESS);
        self.names[0].0[number as usize].clone()
    }
}

/// All days from one to another.
pub(super) fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    let mut next = Some(first);
    std::iter::from_fn(move || {
        let day = next.filter(|day| *day <= last)?;
        next = after(day);
        Some(day)
    })
}

/// The next day; none after the last of the calendar.
fn after(day: Date) -> Option<Date> {
    let [year, month] = [day.year(), day.month() as i32];
    Date::new(year, day.month(), day.day() + 1)
        .or_else(|| Date::new(year, (month + 1) as u32, 1))
        .or_else(|| Date::new(year + 1, 1, 1))
}
