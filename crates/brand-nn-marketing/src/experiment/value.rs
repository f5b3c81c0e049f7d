//! Experiments on what visitors bring: means, sharper with what was known of each before (CUPED).

use crate::{Error, Result, door};
use brand_nn_report::{Bars, Finding, Format, Page};
use brand_nn_stats::hypothesis::{Alternative, MeanTest, Sample, welch_t_test};
use serde::{Deserialize, Serialize};

/// How two arms are compared by a number a visitor, such as revenue.
///
/// Welch's t-test. Where each visitor's number before the experiment is known, CUPED takes away
/// what it foretells: y − θ (x − x̄) with θ = cov(x, y) / var(x) within arms, which has the same
/// mean and a smaller variance. Deng, Xu, Kohavi and Walker 2013.
///
/// # Examples
/// ```
/// use brand_nn_marketing::experiment::{Measured, ValueTest};
///
/// let before: Vec<f64> = (0..200).map(|i| f64::from(i % 37)).collect();
/// let noise = |i: usize| ((i * 7919) % 13) as f64 / 13.0;
/// let arm = |lift: f64| before.iter().enumerate().map(|(i, x)| x + lift + noise(i)).collect();
/// let control = Measured::new("old", arm(0.0)).before(before.clone());
/// let variant = Measured::new("new", arm(0.5)).before(before.clone());
/// let result = ValueTest::default().analyze(&control, &variant)?;
/// assert!((result.test.difference - 0.5).abs() < 1e-9);
/// assert!(result.variance_removed > 0.99);
/// # Ok::<(), brand_nn_marketing::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueTest {
    /// How often the interval holds the true difference; 0.95.
    pub level: f64,
}

impl Default for ValueTest {
    fn default() -> Self {
        Self { level: 0.95 }
    }
}

/// An arm with a number a visitor.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    name: String,
    values: Vec<f64>,
    before: Option<Vec<f64>>,
}

/// What the experiment says of means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueResult {
    /// The arms' names, the control first.
    pub names: [String; 2],
    /// The arms' means, as measured.
    pub means: [f64; 2],
    /// Variant minus control, after what was known before was taken away.
    pub test: MeanTest,
    /// The interval of the difference.
    pub interval: [f64; 2],
    /// The share of the variance that what was known before has removed; 0 without it.
    pub variance_removed: f64,
    level: f64,
}

impl Measured {
    /// An arm with the numbers of its visitors.
    #[must_use]
    pub fn new(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self { name: name.into(), values, before: None }
    }

    /// The same visitors' numbers before the experiment, in the same order.
    ///
    /// Nothing that the experiment could have changed may be in them.
    #[must_use]
    #[doc(alias = "cuped")]
    pub fn before(self, before: Vec<f64>) -> Self {
        Self { before: Some(before), ..self }
    }

    fn check(&self) -> Result<()> {
        let before = self.before.as_deref().unwrap_or(&self.values);
        if before.len() != self.values.len() {
            let (case, help) =
                ("numbers before and in the experiment are not as many", "pair them");
            return Err(Error::Undefined { method: METHOD, case, help });
        }
        for (row, value) in self.values.iter().enumerate() {
            door::value(("visitors", row, "value"), *value, door::FINITE)?;
            door::value(("visitors", row, "value before"), before[row], door::FINITE)?;
        }
        Ok(())
    }
}

const METHOD: &str = "value test";

