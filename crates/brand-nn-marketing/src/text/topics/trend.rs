//! How large topics are, in all and over time.

use super::{FittedTopics, METHOD};
use crate::{Error, Result};
use brand_nn_stats::hypothesis::{Proportion, wilson};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What share of the texts of a period is of a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopicShare {
    /// The period, such as a month.
    pub period: String,
    /// The number of the topic.
    pub topic: usize,
    /// How many texts are of it.
    pub texts: u64,
    /// How many texts there are in the period.
    pub of: u64,
    /// texts / of.
    pub share: f64,
    /// Wilson's interval of the share.
    pub interval: [f64; 2],
}

impl TopicShare {
    fn new(period: &str, topic: usize, [texts, of]: [u64; 2], level: f64) -> Result<Self> {
        let interval = wilson(Proportion::new(texts, of), level)?;
        let share = texts as f64 / of as f64;
        Ok(Self { period: period.to_owned(), topic, texts, of, share, interval })
    }
}

impl FittedTopics {
    /// The share of each topic in each period, in the order of periods, with its interval.
    ///
    /// Periods are in the order of their letters, which is that of time where they are written as
    /// `2024-03` or `2024-W09`. `level` is that of intervals, such as 0.95.
    ///
    /// # Errors
    /// If there is not one period a text, or the level is not between 0 and 1.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_marketing::text::topics::Topics;
    ///
    /// let texts = ["battery empty", "battery empty", "late parcel", "parcel late"];
    /// let topics = Topics::new(2, 42).fit(&texts)?;
    /// let trend = topics.trend(&["2024-01", "2024-02", "2024-02", "2024-02"], 0.95)?;
    /// let battery = topics.assigned()[0].unwrap();
    /// let shares: Vec<_> = trend.iter().filter(|row| row.topic == battery).collect();
    /// assert_eq!((shares[0].share, shares[1].texts, shares[1].of), (1.0, 1, 3));
    /// # Ok::<(), brand_nn_marketing::Error>(())
    /// ```
    pub fn trend<P: AsRef<str>>(&self, periods: &[P], level: f64) -> Result<Vec<TopicShare>> {
        if periods.len() != self.assigned().len() {
            let case = "texts and periods differ in number";
            return Err(Error::Undefined { method: METHOD, case, help: "give one period a text" });
        }
        let mut counts: BTreeMap<&str, (u64, Vec<u64>)> = BTreeMap::new();
        for (period, topic) in periods.iter().zip(self.assigned()) {
            let none = || (0, vec![0; self.topics().len()]);
            let (of, texts) = counts.entry(period.as_ref()).or_insert_with(none);
            *of += 1;
            if let Some(texts) = topic.and_then(|topic| texts.get_mut(topic)) {
                *texts += 1;
            }
        }
        let rows = counts.iter().flat_map(|(period, (of, texts))| {
            let share = |(topic, texts): (usize, &u64)| {
                TopicShare::new(period, topic, [*texts, *of], level)
            };
            texts.iter().enumerate().map(share)
        });
        rows.collect()
    }

    /// The share of each topic in all texts, with its interval.
    ///
    /// # Errors
    /// If the level is not between 0 and 1.
    pub fn shares(&self, level: f64) -> Result<Vec<TopicShare>> {
        self.trend(&vec![""; self.assigned().len()], level)
    }
}
