//! The no-U-turn sampler.

use super::adaptation::{Scale, StepSize, windows};
use super::trajectory::{Point, Walk};
use super::{LogDensity, Summary};
use crate::linear::Matrix;
use crate::{Error, Result, door};
use brand_nn_kernels::{fill_normal, fill_uniform, philox, threads};

/// The settings of Hamiltonian Monte Carlo whose paths end where they turn back.
///
/// Every draw is a point of a path that a ball takes over the density, as far as it gets before it
/// comes back. Warming up learns the step and the scale of each parameter. Parameters are free real
/// numbers: take logarithms of positive ones, and add the logarithm of the slope. Hoffman and
/// Gelman 2014; with the weights of Betancourt 2017, as Stan.
///
/// # Examples
/// ```
/// use brand_nn_stats::sampler::Nuts;
/// let bell = |x: &[f64], slope: &mut [f64]| {
///     slope[0] = -x[0];
///     -0.5 * x[0] * x[0]
/// };
/// let draws = Nuts { chains: 2, warmup: 200, draws: 100, ..Nuts::new(1) }.sample(&[0.0], &bell)?;
/// assert_eq!((draws.chains.len(), draws.chains[0].rows(), draws.divergences), (2, 100, 0));
/// # Ok::<(), brand_nn_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[doc(alias = "HMC")]
pub struct Nuts {
    /// What draws are a function of.
    pub seed: u64,
    /// How many chains, each from a start of its own; 4 by default.
    pub chains: usize,
    /// Draws of a chain that only learn; 500 by default.
    pub warmup: usize,
    /// Draws of a chain that are kept; 1000 by default.
    pub draws: usize,
    /// The mean probability to accept a point; 0.8 by default, more for narrow densities.
    pub target_acceptance: f64,
    /// A path has at most 2^`max_depth` steps; 10 by default.
    pub max_depth: usize,
}

/// What was drawn.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Draws {
    /// The draws of each chain: `[draws, num_parameters]`.
    pub chains: Vec<Matrix>,
    /// Paths that left the range of the numbers; with more than a few, draws are not to be trusted.
    pub divergences: usize,
    /// The step of each chain after its warm-up.
    pub step_sizes: Vec<f64>,
}

const OP: &str = "Nuts::sample";

impl Nuts {
    /// The default settings with a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, chains: 4, warmup: 500, draws: 1000, target_acceptance: 0.8, max_depth: 10 }
    }

    /// Draws from a density, by chains that begin around a start.
    ///
    /// Chains run side by side; what they draw does not depend on the number of threads.
    ///
    /// # Errors
    /// If a setting is out of range, or the density or its gradient is not finite around the start.
    pub fn sample(&self, start: &[f64], log_density: &LogDensity<'_>) -> Result<Draws> {
        door::some(OP, "parameters", start.len())?;
        door::every(OP, "start", start, door::FINITE)?;
        door::at_least(OP, "chains", self.chains, 1)?;
        door::at_least(OP, "draws", self.draws, 1)?;
        door::at_least(OP, "max_depth", self.max_depth, 1)?;
        door::inside(OP, "target_acceptance", self.target_acceptance)?;
        let runs = threads::map(self.chains, |chain| self.run(chain, start, log_density));
        let runs = runs.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(Draws {
            divergences: runs.iter().map(|run| run.divergences).sum(),
            step_sizes: runs.iter().map(|run| run.step).collect(),
            chains: runs.into_iter().map(|run| run.draws).collect(),
        })
    }

    fn run(&self, chain: usize, start: &[f64], f: &LogDensity<'_>) -> Result<Run> {
        let words = philox(self.seed, chain as u128);
        let random = Random { key: u64::from(words[0]) << 32 | u64::from(words[1]) };
        let mut chain = Chain::new(start, f, random, self.target_acceptance)?;
        let ends = windows(self.warmup);
        let learned = self.warmup * 15 / 100..ends.last().copied().unwrap_or(0);
        for i in 0..self.warmup {
            let acceptance = chain.advance(i, f, self.max_depth).acceptance;
            chain.step.learn(acceptance);
            if learned.contains(&i) {
                chain.scale.see(&chain.at.position);
            }
            if ends.contains(&(i + 1)) {
                chain.rescale(f, self.target_acceptance);
            }
        }
        let step = chain.step.settled();
        chain.step.current = step;
        let mut data = Vec::with_capacity(self.draws * start.len());
        let mut divergences = 0;
        for i in 0..self.draws {
            divergences += usize::from(chain.advance(self.warmup + i, f, self.max_depth).diverged);
            data.extend(&chain.at.position);
        }
        let draws = Matrix::new(self.draws, start.len(), data)?;
        Ok(Run { draws, divergences, step })
    }
}

struct Run {
    draws: Matrix,
    divergences: usize,
    step: f64,
}

