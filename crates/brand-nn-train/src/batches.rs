//! Where the batches of a training come from: rows in memory, a loader, a file piece by piece.

use crate::{Batch, DataSet, Result, sampler::Sampler, workers};
use brand_nn_tensor::{Rng, Tensor};
use std::ops::{ControlFlow, Range};

/// The examples of one step.
#[derive(Clone, Debug)]
pub struct Examples<X> {
    /// What goes into the model.
    pub input: X,
    /// What should come out.
    pub target: Tensor,
    /// How much each example counts, `[batch]`; all the same if there is none.
    pub weights: Option<Tensor>,
}

/// What is done with each batch; it may say that no more are wanted.
pub type Visit<'a, X> = &'a mut dyn FnMut(Examples<X>) -> Result<ControlFlow<()>>;

/// Where the batches of a training come from.
///
/// Every [`DataSet`] is such a source, a [`DataLoader`](crate::DataLoader) is one with an order of
/// its own, and [`TablePieces`](crate::TablePieces) reads a file that is larger than memory. What
/// is visited must depend on the order alone, never on time or threads: a training is resumed by
/// asking for the same order with some batches left out.
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{Batches, EpochOrder};
/// use std::ops::ControlFlow;
///
/// let data = (Tensor::arange(10), Tensor::arange(10));
/// let mut sizes = Vec::new();
/// data.each(&EpochOrder::new(4).skip(1), &mut |batch| {
///     sizes.push(batch.target.len());
///     Ok(ControlFlow::Continue(()))
/// })?;
/// assert_eq!(sizes, [4, 2]);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub trait Batches {
    /// The inputs of a batch.
    type Input: Batch;

    /// The number of examples, where it is known without reading them.
    fn num_examples(&self) -> Option<usize>;

    /// The number of batches of an epoch, for the display, where it is known.
    fn num_batches(&self, order: &EpochOrder) -> Option<usize>;

    /// Whether inputs and targets belong together.
    ///
    /// # Errors
    /// If they do not.
    fn check_parts(&self) -> Result<()>;

    /// Visits the batches of an epoch until there are no more, or no more are wanted.
    ///
    /// # Errors
    /// The first of the source itself or of the visitor.
    fn each(&self, order: &EpochOrder, visit: Visit<'_, Self::Input>) -> Result<()>;
}

/// Which batches an epoch has, and from which on they are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochOrder {
    /// The epoch's number, from 0.
    pub epoch: usize,
    /// What rules all chance.
    pub seed: u64,
    /// The number of examples of a batch, for sources that have none of their own.
    pub batch_size: usize,
    /// Whether the examples are shuffled.
    pub shuffle: bool,
    /// Whether the epoch is one to train on: a loader's own way of drawing is for these alone.
    pub training: bool,
    /// The examples to take, by number; all if none is said.
    pub rows: Option<Range<usize>>,
    /// How many batches were seen already.
    pub skip: usize,
}

impl EpochOrder {
    /// All examples once, from the first to the last.
    #[must_use]
    pub fn new(batch_size: usize) -> Self {
        Self { epoch: 0, seed: 0, batch_size, shuffle: false, training: false, rows: None, skip: 0 }
    }

    /// Leaves so many batches out at the front.
    #[must_use]
    pub fn skip(self, batches: usize) -> Self {
        Self { skip: batches, ..self }
    }

    /// The source of all chance of the epoch; the first [fork](Rng::fork) is that of the order.
    #[must_use]
    pub fn rng(&self) -> Rng {
        Rng::keyed(self.seed, &format!("epoch {}", self.epoch))
    }

    /// The rows of `len` that are wanted.
    pub(crate) fn range(&self, len: usize) -> Range<usize> {
        self.rows.clone().unwrap_or(0..len)
    }

    /// How all is taken in.
    pub(crate) fn sampler(&self) -> Sampler {
        if self.shuffle { Sampler::Shuffled } else { Sampler::InOrder }
    }
}

impl<D: DataSet> Batches for D {
    type Input = D::Input;

    fn num_examples(&self) -> Option<usize> {
        Some(DataSet::len(self))
    }

    fn num_batches(&self, order: &EpochOrder) -> Option<usize> {
        Some(order.range(DataSet::len(self)).len().div_ceil(order.batch_size.max(1)))
    }

    fn check_parts(&self) -> Result<()> {
        DataSet::check(self)
    }

    fn each(&self, order: &EpochOrder, visit: Visit<'_, D::Input>) -> Result<()> {
        let rows: Vec<usize> = order.range(DataSet::len(self)).collect();
        let batches = order.sampler().batches(&rows, order.batch_size.max(1), &mut order.rng())?;
        workers::in_turn(batches.into_iter().skip(order.skip), |rows| self.examples(&rows), visit)
    }
}
