//! Data sets, the loader that cuts them into batches, and the split for testing.

use crate::{Batch, Error, Result};
use brand_nn_tensor::{Rng, Tensor};

/// Examples with targets, in memory or elsewhere.
pub trait DataSet {
    /// The inputs of a batch.
    type Input: Batch;

    /// The number of examples.
    fn len(&self) -> usize;

    /// The inputs and targets of these examples.
    ///
    /// # Errors
    /// If they can't be read.
    fn batch(&self, rows: &[usize]) -> Result<(Self::Input, Tensor)>;

    /// Whether there is no example.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether inputs and targets belong together.
    ///
    /// # Errors
    /// If they do not.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

impl<X: Batch> DataSet for (X, Tensor) {
    type Input = X;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, rows: &[usize]) -> Result<(X, Tensor)> {
        self.rows(rows)
    }

    fn check(&self) -> Result<()> {
        Batch::check(self)
    }
}

/// Cuts a data set into batches, shuffled anew in each epoch or in order.
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
/// ```
pub struct DataLoader<'a, D> {
    data: &'a D,
    batch_size: usize,
    rows: Vec<usize>,
}

impl<'a, D: DataSet> DataLoader<'a, D> {
    /// Makes a loader over all examples; a batch size of 0 counts as 1.
    #[must_use]
    pub fn new(data: &'a D, batch_size: usize) -> Self {
        Self::over(data, (0..data.len()).collect(), batch_size)
    }

    /// Makes a loader over some examples.
    #[must_use]
    pub fn over(data: &'a D, rows: Vec<usize>, batch_size: usize) -> Self {
        Self { data, batch_size: batch_size.max(1), rows }
    }

    /// The number of batches of an epoch.
    #[must_use]
    pub fn num_batches(&self) -> usize {
        self.rows.len().div_ceil(self.batch_size)
    }

    /// The batches of one epoch, the examples shuffled.
    pub fn epoch(
        &self,
        rng: &mut Rng,
    ) -> impl Iterator<Item = Result<(D::Input, Tensor)>> + use<'a, D> {
        let order = Tensor::permutation(self.rows.len(), rng).to_vec::<i64>();
        self.batches(order.into_iter().map(|i| self.rows[i as usize]).collect())
    }

    /// The batches with the examples in their order.
    pub fn in_order(&self) -> impl Iterator<Item = Result<(D::Input, Tensor)>> + use<'a, D> {
        self.batches(self.rows.clone())
    }

    fn batches(
        &self,
        rows: Vec<usize>,
    ) -> impl Iterator<Item = Result<(D::Input, Tensor)>> + use<'a, D> {
        let (data, size) = (self.data, self.batch_size);
        let count = rows.len().div_ceil(size);
        (0..count).map(move |i| data.batch(&rows[i * size..rows.len().min((i + 1) * size)]))
    }
}

/// Splits data at random into a part to train with and a part to test with.
///
/// # Errors
/// If the share is not between 0 and 1, or one part would be empty.
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::train_test_split;
///
/// let data = (Tensor::arange(10), Tensor::zeros([10]));
/// let (train, test) = train_test_split(&data, 0.2, 42)?;
/// assert_eq!((train.0.len(), test.0.len()), (8, 2));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub fn train_test_split<B: Batch>(data: &B, test_share: f64, seed: u64) -> Result<(B, B)> {
    data.check()?;
    let order = shuffled(data.len(), seed);
    let (test, train) = order.split_at(test_count(data.len(), test_share)?);
    Ok((data.rows(train)?, data.rows(test)?))
}

/// Splits data so that every class has the same share in both parts.
///
/// # Errors
/// As [`train_test_split`]; also if the labels are not one an example.
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::stratified_split;
///
/// let labels = Tensor::from([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
/// let data = (Tensor::arange(10), labels.clone());
/// let (train, test) = stratified_split(&data, &labels, 0.5, 42)?;
/// assert_eq!((train.1.sum().item(), test.1.sum().item()), (1.0, 1.0));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub fn stratified_split<B: Batch>(
    data: &B,
    labels: &Tensor,
    test_share: f64,
    seed: u64,
) -> Result<(B, B)> {
    data.check()?;
    crate::batch::same_len(&[data.len(), labels.size()])?;
    test_count(data.len(), test_share)?;
    let keys = labels.to(brand_nn_tensor::DType::F64).to_vec::<f64>();
    let mut order = shuffled(data.len(), seed);
    order.sort_by(|&a, &b| keys[a].total_cmp(&keys[b]));
    let mut is_test = vec![false; data.len()];
    for class in order.chunk_by(|&a, &b| keys[a] == keys[b]) {
        let count = (class.len() as f64 * test_share).round() as usize;
        class[..count].iter().for_each(|&row| is_test[row] = true);
    }
    let rows = shuffled(data.len(), seed).into_iter();
    let (test, train): (Vec<_>, Vec<_>) = rows.partition(|&row| is_test[row]);
    Ok((data.rows(&train)?, data.rows(&test)?))
}

/// The numbers below `len` in an order that the seed decides.
pub(crate) fn shuffled(len: usize, seed: u64) -> Vec<usize> {
    let order = Tensor::permutation(len, &mut Rng::new(seed)).to_vec::<i64>();
    order.into_iter().map(|i| i as usize).collect()
}

/// How many of `len` examples a share is, with at least one left on either side.
pub(crate) fn test_count(len: usize, share: f64) -> Result<usize> {
    let count = (len as f64 * share).round();
    if !(0.0..1.0).contains(&share) || count < 1.0 || count >= len as f64 {
        return Err(Error::Data {
            what: "the split",
            got: format!("a share of {share} of {len} examples"),
            expected: "at least one example in either part",
            help: "give more examples or another share between 0 and 1",
        });
    }
    Ok(count as usize)
}
