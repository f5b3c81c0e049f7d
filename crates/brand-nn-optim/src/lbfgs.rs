//! Quasi-Newton steps for smooth losses of all data at once.

mod line_search;

use crate::{Error, Range, Result, Setting, state::word};
use brand_nn_autodiff::{ParamSet, Params, Role, Var};
use brand_nn_tensor::{DType, Tensor, io::TensorFile};
use line_search::{Point, strong_wolfe};
use std::collections::VecDeque;

/// L-BFGS: quasi-Newton steps with a line search, for smooth losses of all data at once.
///
/// The inverse curvature is approximated by the last steps s and changes of the gradient y (Nocedal
/// 1980); each step is as long as the strong Wolfe conditions ask for (Nocedal and Wright 2006,
/// chapter 3). It converges in tens of evaluations where the loss is smooth and always the same:
/// no mini-batches, no dropout. Vectors are computed in f64. As PyTorch's LBFGS.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Init, Param, Params};
/// use brand_nn_optim::Lbfgs;
/// use brand_nn_tensor::Tensor;
///
/// // Rosenbrock's valley, (1 − x)² + 100 (y − x²)².
/// let mut w = Param::new([2], Init::Zeros);
/// w.set(Tensor::from([-1.0, -1.0]))?;
/// let mut lbfgs = Lbfgs::new(1.0).iterations(50);
/// lbfgs.step(&mut w, |w| {
///     let w = w.var(true)?;
///     let (x, y) = (w.select(0, 0), w.select(0, 1));
///     Ok::<_, brand_nn_optim::Error>((1.0 - &x).square() + (y - x.square()).square() * 100.0)
/// })?;
/// assert!((w.value()? - 1.0).abs().max().item() < 1e-6);
/// # Ok::<(), brand_nn_optim::Error>(())
/// ```
#[doc(alias = "LBFGS")]
#[doc(alias = "BFGS")]
pub struct Lbfgs {
    settings: Settings,
    memory: Memory,
}

struct Settings {
    rate: f64,
    iterations: usize,
    evaluations: Option<usize>,
    history: usize,
    gradient_tolerance: f64,
    change_tolerance: f64,
    line_search: bool,
}

/// What is remembered between iterations.
#[derive(Default)]
struct Memory {
    iterations: u64,
    /// Pairs of steps s and changes of the gradient y, the oldest first.
    pairs: VecDeque<(Vec<f64>, Vec<f64>)>,
    /// The factor of the first guess of the inverse curvature.
    scale: f64,
    /// The last gradient and the last move.
    last: Option<(Vec<f64>, Vec<f64>)>,
}

impl Lbfgs {
    /// Tries steps of `rate` times the quasi-Newton step first; 1 is usual.
    #[must_use]
    pub fn new(rate: f64) -> Self {
        let settings = Settings {
            rate,
            iterations: 20,
            evaluations: None,
            history: 100,
            gradient_tolerance: 1e-7,
            change_tolerance: 1e-9,
            line_search: true,
        };
        Self { settings, memory: Memory::default() }
    }

    /// The most iterations of one call of [`step`](Self::step); 20 by default.
    #[must_use]
    pub fn iterations(mut self, count: usize) -> Self {
        self.settings.iterations = count;
        self
    }

    /// The most evaluations of the loss in one call; 5/4 of the iterations by default.
    #[must_use]
    pub fn evaluations(mut self, count: usize) -> Self {
        self.settings.evaluations = Some(count);
        self
    }

    /// How many steps are remembered; 100 by default.
    #[must_use]
    pub fn history(mut self, count: usize) -> Self {
        self.settings.history = count;
        self
    }

    /// Ends where no slope is larger than the first, or nothing changes by more than the second.
    ///
    /// 1e-7 and 1e-9 by default.
    #[must_use]
    pub fn tolerances(mut self, gradient: f64, change: f64) -> Self {
        self.settings.gradient_tolerance = gradient;
        self.settings.change_tolerance = change;
        self
    }

    /// Takes every step at its full length, without a line search.
    #[must_use]
    pub fn fixed_step(mut self) -> Self {
        self.settings.line_search = false;
        self
    }

