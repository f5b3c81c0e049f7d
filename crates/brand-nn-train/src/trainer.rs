//! A model joined with an optimizer, a loss and metrics: fit, evaluate, predict, save.

use crate::{
    Batch, Batches, EpochOrder, Error, Examples, Fit, History, Metric, Model, ModelFile, Result,
    Scores, data::test_count, run::Run,
};
use brand_nn_autodiff::{ParamSet, Var, init, load_tensors};
use brand_nn_layers::{Flow, Pass};
use brand_nn_losses::Loss;
use brand_nn_optim::Optimizer;
use brand_nn_tensor::{DType, Tensor};
use serde::Serialize;
use std::{
    ops::{ControlFlow, Range},
    path::Path,
};

/// A model joined with an optimizer, a loss and metrics; made by [`Model::compile`].
///
/// # Examples
/// ```
/// use brand_nn_layers::{Activation, Sequential, dense};
/// use brand_nn_losses::BinaryCrossEntropy;
/// use brand_nn_optim::Adam;
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{Accuracy, Fit, Model};
///
/// let x = Tensor::from([[0.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
/// let y = Tensor::from([0.0, 1.0, 1.0, 0.0]); // either, but not both
/// let network = Sequential::new()
///     .add(dense(8).activation(Activation::Tanh))
///     .add(dense(1).activation(Activation::Sigmoid))
///     .build([2])?;
/// let mut trainer =
///     network.compile(Adam::new(0.05), BinaryCrossEntropy).metric(Accuracy::default());
/// let data = (x, y);
/// trainer.fit(&data, Fit::epochs(300).seed(42).quiet())?;
/// assert_eq!(trainer.evaluate(&data)?["accuracy"], 1.0);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub struct Trainer<M> {
    /// The model, for what the trainer does not do.
    pub model: M,
    pub(crate) optimizer: Box<dyn Optimizer>,
    pub(crate) loss: Box<dyn Loss>,
    pub(crate) metrics: Vec<Box<dyn Metric>>,
    pub(crate) file: ModelFile,
}

/// The number of examples that are evaluated or predicted at a time.
const INFERENCE_BATCH: usize = 256;

impl<M: Model> Trainer<M> {
    pub(crate) fn new(model: M, optimizer: Box<dyn Optimizer>, loss: Box<dyn Loss>) -> Self {
        Self { model, optimizer, loss, metrics: Vec::new(), file: ModelFile::default() }
    }

    /// Measures something more than the loss.
    #[must_use]
    pub fn metric(mut self, metric: impl Metric + 'static) -> Self {
        self.metrics.push(Box::new(metric));
        self
    }

    /// Trains the model: draws what is pending, then goes over the data as the plan says.
    ///
    /// # Errors
    /// If a setting is out of range, inputs and targets do not belong together, a loss or gradient
    /// is not finite, a signal came, or a layer or callback fails. The weights stay those of the
    /// last good step.
    pub fn fit(&mut self, data: &impl Batches<Input = M::Input>, plan: Fit) -> Result<History> {
        self.check(data, &plan)?;
        let (train, watched) = split(data.num_examples(), &plan)?;
        let (size, most) = inference(&plan);
        let validate = |trainer: &mut Self| {
            let Some(rows) = &watched else { return Ok(None) };
            let order = EpochOrder { rows: Some(rows.clone()), ..EpochOrder::new(size) };
            trainer.measure(data, &order, most).map(Some)
        };
        Run::new(self, plan, data.num_examples())?.all(data, &train, &validate)
    }

    /// Trains the model as [`fit`](Self::fit) does, with validation data of their own.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); also if the plan has a validation split too.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_layers::{Sequential, dense};
    /// use brand_nn_losses::mse;
    /// use brand_nn_optim::Sgd;
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::{Fit, Model};
    ///
    /// let ones = |rows: usize| (Tensor::ones([rows, 1]), Tensor::ones([rows]));
    /// let (train, test) = (ones(8), ones(2));
    /// let mut trainer = Sequential::new().add(dense(1)).build([1])?.compile(Sgd::new(0.1), mse);
    /// let history = trainer.fit_validated(&train, &test, Fit::epochs(30).quiet())?;
    /// assert!(history.last("val_loss").unwrap() < 1e-3);
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    pub fn fit_validated(
        &mut self,
        data: &impl Batches<Input = M::Input>,
        validation: &impl Batches<Input = M::Input>,
        plan: Fit,
    ) -> Result<History> {
        self.check(data, &plan)?;
        validation.check_parts()?;
        if plan.validation_split != 0.0 {
            return Err(Error::Setting {
                setting: "validation_split",
                got: plan.validation_split.to_string(),
                expected: "none beside validation data",
                help: "use fit for a split, fit_validated for data of their own",
            });
        }
        let (size, most) = inference(&plan);
        let order = EpochOrder::new(size);
        let validate = |trainer: &mut Self| trainer.measure(validation, &order, most).map(Some);
        Run::new(self, plan, data.num_examples())?.all(data, &None, &validate)
    }

