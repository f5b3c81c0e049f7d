//! Causal impact: what a series would have been, by series that were not touched.

use super::panel::{mean, mean_by_period};
use super::{Panel, importance};
use crate::{Error, Result, door};
use brand_nn_kernels::threads;
use brand_nn_report::{Finding, Format, Page, Plot};
use brand_nn_stats::bootstrap::percentile_interval;
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::series::{LocalLevel, Variances};
use serde::{Deserialize, Serialize};

/// A Bayesian structural model of the treated series before the start, which goes on after it.
///
/// The series is a level that wanders, a season if one is set, and what controls tell of it, as in
/// [`LocalLevel`]. All are scaled by what they were before the start. Beliefs are weak: coefficients
/// are normal around 0, with squares that add up to 1; the deviations of the noise, the level's steps
/// and the season's are half-normal with 1, 0.1 and 0.1 of the series' own. Deviations are drawn by
/// importance around their mode, and with each a way on, so that intervals know all that is
/// uncertain.
/// Several treated units are taken as their mean. Brodersen and others, "Inferring causal impact
/// using Bayesian structural time-series models", 2015, without their choice among controls.
///
/// # Examples
/// ```
/// use brand_nn_marketing::experiment::{CausalImpact, Panel};
///
/// let market = |t: i32| 50.0 + 8.0 * (f64::from(t) * 0.7).sin();
/// let noise = |t: i32| f64::from((t * 37) % 11) / 11.0 - 0.5;
/// let sales = |t: i32| 20.0 + 0.5 * market(t) + noise(t) + if t >= 30 { 6.0 } else { 0.0 };
/// let panel = Panel::new(30)
///     .treated("Bonn", (0..40).map(sales).collect::<Vec<_>>())
///     .control("Oslo", (0..40).map(market).collect::<Vec<_>>());
/// let impact = CausalImpact::default().fit(&panel, 42)?;
/// let [low, high] = impact.average.interval;
/// assert!(low < 6.0 && 6.0 < high && low > 4.0, "{low} {high}");
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CausalImpact {
    /// How often intervals hold the true effect; 0.95.
    pub level: f64,
    /// Periods of a season's cycle, such as 7 of days; 1, the default, for none.
    pub season: usize,
}

impl Default for CausalImpact {
    fn default() -> Self {
        Self { level: 0.95, season: 1 }
    }
}

/// A number with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Its mean.
    pub mean: f64,
    /// Its interval.
    pub interval: [f64; 2],
}

/// What the treatment did, period by period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImpactResult {
    /// The treated series in every period.
    pub actual: Vec<f64>,
    /// What was expected without the treatment, from the start on.
    pub expected: Vec<Effect>,
    /// Actual minus expected, from the start on.
    pub effects: Vec<Effect>,
    /// The sum of the effects up to each period.
    pub cumulative: Vec<Effect>,
    /// The mean effect of a period.
    pub average: Effect,
    /// The whole effect as a share of what was expected.
    pub relative: Effect,
    /// How likely the whole effect is above 0.
    pub chance_above_zero: f64,
    /// The mean effect of a treatment that never was, two thirds of the way to the start.
    pub placebo: Option<Effect>,
    /// What the draws of the deviations are worth, as a share of all: below 0.1, intervals are rough.
    pub effective_share: f64,
    start: usize,
    level: f64,
}

const METHOD: &str = "causal impact";

/// Fewer periods before the start tell next to nothing of how a series moves.
const LEAST_PERIODS: usize = 8;

impl CausalImpact {
    /// Learns how the treated series went with the controls, and how it would have gone on.
    ///
    /// # Errors
    /// If there are no treated or no control units, units have other numbers of periods or values
    /// that are not finite, fewer than 8 periods or two cycles are before the start, none is after
    /// it, the treated series is constant before it, or a setting is out of range.
    pub fn fit(&self, panel: &Panel, seed: u64) -> Result<ImpactResult> {
        door::setting(METHOD, ("level", self.level), door::SHARE, "such as 0.95")?;
        let range: (_, fn(f64) -> bool) = ("1 to 400", |x| (1.0..=400.0).contains(&x));
        door::setting(METHOD, ("season", self.season as f64), range, "such as 7 of days")?;
        panel.check(METHOD)?;
        let (actual, start) = (mean_by_period(panel.of(true)), panel.start());
        let controls: Vec<&[f64]> = panel.of(false).map(|unit| &*unit.values).collect();
        if start < self.least_periods() {
            let case = "fewer than 8 periods, or two cycles of the season, are before the start";
            return Err(Error::Undefined { method: METHOD, case, help: "take a longer past" });
        }
        let ways = self.ways_on(&actual, &controls, start, seed)?;
        let pretended = start * 2 / 3;
        let placebo = (pretended >= self.least_periods()).then(|| {
            let before: Vec<&[f64]> = controls.iter().map(|control| &control[..start]).collect();
            let ways = self.ways_on(&actual[..start], &before, pretended, seed ^ 1)?;
            self.effect(&ways.gaps(&actual[pretended..start]), &mean)
        });
        self.result(&ways, &actual, start, placebo.transpose()?)
    }