    /// Takes some iterations; `loss` computes the loss of the model, and is asked again and again.
    ///
    /// Returns the loss before the first of them.
    ///
    /// # Errors
    /// If a setting is out of range, a trainable parameter has no gradient, or what `loss` returns.
    pub fn step<M: Params, E: From<Error>>(
        &mut self,
        model: &mut M,
        mut loss: impl FnMut(&M) -> Result<Var, E>,
    ) -> Result<f64, E> {
        self.check()?;
        let set = ParamSet::all(&*model).map_err(Error::from)?;
        let mut failure = None;
        let mut evaluate = |x: &[f64]| {
            let point = write(&set, x).map_err(E::from).and_then(|()| {
                let loss = loss(model)?;
                Ok(read_gradient(&set, &loss)?)
            });
            point.map_err(|error| failure = Some(error)).ok()
        };
        let mut x = read(&set)?;
        let before = self.run(&mut x, &mut evaluate);
        write(&set, &x)?;
        failure.map_or(Ok(before), Err)
    }

    /// The pairs of steps and gradients, to go on later as if nothing had been.
    #[must_use]
    pub fn state(&self) -> TensorFile {
        self.memory.state()
    }

    /// Goes on from a saved state.
    ///
    /// # Errors
    /// If it is not the state of this optimizer.
    pub fn load_state(&mut self, state: &TensorFile) -> Result<()> {
        self.memory = Memory::loaded(state)?;
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let Settings { rate, iterations, history, gradient_tolerance, change_tolerance, .. } =
            self.settings;
        let settings = [
            Setting::new("learning_rate", rate, Range::Positive),
            Setting::new("iterations", iterations as f64, Range::AtLeastOne),
            Setting::new("history", history as f64, Range::AtLeastOne),
            Setting::new("gradient_tolerance", gradient_tolerance, Range::NotNegative),
            Setting::new("change_tolerance", change_tolerance, Range::NotNegative),
        ];
        settings.iter().try_for_each(|setting| setting.check("Lbfgs"))
    }

    /// Iterates from `x`, which is the last good place in the end. Returns the loss at the start.
    fn run(&mut self, x: &mut Vec<f64>, evaluate: Evaluate<'_>) -> f64 {
        let Some(mut here) = evaluate(x) else { return f64::NAN };
        let before = here.value;
        let most = self.settings.evaluations.unwrap_or(self.settings.iterations * 5 / 4);
        let mut evaluations = 1;
        for _ in 0..self.settings.iterations {
            let Some(count) = self.iterate(x, &mut here, evaluate) else { break };
            evaluations += count;
            if evaluations >= most {
                break;
            }
        }
        before
    }

    /// One iteration; the evaluations it took, or `None` at the end of the way.
    fn iterate(
        &mut self,
        x: &mut Vec<f64>,
        here: &mut Point,
        evaluate: Evaluate<'_>,
    ) -> Option<usize> {
        if largest(&here.gradient) <= self.settings.gradient_tolerance {
            return None;
        }
        let direction = self.memory.direction(&here.gradient, self.settings.history);
        let slope = dot(&here.gradient, &direction);
        let tolerance = self.settings.change_tolerance;
        // A slope that is not a number is an end too.
        if slope.is_nan() || slope > -tolerance {
            return None;
        }
        let first = self.first_length(here);
        let mut at = |length: f64| evaluate(&along(x, &direction, length));
        let (length, there, count) = match self.settings.line_search {
            true => strong_wolfe(&mut at, first, &direction, here, tolerance)?,
            false => (first, at(first)?, 1),
        };
        let step: Vec<_> = direction.iter().map(|d| d * length).collect();
        *x = along(x, &direction, length);
        let still = largest(&step) <= tolerance || (there.value - here.value).abs() < tolerance;
        let before = std::mem::replace(here, there);
        self.memory.last = Some((before.gradient, step));
        (!still).then_some(count)
    }

    /// Full length, but for the very first step, which is at most as long as the rate.
    fn first_length(&self, here: &Point) -> f64 {
        let sum: f64 = here.gradient.iter().map(|g| g.abs()).sum();
        let start = if self.memory.iterations == 1 { (1.0 / sum).min(1.0) } else { 1.0 };
        start * self.settings.rate
    }
}

/// The loss and its gradient at a place; `None` if they can't be had.
type Evaluate<'a> = &'a mut dyn FnMut(&[f64]) -> Option<Point>;

impl Memory {
    /// The quasi-Newton direction, by the two loops of Nocedal.
    fn direction(&mut self, gradient: &[f64], history: usize) -> Vec<f64> {
        self.iterations += 1;
        match self.last.take() {
            Some((last, step)) => self.learn(along(gradient, &last, -1.0), step, history),
            None if self.pairs.is_empty() => self.scale = 1.0,
            None => {}
        }
        let mut q: Vec<_> = gradient.iter().map(|g| -g).collect();
        let mut shares = Vec::new();
        for (s, y) in self.pairs.iter().rev() {
            let share = dot(s, &q) / dot(s, y);
            q = along(&q, y, -share);
            shares.push(share);
        }
        q.iter_mut().for_each(|q| *q *= self.scale);
        for ((s, y), share) in self.pairs.iter().zip(shares.into_iter().rev()) {
            let back = dot(y, &q) / dot(s, y);
            q = along(&q, s, share - back);
        }
        q
    }

