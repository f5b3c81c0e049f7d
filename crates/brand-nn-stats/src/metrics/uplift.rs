//! How well a model orders people by what a treatment changes in them.

use super::ranked::{descending, ties, trapezoids};
use crate::{Error, Result, door};

/// What treating the best scored first would change, against how many are treated.
#[derive(Clone, Debug, PartialEq)]
pub struct UpliftCurve {
    /// The number of people, from 0 to all.
    pub people: Vec<f64>,
    /// The outcome that the treatment adds among them.
    pub change: Vec<f64>,
}

impl UpliftCurve {
    /// The area under the curve for shares of people: in outcome a person.
    fn area(&self) -> f64 {
        let all = self.people.last().copied().unwrap_or(1.0);
        trapezoids(&self.people, &self.change) / (all * all)
    }

    /// The area above the line to the last point, which a random order has.
    fn above_chance(&self) -> f64 {
        let all = self.people.last().copied().unwrap_or(1.0);
        self.area() - self.change.last().copied().unwrap_or(0.0) / (2.0 * all)
    }
}

/// The uplift curve: difference of the groups' mean outcomes, times the people so far.
///
/// (Yₜ/Nₜ − Yᶜ/Nᶜ) (Nₜ + Nᶜ) over the best scored, one point a distinct score, after (0, 0); a
/// group without people counts 0. Devriendt 2020.
///
/// # Shapes
/// One entry a person of a randomised trial: the predicted `uplift`, whether they were `treated`,
/// and their `outcome`, such as 1 for a purchase, or an amount.
///
/// # Errors
/// If there are no people, lengths do not fit, an uplift is NaN, an outcome is not finite, or
/// nobody or everybody was treated.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::uplift_curve;
/// let (uplift, treated) = ([0.9, 0.8, 0.2, 0.1], [true, false, true, false]);
/// let curve = uplift_curve(&uplift, &treated, &[1.0, 0.0, 0.0, 0.0])?;
/// assert_eq!(curve.change, [0.0, 1.0, 2.0, 1.5, 2.0]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn uplift_curve(uplift: &[f64], treated: &[bool], outcome: &[f64]) -> Result<UpliftCurve> {
    curve("uplift_curve", uplift, treated, outcome, difference)
}

/// Radcliffe's curve: outcomes of the treated beyond what the control group lets expect.
///
/// Yₜ − Yᶜ Nₜ / Nᶜ over the best scored. Radcliffe 2007.
///
/// # Shapes
/// As [`uplift_curve`].
///
/// # Errors
/// As [`uplift_curve`].
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::qini_curve;
/// let (uplift, treated) = ([0.9, 0.8, 0.2, 0.1], [true, false, true, false]);
/// let curve = qini_curve(&uplift, &treated, &[1.0, 1.0, 0.0, 0.0])?;
/// assert_eq!(curve.change, [0.0, 1.0, 0.0, -1.0, 0.0]);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn qini_curve(uplift: &[f64], treated: &[bool], outcome: &[f64]) -> Result<UpliftCurve> {
    curve("qini_curve", uplift, treated, outcome, incremental)
}

/// The area under the [`uplift_curve`] over shares of people, in outcome a person.
///
/// A random order has half of the trial's mean effect.
///
/// # Shapes
/// As [`uplift_curve`].
///
/// # Errors
/// As [`uplift_curve`].
///
/// # Examples
/// ```
/// let (uplift, treated) = ([0.9, 0.8, 0.2, 0.1], [true, false, true, false]);
/// let area = brand_nn_stats::metrics::auuc(&uplift, &treated, &[1.0, 0.0, 0.0, 0.0])?;
/// assert_eq!(area, 5.5 / 16.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "uplift_auc")]
pub fn auuc(uplift: &[f64], treated: &[bool], outcome: &[f64]) -> Result<f64> {
    Ok(curve("auuc", uplift, treated, outcome, difference)?.area())
}

/// The area between the [`qini_curve`] and the line of a random order, in outcome a person.
///
/// # Shapes
/// As [`uplift_curve`].
///
/// # Errors
/// As [`uplift_curve`].
///
/// # Examples
/// ```
/// let (uplift, treated) = ([0.9, 0.8, 0.2, 0.1], [true, false, true, false]);
/// let area = brand_nn_stats::metrics::qini(&uplift, &treated, &[1.0, 0.0, 0.0, 0.0])?;
/// assert_eq!(area, 1.5 / 16.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn qini(uplift: &[f64], treated: &[bool], outcome: &[f64]) -> Result<f64> {
    Ok(curve("qini", uplift, treated, outcome, incremental)?.above_chance())
}

