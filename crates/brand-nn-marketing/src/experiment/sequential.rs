//! Experiments that may be looked at every day: p-values that stay valid however often one looks.

use super::Arm;
use crate::{Error, Result, door};
use brand_nn_report::{Finding, Format, Page, Plot};
use serde::{Deserialize, Serialize};

/// A test of two conversion rates that may be stopped at any look.
///
/// The mixture sequential probability ratio test: under the alternative differences are normal
/// with deviation τ, Λ = √(V / (V + τ²)) exp(τ² Δ² / (2 V (V + τ²))) for a difference Δ of
/// variance V. The p-value is the smallest 1 / Λ so far. Whatever the number of looks, an
/// experiment without effect looks as if it had one at most as often as the significance says; a
/// plain test that is looked at daily does so in one of four. Johari, Koomen, Pekelis and Walsh,
/// "Always valid inference", 2022.
///
/// # Examples
/// ```
/// use brand_nn_marketing::experiment::{Arm, SequentialTest};
///
/// let looks = [[(90, 1000), (104, 1000)], [(181, 2000), (260, 2000)]];
/// let arms = looks.map(|look| look.map(|(won, all)| Arm::new("", won, all)));
/// let looks = SequentialTest::default().analyze(&arms)?;
/// assert!(looks[0].p_value > 0.05 && looks[1].p_value < 0.05);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SequentialTest {
    /// How often intervals hold the true difference at all looks together; 0.95.
    pub level: f64,
    /// τ, the size of differences that are expected, as a share of 1; 0.01.
    ///
    /// The test is valid for any, and ends soonest if it is right.
    pub expected_difference: f64,
}

impl Default for SequentialTest {
    fn default() -> Self {
        Self { level: 0.95, expected_difference: 0.01 }
    }
}

/// What is known at one look.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Visitors of both arms so far.
    pub visitors: u64,
    /// The variant's rate minus the control's.
    pub difference: f64,
    /// An interval that holds the true difference at this look and all others.
    pub interval: [f64; 2],
    /// The always valid p-value, which never rises.
    pub p_value: f64,
}

const METHOD: &str = "sequential test";

impl SequentialTest {
    /// What each look says; counts of control and variant add up from look to look.
    ///
    /// # Errors
    /// If there are no looks, counts shrink or can't be, or a setting is out of range.
    pub fn analyze(&self, looks: &[[Arm; 2]]) -> Result<Vec<Look>> {
        door::setting(METHOD, ("level", self.level), door::SHARE, "such as 0.95")?;
        let tau = ("expected difference", self.expected_difference);
        door::setting(METHOD, tau, door::POSITIVE, "such as 0.01")?;
        if looks.is_empty() {
            return Err(Error::Empty { what: "looks", help: "hand over counts so far" });
        }
        for (row, look) in looks.iter().enumerate() {
            check(row, look, row.checked_sub(1).map(|before| &looks[before]))?;
        }
        let mut p_value = 1.0_f64;
        let look = |arms: &[Arm; 2]| {
            let mut look = self.look(arms);
            p_value = p_value.min(look.p_value);
            look.p_value = p_value;
            look
        };
        Ok(looks.iter().map(look).collect())
    }

    fn look(&self, [control, variant]: &[Arm; 2]) -> Look {
        let rate = |arm: &Arm| arm.conversions as f64 / arm.visitors as f64;
        // A half more of each, so that a variance is never 0.
        let variance = |arm: &Arm| {
            let n = arm.visitors as f64;
            let rate = (arm.conversions as f64 + 0.5) / (n + 1.0);
            rate * (1.0 - rate) / n
        };
        let (v, tau) = (variance(control) + variance(variant), self.expected_difference.powi(2));
        let difference = rate(variant) - rate(control);
        let ratio = 0.5 * (v / (v + tau)).ln() + tau * difference.powi(2) / (2.0 * v * (v + tau));
        let alpha = 1.0 - self.level;
        let half = (v * (v + tau) / tau * (((v + tau) / v).ln() - 2.0 * alpha.ln())).sqrt();
        Look {
            visitors: control.visitors.saturating_add(variant.visitors),
            difference,
            interval: [difference - half, difference + half],
            p_value: (-ratio).exp().min(1.0),
        }
    }

    /// A page with the difference over time and whether the test may end.
    ///
    /// # Errors
    /// As [`analyze`](Self::analyze).
    pub fn report(&self, looks: &[[Arm; 2]]) -> Result<Page> {
        let looks = self.analyze(looks)?;
        let last = looks[looks.len() - 1];
        let band =
            looks.iter().map(|look| (look.visitors as f64, look.interval[0], look.interval[1]));
        let line = looks.iter().map(|look| (look.visitors as f64, look.difference));
        let ends = [looks[0].visitors as f64, last.visitors as f64];
        Ok(Page::new("Experiment: looks so far").finding(self.finding(&last)).figure(
            Plot::new("Variant minus control, valid at every look")
                .x("visitors")
                .y("difference")
                .y_format(Format::Percent)
                .band("difference", band)
                .line("difference", line)
                .dashed("none", ends.map(|x| (x, 0.0))),
        ))
    }

    /// Whether the experiment may end.
    fn finding(&self, last: &Look) -> Finding {
        let text = |x| Format::Percent.text(x, 2);
        let [low, high] = last.interval;
        let evidence =
            format!("difference {} ({} to {})", text(last.difference), text(low), text(high));
        if last.p_value >= 1.0 - self.level {
            Finding::watch("The experiment must go on", evidence).next("look again tomorrow")
        } else if last.difference > 0.0 {
            Finding::good("The experiment may end: the variant is better", evidence)
                .next("roll it out")
        } else {
            Finding::act("The experiment may end: the variant is worse", evidence).next("stop it")
        }
    }
}

/// Counts that can be, and do not shrink from look to look.
pub(super) fn check(row: usize, look: &[Arm; 2], before: Option<&[Arm; 2]>) -> Result<()> {
    for (i, arm) in look.iter().enumerate() {
        let before = before.map_or((0, 0), |before| (before[i].conversions, before[i].visitors));
        let shrinks = arm.conversions < before.0 || arm.visitors < before.1;
        if shrinks || arm.visitors == 0 || arm.conversions > arm.visitors {
            return Err(Error::Value {
                data: "looks",
                row: row + 1,
                column: "conversions",
                got: format!("{} of {}", arm.conversions, arm.visitors),
                expected: "counts since the start, which never shrink",
                help: "add up the days",
            });
        }
    }
    Ok(())
}
