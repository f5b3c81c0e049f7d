//! A conditional random field over the labels of a sequence.

use crate::{
    Error, Pass, Result,
    layer::same_type,
    sequence::{real_steps, three_axes},
    setting::positive,
};
use brand_nn_autodiff::{self as autodiff, Init, Param, Params, Var, Visitor};
use brand_nn_tensor::{DType, Tensor};

const PLACE: &str = "crf";

/// A conditional random field: labels of a sequence that depend on each other.
///
/// A row of labels y scores start\[y₁\] + Σ emission\[t, yₜ\] + Σ transition\[yₜ₋₁, yₜ\] + end\[yₙ\], and
/// its probability is e^score over the sum of all rows' (Lafferty, McCallum and Pereira 2001;
/// Lample and others 2016 on an LSTM). Train with the mean of −[`log_likelihood`], predict with
/// [`decode`]. All start at U(±0.1), as in pytorch-crf.
///
/// Masks are bool `[batch, time]`, true where a step is real: other steps are left out, wherever
/// they stand, and a sequence without a real step has the log-likelihood 0 and no label.
///
/// # Shapes
/// Emissions `[batch, time, labels]` and i64 labels `[batch, time]` → `[batch]`.
///
/// # Errors
/// If a shape or type does not fit, or a label is none; `init` and `load` refuse no labels.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Crf, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let crf = Crf::new(2).init(42)?;
/// crf.transitions.set(Tensor::from([[0.0_f32, -9.0], [-9.0, 0.0]]))?; // labels stay as they are
/// let emissions = Tensor::from([[[3.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0]]]);
/// let path = &crf.decode(&emissions, None)?[0];
/// assert_eq!(path.labels, [0, 0, 0]);
///
/// let labels = Tensor::from([[0_i64, 0, 0]]);
/// let likelihood =
///     crf.log_likelihood(&emissions.into(), &labels, None, &mut Pass::inference())?;
/// assert!(likelihood.item() > -0.1);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
///
/// [`log_likelihood`]: Self::log_likelihood
/// [`decode`]: Self::decode
#[doc(alias = "ConditionalRandomField")]
#[derive(Debug)]
pub struct Crf {
    /// `[labels]`: what it scores to begin with each label.
    pub start_transitions: Param,
    /// `[labels]`: what it scores to end with each label.
    pub end_transitions: Param,
    /// `[labels, labels]`: what it scores to go from one (row) to the next (column).
    pub transitions: Param,
}

/// The best labels of one sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct CrfPath {
    /// A label for each real step.
    pub labels: Vec<i64>,
    /// What the row of labels scores.
    pub score: f64,
}

impl Crf {
    /// Makes the layer for a number of labels.
    #[must_use]
    #[doc(alias = "num_tags")]
    pub fn new(labels: usize) -> Self {
        let param = |shape: &[usize]| Param::new(shape, Init::Uniform(-0.1, 0.1));
        let (start_transitions, end_transitions) = (param(&[labels]), param(&[labels]));
        Self { start_transitions, end_transitions, transitions: param(&[labels, labels]) }
    }

    /// The log-probability of a row of labels for each sequence, `[batch]`.
    ///
    /// Labels of steps that are not real are not looked at.
    ///
    /// # Errors
    /// If a shape or type does not fit, a label is none, or a parameter is pending.
    pub fn log_likelihood(
        &self,
        emissions: &Var,
        labels: &Tensor,
        real: Option<&Tensor>,
        pass: &mut Pass,
    ) -> Result<Var> {
        self.check()?;
        let steps = self.steps(emissions.tensor(), real)?;
        let rows = self.rows(labels, &steps, emissions.shape()[1])?;
        let weights = self.weights(emissions, pass)?;
        let flat = emissions.reshape([emissions.shape()[0] * emissions.shape()[1], self.labels()]);
        let chosen = score(&flat, &weights, &steps, &rows)?;
        Ok(chosen - log_sum(&flat, &weights, &steps)?)
    }