/// The [`qini`] area over that of a perfect order: 1 is best, 0 is chance.
///
/// The perfect order has the treated from the largest outcome down, and then the control group from
/// the smallest outcome up.
///
/// # Shapes
/// As [`uplift_curve`].
///
/// # Errors
/// As [`uplift_curve`], and if all outcomes are 0.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::qini_coefficient;
/// let (treated, bought) = ([true, false, true, false], [1.0, 0.0, 0.0, 1.0]);
/// assert_eq!(qini_coefficient(&[0.9, 0.5, 0.5, 0.1], &treated, &bought)?, 1.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[doc(alias = "qini_auc")]
pub fn qini_coefficient(uplift: &[f64], treated: &[bool], outcome: &[f64]) -> Result<f64> {
    let op = "qini_coefficient";
    let ours = curve(op, uplift, treated, outcome, incremental)?;
    let signed = |(&y, &treated): (&f64, &bool)| if treated { y } else { -y };
    let ideal: Vec<f64> = outcome.iter().zip(treated).map(signed).collect();
    let best = curve(op, &ideal, treated, outcome, incremental)?.above_chance();
    let (case, help) = ("no order is better than chance", "look at the outcomes: are all equal?");
    if best > 0.0 {
        Ok(ours.above_chance() / best)
    } else {
        Err(Error::Undefined { op, case, help })
    }
}

/// The difference of the groups' mean outcomes among the best scored `share` of people.
///
/// The first ⌊share · people⌋ are taken; of equal scores, those that stand first.
///
/// # Shapes
/// As [`uplift_curve`].
///
/// # Errors
/// As [`uplift_curve`], if `share` is not between 0 and 1, or the part lacks one of the groups.
///
/// # Examples
/// ```
/// use brand_nn_stats::metrics::uplift_at_k;
/// let (uplift, treated) = ([0.9, 0.8, 0.2, 0.1], [true, false, true, false]);
/// assert_eq!(uplift_at_k(&uplift, &treated, &[1.0, 0.0, 0.0, 1.0], 0.5)?, 1.0);
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
pub fn uplift_at_k(uplift: &[f64], treated: &[bool], outcome: &[f64], share: f64) -> Result<f64> {
    let op = "uplift_at_k";
    door::inside(op, "share", share)?;
    trial(op, uplift, treated, outcome)?;
    let order = descending(uplift);
    let taken = (share * order.len() as f64) as usize;
    let mut arms = Arms::default();
    order[..taken].iter().for_each(|&row| arms.add(treated[row], outcome[row]));
    if arms.people.contains(&0.0) {
        let (case, help) = ("the best scored are all of one group", "take a larger share");
        return Err(Error::Undefined { op, case, help });
    }
    Ok(difference(&arms) / taken as f64)
}

/// People and outcomes of the control group and of the treated.
#[derive(Default)]
struct Arms {
    people: [f64; 2],
    outcome: [f64; 2],
}

impl Arms {
    fn add(&mut self, treated: bool, outcome: f64) {
        self.people[usize::from(treated)] += 1.0;
        self.outcome[usize::from(treated)] += outcome;
    }

    fn mean(&self, arm: usize) -> f64 {
        if self.people[arm] == 0.0 { 0.0 } else { self.outcome[arm] / self.people[arm] }
    }
}

fn difference(arms: &Arms) -> f64 {
    (arms.mean(1) - arms.mean(0)) * (arms.people[0] + arms.people[1])
}

fn incremental(arms: &Arms) -> f64 {
    arms.outcome[1] - arms.mean(0) * arms.people[1]
}

fn curve(
    op: &'static str,
    uplift: &[f64],
    treated: &[bool],
    outcome: &[f64],
    change: fn(&Arms) -> f64,
) -> Result<UpliftCurve> {
    trial(op, uplift, treated, outcome)?;
    let mut arms = Arms::default();
    let mut curve = UpliftCurve { people: vec![0.0], change: vec![0.0] };
    for tied in ties(&descending(uplift), uplift) {
        tied.iter().for_each(|&row| arms.add(treated[row], outcome[row]));
        curve.people.push(arms.people[0] + arms.people[1]);
        curve.change.push(change(&arms));
    }
    Ok(curve)
}

fn trial(op: &'static str, uplift: &[f64], treated: &[bool], outcome: &[f64]) -> Result<()> {
    door::some(op, "people", outcome.len())?;
    door::len(op, "treatments", treated.len(), outcome.len())?;
    door::scored(op, uplift, outcome.len())?;
    door::every(op, "outcome", outcome, door::FINITE)?;
    if treated.contains(&true) && treated.contains(&false) {
        return Ok(());
    }
    let (case, help) = ("nobody or everybody was treated", "uplift needs a control group");
    Err(Error::Undefined { op, case, help })
}