    /// Does something without metrics, then gives weights and optimizer back what they were.
    pub(crate) fn untouched<R>(
        &mut self,
        seed: u64,
        work: impl FnOnce(&mut Self) -> Result<R>,
    ) -> Result<R> {
        init(&self.model, seed)?;
        let weights = ParamSet::all(&self.model)?.to_file()?;
        let (state, metrics) = (self.optimizer.state(), std::mem::take(&mut self.metrics));
        let result = work(self);
        self.metrics = metrics;
        load_tensors(&self.model, weights.tensors, "the weights from before")?;
        self.optimizer.load_state(state)?;
        result
    }

    fn check(&self, data: &impl Batches<Input = M::Input>, plan: &Fit) -> Result<()> {
        plan.check()?;
        self.optimizer.check()?;
        data.check_parts()?;
        if data.num_examples() == Some(0) {
            return Err(Error::Data {
                what: "the data",
                got: "no example".into(),
                expected: "at least one example",
                help: "read or generate some",
            });
        }
        Ok(init(&self.model, plan.seed)?)
    }

    /// The loss of a batch: weighted where examples have weights, and of real steps alone.
    pub(crate) fn loss_of(
        &self,
        flow: &Flow,
        examples: &Examples<M::Input>,
        class_weight: &[f64],
    ) -> Result<Var> {
        let (output, target) = (&flow.value, &examples.target);
        let weights = weights_of(examples, class_weight)?;
        Ok(match (weights, &flow.mask) {
            (None, None) => self.loss.loss(output, target)?,
            (Some(weights), None) => self.loss.weighted(output, target, &weights)?,
            (None, Some(mask)) => self.loss.masked(output, target, mask.steps())?,
            (Some(_), Some(_)) => {
                return Err(Error::Setting {
                    setting: "class_weight or sample weights",
                    got: "for an output with a mask".into(),
                    expected: "none",
                    help: "give steps that should not count the mask's padding",
                });
            }
        })
    }

    /// The mean loss and the metrics of data, without training.
    ///
    /// # Errors
    /// If inputs and targets do not belong together, or a layer fails.
    pub fn evaluate(&mut self, data: &impl Batches<Input = M::Input>) -> Result<Scores> {
        data.check_parts()?;
        self.measure(data, &EpochOrder::new(INFERENCE_BATCH), usize::MAX)
    }

