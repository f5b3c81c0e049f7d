//! What campaigns brought: rates, costs and returns with their intervals, and what to do next.
//!
//! | figure | is | interval |
//! |---|---|---|
//! | CTR, conversion rate | clicks / impressions, conversions / clicks | Wilson's |
//! | cost per click, per acquisition | spend / clicks, spend / conversions | Garwood's, of counts |
//! | ROAS, ROI | revenue / spend, (margin · revenue − spend) / spend | of a compound Poisson sum |
//! | payback | periods until the margin of a customer has paid for the acquisition | of its cost |

use crate::{Error, Result, door};
use brand_nn_report::{Bars, Finding, Format, Page, Status};
use brand_nn_stats::hypothesis::{Proportion, wilson};
use brand_nn_stats::special::{gamma_p_inverse, gamma_q_inverse, normal_quantile};
use serde::{Deserialize, Serialize};

/// One campaign's counts and amounts.
///
/// # Examples
/// ```
/// use brand_nn_marketing::evaluate::{Campaign, CampaignReview};
///
/// let mail = Campaign::new("mail", 500.0).impressions(20_000).clicks(800).conversions(60)
///     .revenue(3600.0);
/// let review = CampaignReview::default().review(&[mail])?;
/// let mail = &review.campaigns()[0];
/// assert_eq!(mail.click_rate.unwrap().value, 0.04);
/// assert_eq!(mail.cost_per_acquisition.unwrap().value, 500.0 / 60.0);
/// assert_eq!(mail.return_on_ad_spend.unwrap().value, 7.2);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    name: String,
    spend: f64,
    impressions: u64,
    clicks: u64,
    conversions: u64,
    revenue: f64,
}

impl Campaign {
    /// A campaign with what was spent on it.
    #[must_use]
    pub fn new(name: impl Into<String>, spend: f64) -> Self {
        let (name, counts) = (name.into(), 0);
        Self { name, spend, impressions: counts, clicks: counts, conversions: counts, revenue: 0.0 }
    }

    /// How often it was shown.
    #[must_use]
    pub fn impressions(self, impressions: u64) -> Self {
        Self { impressions, ..self }
    }

    /// How often it was clicked.
    #[must_use]
    pub fn clicks(self, clicks: u64) -> Self {
        Self { clicks, ..self }
    }

    /// How many orders came of it.
    #[must_use]
    pub fn conversions(self, conversions: u64) -> Self {
        Self { conversions, ..self }
    }

    /// What the orders brought.
    #[must_use]
    pub fn revenue(self, revenue: f64) -> Self {
        Self { revenue, ..self }
    }

    fn check(&self, row: usize) -> Result<()> {
        door::value((DATA, row, "spend"), self.spend, door::NOT_NEGATIVE)?;
        door::value((DATA, row, "revenue"), self.revenue, door::NOT_NEGATIVE)?;
        let wrong = |column, got: u64, expected| {
            let (row, got, help) = (row + 1, got.to_string(), "count each person once");
            Err(Error::Value { data: DATA, row, column, got, expected, help })
        };
        if self.impressions > 0 && self.clicks > self.impressions {
            return wrong("clicks", self.clicks, "at most the impressions");
        }
        if self.clicks > 0 && self.conversions > self.clicks {
            return wrong("conversions", self.conversions, "at most the clicks");
        }
        Ok(())
    }
}

/// What is known beside the campaigns themselves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignReview {
    /// How often intervals hold the true number; 0.95.
    pub level: f64,
    /// What remains of revenue after goods and delivery, from 0 to 1; 1 by default.
    pub margin: f64,
    /// The deviation of an order's value over its mean; 1 by default, 0 if all orders are alike.
    pub order_variation: f64,
    /// What a customer's orders leave each period after the first, and the share who stay for it.
    ///
    /// Payback counts the first order too; nothing and nobody by default.
    pub later_margin: f64,
    /// The share of customers who stay for another period, from 0 to 1.
    pub retention: f64,
}

impl Default for CampaignReview {
    fn default() -> Self {
        let (level, margin, order_variation) = (0.95, 1.0, 1.0);
        Self { level, margin, order_variation, later_margin: 0.0, retention: 0.0 }
    }
}

/// A figure with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// What was measured.
    pub value: f64,
    /// The lower end; what is without bound above has no upper one.
    pub lower: f64,
    /// The upper end.
    pub upper: Option<f64>,
}

/// How soon a customer's margin has paid for the acquisition.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payback {
    /// After so many periods; 0 is with the first order.
    Periods(u32),
    /// Never: all that customers will bring is less than they cost.
    Never,
}

