//! One training from its first step, or the one it was resumed at, to its last.

use crate::{
    Batches, Epoch, EpochOrder, Error, Examples, Fit, History, Model, Result, Scores, Trainer,
    TrainingStep,
    checkpoint::{Position, TrainingState, refusal},
    exact::Exact,
    progress::Display,
    trainer::{Mean, kept},
};
use brand_nn_autodiff::{Gradients, Param, ParamSet, Role, load_tensors};
use brand_nn_layers::{Pass, TraceSpan};
use brand_nn_tensor::{Rng, Tensor, io::TensorFile};
use std::{
    ops::{ControlFlow, Range},
    path::{Path, PathBuf},
    time::Instant,
};

/// The scores of validation, where there is some.
pub(crate) type Validate<'a, M> = &'a dyn Fn(&mut Trainer<M>) -> Result<Option<Scores>>;

/// A training on its way.
pub(crate) struct Run<'t, M> {
    trainer: &'t mut Trainer<M>,
    plan: Fit,
    architecture: Option<String>,
    display: Display,
    begun: Instant,
    at: Position,
    rng: Rng,
    losses: Mean,
    pending: Option<Pending>,
    /// Whether a limit of time or steps was reached.
    cut: bool,
    /// The signal that asked for an end.
    signal: Option<i32>,
}

/// Gradients of batches that no step was taken with yet.
struct Pending {
    gradients: Gradients,
    losses: Mean,
    batches: usize,
}

impl<'t, M: Model> Run<'t, M> {
    pub(crate) fn new(
        trainer: &'t mut Trainer<M>,
        plan: Fit,
        examples: Option<usize>,
    ) -> Result<Self> {
        let mut run = Self {
            architecture: trainer.model.architecture(),
            display: Display::new(plan.progress, plan.epochs),
            begun: Instant::now(),
            at: Position::start(&plan, examples),
            rng: Rng::new(plan.seed),
            losses: Mean::default(),
            pending: None,
            cut: false,
            signal: None,
            trainer,
            plan,
        };
        if let Some(path) = run.plan.resumed_file() {
            run.resume(&path)?;
        }
        Ok(run)
    }

    /// Trains until the plan, a callback, a limit or a signal ends it.
    pub(crate) fn all<D: Batches<Input = M::Input>>(
        mut self,
        data: &D,
        rows: &Option<Range<usize>>,
        validate: Validate<'_, M>,
    ) -> Result<History> {
        self.cut = self.at.steps >= self.plan.max_steps; // by the steps before a resumption
        while self.at.epoch < self.plan.epochs && !self.at.stopped && !self.cut {
            match self.epoch(data, rows, validate) {
                Err(error) if self.is_forgiven(&error) => self.at.stopped = true,
                done => done?,
            }
        }
        let mut history = History { epochs: self.at.epochs(), best_epoch: None };
        for callback in &mut self.plan.callbacks {
            callback.fit_end(&mut self.trainer.model)?;
            history.best_epoch = callback.restored().or(history.best_epoch);
        }
        Ok(history)
    }

    fn is_forgiven(&self, error: &Error) -> bool {
        self.plan.callbacks.iter().any(|callback| callback.forgives(error))
    }

    fn epoch<D: Batches<Input = M::Input>>(
        &mut self,
        data: &D,
        rows: &Option<Range<usize>>,
        validate: Validate<'_, M>,
    ) -> Result<()> {
        let order = self.order(rows.clone());
        if self.at.batch == 0 {
            self.begin(&order)?;
        }
        self.display.epoch_start(self.at.epoch, data.num_batches(&order), self.at.batch);
        data.each(&order.skip(self.at.batch), &mut |examples| self.batch(&examples))?;
        let _ = self.update()?; // with what is left of an accumulation
        if let Some(signal) = self.signal {
            self.write_checkpoint()?;
            return Err(Error::Interrupted { signal, steps: self.at.steps });
        }
        if self.cut {
            self.write_checkpoint()?;
        }
        let mut scores = self.trainer.scores(&self.losses)?;
        scores.extend(validate(self.trainer)?.into_iter().flat_map(|s| s.prefixed("val_")));
        self.display.epoch_end(&scores);
        self.end(&scores)
    }

    fn order(&self, rows: Option<Range<usize>>) -> EpochOrder {
        let Fit { seed, batch_size, shuffle, .. } = self.plan;
        let epoch = self.at.epoch;
        EpochOrder { epoch, seed, batch_size, shuffle, training: true, rows, skip: 0 }
    }

    fn begin(&mut self, order: &EpochOrder) -> Result<()> {
        self.rng = order.rng();
        if order.shuffle {
            let _ = self.rng.fork(); // the order itself is drawn of it
        }
        self.losses = Mean::default();
        self.trainer.metrics.iter_mut().for_each(|metric| metric.reset());
        let optimizer = &mut *self.trainer.optimizer;
        let callbacks = &mut self.plan.callbacks;
        callbacks.iter_mut().try_for_each(|c| c.epoch_start(self.at.epoch, optimizer))
    }

