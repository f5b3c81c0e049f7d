//! Sequences of several lengths with targets, of which each batch is padded by itself.

use crate::{DataSet, Error, Result};
use brand_nn_tensor::Tensor;
use brand_nn_text::{PadOptions, pad_sequences};

/// Sequences of ids with targets; each batch is padded to its own longest sequence.
///
/// With [`DataLoader::bucketed`](crate::DataLoader::bucketed) hardly anything is padded at all. The
/// network must take sequences of any length, as embeddings and LSTMs do, and should leave padding
/// out of account: `embedding(…).mask_zero(true)`.
///
/// # Examples
/// ```
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::{DataSet, Sequences};
///
/// let data = Sequences::new(vec![vec![1, 2, 3], vec![4], vec![5, 6]], Tensor::zeros([3]));
/// let (ids, _) = data.batch(&[1, 2])?;
/// assert_eq!(ids, Tensor::from([[0_i64, 4], [5, 6]])); // Keras pads at the front
/// assert_eq!(data.lengths(), [3, 1, 2]);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sequences {
    ids: Vec<Vec<i64>>,
    targets: Tensor,
    padding: PadOptions,
}

impl Sequences {
    /// Puts sequences and their targets together.
    #[must_use]
    pub fn new(ids: Vec<Vec<i64>>, targets: Tensor) -> Self {
        Self { ids, targets, padding: PadOptions::default() }
    }

    /// Where and with what is padded and cut; a length is the most that a sequence keeps.
    #[must_use]
    pub fn padding(self, options: PadOptions) -> Self {
        Self { padding: options, ..self }
    }

    /// The length of each sequence, for the loader.
    #[must_use]
    pub fn lengths(&self) -> Vec<usize> {
        self.ids.iter().map(|ids| self.kept(ids)).collect()
    }

    /// What is kept of a sequence.
    fn kept(&self, ids: &[i64]) -> usize {
        ids.len().min(self.padding.length.unwrap_or(usize::MAX))
    }
}

impl DataSet for Sequences {
    type Input = Tensor;

    fn len(&self) -> usize {
        self.ids.len()
    }

    fn batch(&self, rows: &[usize]) -> Result<(Tensor, Tensor)> {
        let find = |&row: &usize| self.ids.get(row).ok_or_else(|| no_row(row, self.ids.len()));
        let ids = rows.iter().map(find).collect::<Result<Vec<_>>>()?;
        let longest = ids.iter().map(|ids| self.kept(ids)).max().unwrap_or(0);
        let options = PadOptions { length: Some(longest.max(1)), ..self.padding };
        Ok((pad_sequences(&ids, options), self.targets.rows(rows)?))
    }

    fn check(&self) -> Result<()> {
        crate::same_len(&[self.ids.len(), self.targets.len()])
    }
}

fn no_row(row: usize, len: usize) -> Error {
    Error::Data {
        what: "a row of sequences",
        got: row.to_string(),
        expected: "a number below that of all sequences",
        help: if len == 0 { "there are no sequences" } else { "rows count from 0" },
    }
}
