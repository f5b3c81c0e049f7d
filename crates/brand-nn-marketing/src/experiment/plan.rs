//! The plan of an experiment: how many visitors each arm needs, and how long that takes.

use crate::{Result, Span, Unit, door};
use brand_nn_report::{Finding, Format, Page, Plot};
use brand_nn_stats::hypothesis::Design;
use serde::{Deserialize, Serialize};

/// What an experiment should be able to see, and with which risks.
///
/// # Examples
/// ```
/// use brand_nn_marketing::{Days, experiment::ExperimentPlan};
///
/// let plan = ExperimentPlan::conversion(0.10, 0.12);
/// let planned = plan.plan(1000.0, Days(1.0))?; // 1000 visitors a day
/// assert_eq!(planned.each_arm, 3841);
/// assert_eq!(planned.days, 8.0);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExperimentPlan {
    effect: Effect,
    variants: usize,
    design: Design,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Effect {
    /// From one rate to another.
    Conversion { from: f64, to: f64 },
    /// A difference of means, and how much a visitor's value varies.
    Value { difference: f64, standard_deviation: f64 },
}

/// How large and how long an experiment must be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// The plan that it follows from.
    pub plan: ExperimentPlan,
    /// Visitors of each arm.
    pub each_arm: u64,
    /// Visitors of all arms.
    pub total: u64,
    /// Days until they have come, whole ones.
    pub days: f64,
}

const METHOD: &str = "experiment plan";

impl ExperimentPlan {
    /// A control and a variant that should be told apart by their conversion rates.
    #[must_use]
    pub fn conversion(control_rate: f64, variant_rate: f64) -> Self {
        Self::new(Effect::Conversion { from: control_rate, to: variant_rate })
    }

    /// A control and a variant that should be told apart by a visitor's mean value.
    #[must_use]
    pub fn value(difference: f64, standard_deviation: f64) -> Self {
        Self::new(Effect::Value { difference, standard_deviation })
    }

    fn new(effect: Effect) -> Self {
        Self { effect, variants: 1, design: Design::default() }
    }

    /// How many variants are compared with the control; 1 by default.
    ///
    /// Each comparison is made at the significance divided by their number.
    #[must_use]
    pub fn variants(self, variants: usize) -> Self {
        Self { variants, ..self }
    }

    /// How likely an experiment without effect may look as if it had one; 0.05 by default.
    #[must_use]
    pub fn significance(self, significance: f64) -> Self {
        Self { design: Design { significance, ..self.design }, ..self }
    }

    /// How likely the effect must be seen if it is there; 0.8 by default.
    #[must_use]
    pub fn power(self, power: f64) -> Self {
        Self { design: Design { power, ..self.design }, ..self }
    }

    /// How many visitors that takes, and how long, if so many come in a span.
    ///
    /// # Errors
    /// If a rate or risk is not between 0 and 1, there is no effect, nobody comes, or there are not
    /// 1 to 100 variants.
    pub fn plan(&self, visitors: f64, within: impl Into<Span>) -> Result<Planned> {
        let range: (_, fn(f64) -> bool) = ("1 to 100", |x| (1.0..=100.0).contains(&x));
        door::setting(METHOD, ("variants", self.variants as f64), range, "1 makes an A/B test")?;
        door::setting(METHOD, ("visitors", visitors), door::POSITIVE, "count those of a day")?;
        let days = within.into().in_units(Unit::Day);
        door::setting(METHOD, ("span in days", days), door::POSITIVE, "such as Days(1.0)")?;
        let each_arm = self.size()?.ceil();
        let total = each_arm * (self.variants + 1) as f64;
        let days = (total / visitors * days - 1e-9).ceil().max(1.0);
        Ok(Planned { plan: *self, each_arm: each_arm as u64, total: total as u64, days })
    }

    /// The design of one of the comparisons.
    fn one(&self) -> Design {
        Design { significance: self.design.significance / self.variants as f64, ..self.design }
    }

    fn size(&self) -> Result<f64> {
        Ok(match self.effect {
            Effect::Conversion { from, to } => self.one().size_for_proportions(from, to)?,
            Effect::Value { difference, standard_deviation } => {
                let deviation = ("standard deviation", standard_deviation);
                door::setting(METHOD, deviation, door::POSITIVE, "measure it on past visitors")?;
                self.one().size_for_means(difference / standard_deviation)?
            }
        })
    }

    fn power_of(&self, size: f64) -> Option<f64> {
        let power = match self.effect {
            Effect::Conversion { from, to } => self.one().power_for_proportions(from, to, size),
            Effect::Value { difference, standard_deviation } => {
                self.one().power_for_means(difference / standard_deviation, size)
            }
        };
        power.ok()
    }
}

impl Planned {
    /// A page with the numbers and how the chance to see the effect grows.
    #[must_use]
    pub fn report(&self) -> Page {
        let count = |n: u64| Format::Number.text(n as f64, 0);
        let sizes = (1..=60).map(|i| self.each_arm as f64 * f64::from(i) / 40.0);
        let power = sizes.filter_map(|size| Some((size, self.plan.power_of(size)?)));
        let rows = [
            ["visitors of each arm".to_owned(), count(self.each_arm)],
            ["visitors in all".to_owned(), count(self.total)],
            ["days".to_owned(), Format::Number.text(self.days, 0)],
            ["significance".to_owned(), Format::Number.short(self.plan.design.significance)],
            ["power".to_owned(), Format::Percent.text(self.plan.design.power, 0)],
        ];
        Page::new("Plan of the experiment")
            .finding(self.finding())
            .table(["", "number"], rows)
            .figure(
                Plot::new("Chance to see the effect")
                    .x("visitors of each arm")
                    .y("power")
                    .y_format(Format::Percent)
                    .y_range(0.0, 1.0)
                    .rule(self.each_arm as f64, "planned")
                    .line("", power),
            )
    }

    /// Whether the experiment is short enough.
    fn finding(&self) -> Finding {
        let weeks = (self.days / 7.0).ceil();
        if self.days > 56.0 {
            Finding::act(
                "The experiment would take more than eight weeks",
                format!("{} days", self.days),
            )
            .next("look for a larger effect, a sharper measure, or more visitors")
        } else {
            Finding::good(
                format!(
                    "{} visitors an arm are enough",
                    Format::Number.text(self.each_arm as f64, 0)
                ),
                format!("{} days", self.days),
            )
            .next(format!("run it for {weeks} whole weeks, and decide only then"))
        }
    }
}