    /// The loss of a batch and its gradients, and a step when enough batches were seen.
    fn batch(&mut self, examples: &Examples<M::Input>) -> Result<ControlFlow<()>> {
        let (loss, gradients) = self.gradients(examples)?;
        let count = examples.target.len();
        self.losses.add(loss, count);
        self.at.batch += 1;
        let many = self.plan.accumulate > 1;
        let gradients = if many { gradients.scale(count as f64) } else { gradients };
        let pending = self.pending.get_or_insert_with(Pending::new);
        pending.gradients += gradients;
        pending.losses.add(loss, count);
        pending.batches += 1;
        let full = pending.batches >= self.plan.accumulate;
        let last = self.plan.limit_batches == Some(self.at.batch);
        let wish = if full || last { self.update()? } else { ControlFlow::Continue(()) };
        Ok(if last { ControlFlow::Break(()) } else { wish })
    }

    fn gradients(&mut self, examples: &Examples<M::Input>) -> Result<(f64, Gradients)> {
        let pass = Pass::training(&mut self.rng);
        let mut pass = if self.plan.bf16 { pass.saving_in_bf16() } else { pass };
        let forward = TraceSpan::enter("step", "forward");
        let flow = self.trainer.model.run_flow(&examples.input, &mut pass)?;
        drop(pass); // what the trip learnt is written down
        let loss = self.trainer.loss_of(&flow, examples, &self.plan.class_weight)?;
        drop(forward);
        let backward = TraceSpan::enter("step", "backward");
        let (value, gradients) = (loss.item(), loss.backward()?);
        drop(backward);
        if !value.is_finite() {
            return Err(self.not_finite(value, gradients.norm(), &gradients));
        }
        let (output, target) = kept(&flow, &examples.target)?;
        for metric in &mut self.trainer.metrics {
            metric.update(&output, &target)?;
        }
        Ok((value, gradients))
    }

    /// One step with the gradients that are pending, if there are any.
    fn update(&mut self) -> Result<ControlFlow<()>> {
        let Some(pending) = self.pending.take() else { return Ok(ControlFlow::Continue(())) };
        let _span = TraceSpan::enter("step", "update");
        let loss = pending.losses.value();
        let gradients = pending.mean(self.plan.accumulate);
        let gradient_norm = gradients.norm();
        if !gradient_norm.is_finite() {
            return Err(self.not_finite(loss, gradient_norm, &gradients));
        }
        let gradients = self.plan.clipped(gradients, gradient_norm);
        let Trainer { model, optimizer, .. } = &mut *self.trainer;
        optimizer.step(model, gradients)?;
        let (epoch, number) = (self.at.epoch, self.at.steps);
        let mut step =
            TrainingStep { epoch, number, loss, gradient_norm, model, optimizer: &mut **optimizer };
        for callback in &mut self.plan.callbacks {
            self.at.stopped |= callback.step_end(&mut step)?.is_break();
        }
        self.at.steps = self.at.steps.saturating_add(1);
        self.display.step(self.losses.value(), self.trainer.optimizer.rate());
        self.after_step()
    }

