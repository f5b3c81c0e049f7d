//! What an optimizer is, and what all of them share: the rate, the count, the groups, the walk.

use crate::{
    Error, Group, Range, Result, Schedule, Setting,
    course::{Course, Move},
    group::options,
    state::{Memories, word},
};
use brand_nn_autodiff::{Gradient, Gradients, ParamSet, Params, Role};
use brand_nn_kernels::{Real, step_each};
use brand_nn_tensor::{DType, Element, Tensor, io::TensorFile};

/// Changes the parameters of a model, given the gradients of a loss.
///
/// What an optimizer remembers of a parameter is kept under the parameter's name, and is saved and
/// loaded by these names.
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

    /// All that it remembers, by the names of the parameters; settings are not in it.
    fn state(&self) -> TensorFile;

    /// Goes on from a saved state: the steps that follow are those of an uninterrupted run.
    ///
    /// # Errors
    /// If it is the state of another kind of optimizer. A tensor that does not fit its parameter is
    /// refused by the next step.
    fn load_state(&mut self, state: TensorFile) -> Result<()>;
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

    fn state(&self) -> TensorFile {
        (**self).state()
    }

    fn load_state(&mut self, state: TensorFile) -> Result<()> {
        (**self).load_state(state)
    }
}

/// How one parameter is changed: all that differs from optimizer to optimizer.
pub(crate) trait Rule: Send + Sync {
    /// The settings with the values that they may have.
    fn settings(&self) -> Vec<Setting>;

    /// What is remembered of a parameter, by name, with its first values.
    fn memory(&self, value: &Tensor) -> Vec<(&'static str, Tensor)>;

    /// Changes the parameter by its gradient.
    fn change(&self, update: Update<'_>);

    /// Whether a table's rows without a gradient cost nothing.
    fn goes_by_rows(&self) -> bool {
        false
    }
}

/// One parameter on its way through a step.
pub(crate) struct Update<'a> {
    pub(crate) value: &'a mut Tensor,
    pub(crate) gradient: &'a Gradient,
    pub(crate) memory: &'a mut [Tensor],
    /// The number of this step of this parameter, from 1.
    pub(crate) step: u64,
    pub(crate) rate: f64,
    /// The weight decay that is left to the rule, see [`Decay::Own`].
    pub(crate) weight_decay: f64,
}

impl Update<'_> {
    /// Goes over all elements with `change(weight, gradient, memory)`, which is done in f64.
    pub(crate) fn each<const N: usize>(
        self,
        change: impl Fn(f64, f64, [f64; N]) -> (f64, [f64; N]) + Sync,
    ) {
        match self.value.dtype() {
            DType::F64 => self.each_of::<f64, N>(&change),
            _ => self.each_of::<f32, N>(&change),
        }
    }

    fn each_of<T: Real + Element, const N: usize>(
        self,
        change: &(impl Fn(f64, f64, [f64; N]) -> (f64, [f64; N]) + Sync),
    ) {
        let gradient = self.gradient.to_dense();
        let mut slots = self.memory.iter_mut();
        let memory = std::array::from_fn(|_| match slots.next() {
            Some(slot) => slot.make_mut::<T>(),
            None => &mut [],
        });
        step_each(self.value.make_mut::<T>(), &gradient.data::<T>(), memory, change);
    }
}

/// How a weight decay acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decay {
    /// It is added to the gradient.
    Coupled,
    /// It shrinks the weights before the step, w ← w (1 − rate · decay).
    Decoupled,
    /// The rule sees to it.
    Own,
}

/// What all optimizers have: a name, a schedule, a count, and what they remember by name.
pub(crate) struct Core {
    pub(crate) name: &'static str,
    pub(crate) allow_missing: bool,
    pub(crate) groups: Vec<Group>,
    pub(crate) weight_decay: f64,
    decay: Decay,
    steps: u64,
    schedule: Box<dyn Schedule>,
    factor: f64,
    memories: Memories,
}

impl Core {
    pub(crate) fn new(
        name: &'static str,
        schedule: Box<dyn Schedule>,
        decay: (Decay, f64),
    ) -> Self {
        Self {
            name,
            allow_missing: false,
            groups: Vec::new(),
            weight_decay: decay.1,
            decay: decay.0,
            steps: 0,
            schedule,
            factor: 1.0,
            memories: Memories::default(),
        }
    }

    pub(crate) fn rate(&self) -> f64 {
        self.schedule.rate(self.steps) * self.factor
    }

    pub(crate) fn scale_rate(&mut self, factor: f64) {
        self.factor *= factor;
    }

    /// Refuses settings that do not hold, and a rate that is below zero or not a number.
    pub(crate) fn check(&self, settings: Vec<Setting>) -> Result<()> {
        let mut all = self.schedule.settings();
        all.push(Setting::new("learning_rate", self.rate(), Range::NotNegative));
        all.push(Setting::new("weight_decay", self.weight_decay, Range::NotNegative));
        all.extend(settings);
        all.extend(self.groups.iter().flat_map(Group::settings));
        all.iter().try_for_each(|setting| setting.check(self.name))
    }

