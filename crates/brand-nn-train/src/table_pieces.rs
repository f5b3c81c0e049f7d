//! A table that is larger than memory, as batches to train on.

use crate::{
    Batch, Batches, EpochOrder, Error, Examples, Result, Table, TableReader, batches::Visit,
    sampler::Sampler, table::Unmade, workers,
};
use brand_nn_tensor::{Rng, Tensor};
use std::path::{Path, PathBuf};

/// Reads a file piece by piece and makes batches of each, for files larger than memory.
///
/// A piece has so many batches; while one is trained on, a thread makes the next ready, and another
/// reads the one after that. Rows are shuffled within their piece: shuffle a sorted file first.
/// Give the reader a [`schema`](TableReader::schema), such as that of a
/// [`FittedColumnTransformer`](crate::FittedColumnTransformer), so that types are not looked for in
/// each epoch. A split for validation needs rows in memory: use
/// [`fit_validated`](crate::Trainer::fit_validated).
///
/// # Examples
/// ```
/// use brand_nn_layers::{Activation, Sequential, dense};
/// use brand_nn_losses::BinaryCrossEntropy;
/// use brand_nn_optim::Adam;
/// use brand_nn_train::*;
///
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("visits.csv");
/// # let rows: String = (0..500).map(|i| format!("{},{}\n", i % 10, i % 10 > 4)).collect();
/// # use brand_nn_tensor::io::write_atomically;
/// # write_atomically(&path, |out| write!(out, "visits,bought\n{rows}")).unwrap();
/// let reader = TableReader::new();
/// let sample = reader.pieces(&path, 100)?.next().expect("a row")?; // to learn the columns from
/// let features = ColumnTransformer::new().add(["visits"], StandardScaler::new()).fit(&sample)?;
/// let labels = LabelEncoder::new().fit(&sample, "bought")?;
/// let data = TablePieces::new(&path, reader.schema(&sample.schema()), |table| {
///     Ok((features.transform(table)?, labels.transform(table)?))
/// });
/// let network = Sequential::new().add(dense(1).activation(Activation::Sigmoid)).build([1])?;
/// let mut trainer =
///     network.compile(Adam::new(0.1), BinaryCrossEntropy).metric(Accuracy::default());
/// trainer.fit(&data, Fit::epochs(5).quiet())?;
/// assert_eq!(trainer.evaluate(&data)?["accuracy"], 1.0);
/// # Ok::<(), Error>(())
/// ```
pub struct TablePieces<F> {
    path: PathBuf,
    reader: TableReader,
    make: F,
    batches: usize,
}

impl<X: Batch, F> TablePieces<F>
where
    F: Fn(&Table) -> Result<(X, Tensor)> + Sync,
{
    /// Reads a file and makes inputs and targets of each piece.
    #[must_use]
    pub fn new(path: impl AsRef<Path>, reader: TableReader, make: F) -> Self {
        Self { path: path.as_ref().to_owned(), reader, make, batches: 64 }
    }

    /// How many batches a piece has, 64 by default: more of them shuffle better and take memory.
    #[must_use]
    pub fn batches(self, count: usize) -> Self {
        Self { batches: count.max(1), ..self }
    }

    /// The batches of a piece, by their numbers in the epoch.
    fn visit(
        &self,
        (number, data): (usize, (X, Tensor)),
        order: &EpochOrder,
        visit: Visit<'_, X>,
    ) -> Result<std::ops::ControlFlow<()>> {
        let (rows, size) = ((0..data.0.len()).collect::<Vec<_>>(), order.batch_size.max(1));
        let name = format!("piece {number} of epoch {}", order.epoch);
        let sampler = if order.shuffle { Sampler::Shuffled } else { Sampler::InOrder };
        let batches = sampler.batches(&rows, size, &mut Rng::keyed(order.seed, &name))?;
        // All pieces but the last are full, so that their batches can be counted.
        let seen = order.skip.saturating_sub(number * self.batches);
        for rows in batches.iter().skip(seen) {
            let (input, target) = data.rows(rows)?;
            if visit(Examples { input, target, weights: None })?.is_break() {
                return Ok(std::ops::ControlFlow::Break(()));
            }
        }
        Ok(std::ops::ControlFlow::Continue(()))
    }
}

impl<X: Batch, F> Batches for TablePieces<F>
where
    F: Fn(&Table) -> Result<(X, Tensor)> + Sync,
{
    type Input = X;

    fn num_examples(&self) -> Option<usize> {
        None
    }

    fn num_batches(&self, _: &EpochOrder) -> Option<usize> {
        None
    }

    fn check_parts(&self) -> Result<()> {
        Ok(())
    }

    fn each(&self, order: &EpochOrder, visit: Visit<'_, X>) -> Result<()> {
        if order.rows.is_some() {
            return Err(Error::Data {
                what: "a table in pieces",
                got: "rows by number".into(),
                expected: "all rows",
                help: "give validation data of their own to fit_validated",
            });
        }
        let pieces = self.reader.pieces(&self.path, self.batches * order.batch_size.max(1))?;
        let wanted = pieces
            .unmade()
            .enumerate()
            .filter(|(number, piece)| piece.is_broken || (number + 1) * self.batches > order.skip);
        let make = |(number, piece): (usize, Unmade)| -> Result<(usize, (X, Tensor))> {
            let data = (self.make)(&(piece.make)()?)?;
            data.check()?;
            Ok((number, data))
        };
        workers::in_stages(wanted.map(Ok), make, |piece| self.visit(piece, order, visit))
    }
}
