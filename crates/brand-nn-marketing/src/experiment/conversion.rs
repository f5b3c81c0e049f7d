//! A/B and A/B/n tests of conversion rates: classical, Bayesian, and whether the split is sound.

use super::BetaBelief;
use crate::{Error, Result, door};
use brand_nn_report::{Bars, Finding, Format, Page};
use brand_nn_stats::hypothesis::{
    Alternative, Correction, Proportion, chi_squared_fit_test, fisher_exact_test, newcombe,
    two_proportion_z_test, wilson,
};
use serde::{Deserialize, Serialize};

/// How arms are compared with the control, which is the first.
///
/// # Examples
/// ```
/// use brand_nn_marketing::experiment::{Arm, ConversionTest};
///
/// let arms = [Arm::new("old page", 200, 4000), Arm::new("new page", 250, 4000)];
/// let result = ConversionTest::default().analyze(&arms)?;
/// let new = &result.arms()[1];
/// assert!((new.p_value - 0.0152558).abs() < 1e-7);
/// assert!(new.difference_interval[0] > 0.0);
/// assert!(result.report().to_markdown().contains("new page converts better"));
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversionTest {
    /// How often intervals hold the true number, and 1 minus the significance; 0.95.
    pub level: f64,
    /// How p-values of several variants are corrected; by Holm.
    pub correction: Correction,
    /// What share of the visitors each arm should have; even if there are none.
    pub shares: Vec<f64>,
    /// What is believed of every rate before; Beta(1, 1) knows nothing.
    pub prior: [f64; 2],
}

impl Default for ConversionTest {
    fn default() -> Self {
        Self { level: 0.95, correction: Correction::Holm, shares: vec![], prior: [1.0, 1.0] }
    }
}

/// One arm of an experiment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// What it is called.
    pub name: String,
    /// Visitors who converted.
    pub conversions: u64,
    /// All visitors.
    pub visitors: u64,
}

impl Arm {
    /// An arm with its counts.
    #[must_use]
    pub fn new(name: impl Into<String>, conversions: u64, visitors: u64) -> Self {
        Self { name: name.into(), conversions, visitors }
    }

    fn share(&self) -> Proportion {
        Proportion::new(self.conversions, self.visitors)
    }
}

/// What an arm did, and how it compares with the control; the control with itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmResult {
    /// The arm.
    pub arm: Arm,
    /// Conversions a visitor.
    pub rate: f64,
    /// Wilson's interval of the rate.
    pub rate_interval: [f64; 2],
    /// The rate minus that of the control.
    pub difference: f64,
    /// Newcombe's interval of the difference.
    pub difference_interval: [f64; 2],
    /// The rate over that of the control, minus 1; none if the control never converts.
    pub uplift: Option<f64>,
    /// How likely such a difference is by chance: z-test, or Fisher's where counts are small.
    pub p_value: f64,
    /// The same, corrected for the number of variants.
    pub adjusted_p_value: f64,
    /// Whether the exact test was used.
    pub exact: bool,
    /// The chance that the rate is above that of the control.
    pub chance_above_control: f64,
    /// The chance that no other arm is better.
    pub chance_of_best: f64,
    /// The rate that is lost on average by choosing this arm.
    pub expected_loss: f64,
}

/// What an experiment says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversionResult {
    arms: Vec<ArmResult>,
    level: f64,
    sample_ratio_p_value: f64,
}

const METHOD: &str = "conversion test";
/// Fewer conversions or misses than this ask for the exact test.
const FEW: u64 = 10;
/// Below this p-value the split of visitors is broken, not unlucky.
const BROKEN: f64 = 0.001;

impl ConversionTest {
    /// Compares each arm with the first.
    ///
    /// # Errors
    /// If there are fewer than two arms or more than 100, one has no visitors or more conversions
    /// than visitors, or a setting is out of range.
    pub fn analyze(&self, arms: &[Arm]) -> Result<ConversionResult> {
        self.check(arms)?;
        let beliefs = arms.iter().map(|arm| self.belief(arm)).collect::<Result<Vec<_>>>()?;
        let best = BetaBelief::chances_of_best(&beliefs);
        let losses = BetaBelief::expected_losses(&beliefs);
        let raw = arms.iter().map(|arm| p_value(arm, &arms[0])).collect::<Result<Vec<_>>>()?;
        let variants: Vec<f64> = raw[1..].iter().map(|(p, _)| *p).collect();
        let adjusted = self.correction.adjust(&variants)?;
        let adjusted: Vec<f64> = std::iter::once(1.0).chain(adjusted).collect();
        let result = |i: usize| -> Result<ArmResult> {
            let (arm, control) = (&arms[i], arms[0].share());
            let (rate, base) = (arm.share().rate(), control.rate());
            Ok(ArmResult {
                arm: arm.clone(),
                rate,
                rate_interval: wilson(arm.share(), self.level)?,
                difference: rate - base,
                difference_interval: newcombe(arm.share(), control, self.level)?,
                uplift: (base > 0.0).then(|| rate / base - 1.0),
                p_value: raw[i].0,
                adjusted_p_value: adjusted[i],
                exact: raw[i].1,
                chance_above_control: beliefs[i].chance_above(&beliefs[0]),
                chance_of_best: best[i],
                expected_loss: losses[i],
            })
        };
        Ok(ConversionResult {
            arms: (0..arms.len()).map(result).collect::<Result<_>>()?,
            level: self.level,
            sample_ratio_p_value: self.sample_ratio(arms)?,
        })
    }