    /// The row of labels that scores best for each sequence (Viterbi 1967).
    ///
    /// Of equal scores the lower label counts. A score that is NaN stays one.
    ///
    /// # Errors
    /// If a shape or type does not fit, or a parameter is pending.
    #[doc(alias = "viterbi_decode")]
    pub fn decode(&self, emissions: &Tensor, real: Option<&Tensor>) -> Result<Vec<CrfPath>> {
        self.check()?;
        let steps = self.steps(emissions, real)?;
        same_type(PLACE, &emissions.into(), self.transitions.dtype())?;
        let floats = |x: &Tensor| x.to(DType::F64).to_vec::<f64>();
        let field = Field {
            start: floats(&self.start_transitions.value()?),
            end: floats(&self.end_transitions.value()?),
            transitions: floats(&self.transitions.value()?),
            emissions: floats(emissions),
        };
        Ok(steps.iter().map(|steps| field.best(steps)).collect())
    }

    fn labels(&self) -> usize {
        self.transitions.shape()[0]
    }

    /// The real steps of each sequence, as rows of all emissions one below the other.
    fn steps(&self, emissions: &Tensor, real: Option<&Tensor>) -> Result<Vec<Vec<usize>>> {
        let [batch, time] = three_axes(PLACE, emissions.shape(), self.labels())?;
        real.map_or(Ok(()), |real| real_steps(PLACE, real, [batch, time]))?;
        let real = real.map(Tensor::to_vec::<bool>);
        let is_real = |step: &usize| real.as_ref().is_none_or(|real| real[*step]);
        let of = |row: usize| (row * time..(row + 1) * time).filter(is_real).collect();
        Ok((0..batch).map(of).collect())
    }

    /// The labels of the real steps.
    fn rows(&self, labels: &Tensor, steps: &[Vec<usize>], time: usize) -> Result<Vec<Vec<usize>>> {
        let place = || format!("{PLACE} (labels)");
        if labels.dtype() != DType::I64 {
            let help = "cast whole numbers with .to(DType::I64)";
            let (got, expected) = (labels.dtype(), "i64 labels".into());
            return Err(Error::InputType { place: place(), got, expected, help });
        }
        if labels.shape()[..] != [steps.len(), time] {
            return Err(Error::Input {
                place: place(),
                got: labels.shape().clone(),
                expected: format!("[{}, {time}], a label for each step", steps.len()),
                help: "labels are [batch, time] of the very steps that are emitted",
            });
        }
        let (labels, last) = (labels.data::<i64>(), self.labels() - 1);
        let label = |&step: &usize| match usize::try_from(labels[step]) {
            Ok(label) if label <= last => Ok(label),
            _ => Err(Error::Id { place: place(), id: labels[step], last }),
        };
        steps.iter().map(|steps| steps.iter().map(label).collect()).collect()
    }

    fn weights(&self, emissions: &Var, pass: &Pass) -> Result<Weights> {
        let [start, end, transitions] =
            [&self.start_transitions, &self.end_transitions, &self.transitions]
                .map(|param| pass.var(param));
        let weights = Weights { start: start?, end: end?, transitions: transitions? };
        same_type(PLACE, emissions, self.transitions.dtype())?;
        Ok(weights)
    }
}

impl Params for Crf {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("start_transitions", &self.start_transitions);
        visitor.child("end_transitions", &self.end_transitions);
        visitor.child("transitions", &self.transitions);
    }

    fn check(&self) -> autodiff::Result<()> {
        positive(PLACE, "labels", self.labels())
    }
}

struct Weights {
    start: Var,
    end: Var,
    transitions: Var,
}

/// What the given rows of labels score, `[batch]`.
fn score(flat: &Var, weights: &Weights, steps: &[Vec<usize>], rows: &[Vec<usize>]) -> Result<Var> {
    let labels = weights.start.shape()[0];
    let mut parts = [const { Picks::new() }; 4];
    let [starts, ends, emitted, gone] = &mut parts;
    for (owner, (steps, row)) in steps.iter().zip(rows).enumerate() {
        row.first().iter().for_each(|&&label| starts.push(owner, label));
        row.last().iter().for_each(|&&label| ends.push(owner, label));
        steps.iter().zip(row).for_each(|(step, label)| emitted.push(owner, step * labels + label));
        row.windows(2).for_each(|pair| gone.push(owner, pair[0] * labels + pair[1]));
    }
    let tables = [&weights.start, &weights.end, flat, &weights.transitions];
    let zeros = Var::from(Tensor::zeros_of([steps.len()], flat.dtype()));
    Ok(parts.into_iter().zip(tables).try_fold(zeros, |sums, (picks, table)| {
        sums.index_add(0, &picks.owners.into(), &table.take(&picks.places.into())?)
    })?)
}

