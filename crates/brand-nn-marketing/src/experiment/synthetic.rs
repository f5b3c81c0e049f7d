//! Synthetic control: a weighted mean of untreated units stands in for the treated one.

use super::Panel;
use super::panel::mean_by_period;
use crate::{Error, Result};
use brand_nn_report::{Bars, Finding, Format, Page, Plot};
use brand_nn_stats::linear::{Matrix, nonnegative_least_squares};
use serde::{Deserialize, Serialize};

/// Weights of control units that follow the treated unit before the start.
///
/// Weights are not negative and sum to 1, by least squares over the periods before the start. How
/// unusual the effect is, is judged by placebos: each control is taken for the treated one in turn.
/// Several treated units are taken as their mean.
/// Abadie, Diamond and Hainmueller, "Synthetic control methods for comparative case studies", 2010.
///
/// # Examples
/// ```
/// use brand_nn_marketing::experiment::{Panel, SyntheticControl};
///
/// // Before the start, a is the mean of b and c; then it gains 5.
/// let panel = Panel::new(3)
///     .treated("a", [10.0, 12.0, 11.0, 18.0, 17.0])
///     .control("b", [8.0, 9.0, 12.0, 13.0, 10.0])
///     .control("c", [12.0, 15.0, 10.0, 13.0, 14.0]);
/// let result = SyntheticControl.fit(&panel)?;
/// assert!((result.weights[0] - 0.5).abs() < 1e-6);
/// assert!((result.effect - 5.0).abs() < 1e-6);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyntheticControl;

/// What would have been without the treatment, as far as the controls tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SyntheticResult {
    /// The controls.
    pub controls: Vec<String>,
    /// Their weights, which add up to 1.
    pub weights: Vec<f64>,
    /// The treated unit in every period.
    pub actual: Vec<f64>,
    /// Its stand-in in every period.
    pub synthetic: Vec<f64>,
    /// The mean of actual minus synthetic from the start on.
    pub effect: f64,
    /// The share of all units, this one among them, whose gap grew at least as much at the start.
    pub placebo_p_value: f64,
    start: usize,
}

const METHOD: &str = "synthetic control";

impl SyntheticControl {
    /// Finds the weights, the effect and how unusual it is.
    ///
    /// # Errors
    /// If there are no treated or fewer than two control units, units have other numbers of periods
    /// or values that are not finite, or no period is before or after the start.
    pub fn fit(&self, panel: &Panel) -> Result<SyntheticResult> {
        panel.check(METHOD)?;
        let controls: Vec<&[f64]> = panel.of(false).map(|unit| &*unit.values).collect();
        if controls.len() < 2 {
            let (case, help) = ("there is one control unit", "add others, which saw no treatment");
            return Err(Error::Undefined { method: METHOD, case, help });
        }
        let (actual, start) = (mean_by_period(panel.of(true)), panel.start());
        let (weights, synthetic) = stand_in(&actual, &controls, start)?;
        let own = growth(&actual, &synthetic, start);
        let mut as_large = 1;
        for (i, placebo) in controls.iter().enumerate() {
            let others: Vec<_> =
                controls.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, c)| *c).collect();
            let (_, synthetic) = stand_in(placebo, &others, start)?;
            as_large += usize::from(growth(placebo, &synthetic, start) >= own);
        }
        let gaps = actual[start..].iter().zip(&synthetic[start..]).map(|(a, s)| a - s);
        let effect = gaps.sum::<f64>() / (actual.len() - start) as f64;
        Ok(SyntheticResult {
            controls: panel.of(false).map(|unit| unit.name.clone()).collect(),
            placebo_p_value: f64::from(as_large as u32) / (controls.len() + 1) as f64,
            weights,
            actual,
            synthetic,
            effect,
            start,
        })
    }
}

/// The weights and what they make of the controls in every period.
///
/// A row of large equal numbers below the periods makes the weights add up to 1.
fn stand_in(target: &[f64], controls: &[&[f64]], start: usize) -> Result<(Vec<f64>, Vec<f64>)> {
    let all = controls.iter().flat_map(|control| &control[..start]).chain(&target[..start]);
    let largest = all.fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let scale = if largest > 0.0 { largest } else { 1.0 };
    let weight = 1e4;
    let cell = |t: usize, j: usize| if t < start { controls[j][t] / scale } else { weight };
    let matrix = Matrix::of(start + 1, controls.len(), cell);
    let values = target[..start].iter().map(|value| value / scale).chain([weight]);
    let mut weights = nonnegative_least_squares(&matrix, &values.collect::<Vec<_>>())?;
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    let at = |t: usize| controls.iter().zip(&weights).map(|(control, w)| w * control[t]).sum();
    let synthetic = (0..target.len()).map(at).collect();
    Ok((weights, synthetic))
}

/// The mean square gap after the start over that before it.
fn growth(actual: &[f64], synthetic: &[f64], start: usize) -> f64 {
    let mean_square = |from: usize, to: usize| {
        let gaps = actual[from..to].iter().zip(&synthetic[from..to]);
        gaps.map(|(a, s)| (a - s).powi(2)).sum::<f64>() / (to - from) as f64
    };
    let scale = actual.iter().map(|value| value * value).sum::<f64>() / actual.len() as f64;
    // A perfect fit before the start must not make the smallest gap infinite.
    mean_square(start, actual.len()) / (mean_square(0, start) + 1e-12 * scale.max(1e-300))
}

impl SyntheticResult {
    /// A page with the unit and its stand-in, the weights, and what may be said.
    #[must_use]
    pub fn report(&self) -> Page {
        let line = |values: &[f64]| -> Vec<(f64, f64)> {
            values.iter().enumerate().map(|(t, value)| (t as f64, *value)).collect()
        };
        let used: Vec<_> =
            self.controls.iter().zip(&self.weights).filter(|(_, w)| **w > 1e-4).collect();
        Page::new("Synthetic control")
            .finding(self.finding())
            .figure(
                Plot::new("The treated unit and its stand-in")
                    .x("period")
                    .y("value")
                    .rule(self.start as f64 - 0.5, "start")
                    .line("actual", line(&self.actual))
                    .dashed("synthetic", line(&self.synthetic)),
            )
            .figure(
                Bars::new("Who stands in", used.iter().map(|(name, _)| name.as_str()))
                    .format(Format::Percent)
                    .series("weight", used.iter().map(|(_, weight)| **weight)),
            )
    }

    /// What the effect and the placebos say together.
    fn finding(&self) -> Finding {
        let fewest = 1.0 / (self.controls.len() + 1) as f64;
        let evidence = format!(
            "{} a period; as unusual as {} of all units",
            Format::Number.short(self.effect),
            Format::Percent.text(self.placebo_p_value, 0)
        );
        if self.placebo_p_value > 0.1 && self.placebo_p_value > fewest {
            Finding::watch("Units without treatment moved as much", evidence)
                .next("take more controls and periods before you believe the effect")
        } else if fewest > 0.1 {
            Finding::watch("The gap is the largest of all, but there are few units", evidence)
                .next("add controls: nine at least")
        } else {
            Finding::good("The treated unit went its own way", evidence)
                .next("set the effect against what the treatment cost")
        }
    }
}