    fn state(&self) -> TensorFile {
        let (steps, changes): (Vec<_>, Vec<_>) = self.pairs.iter().cloned().unzip();
        let (gradient, step) = self.last.clone().unwrap_or_default();
        let lists = [
            ("steps", steps.concat()),
            ("changes", changes.concat()),
            ("last_gradient", gradient),
            ("last_step", step),
        ];
        let words = [
            ("optimizer", "Lbfgs".to_owned()),
            ("iterations", self.iterations.to_string()),
            ("scale", self.scale.to_string()),
            ("pairs", self.pairs.len().to_string()),
        ];
        TensorFile {
            metadata: words.into_iter().map(|(key, word)| (key.to_owned(), word)).collect(),
            tensors: lists.into_iter().map(|(key, list)| (key.to_owned(), list.into())).collect(),
        }
    }

    fn loaded(state: &TensorFile) -> Result<Self> {
        let pairs: usize = word("Lbfgs", state, "pairs", "a count")?;
        let steps = lists(state, "steps", pairs)?;
        let changes = lists(state, "changes", pairs)?;
        let last = lists(state, "last_gradient", 1)?.pop().zip(lists(state, "last_step", 1)?.pop());
        Ok(Self {
            iterations: word("Lbfgs", state, "iterations", "a count")?,
            pairs: steps.into_iter().zip(changes).collect(),
            scale: word("Lbfgs", state, "scale", "a number")?,
            last: last.filter(|(gradient, _)| !gradient.is_empty()),
        })
    }

    /// Remembers a step, unless the curvature along it is not positive.
    fn learn(&mut self, change: Vec<f64>, step: Vec<f64>, history: usize) {
        let curvature = dot(&change, &step);
        if curvature > 1e-10 {
            self.scale = curvature / dot(&change, &change);
            while self.pairs.len() >= history {
                self.pairs.pop_front();
            }
            self.pairs.push_back((step, change));
        }
    }
}

/// A tensor of a state, cut into lists of the same length.
fn lists(state: &TensorFile, entry: &str, count: usize) -> Result<Vec<Vec<f64>>> {
    let found = state.tensors.get(entry).filter(|tensor| tensor.dtype() == DType::F64);
    let list = found.map(Tensor::to_vec::<f64>).ok_or_else(|| Error::State {
        optimizer: "Lbfgs",
        entry: entry.to_owned(),
        got: "missing or of another type".into(),
        expected: "f64".into(),
    })?;
    let length = (list.len() / count.max(1)).max(1);
    Ok(list.chunks(length).map(<[f64]>::to_vec).collect())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// x + length · direction.
fn along(x: &[f64], direction: &[f64], length: f64) -> Vec<f64> {
    x.iter().zip(direction).map(|(x, d)| x + length * d).collect()
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| most.max(value.abs()))
}

/// The trainable parameters, one after the other.
fn trainable(set: &ParamSet) -> impl Iterator<Item = (&str, &brand_nn_autodiff::Param)> {
    set.named().filter(|(_, param)| param.role() == Role::Trainable)
}

fn read(set: &ParamSet) -> Result<Vec<f64>> {
    let mut x = Vec::new();
    for (_, param) in trainable(set) {
        x.extend(param.value()?.to(DType::F64).to_vec::<f64>());
    }
    Ok(x)
}

fn write(set: &ParamSet, mut x: &[f64]) -> Result<()> {
    for (_, param) in trainable(set) {
        let (own, rest) = x.split_at(param.shape().size());
        let value = Tensor::from(own.to_vec()).to(param.dtype());
        param.set(value.reshape(param.shape()))?;
        x = rest;
    }
    Ok(())
}

fn read_gradient(set: &ParamSet, loss: &Var) -> Result<Point> {
    let gradients = loss.backward()?;
    let mut gradient = Vec::new();
    for (name, param) in trainable(set) {
        let slope = gradients
            .get(param)
            .ok_or_else(|| Error::NoGradient { optimizer: "Lbfgs", parameter: name.to_owned() })?;
        gradient.extend(slope.to(DType::F64).to_vec::<f64>());
    }
    Ok(Point { value: loss.item(), gradient })
}
