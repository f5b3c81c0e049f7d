//! Experiments that are looked at a few times, by bounds that spend the chance of a false alarm.

use super::Arm;
use super::sequential::check;
use crate::{Error, Result, door};
use brand_nn_report::{Finding, Format, Page, Plot};
use brand_nn_stats::hypothesis::Spending;
use serde::{Deserialize, Serialize};

/// A test of two conversion rates that may end at one of a few looks.
///
/// z of the pooled difference is held against a bound of its look. Looks may come when they come:
/// what counts is the share of the planned visitors that were in. Ask [`SequentialTest`] to look
/// every day; this test needs fewer visitors where looks are few and the number of visitors is
/// planned. Lan and DeMets, "Discrete sequential boundaries", 1983.
///
/// [`SequentialTest`]: super::SequentialTest
///
/// # Examples
/// ```
/// use brand_nn_marketing::experiment::{Arm, GroupSequentialTest};
///
/// let looks = [[(90, 1000), (104, 1000)], [(181, 2000), (260, 2000)]];
/// let arms = looks.map(|look| look.map(|(won, all)| Arm::new("", won, all)));
/// let stages = GroupSequentialTest::new(8000).analyze(&arms)?;
/// assert!(!stages[0].may_stop() && stages[1].may_stop());
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupSequentialTest {
    /// Visitors of both arms at the last look that is planned.
    pub planned_visitors: u64,
    /// How the chance of a false alarm is spent; as O'Brien and Fleming by default.
    pub spending: Spending,
    /// One minus the chance of a false alarm at all looks together; 0.95.
    pub level: f64,
}

/// What is known at one look.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Visitors of both arms so far.
    pub visitors: u64,
    /// The share of the planned visitors that were in.
    pub fraction: f64,
    /// The variant's rate minus the control's.
    pub difference: f64,
    /// An interval that holds the true difference at this look and all others together.
    pub interval: [f64; 2],
    /// The difference over its standard error.
    pub z: f64,
    /// What |z| must reach for the test to end here.
    pub critical: f64,
}

impl Stage {
    /// Whether the test may end at this look with a difference that is more than chance.
    #[must_use]
    pub fn may_stop(&self) -> bool {
        self.z.abs() >= self.critical
    }
}

const METHOD: &str = "group sequential test";

impl GroupSequentialTest {
    /// A test of 95 % with so many visitors of both arms at its end.
    #[must_use]
    pub fn new(planned_visitors: u64) -> Self {
        Self { planned_visitors, spending: Spending::OBrienFleming, level: 0.95 }
    }

    /// By what factor more visitors must be planned for than without looks, for a power.
    ///
    /// # Errors
    /// If there are no looks or more than 100, or a setting is out of range.
    pub fn inflation(&self, looks: u32, power: f64) -> Result<f64> {
        let range: (_, fn(f64) -> bool) = ("1 to 100", |x| (1.0..=100.0).contains(&x));
        door::setting(METHOD, ("looks", f64::from(looks)), range, "five are usual")?;
        let at = |look: u32| f64::from(look) / f64::from(looks);
        let fractions: Vec<f64> = (1..=looks).map(at).collect();
        let bounds = self.spending.bounds(&fractions, self.significance()?)?;
        Ok(bounds.inflation(power)?)
    }

    /// What each look says; counts of control and variant add up from look to look.
    ///
    /// # Errors
    /// If there are no looks, counts shrink or can't be, a look comes after the planned end, or a
    /// setting is out of range.
    pub fn analyze(&self, looks: &[[Arm; 2]]) -> Result<Vec<Stage>> {
        let significance = self.significance()?;
        let planned = ("planned visitors", self.planned_visitors as f64);
        door::setting(METHOD, planned, door::POSITIVE, "ask an ExperimentPlan")?;
        if looks.is_empty() {
            return Err(Error::Empty { what: "looks", help: "hand over counts so far" });
        }
        for (row, look) in looks.iter().enumerate() {
            check(row, look, row.checked_sub(1).map(|before| &looks[before]))?;
        }
        let fraction =
            |look: &[Arm; 2]| (visitors(look) as f64 / self.planned_visitors as f64).min(1.0);
        let fractions: Vec<f64> = looks.iter().map(fraction).collect();
        let bounds = self.spending.bounds(&fractions, significance)?;
        let stages = looks.iter().zip(&fractions).zip(&bounds.critical);
        Ok(stages.map(|((look, fraction), critical)| stage(look, *fraction, *critical)).collect())
    }

    fn significance(&self) -> Result<f64> {
        door::setting(METHOD, ("level", self.level), door::SHARE, "such as 0.95")?;
        Ok(1.0 - self.level)
    }

    /// A page with z and its bounds over the looks, and whether the test may end.
    ///
    /// # Errors
    /// As [`analyze`](Self::analyze).
    pub fn report(&self, looks: &[[Arm; 2]]) -> Result<Page> {
        let stages = self.analyze(looks)?;
        let line = |value: &dyn Fn(&Stage) -> f64| -> Vec<(f64, f64)> {
            stages.iter().map(|stage| (stage.visitors as f64, value(stage))).collect()
        };
        let last = &stages[stages.len() - 1];
        Ok(Page::new("Experiment: planned looks").finding(finding(last)).figure(
            Plot::new("The difference over its error, and what it must reach")
                .x("visitors")
                .y("z")
                .line("z", line(&|stage| stage.z))
                .dashed("better", line(&|stage| stage.critical))
                .dashed("worse", line(&|stage| -stage.critical)),
        ))
    }
}

fn visitors(look: &[Arm; 2]) -> u64 {
    look[0].visitors.saturating_add(look[1].visitors)
}

fn stage(look: &[Arm; 2], fraction: f64, critical: f64) -> Stage {
    let [control, variant] = look;
    let rate = |arm: &Arm| arm.conversions as f64 / arm.visitors as f64;
    let (a, b) = (control.visitors as f64, variant.visitors as f64);
    let pooled = (control.conversions as f64 + variant.conversions as f64) / (a + b);
    let error = (pooled * (1.0 - pooled) * (1.0 / a + 1.0 / b)).sqrt();
    let difference = rate(variant) - rate(control);
    // Without any conversion, or only with them, there is no difference.
    let z = if error > 0.0 { difference / error } else { 0.0 };
    let own = |arm: &Arm, n: f64| rate(arm) * (1.0 - rate(arm)) / n;
    let half = critical * (own(control, a) + own(variant, b)).sqrt();
    let interval = [difference - half, difference + half];
    Stage { visitors: visitors(look), fraction, difference, interval, z, critical }
}

fn finding(last: &Stage) -> Finding {
    let text = |x| Format::Percent.text(x, 2);
    let [low, high] = last.interval;
    let evidence =
        format!("difference {} ({} to {})", text(last.difference), text(low), text(high));
    if !last.may_stop() && last.fraction < 1.0 {
        Finding::watch("The experiment must go on", evidence).next("wait for the next look")
    } else if !last.may_stop() {
        Finding::watch("No difference can be told from chance", evidence)
            .next("keep what is cheaper, or test something bolder")
    } else if last.difference > 0.0 {
        Finding::good("The experiment may end: the variant is better", evidence).next("roll it out")
    } else {
        Finding::act("The experiment may end: the variant is worse", evidence).next("stop it")
    }
}