/// What a campaign did; figures that nothing was counted for are none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignResult {
    /// The campaign.
    pub campaign: Campaign,
    /// Clicks an impression.
    #[doc(alias = "ctr")]
    pub click_rate: Option<Measure>,
    /// Conversions a click.
    pub conversion_rate: Option<Measure>,
    /// Spend a click.
    #[doc(alias = "cpc")]
    pub cost_per_click: Option<Measure>,
    /// Spend a conversion.
    #[doc(alias = "cpa")]
    pub cost_per_acquisition: Option<Measure>,
    /// Revenue over spend.
    #[doc(alias = "roas")]
    pub return_on_ad_spend: Option<Measure>,
    /// (margin · revenue − spend) / spend.
    #[doc(alias = "roi")]
    pub return_on_investment: Option<Measure>,
    /// How soon the acquisition is paid for: for its cost, and for the upper end of that.
    pub payback: Option<[Payback; 2]>,
}

/// All campaigns with their figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignResults {
    campaigns: Vec<CampaignResult>,
}

const METHOD: &str = "campaign review";
const DATA: &str = "campaigns";
/// Periods after which nobody waits for payback any more.
const LONGEST: u32 = 600;

impl CampaignReview {
    /// Measures every campaign.
    ///
    /// # Errors
    /// If there are none, counts can't be (more clicks than impressions), an amount is negative or
    /// not finite, or a setting is out of range.
    pub fn review(&self, campaigns: &[Campaign]) -> Result<CampaignResults> {
        self.check()?;
        if campaigns.is_empty() {
            return Err(Error::Empty { what: DATA, help: "hand over at least one" });
        }
        for (row, campaign) in campaigns.iter().enumerate() {
            campaign.check(row)?;
        }
        let results = campaigns.iter().map(|campaign| self.result(campaign));
        Ok(CampaignResults { campaigns: results.collect::<Result<_>>()? })
    }

    fn check(&self) -> Result<()> {
        let share: (_, fn(f64) -> bool) = ("from 0 to 1", |x| (0.0..=1.0).contains(&x));
        door::setting(METHOD, ("level", self.level), door::SHARE, "such as 0.95")?;
        door::setting(METHOD, ("margin", self.margin), share, "give a share, not per cent")?;
        door::setting(METHOD, ("retention", self.retention), share, "give a share")?;
        let variation = ("order variation", self.order_variation);
        door::setting(METHOD, variation, door::NOT_NEGATIVE, "deviation over mean of orders")?;
        let later = ("later margin", self.later_margin);
        door::setting(METHOD, later, door::NOT_NEGATIVE, "an amount a period")
    }

    fn result(&self, campaign: &Campaign) -> Result<CampaignResult> {
        let Campaign { spend, impressions, clicks, conversions, revenue, .. } = *campaign;
        let cost_per_acquisition = self.cost(spend, conversions);
        let roas = (spend > 0.0 && conversions > 0).then(|| self.roas(revenue, conversions, spend));
        let roi = roas.map(|roas| roas.map(|x| self.margin * x - 1.0));
        let first = self.margin * revenue / conversions.max(1) as f64;
        Ok(CampaignResult {
            campaign: campaign.clone(),
            click_rate: self.rate(clicks, impressions)?,
            conversion_rate: self.rate(conversions, clicks)?,
            cost_per_click: self.cost(spend, clicks),
            cost_per_acquisition,
            return_on_ad_spend: roas,
            return_on_investment: roi,
            payback: cost_per_acquisition.map(|cost| {
                let dear = cost.upper.unwrap_or(f64::INFINITY);
                [cost.value, dear].map(|cost| self.payback(cost, first))
            }),
        })
    }

    fn rate(&self, part: u64, all: u64) -> Result<Option<Measure>> {
        if all == 0 {
            return Ok(None);
        }
        let share = Proportion::new(part, all);
        let [lower, upper] = wilson(share, self.level)?;
        Ok(Some(Measure { value: share.rate(), lower, upper: Some(upper) }))
    }

    /// Spend over a count, whose interval is that of a Poisson mean (Garwood 1936).
    fn cost(&self, spend: f64, count: u64) -> Option<Measure> {
        let (n, tail) = (count as f64, (1.0 - self.level) / 2.0);
        (count > 0 && spend > 0.0).then(|| Measure {
            value: spend / n,
            lower: spend / gamma_q_inverse(n + 1.0, tail),
            upper: Some(spend / gamma_p_inverse(n, tail)),
        })
    }