    fn least_periods(&self) -> usize {
        if self.season > 1 { (2 * self.season).max(LEAST_PERIODS) } else { LEAST_PERIODS }
    }

    fn result(
        &self,
        ways: &Ways,
        actual: &[f64],
        start: usize,
        placebo: Option<Effect>,
    ) -> Result<ImpactResult> {
        let after = &actual[start..];
        let gaps = ways.gaps(after);
        let over_periods = |numbers: &[Vec<f64>], of: &dyn Fn(&[f64], usize) -> f64| {
            (0..after.len()).map(|t| self.effect(numbers, &|way| of(way, t))).collect::<Result<_>>()
        };
        let total: f64 = after.iter().sum();
        let above = gaps.iter().filter(|gaps| gaps.iter().sum::<f64>() > 0.0).count();
        Ok(ImpactResult {
            expected: over_periods(&ways.paths, &|way, t| way[t])?,
            effects: over_periods(&gaps, &|way, t| way[t])?,
            cumulative: over_periods(&gaps, &|way, t| way[..=t].iter().sum())?,
            average: self.effect(&gaps, &mean)?,
            relative: self.effect(&ways.paths, &|way| total / way.iter().sum::<f64>() - 1.0)?,
            chance_above_zero: above as f64 / gaps.len() as f64,
            actual: actual.to_vec(),
            placebo,
            effective_share: ways.effective_share,
            start,
            level: self.level,
        })
    }

    /// Mean and interval of a number over all ways.
    fn effect(&self, ways: &[Vec<f64>], number: &dyn Fn(&[f64]) -> f64) -> Result<Effect> {
        let numbers: Vec<f64> = ways.iter().map(|way| number(way)).collect();
        let interval = percentile_interval(&numbers, self.level)?;
        Ok(Effect { mean: mean(&numbers), interval })
    }

    /// How a series may go on after `start`, by what it and its controls were before.
    fn ways_on(&self, y: &[f64], x: &[&[f64]], start: usize, seed: u64) -> Result<Ways> {
        let own = Scale::of(&y[..start]);
        if !(own.deviation > 0.0 && own.deviation.is_finite()) {
            let case = "the treated series is constant before the start, or its squares overflow";
            return Err(Error::Undefined { method: METHOD, case, help: "bring it in other units" });
        }
        let scales: Vec<Scale> = x.iter().map(|x| Scale::of(&x[..start])).collect();
        let table = |from: usize, to: usize| {
            Matrix::of(to - from, x.len(), |t, j| scales[j].shrink(x[j][from + t]))
        };
        let (before, after) = (table(0, start), table(start, y.len()));
        let scaled: Vec<f64> = y[..start].iter().map(|y| own.shrink(*y)).collect();
        let deviation = Some((x.len() as f64).sqrt().recip());
        let model = LocalLevel { period: self.season, coefficient_deviation: deviation };
        let parts = if self.season > 1 { 3 } else { 2 };
        let density = |logs: &[f64]| log_density(&model, &scaled, &before, logs);
        let drawn = importance::draw(&[-1.0, -3.0, -3.0][..parts], WAYS, seed, &density)?;
        let path = |number: usize| -> Result<Vec<f64>> {
            let followed = model.filter(&scaled, &before, variances(&drawn.places[number]))?;
            let path = followed.path(&after, seed, number as u64)?;
            Ok(path.iter().map(|y| own.grow(*y)).collect())
        };
        let paths = threads::map(WAYS, path).into_iter().collect::<Result<_>>()?;
        Ok(Ways { paths, effective_share: drawn.effective_share })
    }
}

/// How many ways are drawn on which a series may have gone on.
const WAYS: usize = 1000;

/// Ways in which a series may have gone on.
struct Ways {
    paths: Vec<Vec<f64>>,
    effective_share: f64,
}

impl Ways {
    /// What was, minus what would have been.
    fn gaps(&self, actual: &[f64]) -> Vec<Vec<f64>> {
        let gap = |path: &Vec<f64>| actual.iter().zip(path).map(|(a, p)| a - p).collect();
        self.paths.iter().map(gap).collect()
    }
}

