//! Connectionist temporal classification: labels without the times at which they come.

use crate::{Error, Result};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{DType, Tensor};

/// CTC: the likelihood of labels, over all times at which they may come (Graves et al. 2006).
///
/// −log Σ of all paths that give the labels when repeats are merged and blanks removed, by the
/// forward recursion in logarithms. Labels that can't fit into their time are refused, so the loss
/// is finite.
///
/// # Shapes
/// Logits `[batch, time, classes]`, targets i64 `[batch, labels]` padded at the end, lengths one
/// for each example → `[batch]`.
///
/// # Errors
/// If the shapes do not belong together, a length is too large, a target is not a class or the
/// blank, or labels do not fit into their time.
///
/// # Examples
/// ```
/// use brand_nn_losses::Ctc;
/// use brand_nn_tensor::Tensor;
///
/// let logits = Tensor::zeros([1, 2, 3]).into();
/// let each = Ctc::default().each(&logits, &Tensor::from([[1_i64]]), &[2], &[1])?;
/// assert!((each.item() - 3_f64.ln()).abs() < 1e-6); // 3 of 9 paths: 01, 10, 11
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "CTCLoss")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Ctc {
    blank: usize,
}

/// The logarithm of no chance at all, small enough in f32 and without the NaN of −∞ − (−∞).
const NEVER: f64 = -1e30;

impl Ctc {
    /// The class that stands for no label; 0 by default.
    #[must_use]
    pub fn blank(self, class: usize) -> Self {
        Self { blank: class }
    }

    /// The loss of every example.
    ///
    /// # Errors
    /// See [`Ctc`].
    pub fn each(
        &self,
        logits: &Var,
        targets: &Tensor,
        times: &[usize],
        labels: &[usize],
    ) -> Result<Var> {
        let sizes = self.check(logits, targets, times, labels)?;
        let [batch, time, states] = sizes;
        let extended = self.extended(targets, labels, states); // [batch, states]
        let ids = extended.unsqueeze(1).expand([batch, time, states]);
        let emitted = logits.log_softmax(-1).gather(-1, &ids.contiguous());
        let last = self.forward(&emitted, &skips(&extended), times);
        let ends: Vec<i64> = labels
            .iter()
            .flat_map(|n| [2 * n, (2 * n).saturating_sub(1)])
            .map(|i| i as i64)
            .collect();
        let ends = last.gather(-1, &Tensor::from(ends).reshape([batch, 2]));
        // Without labels both ends are the one blank, which counts once.
        let empty = labels.iter().flat_map(|n| [false, *n == 0]).collect::<Vec<_>>();
        let ends = ends.masked_fill(&Tensor::from(empty).reshape([batch, 2]), NEVER);
        Ok(-ends.logsumexp(-1))
    }

    /// The logarithms of the chances to be in each state at each example's end.
    fn forward(&self, emitted: &Var, skips: &Tensor, times: &[usize]) -> Var {
        let states = emitted.tensor().dim(-1);
        let first = Tensor::arange(states).at_least(2.0).unsqueeze(0);
        let mut chances = emitted.select(1, 0).masked_fill(&first, NEVER);
        for t in 1..emitted.tensor().dim(1) {
            let shifted = |by: usize| {
                let kept = chances.slice(-1, 0..states.saturating_sub(by));
                kept.pad(-1, by.min(states), 0, NEVER)
            };
            let skipped = shifted(2).masked_fill(&skips.not(), NEVER);
            let ways = Var::stack(&[chances.clone(), shifted(1), skipped], 0);
            let next = ways.logsumexp(0) + emitted.select(1, t);
            let runs: Vec<bool> = times.iter().map(|time| t < *time).collect();
            chances = Var::where_(&Tensor::from(runs).unsqueeze(1), &next, &chances);
        }
        chances
    }

    /// Each label with blanks around it: blank, l₁, blank, l₂, … blank.
    fn extended(&self, targets: &Tensor, labels: &[usize], states: usize) -> Tensor {
        let mut ids = vec![self.blank as i64; labels.len() * states];
        for (row, count) in labels.iter().enumerate() {
            for (place, label) in targets.select(0, row).iter::<i64>().take(*count).enumerate() {
                ids[row * states + 2 * place + 1] = label;
            }
        }
        Tensor::from(ids).reshape([labels.len(), states])
    }

    /// The batch, the time and the number of states, if everything belongs together.
    fn check(
        &self,
        logits: &Var,
        targets: &Tensor,
        times: &[usize],
        labels: &[usize],
    ) -> Result<[usize; 3]> {
        let ([batch, time, classes], [rows, longest]) = (logits.tensor().dims()?, targets.dims()?);
        let lengths = rows == batch && times.len() == batch && labels.len() == batch;
        if !lengths || targets.dtype() != DType::I64 {
            return Err(Error::Target {
                loss: "ctc",
                target: targets.shape().clone(),
                prediction: logits.shape().clone(),
                help: "targets are i64 [batch, labels], with two lengths for each example",
            });
        }
        below("the blank", self.blank, classes)?;
        for row in 0..batch {
            below("a time", times[row], time + 1)?;
            below("a number of labels", labels[row], longest + 1)?;
            let ids: Vec<_> = targets.select(0, row).iter::<i64>().take(labels[row]).collect();
            for &id in &ids {
                let class = usize::try_from(id).ok().filter(|id| *id != self.blank);
                below("a target", class.unwrap_or(usize::MAX), classes)?;
            }
            let needed = ids.len() + ids.windows(2).filter(|pair| pair[0] == pair[1]).count();
            below("the time that labels and their repeats need", needed.max(1), times[row] + 1)?;
        }
        Ok([batch, time, 2 * longest + 1])
    }
}

/// Where a state may be reached from the one before the last: a label unlike the one before it.
fn skips(extended: &Tensor) -> Tensor {
    let states = extended.dim(-1);
    let before = extended.roll(-1, 2);
    let odd: Vec<bool> = (0..states).map(|state| state % 2 == 1 && state > 1).collect();
    extended.not_equal(&before).and(&Tensor::from(odd).unsqueeze(0))
}

fn below(what: &'static str, value: usize, limit: usize) -> Result<()> {
    if value < limit {
        return Ok(());
    }
    let got = if value == usize::MAX { "no class, or the blank".into() } else { value.to_string() };
    Err(Error::Value {
        loss: "ctc",
        what,
        got,
        expected: "less than the logits or their times have",
        help: "labels are classes but the blank, and need a step of time each",
    })
}

/// The mean CTC loss with class 0 as the blank; see [`Ctc`].
///
/// # Errors
/// As [`Ctc`].
pub fn ctc(logits: &Var, targets: &Tensor, times: &[usize], labels: &[usize]) -> Result<Var> {
    Ok(Ctc::default().each(logits, targets, times, labels)?.mean())
}
