//! Topics as a page: how large they are, what is said in them, how they change.

use super::{FittedTopics, TopicShare};
use crate::Result;
use crate::text::redact::Redactor;
use brand_nn_report::{Bars, Finding, Format, Page, Plot};

const LEVEL: f64 = 0.95;
/// More lines than this can't be told apart.
const LINES: usize = 6;

impl FittedTopics {
    /// The texts that are most typical of a topic, without personal data.
    ///
    /// `texts` are those that were fitted.
    #[must_use]
    pub fn quotes<T: AsRef<str>>(&self, texts: &[T], topic: usize, count: usize) -> Vec<String> {
        let rows = self.topics().get(topic).map_or(&[][..], |topic| &topic.typical);
        let quoted = rows.iter().filter_map(|&row| texts.get(row)).take(count);
        quoted.map(|text| Redactor::new().redact(text.as_ref()).text).collect()
    }

    /// The terms of a topic in one line, or its number where no term is its own.
    #[must_use]
    pub fn name(&self, topic: usize) -> String {
        let terms = self.topics().get(topic).map_or(&[][..], |topic| &topic.terms);
        if terms.is_empty() { format!("topic {}", topic + 1) } else { terms.join(", ") }
    }

    /// A page of the topics with shares and quotes; `texts` are those that were fitted.
    ///
    /// # Errors
    /// If there are no texts.
    pub fn report<T: AsRef<str>>(&self, texts: &[T]) -> Result<Page> {
        let mut shares = self.shares(LEVEL)?;
        shares.sort_by(|a, b| b.texts.cmp(&a.texts).then(a.topic.cmp(&b.topic)));
        let names: Vec<String> = shares.iter().map(|share| self.name(share.topic)).collect();
        let bars = shares.iter().map(|share| (share.share, share.interval[0], share.interval[1]));
        let rows = shares.iter().zip(&names).map(|(share, name)| {
            let quote = self.quotes(texts, share.topic, 1).pop().unwrap_or_default();
            let percent = Format::Percent.text(share.share, 1);
            [name.clone(), share.texts.to_string(), percent, quote]
        });
        Ok(Page::new("Topics")
            .findings(self.finding())
            .figure(
                Bars::new("Share of each topic", names.clone())
                    .format(Format::Percent)
                    .series_with_intervals("", bars),
            )
            .table(["topic", "texts", "share", "typical"], rows))
    }

    fn finding(&self) -> Option<Finding> {
        let score = self.silhouette()?;
        let evidence = format!("silhouette {}", Format::Number.text(score, 2));
        let blurred = || {
            Finding::watch("Topics pass into each other", evidence.clone())
                .next("read the quotes of each, and try other numbers of topics")
        };
        let apart = || {
            Finding::good("Topics are apart", evidence.clone())
                .next("name them, and watch their shares over time")
        };
        Some(if score < 0.25 { blurred() } else { apart() })
    }

    /// The shares of the largest topics over time, with their intervals.
    #[must_use]
    pub fn trend_plot(&self, trend: &[TopicShare]) -> Plot {
        let mut periods: Vec<&str> = trend.iter().map(|row| &*row.period).collect();
        periods.dedup();
        let mut order: Vec<usize> = (0..self.topics().len()).collect();
        order.sort_by_key(|&topic| usize::MAX - self.topics()[topic].texts);
        let ticks = periods.iter().enumerate().map(|(i, period)| (i as f64, *period));
        let empty = Plot::new("Topics over time")
            .y("share of texts")
            .y_format(Format::Percent)
            .y_from_zero()
            .x_ticks(ticks);
        order.into_iter().take(LINES).fold(empty, |plot, topic| {
            let own = || trend.iter().filter(move |row| row.topic == topic).enumerate();
            let name = self.name(topic);
            plot.band(&name, own().map(|(i, row)| (i as f64, row.interval[0], row.interval[1])))
                .line(&name, own().map(|(i, row)| (i as f64, row.share)))
        })
    }
}