/// Random numbers of a chain by the number of the draw.
#[derive(Clone, Copy)]
struct Random {
    key: u64,
}

impl Random {
    fn normal(self, draw: usize, out: &mut [f64]) {
        fill_normal(self.key, (draw as u128) << 64, out);
    }

    /// Uniform numbers, one after the other.
    fn uniform(self, draw: usize) -> impl FnMut() -> f64 {
        let mut counter = (draw as u128) << 64 | 1 << 63;
        move || {
            let mut out = [0.0_f64];
            fill_uniform(self.key, counter, &mut out);
            counter += 1;
            out[0]
        }
    }
}

/// A chain on its way.
struct Chain {
    at: Point,
    variances: Vec<f64>,
    step: StepSize,
    scale: Scale,
    random: Random,
}

/// What one path was like.
struct Outcome {
    acceptance: f64,
    diverged: bool,
}

impl Chain {
    /// A chain that begins up to 1 from the start in each direction, where the density is finite.
    fn new(start: &[f64], f: &LogDensity<'_>, random: Random, target: f64) -> Result<Self> {
        let mut uniform = random.uniform(usize::MAX);
        for attempt in 0..50 {
            // Ever nearer to the start, and the last time at it.
            let reach = 1.0 - f64::from(attempt) / 49.0;
            let position: Vec<f64> =
                start.iter().map(|x| x + reach * (2.0 * uniform() - 1.0)).collect();
            let at = Point::at(&position, f);
            if at.log_density.is_finite() && at.gradient.iter().all(|x| x.is_finite()) {
                let variances = vec![1.0; start.len()];
                let scale = Scale::new(start.len());
                let step = StepSize::new(first_step(&at, &variances, f, random), target);
                return Ok(Self { at, variances, step, scale, random });
            }
        }
        let case = "the density or its gradient is not finite around the start";
        Err(Error::Undefined { op: OP, case, help: "start elsewhere" })
    }

    fn advance(&mut self, draw: usize, f: &LogDensity<'_>, max_depth: usize) -> Outcome {
        let mut start = self.at.clone();
        self.random.normal(draw, &mut start.momentum);
        start.momentum.iter_mut().zip(&self.variances).for_each(|(p, v)| *p /= v.sqrt());
        let joint = start.log_joint(&self.variances);
        let walk = Walk { f, step: self.step.current, variances: &self.variances, start: joint };
        let path = walk.path(start, max_depth, &mut self.random.uniform(draw));
        let acceptance = if path.points > 0.0 { path.acceptance / path.points } else { 0.0 };
        let diverged = path.diverged;
        self.at = path.drawn;
        Outcome { acceptance, diverged }
    }

    /// Takes the scale of what was seen, and learns the step anew.
    fn rescale(&mut self, f: &LogDensity<'_>, target: f64) {
        self.variances = self.scale.variances();
        self.scale = Scale::new(self.variances.len());
        let first = first_step(&self.at, &self.variances, f, self.random);
        self.step = StepSize::new(first, target);
    }
}

/// A step that is accepted about half of the time, by doubling or halving.
fn first_step(at: &Point, variances: &[f64], f: &LogDensity<'_>, random: Random) -> f64 {
    let mut start = at.clone();
    random.normal(usize::MAX - 1, &mut start.momentum);
    start.momentum.iter_mut().zip(variances).for_each(|(p, v)| *p /= v.sqrt());
    let joint = start.log_joint(variances);
    let gain = |step: f64| start.step(step, variances, f).log_joint(variances) - joint;
    let half = 0.5_f64.ln();
    let mut step = 1.0;
    let grows = gain(step) > half;
    for _ in 0..60 {
        let next = if grows { 2.0 * step } else { 0.5 * step };
        if (gain(next) > half) != grows {
            return if grows { step } else { next };
        }
        step = next;
    }
    step
}

impl Draws {
    /// All draws of a parameter, one chain after the other.
    ///
    /// # Panics
    /// If there is no such parameter.
    #[must_use]
    #[track_caller]
    pub fn of(&self, parameter: usize) -> Vec<f64> {
        self.chains.iter().flat_map(|chain| chain.column(parameter)).collect()
    }

    /// Mean, deviation, quantiles and diagnostics of each parameter.
    ///
    /// # Errors
    /// If there are fewer than 4 draws a chain.
    pub fn summaries(&self) -> Result<Vec<Summary>> {
        let count = self.chains.first().map_or(0, Matrix::cols);
        let of = |i: usize| {
            let chains: Vec<Vec<f64>> = self.chains.iter().map(|chain| chain.column(i)).collect();
            let slices: Vec<&[f64]> = chains.iter().map(Vec::as_slice).collect();
            Summary::of(&slices)
        };
        (0..count).map(of).collect()
    }
}
