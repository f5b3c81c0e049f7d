//! A data set with an order of its own: sampled, bucketed, made ahead by threads.

use crate::{
    Batches, DataSet, EpochOrder, Examples, Result, batches::Visit, sampler::Sampler, workers,
};
use brand_nn_tensor::{DType, Rng, Tensor};
use std::ops::ControlFlow;

/// Cuts a data set into batches: how rows are drawn, how many a batch has, and who makes them.
///
/// | setting | by default |
/// |---|---|
/// | [`shuffle`](Self::shuffle), [`weighted`](Self::weighted), [`stratified`](Self::stratified), [`bucketed`](Self::bucketed) | shuffled if the plan says so |
/// | [`drop_last`](Self::drop_last) | a smaller last batch is kept |
/// | [`workers`](Self::workers) | batches are made when they are needed |
///
/// A loader can be given to `fit`, where its batch size counts and not the plan's. The order
/// depends on the seed and the epoch alone, so neither workers nor a resumption change it. An
/// evaluation takes all examples in their order.
///
/// # Examples
/// ```
/// use brand_nn_tensor::{Rng, Tensor};
/// use brand_nn_train::DataLoader;
///
/// let data = (Tensor::arange(10), Tensor::arange(10));
/// let loader = DataLoader::new(&data, 4);
/// let sizes: Vec<_> = loader.in_order().map(|batch| batch.unwrap().1.len()).collect();
/// assert_eq!(sizes, [4, 4, 2]);
/// assert_eq!(loader.epoch(&mut Rng::new(1)).count(), 3);
///
/// // A rare class as often as the other, made by two threads.
/// let labels = Tensor::from([0.0, 0.0, 0.0, 0.0, 1.0]);
/// let data = (Tensor::arange(5), labels);
/// let loader = DataLoader::new(&data, 2).weighted([1.0, 1.0, 1.0, 1.0, 4.0], 100).workers(2);
/// let rare: f64 = loader.epoch(&mut Rng::new(1)).map(|batch| batch.unwrap().1.sum().item()).sum();
/// assert!((35.0..65.0).contains(&rare));
/// ```
#[derive(Debug)]
pub struct DataLoader<'a, D> {
    data: &'a D,
    batch_size: usize,
    rows: Vec<usize>,
    sampler: Option<Sampler>,
    drop_last: bool,
    workers: usize,
    ahead: usize,
}

impl<'a, D: DataSet> DataLoader<'a, D> {
    /// Makes a loader over all examples; a batch size of 0 counts as 1.
    #[must_use]
    pub fn new(data: &'a D, batch_size: usize) -> Self {
        Self::over(data, (0..DataSet::len(data)).collect(), batch_size)
    }

    /// Makes a loader over some examples.
    #[must_use]
    pub fn over(data: &'a D, rows: Vec<usize>, batch_size: usize) -> Self {
        let batch_size = batch_size.max(1);
        Self { data, batch_size, rows, sampler: None, drop_last: false, workers: 0, ahead: 2 }
    }

    fn sampled(self, sampler: Sampler) -> Self {
        Self { sampler: Some(sampler), ..self }
    }

    /// Whether the examples are shuffled anew in each epoch, whatever a plan says.
    #[must_use]
    pub fn shuffle(self, on: bool) -> Self {
        self.sampled(if on { Sampler::Shuffled } else { Sampler::InOrder })
    }

    /// Draws so many examples an epoch, with replacement, each by its weight.
    ///
    /// There is a weight for each row of the data set; a chance is a weight over the sum of all.
    #[must_use]
    #[doc(alias = "WeightedRandomSampler")]
    pub fn weighted(self, weights: impl Into<Vec<f64>>, draws: usize) -> Self {
        self.sampled(Sampler::Weighted { weights: weights.into(), draws })
    }

    /// Gives every batch the share of each class that the data set has, as near as it gets.
    ///
    /// There is a label for each row of the data set; rows are shuffled within their class.
    #[must_use]
    pub fn stratified(self, labels: &Tensor) -> Self {
        let classes = labels.to(DType::F64).to_vec::<f64>();
        self.sampled(Sampler::Stratified(classes.into_iter().map(f64::to_bits).collect()))
    }

    /// Puts examples of about one length together, so that little is padded.
    ///
    /// There is a length for each row of the data set. Fifty shuffled batches at a time are sorted
    /// by length and cut anew; the batches come in random order. [`Sequences`](crate::Sequences)
    /// pads each batch to its own longest sequence.
    #[must_use]
    pub fn bucketed(self, lengths: impl Into<Vec<usize>>) -> Self {
        self.sampled(Sampler::Bucketed(lengths.into()))
    }

    /// Leaves out a last batch that is smaller than the others.
    #[must_use]
    pub fn drop_last(self) -> Self {
        Self { drop_last: true, ..self }
    }

