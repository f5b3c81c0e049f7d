//! A model joined with an optimizer, a loss and metrics: fit, evaluate, predict, save.

use crate::{
    Batch, DataLoader, DataSet, Epoch, Error, Fit, History, Metric, Model, ModelFile, Result,
    Scores, data::test_count, progress::Display,
};
use brand_nn_autodiff::{ParamSet, Var, init};
use brand_nn_layers::Pass;
use brand_nn_losses::Loss;
use brand_nn_optim::Optimizer;
use brand_nn_tensor::{DType, Rng, Tensor};
use serde::Serialize;
use std::{ops::ControlFlow, path::Path};

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
    optimizer: Box<dyn Optimizer>,
    loss: Box<dyn Loss>,
    metrics: Vec<Box<dyn Metric>>,
    file: ModelFile,
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
    /// If a setting is out of range, inputs and targets do not belong together, a loss is not
    /// finite, or a layer or callback fails. The weights stay those of the last good step.
    pub fn fit(&mut self, data: &impl DataSet<Input = M::Input>, mut plan: Fit) -> Result<History> {
        plan.check()?;
        self.optimizer.check()?;
        data.check()?;
        let (train, validation) = self.split(data.len(), &plan)?;
        init(&self.model, plan.seed)?;
        let mut display = Display::new(plan.progress, plan.epochs);
        let mut history = History::default();
        for number in 0..plan.epochs {
            let loader = DataLoader::over(data, train.clone(), plan.batch_size);
            display.epoch_start(number, loader.num_batches());
            let mut scores = self.epoch(&loader, number, &plan, &display)?;
            if !validation.is_empty() {
                let watched = DataLoader::over(data, validation.clone(), INFERENCE_BATCH);
                scores.extend(self.measure(&watched)?.prefixed("val_"));
            }
            display.epoch_end(&scores);
            history.epochs.push(scores);
            if self.ask(&mut plan, number, &history)?.is_break() {
                break;
            }
        }
        for callback in &mut plan.callbacks {
            callback.fit_end(&self.model)?;
            history.best_epoch = callback.restored().or(history.best_epoch);
        }
        Ok(history)
    }

    /// The numbers of the examples to train with and, from the end, of those to validate with.
    fn split(&self, len: usize, plan: &Fit) -> Result<(Vec<usize>, Vec<usize>)> {
        if len == 0 {
            return Err(Error::Data {
                what: "the data",
                got: "no example".into(),
                expected: "at least one example",
                help: "read or generate some",
            });
        }
        let kept = match plan.validation_split {
            0.0 => len,
            share => len - test_count(len, share)?,
        };
        Ok(((0..kept).collect(), (kept..len).collect()))
    }

    /// Goes over the data once.
    fn epoch<D: DataSet<Input = M::Input>>(
        &mut self,
        loader: &DataLoader<'_, D>,
        number: usize,
        plan: &Fit,
        display: &Display,
    ) -> Result<Scores> {
        let mut rng = Rng::keyed(plan.seed, &format!("epoch {number}"));
        self.metrics.iter_mut().for_each(|metric| metric.reset());
        let mut losses = Mean::default();
        let mut shuffled = plan.shuffle.then(|| loader.epoch(&mut rng));
        let mut ordered = loader.in_order();
        let batches = std::iter::from_fn(|| match &mut shuffled {
            Some(batches) => batches.next(),
            None => ordered.next(),
        });
        for (step, batch) in batches.enumerate() {
            let (input, target) = batch?;
            let loss = self.step(&input, &target, plan, &mut rng).map_err(|error| match error {
                Error::NotFinite { loss, rate, .. } => {
                    Error::NotFinite { epoch: number + 1, step: step + 1, loss, rate }
                }
                error => error,
            })?;
            losses.add(loss, input.len());
            display.step(losses.value(), self.optimizer.rate());
        }
        self.scores(&losses)
    }

    /// One step: the loss of a batch, its gradients, better weights.
    fn step(
        &mut self,
        input: &M::Input,
        target: &Tensor,
        plan: &Fit,
        rng: &mut Rng,
    ) -> Result<f64> {
        let output = self.model.run(input, &mut Pass::training(rng))?;
        let loss = self.loss_of(&output, target, &plan.class_weight)?;
        let value = loss.item();
        let mut gradients = loss.backward()?;
        if let Some(limit) = plan.clip_norm {
            gradients = gradients.clip_norm(limit);
        }
        if !value.is_finite() {
            let rate = self.optimizer.rate();
            return Err(Error::NotFinite { epoch: 0, step: 0, loss: value, rate });
        }
        for metric in &mut self.metrics {
            metric.update(output.tensor(), target)?;
        }
        drop((output, loss));
        self.optimizer.step(&mut self.model, gradients)?;
        Ok(value)
    }

    fn loss_of(&self, output: &Var, target: &Tensor, class_weight: &[f64]) -> Result<Var> {
        if class_weight.is_empty() {
            return Ok(self.loss.loss(output, target)?);
        }
        let classes = target.to(DType::I64).flatten();
        let table = Tensor::from(class_weight.to_vec());
        let weights = table.index_select(0, &classes)?;
        Ok(self.loss.weighted(output, target, &weights)?)
    }

    /// The mean loss and the metrics of data, without training.
    ///
    /// # Errors
    /// If inputs and targets do not belong together, or a layer fails.
    pub fn evaluate(&mut self, data: &impl DataSet<Input = M::Input>) -> Result<Scores> {
        data.check()?;
        self.measure(&DataLoader::new(data, INFERENCE_BATCH))
    }

    fn measure<D: DataSet<Input = M::Input>>(
        &mut self,
        loader: &DataLoader<'_, D>,
    ) -> Result<Scores> {
        self.metrics.iter_mut().for_each(|metric| metric.reset());
        let mut losses = Mean::default();
        for batch in loader.in_order() {
            let (input, target) = batch?;
            let output = self.model.run(&input, &mut Pass::inference())?;
            losses.add(self.loss.loss(&output, &target)?.item(), input.len());
            for metric in &mut self.metrics {
                metric.update(output.tensor(), &target)?;
            }
        }
        self.scores(&losses)
    }

    fn scores(&self, losses: &Mean) -> Result<Scores> {
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

    /// Shows all callbacks a finished epoch; one that says stop is enough.
    fn ask(&self, plan: &mut Fit, number: usize, history: &History) -> Result<ControlFlow<()>> {
        let Some(scores) = history.epochs.last() else { return Ok(ControlFlow::Continue(())) };
        let epoch = Epoch { number, scores, model: &self.model };
        let mut answer = ControlFlow::Continue(());
        for callback in &mut plan.callbacks {
            if callback.epoch_end(&epoch)?.is_break() {
                answer = ControlFlow::Break(());
            }
        }
        Ok(answer)
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
        Ok(model.run(&input.rows(rows)?, &mut Pass::inference())?.into_tensor())
    };
    if rows.is_empty() {
        return run(&rows);
    }
    let parts = rows.chunks(INFERENCE_BATCH).map(run).collect::<Result<Vec<_>>>()?;
    Ok(Tensor::concat(&parts, 0))
}

/// A mean over examples, gathered batch by batch.
#[derive(Default)]
struct Mean {
    sum: f64,
    count: usize,
}

impl Mean {
    fn add(&mut self, mean: f64, count: usize) {
        self.sum += mean * count as f64;
        self.count += count;
    }

    fn value(&self) -> f64 {
        self.sum / self.count as f64
    }
}
