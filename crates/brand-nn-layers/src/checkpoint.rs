//! Memory for time, with a pass: layers that are run again on the way back.

use crate::{Error, Pass, Result};
use brand_nn_autodiff::{self as autodiff, Var};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Runs layers, keeps only their input, and runs them again when the gradient comes back.
///
/// The second run gets the same dropout masks as the first one, and writes nothing down: running
/// statistics move once. What the function uses must be owned by it, for example in an `Arc`. See
/// [`autodiff::checkpoint`] for what is saved and paid.
///
/// # Errors
/// What the function returns.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, Dropout, Linear, Pass, checkpoint};
/// use brand_nn_tensor::{Rng, Tensor};
/// use std::sync::Arc;
///
/// let layer = Arc::new(Linear::new(3, 2).init(1)?);
/// let (used, pass) = (layer.clone(), &mut Pass::training(&mut Rng::new(2)));
/// let y = checkpoint(&Tensor::ones([4, 3]).into(), pass, move |x, pass| {
///     Dropout::new(0.5).call(used.call(x, pass)?, pass)
/// })?;
/// let gradients = y.square().sum().backward()?;
/// assert_eq!(gradients.get(&layer.weight).unwrap().shape()[..], [2, 3]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
pub fn checkpoint(
    input: &Var,
    pass: &mut Pass,
    function: impl Fn(Var, &mut Pass) -> Result<Var> + Send + Sync + 'static,
) -> Result<Var> {
    let branch = pass.branch();
    let first = Arc::new(Mutex::new(Some(Vec::new())));
    let failure = Arc::new(Mutex::new(None));
    let (learnt, failed) = (first.clone(), failure.clone());
    let run = move |[x]: [Var; 1]| {
        let mut again = branch.pass();
        let output = function(x, &mut again);
        let updates = again.take_updates();
        if let Some(learnt) = lock(&learnt).as_mut() {
            learnt.extend(updates);
        }
        output.map_err(|error| into_autodiff(error, &failed))
    };
    let output = autodiff::checkpoint([input], run);
    pass.add_updates(lock(&first).take().unwrap_or_default());
    output.map_err(|error| lock(&failure).take().unwrap_or(Error::Autodiff(error)))
}

/// The error for the floor below, with the whole one put aside where that floor can't hold it.
fn into_autodiff(error: Error, aside: &Mutex<Option<Error>>) -> autodiff::Error {
    match error {
        Error::Autodiff(error) => error,
        other => {
            let what = other.to_string();
            *lock(aside) = Some(other);
            autodiff::Error::Replay { what }
        }
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
