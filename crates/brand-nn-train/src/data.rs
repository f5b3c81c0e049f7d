//! Data sets of numbered rows, and the split for testing.

use crate::{Batch, Error, Examples, Result};
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

    /// How much each of these examples counts in the loss; all the same if there is none.
    ///
    /// # Errors
    /// If they can't be read.
    fn weights(&self, rows: &[usize]) -> Result<Option<Tensor>> {
        let _ = rows;
        Ok(None)
    }

    /// All that belongs to these examples.
    ///
    /// # Errors
    /// As [`batch`](Self::batch) and [`weights`](Self::weights).
    fn examples(&self, rows: &[usize]) -> Result<Examples<Self::Input>> {
        let (input, target) = self.batch(rows)?;
        Ok(Examples { input, target, weights: self.weights(rows)? })
    }

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

/// Inputs, targets and how much each example counts, as Keras' `sample_weight`.
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::DataSet;
///
/// let data = (Tensor::arange(3), Tensor::zeros([3]), Tensor::from([1.0, 0.5, 2.0]));
/// assert_eq!(data.weights(&[2, 0])?, Some(Tensor::from([2.0, 1.0])));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
impl<X: Batch> DataSet for (X, Tensor, Tensor) {
    type Input = X;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, rows: &[usize]) -> Result<(X, Tensor)> {
        Ok((self.0.rows(rows)?, Batch::rows(&self.1, rows)?))
    }

    fn weights(&self, rows: &[usize]) -> Result<Option<Tensor>> {
        Ok(Some(Batch::rows(&self.2, rows)?))
    }

    fn check(&self) -> Result<()> {
        self.0.check()?;
        crate::same_len(&[self.0.len(), self.1.len(), self.2.len()])
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
