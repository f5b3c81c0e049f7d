//! What needs a look: rules of the user, and days unlike those before them.

use super::changes::root;
use super::interval::{self, ADDED};
use super::state::{Day, Monitored, Tones};
use super::{METHOD, Selection};
use crate::text::redact::Redactor;
use crate::{Result, door};
use brand_nn_stats::distribution::{Distribution, StudentT};
use brand_nn_stats::hypothesis::{Proportion, wilson};
use brand_nn_train::Date;
use serde::{Deserialize, Serialize};

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// Mentions a day.
    Mentions,
    /// Praise minus complaints as a share of mentions.
    NetSentiment,
    /// The part of all mentions of brands.
    ShareOfVoice,
}

/// A rule by which to alert: a limit that a brand should keep.
///
/// Shares and net sentiment are those of the last seven days. A rule alerts on the first day on
/// which the whole interval lies beyond the limit, and again only after the value itself was on the
/// right side of it: what may be chance does not alert.
///
/// # Examples
/// ```
/// use brand_nn_marketing::monitor::{BrandMonitor, Rule};
///
/// let monitor = BrandMonitor::new(42)
///     .rule(Rule::share_below("Acme", 0.3))
///     .rule(Rule::net_below("Acme", 0.0))
///     .rule(Rule::mentions_above("Acme", 500));
/// # assert_ne!(monitor, BrandMonitor::new(42));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    brand: String,
    measure: Measure,
    limit: f64,
}

/// One thing that needs a look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The day.
    pub date: Date,
    /// The brand; empty for all mentions together.
    pub brand: String,
    /// What is unusual.
    pub measure: Measure,
    /// What was seen: mentions of the day, or a share or net sentiment.
    pub value: f64,
    /// The limit of the rule, or what the days before let expect.
    pub expected: f64,
    /// How likely such a day is without a reason; none for a rule.
    pub p_value: Option<f64>,
}

/// Days that a share or net sentiment of a rule is made of.
const WINDOW: usize = 7;
/// Days before a day that it is compared with, and how few will do.
const PAST: usize = 28;
const LEAST_PAST: usize = 14;
/// Net sentiment of fewer mentions is not compared.
const LEAST_MENTIONS: u64 = 10;

impl Rule {
    /// A brand's share of voice should not be below a limit from 0 to 1.
    #[must_use]
    pub fn share_below(brand: impl AsRef<str>, limit: f64) -> Self {
        Self::new(brand.as_ref(), Measure::ShareOfVoice, limit)
    }

    /// A brand's net sentiment should not be below a limit from −1 to 1.
    #[must_use]
    pub fn net_below(brand: impl AsRef<str>, limit: f64) -> Self {
        Self::new(brand.as_ref(), Measure::NetSentiment, limit)
    }

    /// A brand should not have more mentions a day.
    #[must_use]
    pub fn mentions_above(brand: impl AsRef<str>, limit: u64) -> Self {
        Self::new(brand.as_ref(), Measure::Mentions, limit as f64)
    }

    fn new(brand: &str, measure: Measure, limit: f64) -> Self {
        Self { brand: Redactor::new().redact(brand.trim()).text, measure, limit }
    }

    /// Whether a value, or this end of its interval, lies beyond the limit.
    fn is_broken_by(&self, end: f64) -> bool {
        match self.measure {
            Measure::Mentions => end > self.limit,
            _ => end < self.limit,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let net: (_, fn(f64) -> bool) = ("from -1 to 1", |x| (-1.0..=1.0).contains(&x));
        let share: (_, fn(f64) -> bool) = ("from 0 to 1", |x| (0.0..=1.0).contains(&x));
        let (range, help) = match self.measure {
            Measure::Mentions => (door::NOT_NEGATIVE, "such as 500"),
            Measure::NetSentiment => (net, "at 0 there are as many praises as complaints"),
            Measure::ShareOfVoice => (share, "such as 0.3"),
        };
        door::setting(METHOD, ("limit", self.limit), range, help)
    }
}

impl Monitored {
    /// Everything that needs a look on the days that are kept, the oldest first.
    ///
    /// Rules alert by their limits. Besides, for all mentions and for each brand, the number of a
    /// day and its net sentiment are compared with those of the 28 days before it, of which at
    /// least 14 must be there: by Student's t of the roots of counts, and of net sentiment with as
    /// much noise between days as there was. A day alerts where such a value has a probability
    /// below `false_alarms_a_year` / (365 · number of series). That the newest day has few mentions
    /// is no alert, as it may not be over.
    ///
    /// # Errors
    /// None is known; those of the methods below are handed on.
    pub fn alerts(&self) -> Result<Vec<Alert>> {
        let mut alerts = Vec::new();
        for rule in &self.monitor.rules {
            alerts.extend(self.broken(rule)?);
        }
        let brands: Vec<&str> = self.names[0].named().map(|(_, name)| name).collect();
        let series = 2.0 * (brands.len() as f64 + 1.0);
        let least = self.monitor.false_alarms_a_year / (365.0 * series);
        alerts.extend(unusual("", &self.daily(&Selection::all())?, least));
        for brand in brands {
            alerts.extend(unusual(brand, &self.daily(&Selection::all().brand(brand))?, least));
        }
        alerts.sort_by(|a, b| (a.date, &a.brand, a.measure).cmp(&(b.date, &b.brand, b.measure)));
        Ok(alerts)
    }

