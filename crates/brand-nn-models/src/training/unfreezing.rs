//! Blocks of a model that join a training one after the other, from the head down.

use super::fine_tune::depth;
use crate::Result;
use brand_nn_autodiff::{Param, ParamSet, Params, Role};
use brand_nn_optim::Optimizer;
use brand_nn_tensor::{Tensor, io::TensorFile};
use brand_nn_train::Callback;
use std::{cmp::Reverse, collections::BTreeMap};

/// Trains the head alone in the first epoch, and one block more, from the top down, in each that
/// follows (Howard and Ruder 2018).
///
/// What was frozen before stays so; at the end all else may be trained again.
pub(super) struct Unfreezing {
    /// From the head to the tables.
    blocks: Vec<Vec<Param>>,
    open: usize,
}

impl Unfreezing {
    /// Sorts what a model trains into blocks.
    pub(super) fn of<P: Params>(model: &P) -> Result<Self> {
        let mut blocks: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let set = ParamSet::all(model)?;
        for (name, param) in set.named().filter(|(_, param)| param.role() == Role::Trainable) {
            // A head stands above all layers.
            let place = Reverse(depth(name).unwrap_or(usize::MAX));
            blocks.entry(place).or_default().push(param.tie());
        }
        Ok(Self { blocks: blocks.into_values().collect(), open: 0 })
    }

    fn open(&mut self, count: usize) {
        self.open = count.min(self.blocks.len());
        let (open, closed) = self.blocks.split_at(self.open);
        open.iter().flatten().for_each(Param::unfreeze);
        closed.iter().flatten().for_each(Param::freeze);
    }
}

impl Callback for Unfreezing {
    fn epoch_start(&mut self, number: usize, _: &mut dyn Optimizer) -> brand_nn_train::Result<()> {
        self.open(number + 1);
        Ok(())
    }

    fn fit_end(&mut self, _: &mut dyn Params) -> brand_nn_train::Result<()> {
        self.open(usize::MAX);
        Ok(())
    }

    fn state(&self) -> TensorFile {
        let open = Tensor::scalar(self.open as i64);
        TensorFile { tensors: [("open".to_owned(), open)].into(), ..TensorFile::default() }
    }

    /// A training may be resumed within an epoch, whose start is not told again.
    fn load_state(&mut self, state: TensorFile) -> brand_nn_train::Result<()> {
        let open = state.tensors.get("open").filter(|tensor| tensor.size() == 1);
        self.open(open.map_or(0, |tensor| tensor.item() as usize));
        Ok(())
    }
}
