//! The way of one step through all parameters.

use crate::{
    Result,
    group::Options,
    optimizer::{Decay, Rule, Update},
    state::Memory,
};
use brand_nn_autodiff::{Gradient, Param};
use brand_nn_kernels::threads;
use brand_nn_tensor::Tensor;
use std::sync::{Mutex, PoisonError};

/// Elements of gradients by rows from which on handing out tables is worth it.
const SIDE_BY_SIDE: usize = 1 << 15;

/// One parameter with all that a step needs to change it.
pub(crate) struct Move<'a> {
    pub(crate) param: &'a Param,
    pub(crate) options: Options,
    pub(crate) gradient: Gradient,
    pub(crate) memory: &'a mut Memory,
}

/// What is the same for all parameters of a step.
pub(crate) struct Course<'a> {
    pub(crate) rule: &'a dyn Rule,
    pub(crate) rate: f64,
    pub(crate) decay: Decay,
    pub(crate) weight_decay: f64,
}

impl Course<'_> {
    /// Makes all moves: those of tables of which some rows are changed side by side, since each is
    /// little work that waits for memory, and the others one by one, each on all threads.
    pub(crate) fn take(&self, moves: Vec<Move<'_>>) -> Result<()> {
        let together = moves.iter().map(|one| self.sparse(one)).sum::<usize>() >= SIDE_BY_SIDE;
        let (tables, others): (Vec<_>, Vec<_>) =
            moves.into_iter().partition(|one| together && self.sparse(one) > 0);
        others.into_iter().try_for_each(|one| self.change(one))?;
        let tables: Vec<_> = tables.into_iter().map(|one| Mutex::new(Some(one))).collect();
        let next = |i: usize| tables[i].lock().unwrap_or_else(PoisonError::into_inner).take();
        let change = |i| next(i).map_or(Ok(()), |one| self.change(one));
        threads::map(tables.len(), change).into_iter().collect()
    }

    /// The elements of a gradient by rows, where no others cost anything.
    fn sparse(&self, one: &Move<'_>) -> usize {
        match &one.gradient {
            Gradient::Rows(rows) if self.rule.goes_by_rows() => rows.values().size(),
            _ => 0,
        }
    }

    /// Changes one parameter: decay and penalties, the rule, the constraint.
    fn change(&self, one: Move<'_>) -> Result<()> {
        let Move { param, options, gradient, memory } = one;
        param.update(|value| {
            self.apply(&options, value, gradient, memory);
            Ok(())
        })
    }

    fn apply(
        &self,
        options: &Options,
        value: &mut Tensor,
        mut gradient: Gradient,
        memory: &mut Memory,
    ) {
        memory.steps += 1;
        let (rate, decay) =
            (self.rate * options.rate, options.weight_decay.unwrap_or(self.weight_decay));
        if self.decay == Decay::Coupled && decay > 0.0 {
            gradient = Gradient::Dense(gradient.to_dense() + &*value * decay);
        }
        gradient = options.penalised(value, gradient);
        let shrink = options.decoupled + if self.decay == Decay::Decoupled { decay } else { 0.0 };
        if shrink > 0.0 {
            *value *= 1.0 - rate * shrink;
        }
        self.rule.change(Update {
            value,
            gradient: &gradient,
            memory: &mut memory.tensors,
            step: memory.steps,
            rate,
            weight_decay: if self.decay == Decay::Own { decay } else { 0.0 },
        });
        options.constrain(value);
    }
}
