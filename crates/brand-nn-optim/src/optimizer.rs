//! What an optimizer is, and what all of them share: the rate, the count, the walk.

use crate::{Error, Result, Schedule};
use brand_nn_autodiff::{Gradient, Gradients, Param, ParamSet, Params, Role};
use brand_nn_tensor::Tensor;
use std::collections::BTreeMap;

/// Changes the parameters of a model, given the gradients of a loss.
///
/// What an optimizer remembers of a parameter is kept under the parameter's name.
pub trait Optimizer: Send {
    /// Takes one step.
    ///
    /// Gradients of other networks are left alone. `&mut`: nobody runs the model meanwhile.
    ///
    /// # Errors
    /// If a setting is out of range, a trainable parameter has no gradient, or no value.
    fn step(&mut self, model: &mut dyn Params, gradients: Gradients) -> Result<()>;

    /// Checks the settings, before the first step.
    ///
    /// # Errors
    /// If one is out of its range.
    fn check(&self) -> Result<()>;

    /// The learning rate of the next step.
    fn rate(&self) -> f64;

    /// Multiplies all rates from the next step on, whatever the schedule says.
    fn scale_rate(&mut self, factor: f64);
}

impl<O: Optimizer + ?Sized> Optimizer for Box<O> {
    fn step(&mut self, model: &mut dyn Params, gradients: Gradients) -> Result<()> {
        (**self).step(model, gradients)
    }

    fn check(&self) -> Result<()> {
        (**self).check()
    }

    fn rate(&self) -> f64 {
        (**self).rate()
    }

    fn scale_rate(&mut self, factor: f64) {
        (**self).scale_rate(factor);
    }
}

/// What all optimizers have: a name, a schedule, a count, and what they remember by name.
pub(crate) struct Core {
    pub(crate) name: &'static str,
    pub(crate) steps: u64,
    pub(crate) allow_missing: bool,
    schedule: Box<dyn Schedule>,
    factor: f64,
    memory: BTreeMap<String, Vec<Tensor>>,
}

impl Core {
    pub(crate) fn new(name: &'static str, schedule: impl Schedule + 'static) -> Self {
        Self {
            name,
            steps: 0,
            allow_missing: false,
            schedule: Box::new(schedule),
            factor: 1.0,
            memory: BTreeMap::new(),
        }
    }

    pub(crate) fn rate(&self) -> f64 {
        self.schedule.rate(self.steps) * self.factor
    }

    pub(crate) fn scale_rate(&mut self, factor: f64) {
        self.factor *= factor;
    }

    /// Refuses a first rate that is not a positive number, and settings that do not hold.
    pub(crate) fn check(&self, settings: &[(&'static str, f64, Range)]) -> Result<()> {
        let all = [("learning_rate", self.rate(), Range::Positive)];
        let wrong = all.iter().chain(settings).find(|(_, value, range)| !range.holds(*value));
        wrong.map_or(Ok(()), |&(setting, got, range)| {
            Err(Error::Setting { optimizer: self.name, setting, got, expected: range.words() })
        })
    }

    /// Changes every trainable parameter by its gradient; `change` gets the parameter's value, its
    /// gradient and `count` tensors that are remembered, zero at first.
    pub(crate) fn sweep(
        &mut self,
        model: &dyn Params,
        mut gradients: Gradients,
        count: usize,
        change: impl Fn(&mut Tensor, &Gradient, &mut [Tensor], u64),
    ) -> Result<()> {
        let set = ParamSet::all(model)?;
        for (name, param) in set.named().filter(|(_, param)| param.role() == Role::Trainable) {
            let Some(gradient) = gradients.remove(param) else {
                self.missing(name)?;
                continue;
            };
            let memory = self.memory.entry(name.to_owned()).or_insert_with(|| blank(param, count));
            param.update(|value| {
                change(value, &gradient, memory, self.steps);
                Ok::<(), Error>(())
            })?;
        }
        self.steps += 1;
        Ok(())
    }

    fn missing(&self, parameter: &str) -> Result<()> {
        if self.allow_missing {
            return Ok(());
        }
        Err(Error::NoGradient { optimizer: self.name, parameter: parameter.to_owned() })
    }
}

fn blank(param: &Param, count: usize) -> Vec<Tensor> {
    (0..count).map(|_| Tensor::zeros_of(param.shape(), param.dtype())).collect()
}

/// The values that a setting may have.
#[derive(Clone, Copy)]
pub(crate) enum Range {
    Positive,
    NotNegative,
    Share,
}

impl Range {
    fn holds(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Self::Positive => value > 0.0,
                Self::NotNegative => value >= 0.0,
                Self::Share => (0.0..1.0).contains(&value),
            }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Positive => "a number above 0",
            Self::NotNegative => "a number of at least 0",
            Self::Share => "a number from 0 to below 1",
        }
    }
}