    /// Lets so many threads make batches ahead of time; a panic there is an error here.
    ///
    /// In `fit` and [`for_each`](Self::for_each): the iterator of [`epoch`](Self::epoch) makes each
    /// batch when it is asked for.
    #[must_use]
    #[doc(alias = "num_workers")]
    pub fn workers(self, threads: usize) -> Self {
        Self { workers: threads, ..self }
    }

    /// How many batches each worker may be ahead; 2 by default.
    #[must_use]
    #[doc(alias = "prefetch_factor")]
    pub fn ahead(self, batches: usize) -> Self {
        Self { ahead: batches, ..self }
    }

    /// The number of batches of an epoch.
    #[must_use]
    pub fn num_batches(&self) -> usize {
        self.count(self.rows.len())
    }

    fn count(&self, rows: usize) -> usize {
        let draws = self.sampler.as_ref().map_or(rows, |sampler| sampler.num_draws(rows));
        if self.drop_last { draws / self.batch_size } else { draws.div_ceil(self.batch_size) }
    }

    /// The rows of each batch of an epoch.
    fn cut(&self, sampler: &Sampler, rows: &[usize], rng: &mut Rng) -> Result<Vec<Vec<usize>>> {
        sampler.check(DataSet::len(self.data))?;
        let mut batches = sampler.batches(rows, self.batch_size, rng)?;
        if self.drop_last {
            batches.retain(|batch| batch.len() == self.batch_size);
        }
        Ok(batches)
    }

    /// The batches of one epoch, shuffled or as the loader samples; made when they are asked for.
    pub fn epoch(
        &self,
        rng: &mut Rng,
    ) -> impl Iterator<Item = Result<(D::Input, Tensor)>> + use<'a, D> {
        self.batches(self.sampler.as_ref().unwrap_or(&Sampler::Shuffled), rng)
    }

    /// The batches with the examples in their order.
    pub fn in_order(&self) -> impl Iterator<Item = Result<(D::Input, Tensor)>> + use<'a, D> {
        self.batches(&Sampler::InOrder, &mut Rng::new(0))
    }

    fn batches(
        &self,
        sampler: &Sampler,
        rng: &mut Rng,
    ) -> impl Iterator<Item = Result<(D::Input, Tensor)>> + use<'a, D> {
        let data = self.data;
        let (batches, trouble) = match self.cut(sampler, &self.rows, rng) {
            Ok(batches) => (batches, None),
            Err(error) => (Vec::new(), Some(Err(error))),
        };
        trouble.into_iter().chain(batches.into_iter().map(move |rows| data.batch(&rows)))
    }
}

impl<D: DataSet + Sync> Batches for DataLoader<'_, D> {
    type Input = D::Input;

    fn num_examples(&self) -> Option<usize> {
        Some(self.rows.len())
    }

    fn num_batches(&self, order: &EpochOrder) -> Option<usize> {
        Some(self.count(order.range(self.rows.len()).len()))
    }

    fn check_parts(&self) -> Result<()> {
        DataSet::check(self.data)?;
        self.sampler.iter().try_for_each(|sampler| sampler.check(DataSet::len(self.data)))
    }

    fn each(&self, order: &EpochOrder, visit: Visit<'_, D::Input>) -> Result<()> {
        let rows = &self.rows[order.range(self.rows.len())];
        let mut rng = Rng::keyed(order.seed, &format!("order of epoch {}", order.epoch));
        let plain = order.sampler();
        let mut batches = match order.training {
            true => self.cut(self.sampler.as_ref().unwrap_or(&plain), rows, &mut rng)?,
            false => plain.batches(rows, self.batch_size, &mut rng)?,
        };
        batches.drain(..order.skip.min(batches.len()));
        let make = |rows: Vec<usize>| -> Result<Examples<D::Input>> { self.data.examples(&rows) };
        if self.workers == 0 {
            return workers::in_turn(batches.into_iter(), make, visit);
        }
        workers::ahead(&batches, (self.workers, self.ahead), make, visit)
    }
}

impl<D: DataSet + Sync> DataLoader<'_, D> {
    /// Visits the batches of one epoch, made ahead by the loader's workers.
    ///
    /// # Errors
    /// The first of the data set, of a worker or of the visitor.
    pub fn for_each(
        &self,
        rng: &mut Rng,
        mut visit: impl FnMut(Examples<D::Input>) -> Result<()>,
    ) -> Result<()> {
        let seed = rng.next_u64();
        let order = EpochOrder { seed, shuffle: true, training: true, ..EpochOrder::new(0) };
        self.each(&order, &mut |examples| {
            visit(examples)?;
            Ok(ControlFlow::Continue(()))
        })
    }
}