    /// Changes every trainable parameter by its gradient.
    pub(crate) fn step(
        &mut self,
        rule: &dyn Rule,
        model: &dyn Params,
        mut gradients: Gradients,
    ) -> Result<()> {
        self.check(rule.settings())?;
        let set = ParamSet::all(model)?;
        let options = options(&self.groups, model)?;
        let mut moves = Vec::new();
        for (name, param) in set.named().filter(|(_, param)| param.role() == Role::Trainable) {
            let options = options.get(name).copied().unwrap_or_default();
            match gradients.remove(param) {
                _ if options.frozen => {}
                None => self.missing(name)?,
                Some(gradient) => {
                    self.memories.prepare(self.name, name, || Ok(rule.memory(&param.value()?)))?;
                    moves.push((name, param, options, gradient));
                }
            }
        }
        let (rate, decay) = (self.rate(), self.decay);
        let course = Course { rule, rate, decay, weight_decay: self.weight_decay };
        let mut memories = self.memories.all();
        let moves = moves.into_iter().filter_map(|(name, param, options, gradient)| {
            Some(Move { param, options, gradient, memory: memories.remove(name)? })
        });
        course.take(moves.collect())?;
        self.steps += 1;
        Ok(())
    }

    fn missing(&self, parameter: &str) -> Result<()> {
        if self.allow_missing {
            return Ok(());
        }
        Err(Error::NoGradient { optimizer: self.name, parameter: parameter.to_owned() })
    }

    /// The count, the factor and the memories.
    pub(crate) fn state(&self) -> TensorFile {
        let words = [
            ("optimizer", self.name.to_owned()),
            ("steps", self.steps.to_string()),
            ("rate_factor", self.factor.to_string()),
        ];
        let metadata = words.into_iter().map(|(key, text)| (key.to_owned(), text)).collect();
        TensorFile { metadata, tensors: self.memories.tensors() }
    }

    pub(crate) fn load_state(&mut self, state: TensorFile) -> Result<()> {
        let kind: String = word(self.name, &state, "optimizer", "the name of the optimizer")?;
        if kind != self.name {
            return Err(Error::State {
                optimizer: self.name,
                entry: "optimizer".into(),
                got: kind,
                expected: self.name.into(),
            });
        }
        let steps = word(self.name, &state, "steps", "a count")?;
        let factor = word(self.name, &state, "rate_factor", "a number")?;
        (self.steps, self.factor) = (steps, factor);
        self.memories = Memories::loaded(state.tensors);
        Ok(())
    }
}

/// Tensors of zeros like a parameter, by name.
pub(crate) fn zeros(value: &Tensor, names: &[&'static str]) -> Vec<(&'static str, Tensor)> {
    names.iter().map(|name| (*name, Tensor::zeros_like(value))).collect()
}

/// Declares an optimizer: a name around a [`Core`] and a [`Rule`] with default settings.
macro_rules! optimizer {
    ($(#[$doc:meta])* $name:ident($rule:ident), decay: $decay:ident, $amount:literal) => {
        $(#[$doc])*
        pub struct $name {
            core: $crate::optimizer::Core,
            rule: $rule,
        }

        impl $name {
            /// Makes the optimizer with a learning rate, constant or by a schedule.
            #[must_use]
            pub fn new(rate: impl $crate::Schedule + 'static) -> Self {
                let decay = ($crate::optimizer::Decay::$decay, $amount);
                let core = $crate::optimizer::Core::new(stringify!($name), Box::new(rate), decay);
                Self { core, rule: $rule::default() }
            }

            #[doc = concat!("How strongly weights are drawn to zero; ", $amount, " by default.")]
            #[must_use]
            pub fn weight_decay(mut self, decay: f64) -> Self {
                self.core.weight_decay = decay;
                self
            }

            /// Treats the parameters of some names in their own way; later groups have priority.
            #[must_use]
            pub fn group(mut self, group: $crate::Group) -> Self {
                self.core.groups.push(group);
                self
            }

            /// Leaves a trainable parameter without a gradient as it is, instead of an error.
            #[must_use]
            pub fn allow_missing(mut self) -> Self {
                self.core.allow_missing = true;
                self
            }
        }

        impl $crate::Optimizer for $name {
            fn step(
                &mut self,
                model: &mut dyn brand_nn_autodiff::Params,
                gradients: brand_nn_autodiff::Gradients,
            ) -> $crate::Result<()> {
                self.core.step(&self.rule, model, gradients)
            }

            fn check(&self) -> $crate::Result<()> {
                self.core.check($crate::optimizer::Rule::settings(&self.rule))
            }

            fn rate(&self) -> f64 {
                self.core.rate()
            }

            fn scale_rate(&mut self, factor: f64) {
                self.core.scale_rate(factor);
            }

            fn state(&self) -> brand_nn_tensor::io::TensorFile {
                self.core.state()
            }

            fn load_state(&mut self, state: brand_nn_tensor::io::TensorFile) -> $crate::Result<()> {
                self.core.load_state(state)
            }
        }
    };
}
pub(crate) use optimizer;