impl ValueTest {
    /// Compares a variant with the control.
    ///
    /// # Errors
    /// If an arm has fewer than 2 visitors, a number is not finite, neither arm varies, or one arm
    /// alone has numbers from before, or not one a visitor.
    pub fn analyze(&self, control: &Measured, variant: &Measured) -> Result<ValueResult> {
        door::setting(METHOD, ("level", self.level), door::SHARE, "such as 0.95")?;
        control.check()?;
        variant.check()?;
        let samples = [Sample::of(&control.values)?, Sample::of(&variant.values)?];
        let adjusted = match (&control.before, &variant.before) {
            (None, None) => samples,
            (Some(a), Some(b)) => adjusted([(&control.values, a), (&variant.values, b)])?,
            _ => {
                let (case, help) = ("one arm alone has numbers from before", "give both or none");
                return Err(Error::Undefined { method: METHOD, case, help });
            }
        };
        let test = welch_t_test(adjusted[1], adjusted[0], Alternative::TwoSided)?;
        let error = |s: [Sample; 2]| s.map(|s| s.variance / s.count as f64).iter().sum::<f64>();
        Ok(ValueResult {
            names: [control.name.clone(), variant.name.clone()],
            means: samples.map(|sample| sample.mean),
            interval: test.interval(self.level)?,
            variance_removed: 1.0 - error(adjusted) / error(samples),
            test,
            level: self.level,
        })
    }
}

/// The samples of y − θ (x − x̄), θ and x̄ of both arms together.
fn adjusted(arms: [(&Vec<f64>, &Vec<f64>); 2]) -> Result<[Sample; 2]> {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let within = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        let sum = |(y, x): &(&Vec<f64>, &Vec<f64>)| {
            let (y_mean, x_mean) = (mean(y), mean(x));
            y.iter().zip(*x).map(|(y, x)| f(y - y_mean, x - x_mean)).sum::<f64>()
        };
        arms.iter().map(sum).sum()
    };
    let spread = within(&|_, x| x * x);
    // A number that is the same for all foretells nothing.
    let theta = if spread > 0.0 { within(&|y, x| y * x) / spread } else { 0.0 };
    let count: usize = arms.iter().map(|(_, x)| x.len()).sum();
    let center = arms.iter().flat_map(|(_, x)| x.iter()).sum::<f64>() / count as f64;
    let sample = |(y, x): (&Vec<f64>, &Vec<f64>)| {
        let values = y.iter().zip(x).map(|(y, x)| y - theta * (x - center)).collect::<Vec<_>>();
        Sample::of(&values)
    };
    Ok([sample(arms[0])?, sample(arms[1])?])
}

impl ValueResult {
    /// A page with both means, their difference and what to do.
    #[must_use]
    pub fn report(&self) -> Page {
        let short = |x| Format::Number.short(x);
        let [low, high] = self.interval;
        let sharper = (self.variance_removed > 0.0).then(|| {
            let share = Format::Percent.text(self.variance_removed, 0);
            Finding::note(
                "What was known before made the test sharper",
                format!("{share} of the variance removed"),
            )
        });
        let figure = Bars::new("Variant minus control", [self.names[1].as_str()])
            .series_with_intervals("difference", [(self.test.difference, low, high)]);
        let rows =
            self.names.iter().zip(self.means).map(|(name, mean)| [name.clone(), short(mean)]);
        Page::new("Experiment: value of visitors")
            .finding(self.finding())
            .findings(sharper)
            .figure(figure)
            .table(["arm", "mean"], rows)
            .paragraph(format!("p-value {} by Welch's t-test.", short(self.test.p_value)))
    }

    /// What the interval says of the variant.
    fn finding(&self) -> Finding {
        let (short, [low, high]) = (|x| Format::Number.short(x), self.interval);
        let evidence = format!(
            "difference {} ({} to {})",
            short(self.test.difference),
            short(low),
            short(high)
        );
        let name = &self.names[1];
        if self.test.p_value >= 1.0 - self.level {
            Finding::watch(format!("{name} can't be told from {}", self.names[0]), evidence)
                .next("decide by cost, or plan a larger experiment")
        } else if self.test.difference > 0.0 {
            Finding::good(format!("{name} brings more a visitor"), evidence).next("roll it out")
        } else {
            Finding::act(format!("{name} brings less a visitor"), evidence).next("stop it")
        }
    }
}