    fn check(&self, arms: &[Arm]) -> Result<()> {
        let range: (_, fn(f64) -> bool) = ("2 to 100", |x| (2.0..=100.0).contains(&x));
        door::setting(METHOD, ("number of arms", arms.len() as f64), range, "add a control")?;
        door::setting(METHOD, ("level", self.level), door::SHARE, "such as 0.95")?;
        BetaBelief::new(self.prior[0], self.prior[1])?;
        for (row, arm) in arms.iter().enumerate() {
            if arm.visitors == 0 || arm.conversions > arm.visitors {
                let (column, got) =
                    ("conversions", format!("{} of {}", arm.conversions, arm.visitors));
                let (expected, help) =
                    ("at most the visitors, at least one", "count visitors once");
                return Err(Error::Value {
                    data: "arms",
                    row: row + 1,
                    column,
                    got,
                    expected,
                    help,
                });
            }
        }
        Ok(())
    }

    fn belief(&self, arm: &Arm) -> Result<BetaBelief> {
        let [hits, misses] = self.prior;
        let missed = (arm.visitors - arm.conversions) as f64;
        BetaBelief::new(hits + arm.conversions as f64, misses + missed)
    }

    fn sample_ratio(&self, arms: &[Arm]) -> Result<f64> {
        let visitors: Vec<f64> = arms.iter().map(|arm| arm.visitors as f64).collect();
        let even = vec![1.0; arms.len()];
        let shares = if self.shares.is_empty() { &even } else { &self.shares };
        Ok(chi_squared_fit_test(&visitors, shares)?.p_value)
    }
}

/// The p-value of an arm against the control, and whether it is exact.
fn p_value(arm: &Arm, control: &Arm) -> Result<(f64, bool)> {
    let (a, b) = (arm.share(), control.share());
    let few = |arm: &Arm| arm.conversions < FEW || arm.visitors - arm.conversions < FEW;
    let is_exact = few(arm) || few(control);
    let test = if is_exact {
        fisher_exact_test(a, b, Alternative::TwoSided)?.p_value
    } else {
        two_proportion_z_test(a, b, Alternative::TwoSided)?.p_value
    };
    Ok((test, is_exact))
}

impl ConversionResult {
    /// All arms, the control first.
    #[must_use]
    pub fn arms(&self) -> &[ArmResult] {
        &self.arms
    }

    /// How likely the visitors were split as they should be; tiny where the split is broken.
    #[must_use]
    #[doc(alias = "srm")]
    pub fn sample_ratio_p_value(&self) -> f64 {
        self.sample_ratio_p_value
    }

    /// The variant with the best rate, if it is better than the control for more than chance.
    #[must_use]
    pub fn winner(&self) -> Option<&ArmResult> {
        let better = self.arms[1..].iter().filter(|arm| self.differs(arm) && arm.difference > 0.0);
        better.max_by(|a, b| a.rate.total_cmp(&b.rate)).filter(|_| !self.is_broken())
    }

    fn differs(&self, arm: &ArmResult) -> bool {
        arm.adjusted_p_value < 1.0 - self.level
    }

    fn is_broken(&self) -> bool {
        self.sample_ratio_p_value < BROKEN
    }

    /// A page with rates, differences and what to do.
    #[must_use]
    pub fn report(&self) -> Page {
        let percent = |x| Format::Percent.text(x, 2);
        let short = |x| Format::Number.short(x);
        let names = || self.arms.iter().map(|arm| &*arm.arm.name);
        let rates = self.arms.iter().map(|a| (a.rate, a.rate_interval[0], a.rate_interval[1]));
        let variants = || self.arms[1..].iter();
        let differences =
            variants().map(|a| (a.difference, a.difference_interval[0], a.difference_interval[1]));
        let rows = self.arms.iter().map(|a| {
            let [low, high] = a.difference_interval;
            [
                a.arm.name.clone(),
                short(a.arm.visitors as f64),
                short(a.arm.conversions as f64),
                percent(a.rate),
                format!("{} ({} to {})", percent(a.difference), percent(low), percent(high)),
                short(a.adjusted_p_value),
                percent(a.chance_of_best),
            ]
        });
        let header =
            ["arm", "visitors", "conversions", "rate", "difference", "p", "chance of best"];
        Page::new("Experiment: conversions")
            .findings(self.findings())
            .figure(
                Bars::new("Conversion rates", names())
                    .format(Format::Percent)
                    .series_with_intervals("rate", rates),
            )
            .figure(
                Bars::new("Difference from the control", variants().map(|a| &*a.arm.name))
                    .format(Format::Percent)
                    .series_with_intervals("difference", differences),
            )
            .table(header, rows)
    }

    fn findings(&self) -> Vec<Finding> {
        if self.is_broken() {
            let evidence = format!("p {}", Format::Number.short(self.sample_ratio_p_value));
            return vec![
                Finding::act("Visitors were not split as planned: no result counts", evidence)
                    .next("look for redirects, bots and filters that hit one arm, and start again"),
            ];
        }
        self.arms[1..].iter().map(|arm| self.finding(arm)).collect()
    }

    fn finding(&self, arm: &ArmResult) -> Finding {
        let text = |x| Format::Percent.text(x, 2);
        let ([low, high], name) = (arm.difference_interval, &arm.arm.name);
        let evidence =
            format!("difference {} ({} to {})", text(arm.difference), text(low), text(high));
        if !self.differs(arm) {
            return Finding::watch(format!("{name} can't be told from the control"), evidence)
                .next(format!(
                    "a true difference up to {} may be hidden: choose by cost, or plan a larger \
                     experiment",
                    text(high.abs().max(low.abs()))
                ));
        }
        if arm.difference > 0.0 {
            Finding::good(format!("{name} converts better than the control"), evidence)
                .next("roll it out, and keep a small control to see that it lasts")
        } else {
            Finding::act(format!("{name} converts worse than the control"), evidence)
                .next("stop it")
        }
    }
}