    fn measure(
        &mut self,
        data: &impl Batches<Input = M::Input>,
        order: &EpochOrder,
        most: usize,
    ) -> Result<Scores> {
        self.metrics.iter_mut().for_each(|metric| metric.reset());
        let (mut losses, mut seen) = (Mean::default(), 0);
        data.each(order, &mut |examples| {
            let flow = self.model.run_flow(&examples.input, &mut Pass::inference())?;
            losses.add(self.loss_of(&flow, &examples, &[])?.item(), examples.target.len());
            let (output, target) = kept(&flow, &examples.target)?;
            for metric in &mut self.metrics {
                metric.update(&output, &target)?;
            }
            seen += 1;
            Ok(if seen < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        self.scores(&losses)
    }

    pub(crate) fn scores(&self, losses: &Mean) -> Result<Scores> {
        let metrics = self.metrics.iter().map(|m| Ok((m.name().to_owned(), m.value()?)));
        metrics.chain([Ok(("loss".to_owned(), losses.value()))]).collect()
    }

    /// The outputs for inputs, in batches, without training.
    ///
    /// # Errors
    /// If the inputs are not what the model takes, or it has no values yet.
    pub fn predict(&self, input: &M::Input) -> Result<Tensor> {
        predict(&self.model, input)
    }

    /// Puts something into the model's file, such as the tokenizer that made its input.
    ///
    /// # Errors
    /// If it can't be written as JSON.
    pub fn attach(&mut self, name: &str, part: &impl Serialize) -> Result<&mut Self> {
        self.file.attach(name, part)?;
        Ok(self)
    }

    /// Writes weights, architecture and what was attached to one safetensors file.
    ///
    /// The file is replaced as a whole or not at all.
    ///
    /// # Errors
    /// If the model has no values yet, or the file can't be written; then the old file is as it
    /// was.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let weights = ParamSet::all(&self.model)?.to_file()?;
        self.file.write(path.as_ref(), self.model.architecture(), weights)
    }
}

/// The outputs of a model for inputs, in batches, without training.
///
/// # Errors
/// If the inputs are not what the model takes, or it has no values yet.
pub fn predict<M: Model>(model: &M, input: &M::Input) -> Result<Tensor> {
    let rows: Vec<usize> = (0..input.len()).collect();
    let run = |rows: &[usize]| -> Result<Tensor> {
        Ok(model.run_flow(&input.rows(rows)?, &mut Pass::inference())?.value.into_tensor())
    };
    if rows.is_empty() {
        return run(&rows);
    }
    let parts = rows.chunks(INFERENCE_BATCH).map(run).collect::<Result<Vec<_>>>()?;
    Ok(Tensor::concat(&parts, 0))
}

/// The rows to train with and, from the end, those to validate with; all if none are known.
#[allow(clippy::type_complexity, reason = "two ranges, each of which may be missing")]
pub(crate) fn split(
    examples: Option<usize>,
    plan: &Fit,
) -> Result<(Option<Range<usize>>, Option<Range<usize>>)> {
    match (plan.validation_split, examples) {
        (0.0, _) => Ok((None, None)),
        (share, Some(len)) => {
            let kept = len - test_count(len, share)?;
            Ok((Some(0..kept), Some(kept..len)))
        }
        (share, None) => Err(Error::Setting {
            setting: "validation_split",
            got: share.to_string(),
            expected: "0 for data whose number of rows is not known",
            help: "give validation data of their own to fit_validated",
        }),
    }
}

/// The number of examples and of batches that are measured at a time.
fn inference(plan: &Fit) -> (usize, usize) {
    (INFERENCE_BATCH, plan.limit_batches.unwrap_or(usize::MAX))
}

/// How much each example counts: by its class, by its own weight, or by both.
fn weights_of<X>(examples: &Examples<X>, class_weight: &[f64]) -> Result<Option<Tensor>> {
    if class_weight.is_empty() {
        return Ok(examples.weights.clone());
    }
    let classes = examples.target.to(DType::I64).flatten();
    let by_class = Tensor::from(class_weight.to_vec()).index_select(0, &classes)?;
    Ok(Some(match &examples.weights {
        Some(own) => by_class * own.to(DType::F64),
        None => by_class,
    }))
}

/// Outputs and targets of the steps that are real, one after the other; all without a mask.
pub(crate) fn kept(flow: &Flow, target: &Tensor) -> Result<(Tensor, Tensor)> {
    let output = flow.value.tensor();
    let Some(mask) = &flow.mask else { return Ok((output.clone(), target.clone())) };
    let steps = mask.steps().to_vec::<bool>();
    let real = (0..steps.len() as i64).filter(|&step| steps[step as usize]);
    let real = Tensor::from(real.collect::<Vec<_>>());
    let rows = |tensor: &Tensor| -> Result<Tensor> {
        let width = tensor.size() / steps.len().max(1);
        let shape = if tensor.ndim() > 2 { vec![steps.len(), width] } else { vec![steps.len()] };
        Ok(tensor.reshape(shape).index_select(0, &real)?)
    };
    Ok((rows(output)?, rows(target)?))
}

/// A mean over examples, gathered batch by batch.
#[derive(Default)]
pub(crate) struct Mean {
    pub(crate) sum: f64,
    pub(crate) count: usize,
}

impl Mean {
    pub(crate) fn add(&mut self, mean: f64, count: usize) {
        self.sum += mean * count as f64;
        self.count += count;
    }

    pub(crate) fn value(&self) -> f64 {
        self.sum / self.count as f64
    }
}