/// Elements of a table, each with the sequence that they belong to.
struct Picks {
    owners: Vec<i64>,
    places: Vec<i64>,
}

impl Picks {
    const fn new() -> Self {
        Self { owners: Vec::new(), places: Vec::new() }
    }

    fn push(&mut self, owner: usize, place: usize) {
        self.owners.push(owner as i64);
        self.places.push(place as i64);
    }
}

/// The log of the sum of e^score over all rows of labels, `[batch]`: the forward algorithm.
fn log_sum(flat: &Var, weights: &Weights, steps: &[Vec<usize>]) -> Result<Var> {
    let longest = steps.iter().map(Vec::len).max().unwrap_or(0);
    let Weights { start, end, transitions } = weights;
    let (emissions, alive) = aligned(flat, steps, longest)?;
    let mut emissions = emissions.unbind(0).into_iter().zip(alive.unbind(0));
    let Some((first, begun)) = emissions.next() else {
        return Ok(Tensor::zeros_of([steps.len()], flat.dtype()).into());
    };
    let sums = emissions.fold(first + start, |sums, (emission, alive)| {
        let next = (sums.unsqueeze(2) + transitions).logsumexp(1) + emission;
        Var::where_(&alive, &next, &sums)
    });
    Ok((sums + end).logsumexp(-1).masked(&begun.squeeze(1)))
}

/// The emissions of the real steps side by side, `[longest, batch, labels]`, with noughts behind a
/// sequence's end; and where they are real, `[longest, batch, 1]`.
fn aligned(flat: &Var, steps: &[Vec<usize>], longest: usize) -> Result<(Var, Tensor)> {
    let all = || (0..longest).flat_map(|t| steps.iter().map(move |steps| steps.get(t)));
    let ids: Vec<i64> = all().map(|step| step.map_or(0, |&step| step as i64)).collect();
    let alive: Vec<bool> = all().map(|step| step.is_some()).collect();
    let alive = Tensor::from(alive).reshape([longest, steps.len(), 1]);
    let ids = Tensor::from(ids).reshape([longest, steps.len()]);
    Ok((flat.index_select(0, &ids)?.masked(&alive), alive))
}

/// The numbers of a field, for decoding.
struct Field {
    start: Vec<f64>,
    end: Vec<f64>,
    transitions: Vec<f64>,
    emissions: Vec<f64>,
}

impl Field {
    /// The best row of labels for the steps of one sequence.
    fn best(&self, steps: &[usize]) -> CrfPath {
        let Some((&first, rest)) = steps.split_first() else {
            return CrfPath { labels: Vec::new(), score: 0.0 };
        };
        let begun = self.start.iter().zip(self.emission(first)).map(|(a, b)| a + b);
        let mut scores: Vec<f64> = begun.collect();
        let mut from = Vec::new();
        for &step in rest {
            let came = |to: usize| {
                largest(
                    scores
                        .iter()
                        .enumerate()
                        .map(|(at, score)| score + self.transitions[at * self.start.len() + to]),
                )
            };
            let (places, best): (Vec<_>, Vec<_>) = (0..scores.len()).map(came).unzip();
            scores = best.iter().zip(self.emission(step)).map(|(a, b)| a + b).collect();
            from.push(places);
        }
        let (last, score) = largest(scores.iter().zip(&self.end).map(|(a, b)| a + b));
        let back = from.iter().rev().scan(last, |at, places| {
            *at = places[*at];
            Some(*at)
        });
        let mut labels: Vec<i64> = std::iter::once(last).chain(back).map(|at| at as i64).collect();
        labels.reverse();
        CrfPath { labels, score }
    }

    fn emission(&self, step: usize) -> &[f64] {
        let labels = self.start.len();
        &self.emissions[step * labels..(step + 1) * labels]
    }
}

/// The first of the largest scores with its place; NaN is larger than all.
fn largest(scores: impl Iterator<Item = f64>) -> (usize, f64) {
    let better = |a: f64, b: f64| a > b || (a.is_nan() && !b.is_nan());
    let pick =
        |best: (usize, f64), next: (usize, f64)| if better(next.1, best.1) { next } else { best };
    scores.enumerate().reduce(pick).unwrap_or((0, f64::NEG_INFINITY))
}
