//! RFM: scores for recency, frequency and monetary value, and segments with names.

use crate::data::TransactionLog;
use crate::{Error, Result, door};
use brand_nn_report::{Bars, Finding, Format, HeatMap, Page};
use brand_nn_train::Date;
use serde::{Deserialize, Serialize};

/// How many scores there are, and to which day recency is counted.
///
/// A score is one more than the share of customers who are worse, times the number of scores,
/// rounded down: with 5, the best fifth has a 5. Who is equal has the same score.
///
/// # Examples
/// ```
/// use brand_nn_marketing::data::{Cleaning, Transaction, TransactionLog};
/// use brand_nn_marketing::segment::{RfmSegmentation, Segment};
///
/// let buy = |who: &str, day: &str, spend| -> Result<_, brand_nn_marketing::Error> {
///     Ok(Transaction { customer: who.into(), date: day.parse()?, spend })
/// };
/// let rows = [
///     buy("ann", "2024-05-01", 90.0)?,
///     buy("ann", "2024-06-01", 80.0)?,
///     buy("bob", "2024-01-01", 10.0)?,
/// ];
/// let log = TransactionLog::new(rows, &Cleaning::default())?;
/// let segments = RfmSegmentation::new("2024-06-10".parse()?).scores(2).fit(&log)?;
/// assert_eq!(segments.customers()[0].scores, [2, 2, 2]);
/// assert_eq!(segments.customers()[1].segment, Segment::Hibernating);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RfmSegmentation {
    scores: u32,
    today: Date,
}

/// A customer with scores for recency, frequency and spend, 1 for the worst.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RfmCustomer {
    /// Who it is.
    pub customer: String,
    /// Days since the last purchase.
    pub recency_days: i64,
    /// Days with a purchase.
    pub frequency: u64,
    /// What was spent in all.
    pub spend: f64,
    /// The scores of recency, frequency and spend.
    pub scores: [u32; 3],
    /// What the scores mean.
    pub segment: Segment,
}

/// What scores of recency and frequency mean together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    /// Bought lately and often.
    Champions,
    /// Come back, not always lately.
    Loyal,
    /// Bought lately for the first times.
    New,
    /// Neither recent nor frequent, not yet gone.
    NeedAttention,
    /// Bought often, but not lately.
    AtRisk,
    /// Bought often and for much, but not lately.
    CannotLose,
    /// Bought seldom and long ago.
    Hibernating,
}

/// All customers with their scores and segments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RfmSegments {
    scores: u32,
    customers: Vec<RfmCustomer>,
}

const METHOD: &str = "RFM segmentation";

impl Segment {
    const ALL: [Self; 7] = [
        Self::Champions,
        Self::Loyal,
        Self::New,
        Self::NeedAttention,
        Self::AtRisk,
        Self::CannotLose,
        Self::Hibernating,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Champions => "champions",
            Self::Loyal => "loyal",
            Self::New => "new",
            Self::NeedAttention => "need attention",
            Self::AtRisk => "at risk",
            Self::CannotLose => "can't lose them",
            Self::Hibernating => "hibernating",
        }
    }

    /// What is usually done for them.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Champions => "thank them, ask them for reviews, show them what is new first",
            Self::Loyal => "offer what goes with what they have",
            Self::New => "help them to a second purchase soon",
            Self::NeedAttention => "remind them with an offer that ends",
            Self::AtRisk => "win them back by name, with what they used to buy",
            Self::CannotLose => "call them",
            Self::Hibernating => "spend little on them",
        }
    }

    /// Scores as shares from 0 to 1, so that any number of them can be used.
    fn of([recency, frequency, spend]: [f64; 3]) -> Self {
        match (recency, frequency) {
            (r, f) if r >= 0.6 && f >= 0.6 => Self::Champions,
            (r, f) if r >= 0.4 && f >= 0.4 => Self::Loyal,
            (r, _) if r >= 0.6 => Self::New,
            (r, _) if r >= 0.4 => Self::NeedAttention,
            (_, f) if f >= 0.6 && spend >= 0.6 => Self::CannotLose,
            (_, f) if f >= 0.4 => Self::AtRisk,
            _ => Self::Hibernating,
        }
    }
}

impl RfmSegmentation {
    /// Five scores; recency is counted up to `today`.
    #[must_use]
    pub fn new(today: Date) -> Self {
        Self { scores: 5, today }
    }

    /// How many scores there are, 2 to 10.
    #[must_use]
    pub fn scores(self, scores: u32) -> Self {
        Self { scores, ..self }
    }

