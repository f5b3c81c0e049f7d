//! Difference in differences: by how much treated units changed more than the others.

use super::Panel;
use super::panel::{PanelUnit, mean, mean_by_period};
use crate::{Result, door};
use brand_nn_report::{Finding, Format, Page, Plot};
use brand_nn_stats::hypothesis::{Alternative, MeanTest, Sample, welch_t_test};
use serde::{Deserialize, Serialize};

/// The change of treated units minus that of the others.
///
/// Each unit counts once, by its mean after the start minus its mean before it, so that a unit's
/// periods need not be independent; Welch's t-test compares the two groups. That the change is the
/// treatment's rests on one belief: without it both groups would have changed alike. The test of
/// slopes before the start can refute that belief, not prove it.
///
/// # Examples
/// ```
/// use brand_nn_marketing::experiment::{DifferenceInDifferences, Panel};
///
/// let panel = Panel::new(2)
///     .treated("a", [10.0, 11.0, 15.0, 16.0])
///     .treated("b", [12.0, 13.0, 17.5, 18.5])
///     .control("c", [20.0, 21.0, 22.0, 23.0])
///     .control("d", [18.0, 19.0, 20.5, 21.5]);
/// let result = DifferenceInDifferences::default().fit(&panel)?;
/// assert!((result.effect.difference - 3.0).abs() < 1e-9);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DifferenceInDifferences {
    /// How often the interval holds the true effect; 0.95.
    pub level: f64,
}

impl Default for DifferenceInDifferences {
    fn default() -> Self {
        Self { level: 0.95 }
    }
}

/// The effect on treated units, a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DifferenceResult {
    /// How much more the treated units changed.
    pub effect: MeanTest,
    /// The interval of the effect.
    pub interval: [f64; 2],
    /// By how much slopes before the start differ, if there were three periods before it.
    pub slopes_before: Option<MeanTest>,
    means: [Vec<f64>; 2],
    start: usize,
    level: f64,
}

const METHOD: &str = "difference in differences";

impl DifferenceInDifferences {
    /// Compares the changes of both groups.
    ///
    /// # Errors
    /// If a group has fewer than two units, units have other numbers of periods or values that
    /// are not finite, no period is before or after the start, or all units change alike.
    pub fn fit(&self, panel: &Panel) -> Result<DifferenceResult> {
        door::setting(METHOD, ("level", self.level), door::SHARE, "such as 0.95")?;
        panel.check(METHOD)?;
        let start = panel.start();
        let change = |unit: &PanelUnit| mean(&unit.values[start..]) - mean(&unit.values[..start]);
        let effect = compared(panel, &change)?;
        let slopes = (start >= 3).then(|| compared(panel, &|unit| slope(&unit.values[..start])));
        Ok(DifferenceResult {
            interval: effect.interval(self.level)?,
            effect,
            // Slopes that do not vary at all have no test, and are alike or not by themselves.
            slopes_before: slopes.and_then(Result::ok),
            means: [mean_by_period(panel.of(true)), mean_by_period(panel.of(false))],
            start,
            level: self.level,
        })
    }
}

fn compared(panel: &Panel, number: &dyn Fn(&PanelUnit) -> f64) -> Result<MeanTest> {
    let sample = |treated| Sample::of(&panel.of(treated).map(number).collect::<Vec<_>>());
    Ok(welch_t_test(sample(true)?, sample(false)?, Alternative::TwoSided)?)
}

/// The slope of the line through values at 0, 1, 2 …
fn slope(values: &[f64]) -> f64 {
    let center = (values.len() - 1) as f64 / 2.0;
    let at = |i: usize| i as f64 - center;
    let spread: f64 = (0..values.len()).map(|i| at(i) * at(i)).sum();
    values.iter().enumerate().map(|(i, value)| at(i) * value).sum::<f64>() / spread
}

impl DifferenceResult {
    /// A page with both groups over time, the effect and whether the belief stands.
    #[must_use]
    pub fn report(&self) -> Page {
        let line = |i: usize| -> Vec<(f64, f64)> {
            self.means[i].iter().enumerate().map(|(t, value)| (t as f64, *value)).collect()
        };
        Page::new("Difference in differences")
            .finding(self.finding())
            .findings(self.slopes())
            .figure(
                Plot::new("Means of both groups")
                    .x("period")
                    .y("mean")
                    .rule(self.start as f64 - 0.5, "start")
                    .line("treated", line(0))
                    .line("control", line(1)),
            )
            .paragraph(
                "The effect is that of the treatment only if both groups would have changed alike \
                 without it.",
            )
    }

    fn finding(&self) -> Finding {
        let short = |x| Format::Number.short(x);
        let [low, high] = self.interval;
        let effect = self.effect.difference;
        let evidence = format!("{} a period ({} to {})", short(effect), short(low), short(high));
        if self.effect.p_value >= 1.0 - self.level {
            Finding::watch("No effect can be told from chance", evidence)
                .next("add units or periods before it is done again")
        } else if effect > 0.0 {
            Finding::good("Treated units gained more than the others", evidence)
                .next("set the gain against what the treatment cost")
        } else {
            Finding::act("Treated units fell behind the others", evidence)
                .next("stop the treatment")
        }
    }

    fn slopes(&self) -> Option<Finding> {
        let slopes = self.slopes_before?;
        let evidence = format!("p {}", Format::Number.short(slopes.p_value));
        Some(if slopes.p_value < 0.05 {
            Finding::act("The groups went apart before the start already", evidence)
                .next("choose other controls, or use a synthetic control")
        } else {
            Finding::note(
                "Before the start the groups moved alike, as far as can be seen",
                evidence,
            )
        })
    }
}
