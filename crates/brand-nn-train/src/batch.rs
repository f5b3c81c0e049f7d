//! What can be cut into batches: tensors, pairs, structs of tensors.

use crate::{Error, Result};
use brand_nn_tensor::Tensor;

/// Examples side by side, of which some can be taken by number.
///
/// Tensors are batches along their first axis, pairs are, and structs of batches derive it:
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::Batch;
///
/// #[derive(Batch)]
/// struct Tokens { ids: Tensor, mask: Tensor }
///
/// let tokens = Tokens { ids: Tensor::from([[1_i64], [2], [3]]), mask: Tensor::ones([3, 1]) };
/// assert_eq!(tokens.len(), 3);
/// assert_eq!(tokens.rows(&[2, 0])?.ids, Tensor::from([[3_i64], [1]]));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub trait Batch: Sized + Send + Sync {
    /// The number of examples.
    fn len(&self) -> usize;

    /// The examples of these numbers, in this order.
    ///
    /// # Errors
    /// If there is no example of a number.
    fn rows(&self, rows: &[usize]) -> Result<Self>;

    /// Whether there is no example.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether all parts have the same number of examples.
    ///
    /// # Errors
    /// If they have not; the message has the numbers.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

impl Batch for Tensor {
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn rows(&self, rows: &[usize]) -> Result<Self> {
        Ok(Self::rows(self, rows)?)
    }
}

impl<A: Batch, B: Batch> Batch for (A, B) {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn rows(&self, rows: &[usize]) -> Result<Self> {
        Ok((self.0.rows(rows)?, self.1.rows(rows)?))
    }

    fn check(&self) -> Result<()> {
        self.0.check()?;
        self.1.check()?;
        same_len(&[self.0.len(), self.1.len()])
    }
}

/// Whether all parts of a batch have the same number of examples; for derived batches.
///
/// # Errors
/// If they have not.
pub fn same_len(lengths: &[usize]) -> Result<()> {
    if lengths.iter().all(|len| Some(len) == lengths.first()) {
        return Ok(());
    }
    let numbers: Vec<_> = lengths.iter().map(usize::to_string).collect();
    Err(Error::Data {
        what: "the parts of the data",
        got: format!("{} examples", numbers.join(" and ")),
        expected: "the same number of examples in each",
        help: "inputs and targets belong together row by row",
    })
}