/// Half-normal beliefs about deviations, by their logarithms, times the likelihood.
fn log_density(model: &LocalLevel, y: &[f64], x: &Matrix, logs: &[f64]) -> f64 {
    let likelihood = model.filter(y, x, variances(logs));
    let likelihood = likelihood.map_or(f64::NEG_INFINITY, |followed| followed.log_likelihood);
    let believed = logs
        .iter()
        .zip([1.0, 0.1, 0.1])
        .map(|(log, deviation): (_, f64)| log - 0.5 * (log.exp() / deviation).powi(2));
    likelihood + believed.sum::<f64>()
}

fn variances(logs: &[f64]) -> Variances {
    let variance = |i: usize| logs.get(i).map_or(0.0, |log| (2.0 * log).exp());
    Variances { observation: variance(0), level: variance(1), season: variance(2) }
}

/// What brings a series to mean 0 and deviation 1.
struct Scale {
    mean: f64,
    deviation: f64,
}

impl Scale {
    fn of(values: &[f64]) -> Self {
        let center = mean(values);
        let squares: Vec<f64> = values.iter().map(|value| (value - center).powi(2)).collect();
        Self { mean: center, deviation: mean(&squares).sqrt() }
    }

    /// A series that did not vary tells nothing, whatever it does later.
    fn shrink(&self, value: f64) -> f64 {
        if self.deviation > 0.0 { (value - self.mean) / self.deviation } else { 0.0 }
    }

    fn grow(&self, value: f64) -> f64 {
        self.mean + self.deviation * value
    }
}

impl ImpactResult {
    /// A page with the series and what was expected, the cumulative effect, and what may be said.
    #[must_use]
    pub fn report(&self) -> Page {
        let at = |t: usize| (self.start + t) as f64;
        let line = |of: &[Effect]| -> Vec<(f64, f64)> {
            of.iter().enumerate().map(|(t, effect)| (at(t), effect.mean)).collect()
        };
        let band = |of: &[Effect]| -> Vec<(f64, f64, f64)> {
            let edges =
                |(t, effect): (usize, &Effect)| (at(t), effect.interval[0], effect.interval[1]);
            of.iter().enumerate().map(edges).collect()
        };
        let actual = self.actual.iter().enumerate().map(|(t, value)| (t as f64, *value));
        let begin = self.start as f64 - 0.5;
        Page::new("Causal impact")
            .finding(self.finding())
            .findings(self.placebo_finding())
            .figure(
                Plot::new("What was, and what would have been")
                    .x("period")
                    .y("value")
                    .rule(begin, "start")
                    .band("expected", band(&self.expected))
                    .line("actual", actual)
                    .dashed("expected", line(&self.expected)),
            )
            .figure(
                Plot::new("The effect so far")
                    .x("period")
                    .y("sum of effects")
                    .band("effect", band(&self.cumulative))
                    .line("effect", line(&self.cumulative))
                    .dashed("none", [(begin, 0.0), (at(self.effects.len()), 0.0)]),
            )
            .paragraph(
                "The effect is the treatment's only if it did not reach the controls, and if they \
                 went with the series after the start as they did before it.",
            )
    }

    fn finding(&self) -> Finding {
        let short = |x| Format::Number.short(x);
        let [low, high] = self.average.interval;
        let share = Format::Percent.text(self.relative.mean, 1);
        let evidence = format!(
            "{} a period ({} to {}), {share} in all",
            short(self.average.mean),
            short(low),
            short(high)
        );
        if low <= 0.0 && high >= 0.0 {
            Finding::watch("No effect can be told from chance", evidence)
                .next("wait for more periods, or find controls that follow the series")
        } else if low > 0.0 {
            Finding::good("The series rose above what was expected", evidence)
                .next("set the gain against what the treatment cost")
        } else {
            Finding::act("The series fell below what was expected", evidence)
                .next("stop the treatment, or find what else happened")
        }
    }

    /// Whether the model finds an effect where there was none.
    fn placebo_finding(&self) -> Option<Finding> {
        let placebo = self.placebo?;
        let [low, high] = placebo.interval.map(|x| Format::Number.short(x));
        let evidence = format!("a treatment that never was: {low} to {high} a period");
        Some(if placebo.interval[0] <= 0.0 && placebo.interval[1] >= 0.0 {
            Finding::note("Where nothing was done, no effect is found", evidence)
        } else {
            Finding::act("An effect is found where nothing was done", evidence)
                .next("do not believe the result: look for other controls or a season")
        })
    }
}