    /// A checkpoint if it is time, and whether to go on.
    fn after_step(&mut self) -> Result<ControlFlow<()>> {
        self.signal = self.plan.stop.as_ref().and_then(crate::StopSignal::received);
        self.cut = self.plan.is_over(self.at.steps, self.begun.elapsed());
        let over = self.at.stopped || self.cut || self.signal.is_some();
        let due = |checkpoint: &crate::Checkpoint| checkpoint.is_due_in_epoch(self.at.steps);
        if !over && self.plan.checkpoint.as_ref().is_some_and(due) {
            self.write_checkpoint()?;
        }
        Ok(if over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    /// Shows the epoch to all callbacks; one that says stop is enough.
    fn end(&mut self, scores: &Scores) -> Result<()> {
        let Trainer { model, optimizer, file, .. } = &mut *self.trainer;
        let mut epoch = Epoch {
            number: self.at.epoch,
            scores,
            model,
            optimizer: &mut **optimizer,
            file,
            architecture: self.architecture.as_deref(),
        };
        for callback in &mut self.plan.callbacks {
            self.at.stopped |= callback.epoch_end(&mut epoch)?.is_break();
        }
        self.at.push(scores);
        (self.at.epoch, self.at.batch) = (self.at.epoch + 1, 0);
        let over = self.at.stopped || self.at.epoch == self.plan.epochs;
        let every = self.plan.checkpoint.as_ref().map_or(1, |checkpoint| checkpoint.every_epochs);
        if !self.cut && (over || self.at.epoch.is_multiple_of(every)) {
            self.write_checkpoint()?;
        }
        Ok(())
    }

    /// The error of a loss or gradient that is not a finite number, with all that is known of it.
    fn not_finite(&self, loss: f64, gradient_norm: f64, gradients: &Gradients) -> Error {
        let set = ParamSet::all(&self.trainer.model).unwrap_or_default();
        let weights = || set.named().filter(|(_, param)| param.role() != Role::Buffer);
        let wild = |tensor: Option<Tensor>| tensor.is_some_and(|t| !t.norm().item().is_finite());
        let value = weights().find(|(_, param)| wild(param.value().ok()));
        let found = value.or_else(|| weights().find(|(_, param)| wild(gradients.get(*param))));
        Error::NotFinite {
            epoch: self.at.epoch + 1,
            step: self.at.batch + 1,
            loss,
            rate: self.trainer.optimizer.rate(),
            gradient_norm,
            parameter: found.map_or_else(|| "none".into(), |(name, _)| name.to_owned()),
        }
    }

    /// Writes the whole state, unless a weight is not finite: then the last file stays.
    fn write_checkpoint(&mut self) -> Result<()> {
        let Some(checkpoint) = &self.plan.checkpoint else { return Ok(()) };
        let set = ParamSet::all(&self.trainer.model)?;
        let trained = set.iter().filter(|param| param.role() == Role::Trainable);
        if trained.map(Param::value).any(|value| value.is_ok_and(|t| !t.is_finite().all())) {
            return Err(self.not_finite(self.losses.value(), 0.0, &Gradients::default()));
        }
        let weights = set.to_file()?;
        let mut position = self.at.clone();
        position.rng = self.rng.state();
        (position.loss_sum, position.loss_count) =
            (Some(Exact(self.losses.sum)), self.losses.count);
        let mut state = TrainingState { position, ..TrainingState::default() };
        state.parts.insert("model".into(), weights);
        state.parts.insert("optimizer".into(), self.trainer.optimizer.state());
        for (number, metric) in self.trainer.metrics.iter().enumerate() {
            let tensors = [("state".to_owned(), metric.state().into())].into();
            let file = TensorFile { tensors, ..TensorFile::default() };
            state.parts.insert(format!("metric.{number}.{}", metric.name()), file);
        }
        for (number, callback) in self.plan.callbacks.iter().enumerate() {
            state.parts.insert(format!("callback.{number}.{}", callback.name()), callback.state());
        }
        state.write(&checkpoint.path)
    }

    /// Goes on where a file says, or changes nothing that a step would see.
    fn resume(&mut self, path: &Path) -> Result<()> {
        let mut state = TrainingState::read(path)?;
        state.require_plan(path, &self.at.plan)?;
        let mut part = |name: &str| state.parts.remove(name).unwrap_or_default();
        let name = path.display().to_string();
        load_tensors(&self.trainer.model, part("model").tensors, &name)?;
        self.trainer.optimizer.load_state(part("optimizer"))?;
        for (number, metric) in self.trainer.metrics.iter_mut().enumerate() {
            let key = format!("metric.{number}.{}", metric.name());
            let saved = part(&key).tensors.remove("state");
            let saved = saved.ok_or_else(|| refusal(path, format!("it has no part {key}")))?;
            metric.load_state(&saved.to_vec::<f64>())?;
        }
        for (number, callback) in self.plan.callbacks.iter_mut().enumerate() {
            let saved = part(&format!("callback.{number}.{}", callback.name()));
            if saved != TensorFile::default() {
                callback.load_state(saved)?;
            }
        }
        if let Some(rest) = state.parts.keys().next() {
            return Err(refusal(path, format!("the plan has nothing that its part {rest} is of")));
        }
        self.at = state.position;
        self.rng = Rng::from_state(self.at.rng);
        let sum = self.at.loss_sum.map_or(0.0, |sum| sum.0);
        self.losses = Mean { sum, count: self.at.loss_count };
        Ok(())
    }
}

impl Pending {
    fn new() -> Self {
        Self { gradients: Gradients::default(), losses: Mean::default(), batches: 0 }
    }

    /// The mean over all examples: batches that were scaled by their sizes are so no more.
    fn mean(self, accumulate: usize) -> Gradients {
        if accumulate > 1 {
            return self.gradients.scale(1.0 / self.losses.count as f64);
        }
        self.gradients
    }
}

impl Fit {
    /// The file that the training goes on from.
    fn resumed_file(&self) -> Option<PathBuf> {
        let again = self.checkpoint.as_ref().filter(|it| it.resume && it.path.exists());
        self.resume_from.clone().or_else(|| again.map(|it| it.path.clone()))
    }
}
