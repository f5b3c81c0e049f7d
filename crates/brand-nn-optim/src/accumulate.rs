//! Steps with the mean gradient of several batches.

use crate::{
    Error, Optimizer, Range, Result, Setting,
    state::{take, word},
};
use brand_nn_autodiff::{Gradient, Gradients, ParamSet, Params, RowGradient};
use brand_nn_tensor::{Tensor, io::TensorFile};
use std::collections::BTreeMap;

/// Steps with the mean gradient of several batches, which is that of one large batch.
///
/// Every call adds up; every `count`-th also takes a step. Gradients that are not complete yet are
/// part of the state, so a resumed run goes on in the middle of a large batch.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Init, Param, Params};
/// use brand_nn_optim::{Accumulate, Optimizer, Sgd};
///
/// let mut w = Param::new([1], Init::Constant(1.0)).init(0)?;
/// let mut optimizer = Accumulate::new(Sgd::new(0.25), 2);
/// let slopes = (w.var(true)? * 1.0).sum().backward()?;
/// optimizer.step(&mut w, slopes)?;
/// assert_eq!(w.value()?.item(), 1.0); // only half of the batch was seen
/// let slopes = (w.var(true)? * 3.0).sum().backward()?;
/// optimizer.step(&mut w, slopes)?;
/// assert_eq!(w.value()?.item(), 0.5);
/// # Ok::<(), brand_nn_optim::Error>(())
/// ```
pub struct Accumulate<O> {
    optimizer: O,
    count: u64,
    seen: u64,
    sums: BTreeMap<String, Gradient>,
}

/// What the names of half-summed gradients begin with in a state.
const PREFIX: &str = "accumulated/";

impl<O: Optimizer> Accumulate<O> {
    /// Gives `optimizer` the mean gradient of every `count` calls.
    #[must_use]
    pub fn new(optimizer: O, count: u64) -> Self {
        Self { optimizer, count, seen: 0, sums: BTreeMap::new() }
    }

    fn add(&mut self, set: &ParamSet, mut gradients: Gradients) {
        for (name, param) in set.named() {
            let Some(gradient) = gradients.remove(param) else { continue };
            let sum = match self.sums.remove(name) {
                Some(earlier) => earlier + gradient,
                None => gradient,
            };
            self.sums.insert(name.to_owned(), sum);
        }
    }
}

impl<O: Optimizer> Optimizer for Accumulate<O> {
    fn step(&mut self, model: &mut dyn Params, gradients: Gradients) -> Result<()> {
        self.check()?;
        let set = ParamSet::all(model)?;
        self.add(&set, gradients);
        self.seen += 1;
        if self.seen < self.count {
            return Ok(());
        }
        self.seen = 0;
        let mut sums = std::mem::take(&mut self.sums);
        let named = set.named().filter_map(|(name, param)| Some((param, sums.remove(name)?)));
        let mean = Gradients::from_iter(named).scale(1.0 / self.count as f64);
        self.optimizer.step(model, mean)
    }

    fn check(&self) -> Result<()> {
        Setting::new("count", self.count as f64, Range::AtLeastOne).check("Accumulate")?;
        self.optimizer.check()
    }

    fn rate(&self) -> f64 {
        self.optimizer.rate()
    }

    fn scale_rate(&mut self, factor: f64) {
        self.optimizer.scale_rate(factor);
    }

    fn state(&self) -> TensorFile {
        let mut state = self.optimizer.state();
        state.metadata.insert("accumulated".into(), self.seen.to_string());
        for (name, gradient) in &self.sums {
            let mut put = |part: &str, tensor: &Tensor| {
                state.tensors.insert(format!("{PREFIX}{name}{part}"), tensor.clone());
            };
            match gradient {
                Gradient::Dense(values) => put("", values),
                Gradient::Rows(rows) => {
                    put("/ids", rows.ids());
                    put("/rows", rows.values());
                    put("/shape", &shape_of(rows));
                }
            }
        }
        state
    }

    fn load_state(&mut self, mut state: TensorFile) -> Result<()> {
        let seen = word("Accumulate", &state, "accumulated", "a count")?;
        let mut own = take(&mut state.tensors, PREFIX);
        self.optimizer.load_state(state)?;
        (self.seen, self.sums) = (seen, BTreeMap::new());
        while let Some((key, tensor)) = own.pop_first() {
            let (name, gradient) = match key.strip_suffix("/ids") {
                None => (key.clone(), Gradient::Dense(tensor)),
                Some(name) => (name.to_owned(), rows(name, tensor, &mut own)?),
            };
            self.sums.insert(name, gradient);
        }
        Ok(())
    }
}

fn shape_of(rows: &RowGradient) -> Tensor {
    rows.shape().iter().map(|length| *length as i64).collect::<Vec<_>>().into()
}

/// The row-sparse gradient that was saved in three parts.
fn rows(name: &str, ids: Tensor, own: &mut BTreeMap<String, Tensor>) -> Result<Gradient> {
    let mut part = |kind: &str| {
        own.remove(&format!("{name}/{kind}")).ok_or_else(|| Error::State {
            optimizer: "Accumulate",
            entry: format!("{PREFIX}{name}/{kind}"),
            got: "missing".into(),
            expected: "a tensor".into(),
        })
    };
    let (values, shape) = (part("rows")?, part("shape")?);
    let lengths: Vec<_> = shape.iter::<i64>().map(|length| length as usize).collect();
    Ok(Gradient::Rows(RowGradient::new(ids, values, lengths)?))
}