    /// Scores every customer of a log.
    ///
    /// # Errors
    /// If there are not 2 to 10 scores, or somebody bought after `today`.
    pub fn fit(&self, log: &TransactionLog) -> Result<RfmSegments> {
        let range: (_, fn(f64) -> bool) = ("2 to 10", |x| (2.0..=10.0).contains(&x));
        door::setting(METHOD, ("scores", f64::from(self.scores)), range, "5 are usual")?;
        if log.days().1 > self.today {
            let (case, help) = ("purchases are later than today", "choose a later day, or clean");
            return Err(Error::Undefined { method: METHOD, case, help });
        }
        let histories: Vec<(i64, u64, f64)> = log
            .by_customer()
            .map(|bought| {
                let last = bought[bought.len() - 1].date;
                let days = bought.chunk_by(|a, b| a.date == b.date).count() as u64;
                let spend = bought.iter().map(|transaction| transaction.spend).sum();
                (self.today.days() - last.days(), days, spend)
            })
            .collect();
        let scored = |value: &dyn Fn(&(i64, u64, f64)) -> f64| {
            scores(&histories.iter().map(value).collect::<Vec<_>>(), self.scores)
        };
        let columns = [scored(&|h| -(h.0 as f64)), scored(&|h| h.1 as f64), scored(&|h| h.2)];
        let customer = |(i, bought): (usize, &[crate::data::Transaction])| {
            let (recency_days, frequency, spend) = histories[i];
            let scores = [0, 1, 2].map(|column: usize| columns[column][i]);
            let share = |score: u32| f64::from(score - 1) / f64::from(self.scores);
            let segment = Segment::of(scores.map(share));
            let customer = bought[0].customer.clone();
            RfmCustomer { customer, recency_days, frequency, spend, scores, segment }
        };
        let customers = log.by_customer().enumerate().map(customer).collect();
        Ok(RfmSegments { scores: self.scores, customers })
    }
}

/// 1 + ⌊scores · share of values below⌋.
fn scores(values: &[f64], scores: u32) -> Vec<u32> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let score = |value: &f64| {
        let below = sorted.partition_point(|other| other < value);
        1 + (below as f64 / values.len() as f64 * f64::from(scores)) as u32
    };
    values.iter().map(score).collect()
}

impl RfmSegments {
    /// All customers, by name.
    #[must_use]
    pub fn customers(&self) -> &[RfmCustomer] {
        &self.customers
    }

    /// The customers of a segment.
    pub fn of(&self, segment: Segment) -> impl Iterator<Item = &RfmCustomer> {
        self.customers.iter().filter(move |customer| customer.segment == segment)
    }

    /// A page with the segments, what they are worth, and what to do for each.
    #[must_use]
    pub fn report(&self) -> Page {
        let segments = || Segment::ALL.iter().copied();
        let spend = |segment| self.of(segment).map(|customer| customer.spend).sum::<f64>();
        let all: f64 = segments().map(spend).sum();
        let share = |part: f64, all: f64| if all > 0.0 { part / all } else { 0.0 };
        let count = |segment| self.of(segment).count() as f64;
        let total = self.customers.len() as f64;
        let rows = segments().map(|segment| {
            let advice = segment.advice().to_owned();
            let percent = Format::Percent.text(share(spend(segment), all), 1);
            [segment.name().to_owned(), format!("{}", count(segment)), percent, advice]
        });
        let figure = Bars::new("Segments", segments().map(Segment::name))
            .format(Format::Percent)
            .series("share of customers", segments().map(|s| share(count(s), total)))
            .series("share of spend", segments().map(|s| share(spend(s), all)));
        Page::new("Segments by recency, frequency and spend")
            .findings(self.finding(all))
            .figure(figure)
            .table(["segment", "customers", "share of spend", "what to do"], rows)
            .figure(self.map())
    }

    fn finding(&self, all: f64) -> Option<Finding> {
        let silent = || self.of(Segment::AtRisk).chain(self.of(Segment::CannotLose));
        let spend: f64 = silent().map(|customer| customer.spend).sum();
        (all > 0.0 && spend > 0.05 * all).then(|| {
            let share = Format::Percent.text(spend / all, 0);
            let evidence = format!("{} customers with {share} of all spend", silent().count());
            Finding::act("Customers who bought often have fallen silent", evidence)
                .next("win them back, those who spent most first")
        })
    }

    fn map(&self) -> HeatMap {
        let names = || (1..=self.scores).map(|score| score.to_string());
        let count = |recency: u32, frequency: u32| {
            let matches = |c: &&RfmCustomer| c.scores[0] == recency && c.scores[1] == frequency;
            self.customers.iter().filter(matches).count() as f64
        };
        let row = |recency| (1..=self.scores).map(|f| count(recency, f)).collect::<Vec<_>>();
        HeatMap::new("Customers by scores", names(), names())
            .values((1..=self.scores).map(row))
            .x("frequency score")
            .y("recency score")
    }
}
