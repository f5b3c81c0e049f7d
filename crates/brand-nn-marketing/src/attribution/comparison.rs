//! Several rules side by side: where they agree, and which channel depends on the choice.

use super::credits::CAUTION;
use super::{Attribution, Credits, Journeys};
use crate::{Error, Result};
use brand_nn_report::{Bars, Finding, Format, Page};

/// The credits of the same journeys by several rules.
///
/// # Examples
/// ```
/// use brand_nn_marketing::attribution::{Attribution, Comparison, Journeys};
///
/// let mut journeys = Journeys::new();
/// journeys.add(["social", "search"], 8, 20)?;
/// journeys.add(["search"], 2, 3)?;
/// let comparison = Comparison::new(&journeys, &[Attribution::First, Attribution::Last])?;
/// assert!(comparison.report().to_markdown().contains("depends on the rule"));
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    credits: Vec<Credits>,
}

impl Comparison {
    /// Applies each rule to the journeys.
    ///
    /// # Errors
    /// If there are no rules, or as [`Attribution::fit`].
    pub fn new(journeys: &Journeys, rules: &[Attribution]) -> Result<Self> {
        if rules.is_empty() {
            return Err(Error::Empty { what: "rules", help: "compare two of them" });
        }
        let credits = rules.iter().map(|rule| rule.fit(journeys)).collect::<Result<_>>()?;
        Ok(Self { credits })
    }

    /// The credits, in the order of the rules.
    #[must_use]
    pub fn credits(&self) -> &[Credits] {
        &self.credits
    }

    /// A page with all rules beside each other.
    #[must_use]
    pub fn report(&self) -> Page {
        let names: Vec<_> = self.credits[0].channels().iter().map(|c| c.channel.clone()).collect();
        let rules: Vec<_> = self.credits.iter().map(|c| c.attribution().name()).collect();
        let figure = self.credits.iter().zip(&rules).fold(
            Bars::new("Share of conversions", names.clone()).format(Format::Percent),
            |bars, (credits, rule)| bars.series(rule, shares(credits)),
        );
        let header = std::iter::once("channel".to_owned()).chain(rules);
        let rows = names.iter().enumerate().map(|(i, name)| {
            let cell = |credits: &Credits| Format::Percent.text(credits.channels()[i].share, 1);
            std::iter::once(name.clone()).chain(self.credits.iter().map(cell)).collect::<Vec<_>>()
        });
        Page::new("Attribution: rules compared")
            .findings(self.finding())
            .figure(figure)
            .table(header, rows)
            .paragraph(CAUTION)
    }

    /// The channel whose share differs most between two rules.
    fn finding(&self) -> Option<Finding> {
        let channels = self.credits[0].channels();
        let range = |i: usize| {
            let of = |credits: &Credits| credits.channels()[i].share;
            let low = self.credits.iter().map(of).fold(f64::INFINITY, f64::min);
            (low, self.credits.iter().map(of).fold(0.0, f64::max))
        };
        let ranges = (0..channels.len()).map(|i| (i, range(i)));
        let (i, (low, high)) =
            ranges.max_by(|(_, a), (_, b)| (a.1 - a.0).total_cmp(&(b.1 - b.0)))?;
        let text = |share| Format::Percent.text(share, 1);
        let evidence = format!("{} to {} of the conversions", text(low), text(high));
        let name = &channels[i].channel;
        Some(if high - low < 0.05 {
            Finding::good("All rules say nearly the same", evidence)
        } else {
            Finding::watch(format!("What {name} earned depends on the rule"), evidence)
                .next(format!("test {name} by an experiment before its budget is changed"))
        })
    }
}

fn shares(credits: &Credits) -> Vec<f64> {
    credits.channels().iter().map(|channel| channel.share).collect()
}