    /// The days on which a rule begins to be broken; none of a brand that was never heard.
    fn broken(&self, rule: &Rule) -> Result<Vec<Alert>> {
        if self.names[0].find(&rule.brand).is_none() {
            return Ok(Vec::new());
        }
        let days = self.daily(&Selection::all().brand(&rule.brand))?;
        let all = self.brand_mentions()?;
        let mut was_broken = false;
        let mut alerts = Vec::new();
        for at in 0..days.len() {
            let window = at.saturating_sub(WINDOW - 1)..at + 1;
            let (week, spoken) = (sum(&days[window.clone()]), all[window].iter().sum());
            let [value, end] = self.seen(rule.measure, &days[at], week, spoken)?;
            let is_broken = rule.is_broken_by(end);
            if is_broken && !was_broken {
                let (brand, measure) = (rule.brand.clone(), rule.measure);
                let (date, expected) = (days[at].date, rule.limit);
                alerts.push(Alert { date, brand, measure, value, expected, p_value: None });
            }
            // Beside its limit a value goes to and fro: it has recovered when it is on the other
            // side.
            was_broken = is_broken || (was_broken && rule.is_broken_by(value));
        }
        Ok(alerts)
    }

    /// What a rule looks at, and the end of its interval that is nearest to being good.
    fn seen(&self, measure: Measure, day: &Day, week: [u64; 3], spoken: u64) -> Result<[f64; 2]> {
        Ok(match measure {
            Measure::Mentions => [day.tones.mentions() as f64; 2],
            Measure::NetSentiment => {
                let (value, interval) = interval::net(week, self.monitor.level);
                [value, interval[1]]
            }
            Measure::ShareOfVoice if spoken == 0 => [f64::NAN, 1.0],
            Measure::ShareOfVoice => {
                let share = Proportion::new(week.iter().sum(), spoken);
                [share.rate(), wilson(share, self.monitor.level)?[1]]
            }
        })
    }

    /// The mentions of all brands on each day.
    fn brand_mentions(&self) -> Result<Vec<u64>> {
        let all = self.daily(&Selection::all())?;
        let none = self.daily(&Selection::all().brand(""))?;
        let named = |(all, none): (&Day, &Day)| all.tones.mentions() - none.tones.mentions();
        Ok(all.iter().zip(&none).map(named).collect())
    }
}

/// The days unlike those before them, whose values have a probability below `least`.
fn unusual(brand: &str, days: &[Day], least: f64) -> Vec<Alert> {
    let mut alerts = Vec::new();
    for (at, day) in days.iter().enumerate().skip(LEAST_PAST) {
        let past = &days[at.saturating_sub(PAST)..at];
        let found = [Some(mentions(past, day, at + 1 == days.len())), net(past, day)];
        for (measure, [value, expected, p]) in found.into_iter().flatten() {
            if p < least {
                let (date, brand) = (day.date, brand.to_owned());
                alerts.push(Alert { date, brand, measure, value, expected, p_value: Some(p) });
            }
        }
    }
    alerts
}

fn sum(days: &[Day]) -> [u64; 3] {
    let mut all = Tones::default();
    days.iter().for_each(|day| all.add(day.tones.counts()));
    all.counts()
}

/// A measure with its value, what was to be expected, and the p-value of that.
type Found = (Measure, [f64; 3]);

/// The count of a day beside those of the days before it.
fn mentions(past: &[Day], day: &Day, is_newest: bool) -> Found {
    let roots: Vec<f64> = past.iter().map(|day| root(day.tones.mentions())).collect();
    let m = roots.len() as f64;
    let mean = roots.iter().sum::<f64>() / m;
    let variance = roots.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (m - 1.0);
    let error = (variance.max(1.0) * (1.0 + 1.0 / m)).sqrt();
    let t = (root(day.tones.mentions()) - mean) / error;
    let expected = (mean * mean / 4.0 - 0.375).max(0.0);
    let p = if is_newest && t < 0.0 { 1.0 } else { two_sided(t, m - 1.0) };
    (Measure::Mentions, [day.tones.mentions() as f64, expected, p])
}

/// The net sentiment of a day beside that of the days before it.
fn net(past: &[Day], day: &Day) -> Option<Found> {
    let spoken: Vec<&Day> = past.iter().filter(|day| day.tones.mentions() > 0).collect();
    let n = day.tones.mentions();
    if spoken.len() < LEAST_PAST || n < LEAST_MENTIONS {
        return None;
    }
    let [complaints, neutral, praise] = sum(past).map(|count| count as f64);
    let all = praise + neutral + complaints;
    let expected = (praise - complaints) / all;
    let [up, rest, down] = [praise + ADDED[0], neutral + ADDED[1], complaints + ADDED[2]];
    let total = up + rest + down;
    let one = (up + down) / total - ((up - down) / total).powi(2);
    let degrees = spoken.len() as f64 - 1.0;
    let spread =
        |day: &&Day| day.tones.mentions() as f64 * (day.tones.net() - expected).powi(2) / one;
    // 1 where days differ as samples of one mood do, more where moods differ.
    let dispersion = (spoken.iter().map(spread).sum::<f64>() / degrees).max(1.0);
    let error = (dispersion * one * (1.0 / n as f64 + 1.0 / all)).sqrt();
    let t = (day.tones.net() - expected) / error;
    Some((Measure::NetSentiment, [day.tones.net(), expected, two_sided(t, degrees)]))
}

/// The probability of a value as far from 0 or further.
fn two_sided(t: f64, degrees: f64) -> f64 {
    StudentT::new(degrees).map_or(1.0, |law| (2.0 * law.survival(t.abs())).min(1.0))
}
