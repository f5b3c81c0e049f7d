//! A model in training, with its batches.

use crate::rows::Row;
use brand_nn::prelude::*;
use brand_nn_benches::{Outcome, usage::memory};

/// Inputs with their targets.
pub(crate) type Batch = (Tensor, Tensor);

/// A model, its optimizer and its loss.
pub(crate) struct Learner {
    pub(crate) model: Box<dyn Layer>,
    pub(crate) optimizer: Box<dyn Optimizer>,
    pub(crate) loss: fn(&Var, &Tensor) -> Outcome<Var>,
    /// The shapes of a batch's examples, as far as work is done for them.
    pub(crate) examples: fn(&Tensor) -> Vec<Shape>,
}

impl Learner {
    /// A model that learns to tell classes from logits, with Adam.
    pub(crate) fn classifier(model: impl Layer + 'static) -> Outcome<Self> {
        Ok(Self {
            model: Box::new(model.init(1)?),
            optimizer: Box::new(Adam::new(1e-3)),
            loss: |output, target| Ok(cross_entropy(output, target)?),
            examples: |input| vec![input.shape()[1..].into(); input.dim(0)],
        })
    }
}

/// A learner with its batches, which it is fed in turns.
pub(crate) struct Ours {
    learner: Learner,
    batches: Vec<Batch>,
    learns: bool,
    rng: Rng,
    taken: usize,
    /// What the process had before the model was built, in MB.
    pub(crate) before: f64,
}

impl Ours {
    /// Makes the model of a row for given batches; one that does not learn packs its weights.
    pub(crate) fn new(row: &Row, batches: Vec<Batch>) -> Outcome<Self> {
        let before = memory()?;
        let ours = Self { before, learns: row.learns, ..Self::of((row.learner)()?, batches) };
        if !row.learns {
            ours.learner.model.pack_for_inference()?;
        }
        Ok(ours)
    }

    /// A learner that learns from batches.
    pub(crate) fn of(learner: Learner, batches: Vec<Batch>) -> Self {
        Self { learner, batches, learns: true, rng: Rng::new(1), taken: 0, before: 0.0 }
    }

    /// One step on the next batch, a forward trip alone if nothing is learnt.
    pub(crate) fn step(&mut self) -> Outcome<()> {
        let Self { learner, batches, learns, rng, taken, .. } = self;
        let (input, target) = &batches[*taken % batches.len()];
        *taken += 1;
        if !*learns {
            learner.model.call(input, &mut Pass::inference())?;
            return Ok(());
        }
        let output = learner.model.call(input, &mut Pass::training(rng))?;
        let loss = (learner.loss)(&output, target)?;
        drop(output);
        learner.optimizer.step(&mut learner.model, loss.backward()?)?;
        Ok(())
    }

    /// With the weights of a file, and without dropout: the loss of the first batch, and the norm of
    /// its gradients if something is learnt.
    pub(crate) fn check(&mut self, weights: &str) -> Outcome<Vec<f64>> {
        self.learner.model.load(weights)?;
        let (input, target) = &self.batches[0];
        let pass = Pass::inference();
        let mut pass = if self.learns { pass.learning() } else { pass };
        let loss = (self.learner.loss)(&self.learner.model.call(input, &mut pass)?, target)?;
        let value = loss.tensor().item();
        if !self.learns {
            return Ok(vec![value]);
        }
        Ok(vec![value, loss.backward()?.norm()])
    }

    /// The operations of a step, the mean over all batches, if they are known.
    pub(crate) fn flops(&self) -> Option<f64> {
        let model = &self.learner.model;
        let examples = self.batches.iter().flat_map(|(input, _)| (self.learner.examples)(input));
        let forward = examples.map(|shape| model.flops(&shape)).sum::<Option<u64>>()? as f64;
        let times = if self.learns { 3.0 } else { 1.0 }; // the way back is two products for each
        Some(times * forward / self.batches.len() as f64)
    }
}
