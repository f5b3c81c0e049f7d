//! Parameters that are treated in their own way, chosen by the pattern of their names.

use crate::{Constraint, Range, Result, Setting};
use brand_nn_autodiff::{Gradient, Params};
use brand_nn_tensor::Tensor;
use std::collections::BTreeMap;

/// Parameters that an optimizer treats in their own way, chosen by the pattern of their names.
///
/// In a pattern `*` is any text and `{a,b}` is a or b. Where a parameter is in several groups of an
/// optimizer, each setting is that of the last group that has it. A pattern without a match is
/// refused in the first step.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Init, Param, Params};
/// use brand_nn_optim::{Constraint, Group, Optimizer, Sgd};
///
/// #[derive(Params)]
/// struct Dense { weight: Param, bias: Param }
/// let one = || Param::new([1], Init::Constant(1.0));
/// let mut model = Dense { weight: one(), bias: one() }.init(0)?;
/// let mut sgd = Sgd::new(0.25)
///     .group(Group::of("*").rate_factor(2.0))
///     .group(Group::of("bias").frozen())
///     .group(Group::of("weight").constraint(Constraint::NonNegative));
/// let loss = (model.weight.var(true)? * 3.0 + model.bias.var(true)?).sum();
/// sgd.step(&mut model, loss.backward()?)?;
/// assert_eq!(model.weight.value()?.item(), 0.0); // not 1 − 2 · 0.25 · 3
/// assert_eq!(model.bias.value()?.item(), 1.0);
/// # Ok::<(), brand_nn_optim::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Group {
    pattern: String,
    rate: Option<f64>,
    weight_decay: Option<f64>,
    decoupled: Option<f64>,
    l1: Option<f64>,
    l2: Option<f64>,
    frozen: bool,
    constraint: Option<Constraint>,
}

impl Group {
    /// The parameters whose names match `pattern`.
    #[must_use]
    pub fn of(pattern: &str) -> Self {
        Self {
            pattern: pattern.to_owned(),
            rate: None,
            weight_decay: None,
            decoupled: None,
            l1: None,
            l2: None,
            frozen: false,
            constraint: None,
        }
    }

    /// What the learning rate is multiplied by; 1 by default.
    #[must_use]
    pub fn rate_factor(self, factor: f64) -> Self {
        Self { rate: Some(factor), ..self }
    }

    /// The weight decay instead of the optimizer's, of the optimizer's kind.
    #[must_use]
    pub fn weight_decay(self, decay: f64) -> Self {
        Self { weight_decay: Some(decay), ..self }
    }

    /// Shrinks the weights before each step, w ← w (1 − rate · decay), whatever the optimizer.
    #[must_use]
    pub fn decoupled_decay(self, decay: f64) -> Self {
        Self { decoupled: Some(decay), ..self }
    }

    /// Adds the slope of the penalty factor · Σ |w|, which is factor · sign(w), to the gradient.
    #[must_use]
    pub fn l1(self, factor: f64) -> Self {
        Self { l1: Some(factor), ..self }
    }

    /// Adds the slope of the penalty factor · Σ w², which is 2 · factor · w, to the gradient.
    #[must_use]
    pub fn l2(self, factor: f64) -> Self {
        Self { l2: Some(factor), ..self }
    }

    /// Keeps the values as they are; `Param::freeze` also saves the work for the gradient.
    #[must_use]
    pub fn frozen(self) -> Self {
        Self { frozen: true, ..self }
    }

    /// Brings the weights back into a set after each step.
    #[must_use]
    pub fn constraint(self, constraint: Constraint) -> Self {
        Self { constraint: Some(constraint), ..self }
    }

    pub(crate) fn settings(&self) -> Vec<Setting> {
        let all = [
            ("rate_factor", self.rate, Range::NotNegative),
            ("weight_decay", self.weight_decay, Range::NotNegative),
            ("decoupled_decay", self.decoupled, Range::NotNegative),
            ("l1", self.l1, Range::NotNegative),
            ("l2", self.l2, Range::NotNegative),
        ];
        let given = all
            .into_iter()
            .filter_map(|(name, value, range)| value.map(|value| Setting::new(name, value, range)));
        given.chain(self.constraint.and_then(Constraint::setting)).collect()
    }
}

/// How one parameter is treated: the settings of all its groups together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) rate: f64,
    pub(crate) weight_decay: Option<f64>,
    pub(crate) decoupled: f64,
    pub(crate) frozen: bool,
    l1: f64,
    l2: f64,
    constraint: Option<Constraint>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rate: 1.0,
            weight_decay: None,
            decoupled: 0.0,
            frozen: false,
            l1: 0.0,
            l2: 0.0,
            constraint: None,
        }
    }
}

impl Options {
    fn merge(&mut self, group: &Group) {
        self.rate = group.rate.unwrap_or(self.rate);
        self.weight_decay = group.weight_decay.or(self.weight_decay);
        self.decoupled = group.decoupled.unwrap_or(self.decoupled);
        self.l1 = group.l1.unwrap_or(self.l1);
        self.l2 = group.l2.unwrap_or(self.l2);
        self.frozen |= group.frozen;
        self.constraint = group.constraint.or(self.constraint);
    }

    /// The gradient with the slopes of the penalties.
    pub(crate) fn penalised(&self, value: &Tensor, gradient: Gradient) -> Gradient {
        if self.l1 == 0.0 && self.l2 == 0.0 {
            return gradient;
        }
        let slope = value.sign() * self.l1 + value * (2.0 * self.l2);
        Gradient::Dense(gradient.to_dense() + slope)
    }

    pub(crate) fn constrain(&self, value: &mut Tensor) {
        if let Some(constraint) = self.constraint {
            constraint.apply(value);
        }
    }
}

/// What the groups say of each parameter, by name.
pub(crate) fn options(groups: &[Group], model: &dyn Params) -> Result<BTreeMap<String, Options>> {
    let mut options = BTreeMap::<String, Options>::new();
    for group in groups {
        for name in model.params(&group.pattern)?.names() {
            options.entry(name.clone()).or_default().merge(group);
        }
    }
    Ok(options)
}