    /// Of n orders whose values vary, the sum varies by √(1 + c²) / √n of itself.
    fn roas(&self, revenue: f64, conversions: u64, spend: f64) -> Measure {
        let relative = ((1.0 + self.order_variation.powi(2)) / conversions as f64).sqrt();
        let factor = (normal_quantile(0.5 + self.level / 2.0) * relative).exp();
        let value = revenue / spend;
        Measure { value, lower: value / factor, upper: Some(value * factor) }
    }

    fn payback(&self, cost: f64, first: f64) -> Payback {
        let (mut earned, mut stay) = (first, 1.0);
        for period in 0..=LONGEST {
            if earned >= cost {
                return Payback::Periods(period);
            }
            stay *= self.retention;
            earned += stay * self.later_margin;
        }
        Payback::Never
    }
}

impl Measure {
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self { value: f(self.value), lower: f(self.lower), upper: self.upper.map(f) }
    }

    fn text(&self, format: &Format) -> String {
        let short = |x| format.short(x);
        let upper = self.upper.map_or("∞".to_owned(), short);
        format!("{} ({} to {upper})", short(self.value), short(self.lower))
    }
}

impl CampaignResult {
    /// What the figures say of the campaign, and what to do.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let name = &self.campaign.name;
        let Some(roi) = self.return_on_investment else {
            return self.without_orders();
        };
        let evidence = format!("ROI {}", roi.text(&Format::Percent));
        let pays_later = matches!(self.payback, Some([Payback::Periods(1..), _]));
        if roi.lower > 0.0 {
            Finding::good(format!("{name} earns more than it costs"), evidence)
                .next("raise its budget step by step, and watch the cost of one more order")
        } else if pays_later {
            Finding::note(format!("{name} pays only by later orders"), evidence)
                .next("keep it as long as customers stay as long as they do now")
        } else if roi.upper.is_some_and(|upper| upper < 0.0) {
            Finding::act(format!("{name} costs more than it earns"), evidence)
                .next("stop it, or change the offer and test that")
        } else {
            Finding::watch(format!("Whether {name} pays is not known yet"), evidence)
                .next("let it run until the interval is on one side of 0, or test it")
        }
    }

    fn without_orders(&self) -> Finding {
        let Campaign { name, spend, .. } = &self.campaign;
        let evidence = format!("{} spent, no order yet", Format::Number.short(*spend));
        let status = if *spend > 0.0 { Status::Watch } else { Status::Note };
        Finding::new(status, format!("{name} has brought no order"), evidence)
            .next("see whether orders are counted at all before you judge it")
    }
}

impl CampaignResults {
    /// All campaigns, in the order they came.
    #[must_use]
    pub fn campaigns(&self) -> &[CampaignResult] {
        &self.campaigns
    }

    /// A page with all figures and what to do for each campaign.
    #[must_use]
    pub fn report(&self) -> Page {
        let names = || self.campaigns.iter().map(|result| &*result.campaign.name);
        let ends = |measure: Option<Measure>| match measure {
            Some(m) => (m.value, m.lower, m.upper.unwrap_or(m.value)),
            None => (f64::NAN, f64::NAN, f64::NAN),
        };
        let roi = self.campaigns.iter().map(|result| ends(result.return_on_investment));
        let cost = self.campaigns.iter().map(|result| ends(result.cost_per_acquisition));
        Page::new("What campaigns brought")
            .findings(self.campaigns.iter().map(CampaignResult::finding))
            .figure(
                Bars::new("Return on investment", names())
                    .format(Format::Percent)
                    .series_with_intervals("ROI", roi),
            )
            .figure(Bars::new("Cost of an order", names()).series_with_intervals("cost", cost))
            .table(HEADER, self.campaigns.iter().map(row))
    }
}

const HEADER: [&str; 7] =
    ["campaign", "CTR", "conversion", "cost a click", "cost an order", "ROAS", "payback"];

fn row(result: &CampaignResult) -> [String; 7] {
    let (percent, number) = (Format::Percent, Format::Number);
    let text = |measure: Option<Measure>, format: &Format| match measure {
        Some(measure) => measure.text(format),
        None => "–".to_owned(),
    };
    let payback = match result.payback {
        Some([Payback::Periods(0), _]) => "first order".to_owned(),
        Some([Payback::Periods(periods), _]) => format!("{periods} periods"),
        Some([Payback::Never, _]) => "never".to_owned(),
        None => "–".to_owned(),
    };
    [
        result.campaign.name.clone(),
        text(result.click_rate, &percent),
        text(result.conversion_rate, &percent),
        text(result.cost_per_click, &number),
        text(result.cost_per_acquisition, &number),
        text(result.return_on_ad_spend, &number),
        payback,
    ]
}
