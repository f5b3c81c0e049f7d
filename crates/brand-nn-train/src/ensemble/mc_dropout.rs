//! One model with dropout, asked many times.

use super::{Spread, few};
use crate::{Batch, Model, Result};
use brand_nn_autodiff::{Param, ParamSet, Role};
use brand_nn_layers::Pass;
use brand_nn_tensor::{Rng, Tensor};

/// The outputs of a model whose dropout stays on: their mean, and how unsure the model is.
///
/// Monte-Carlo dropout (Gal and Ghahramani 2016): the deviation between `samples` passes is an
/// estimate of what the model does not know, for one that was trained with dropout. Other layers
/// train too: batch normalisation takes the batch's statistics; its running ones are put back.
///
/// # Errors
/// If `samples` is 0, or the model does not take the input.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::init;
/// use brand_nn_layers::{Sequential, dense, dropout};
/// use brand_nn_tensor::Tensor;
/// use brand_nn_train::mc_dropout;
///
/// let network = Sequential::new().add(dense(64)).add(dropout(0.5)).add(dense(1)).build([2])?;
/// init(&network, 1)?;
/// let spread = mc_dropout(&network, &Tensor::ones([3, 2]), 50, 42)?;
/// assert!(spread.std.to_vec::<f32>().iter().all(|&std| std > 0.01));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub fn mc_dropout<M: Model>(
    model: &M,
    input: &M::Input,
    samples: usize,
    seed: u64,
) -> Result<Spread> {
    if samples == 0 {
        return Err(few("samples of dropout"));
    }
    let set = ParamSet::all(model)?;
    let buffers: Vec<&Param> = set.iter().filter(|param| param.role() == Role::Buffer).collect();
    let before = buffers.iter().map(|buffer| buffer.value()).collect::<Result<Vec<_>, _>>()?;
    let answers = asked(model, input, samples, seed);
    buffers.iter().zip(before).try_for_each(|(buffer, value)| buffer.set(value))?;
    Ok(Spread::of(&answers?))
}

/// The outputs of each pass, computed in batches.
fn asked<M: Model>(model: &M, input: &M::Input, samples: usize, seed: u64) -> Result<Vec<Tensor>> {
    const BATCH: usize = 256;
    let rows: Vec<usize> = (0..input.len()).collect();
    let batches = if rows.is_empty() { vec![&rows[..]] } else { rows.chunks(BATCH).collect() };
    let mut rng = Rng::keyed(seed, "dropout");
    let mut pass = |rows: &[usize]| -> Result<Tensor> {
        let flow = model.run_flow(&input.rows(rows)?, &mut Pass::training(&mut rng).frozen())?;
        Ok(flow.value.into_tensor())
    };
    let mut once = || -> Result<Tensor> {
        let parts = batches.iter().map(|rows| pass(rows)).collect::<Result<Vec<_>>>()?;
        Ok(Tensor::concat(&parts, 0))
    };
    (0..samples).map(|_| once()).collect()
}
