//! Listening to brands over time: who is spoken of, how, of what, and when that changes.
//!
//! | question | answer |
//! |---|---|
//! | how much of the talk is ours | [`Monitored::share_of_voice`] |
//! | how do people feel | [`Monitored::net_sentiment`], [`Monitored::daily`] |
//! | what hurts, what is praised | [`Monitored::aspects`], [`Monitored::pain_points`] |
//! | when did it change | [`Monitored::change_points`] |
//! | what needs a look today | [`Monitored::alerts`] |
//! | how do we stand beside another | [`Monitored::compare`] |
//!
//! A file is heard by [`BrandMonitor::fit`], a stream by [`BrandMonitor::listen`]; both do the
//! same, so that both have the same answers. Only counts, names and a few passages are kept, all of
//! them without personal data.

mod alerts;
mod answers;
mod changes;
mod comment;
mod interval;
mod listener;
mod reader;
mod report;
mod selection;
mod state;

pub use alerts::{Alert, Measure, Rule};
pub use answers::{Comparison, Net, Share};
pub use changes::ChangePoint;
pub use comment::{Comment, CommentColumns};
pub use listener::{Listener, Pushed};
pub use selection::Selection;
pub use state::{Day, Heard, Monitored, Tones};

use crate::text::aspect::Aspects;
use crate::text::mention::Names;
use crate::text::sentiment::Sentiment;
use crate::{Error, Result, door};
use brand_nn_train::Date;
use serde::{Deserialize, Serialize};

/// What to listen for, and what is worth an alert.
///
/// # Examples
/// ```
/// use brand_nn_marketing::monitor::{BrandMonitor, Comment, Selection};
/// use brand_nn_marketing::text::aspect::retail_lexicon;
///
/// let comments = [
///     Comment::new("Great price, slow delivery").brand("Acme").day("2024-05-06")?,
///     Comment::new("屏幕很好，但是快递太慢").brand("Acme").day("2024-05-07")?,
///     Comment::new("Awful screen").brand("Borealis").day("2024-05-07")?,
/// ];
/// let heard = BrandMonitor::new(42).fit(&comments, &retail_lexicon())?;
/// let acme = Selection::all().brand("Acme");
/// assert_eq!(heard.share_of_voice(&Selection::all())?[0].share, 2.0 / 3.0);
/// assert_eq!(heard.pain_points(&acme, 1)?[0].aspect, "delivery");
/// assert!(heard.report().to_html().contains("Acme"));
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrandMonitor {
    names: Names,
    aspects: Aspects,
    rules: Vec<Rule>,
    days: usize,
    until: Option<Date>,
    band: f64,
    level: f64,
    false_alarms_a_year: f64,
    quotes: usize,
    seed: u64,
}

const METHOD: &str = "brand monitor";

impl BrandMonitor {
    /// Retail's aspects, a year of days, intervals of 95 %, one false alarm a year.
    ///
    /// The seed chooses the passages that are kept.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            names: Names::new(),
            aspects: Aspects::retail(),
            rules: Vec::new(),
            days: 366,
            until: None,
            band: 0.05,
            level: 0.95,
            false_alarms_a_year: 1.0,
            quotes: 3,
            seed,
        }
    }

    /// Brands to look for in texts that come without one, and how columns may write them.
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// Which aspects to look for.
    #[must_use]
    pub fn aspects(self, aspects: Aspects) -> Self {
        Self { aspects, ..self }
    }

    /// One more rule by which to alert.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// How many days are kept, the newest included, 1 to 3,660; of older ones nothing is counted.
    #[must_use]
    pub fn days(self, days: usize) -> Self {
        Self { days, ..self }
    }

    /// The last day that can be: later ones are mistakes and do not count.
    #[must_use]
    pub fn until(self, day: Date) -> Self {
        Self { until: Some(day), ..self }
    }

    /// How far from 0 a polarity must be for praise or complaint, from 0 to below 1; 0.05.
    #[must_use]
    pub fn band(self, band: f64) -> Self {
        Self { band, ..self }
    }

    /// How often intervals hold the true number, above 0 and below 1.
    #[must_use]
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// How many statistical alerts a year may be due to chance, in all series together.
    #[must_use]
    pub fn false_alarms_a_year(self, alarms: f64) -> Self {
        Self { false_alarms_a_year: alarms, ..self }
    }

    /// How many passages of each brand, aspect and tone are kept, at most 100.
    #[must_use]
    pub fn quotes(self, quotes: usize) -> Self {
        Self { quotes, ..self }
    }

    /// Hears all comments, in the order of their days.
    ///
    /// # Errors
    /// If there are none, or a setting lies outside its range.
    pub fn fit(&self, comments: &[Comment], sentiment: &dyn Sentiment) -> Result<Monitored> {
        if comments.is_empty() {
            return Err(Error::Empty { what: "comments", help: "bring what people wrote" });
        }
        let mut order: Vec<&Comment> = comments.iter().collect();
        order.sort_by_key(|comment| comment.date);
        let mut listener = self.listen(sentiment)?;
        listener.push_all(&order);
        Ok(listener.into_monitored())
    }

    /// Begins to listen to a stream.
    ///
    /// # Errors
    /// If a setting lies outside its range.
    pub fn listen<'a>(&self, sentiment: &'a dyn Sentiment) -> Result<Listener<'a>> {
        Monitored::new(self.clone()).resume(sentiment)
    }

    fn check(&self) -> Result<()> {
        let days: (_, fn(f64) -> bool) = ("1 to 3,660", |x| (1.0..=3660.0).contains(&x));
        door::setting(METHOD, ("days", self.days as f64), days, "366 are a year")?;
        let band: (_, fn(f64) -> bool) = ("from 0 to below 1", |x| (0.0..1.0).contains(&x));
        door::setting(METHOD, ("band", self.band), band, "0.05 is usual")?;
        door::setting(METHOD, ("level", self.level), door::SHARE, "such as 0.95")?;
        let quotes: (_, fn(f64) -> bool) = ("at most 100", |x| x <= 100.0);
        door::setting(METHOD, ("quotes", self.quotes as f64), quotes, "3 are enough to read")?;
        let alarms = ("false alarms a year", self.false_alarms_a_year);
        let range: (_, fn(f64) -> bool) = ("above 0, at most 100", |x| x > 0.0 && x <= 100.0);
        door::setting(METHOD, alarms, range, "1 is usual")?;
        self.rules.iter().try_for_each(Rule::check)
    }
}
