//! Memory for time: a part of a model that is computed again on the way back.

use crate::{
    Error, Result, Var,
    node::{Flows, Inputs, Node, next_id},
    saved::Saved,
    walk::{Walk, identity, walk_between},
};
use smallvec::SmallVec;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Runs `function`, keeps only its inputs, and runs it again when the gradient comes back.
///
/// What lies between is freed at once: a chain of n equal parts, each checkpointed, holds n inputs
/// and the inside of one part instead of n insides, for one more forward run (Chen et al. 2016,
/// "Training deep nets with sublinear memory cost"). Values that the function captures, weights
/// among them, get their gradients as usual, to any order.
///
/// The function must do the same each time. Let it draw no random numbers of its own: take keys
/// before and capture them, as `layers::checkpoint` does with a pass.
///
/// # Errors
/// What `function` returns. A second run that gives another shape, or no longer depends on what the
/// first one did, is an error of the walk.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Var, checkpoint};
/// use brand_nn_tensor::Tensor;
///
/// let x = Var::leaf(Tensor::from([0.5, 2.0]));
/// let weight = Var::leaf(Tensor::from([3.0, 4.0]));
/// let captured = weight.clone();
/// let y = checkpoint([&x], move |[x]| Ok((x * &captured).square().sum()))?;
/// let gradients = y.backward()?;
/// assert_eq!(gradients.get(&x).unwrap(), Tensor::from([9.0, 64.0])); //  2 w² x
/// assert_eq!(gradients.get(&weight).unwrap(), Tensor::from([1.5, 32.0])); // 2 w x²
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
pub fn checkpoint<const N: usize>(
    inputs: [&Var; N],
    function: impl Fn([Var; N]) -> Result<Var> + Send + Sync + 'static,
) -> Result<Var> {
    let first_inside = next_id();
    let doubles = inputs.map(double);
    let output = function(doubles.clone())?;
    let Some(root) = output.node() else { return Ok(output) };
    let captured = captured(root, first_inside, &doubles);
    let borders: Vec<_> = captured.iter().map(|node| node.id).collect();

    let nodes = inputs.iter().map(|input| input.node().cloned());
    let nodes: Inputs = nodes.chain(captured.into_iter().map(Some)).collect();
    if nodes.iter().all(Option::is_none) {
        return Ok(output.stop_gradient());
    }
    let saved: [Saved; N] = std::array::from_fn(|slot| inputs[slot].save_rounded(slot));
    let shape = output.shape().clone();
    let rule = move |walk: &Walk<'_>, gradient: Var| {
        let inputs = saved.each_ref().map(|saved| reopened(walk, saved));
        let again = function(inputs.clone())?;
        if again.shape() != &shape {
            let what = format!("the first run gave {shape}, the second {}", again.shape());
            return Err(Error::Replay { what });
        }
        arrivals(walk, &again, gradient, &inputs, &borders)
    };
    let value = output.tensor().clone();
    Ok(Var::record_nodes("checkpoint", nodes, value, rule).saved_as(&[&output]))
}

/// A leaf that stands for a tracked input while the function runs.
fn double(input: &Var) -> Var {
    match input.is_tracked() {
        true => Var::leaf(input.tensor().clone()).saved_as(&[input]),
        false => input.clone(),
    }
}

/// The input of the second run: a leaf, or where gradients shall be differentiated the real one.
fn reopened(walk: &Walk<'_>, saved: &Saved) -> Var {
    match (walk.needs(saved.slot), walk.higher()) {
        (false, _) => saved.value().into_owned().into(),
        (true, false) => Var::leaf(saved.value().into_owned()),
        (true, true) => identity(&walk.open(saved)),
    }
}

/// The nodes outside that the function reached on its own: values made before, and leaves.
fn captured(root: &Arc<Node>, first_inside: u64, doubles: &[Var]) -> Vec<Arc<Node>> {
    let known: BTreeSet<_> = doubles.iter().filter_map(Var::node).map(|node| node.id).collect();
    let mut outside = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![root.clone()];
    while let Some(node) = open.pop() {
        if known.contains(&node.id) || !seen.insert(node.id) {
            continue;
        }
        if node.id < first_inside || node.is_leaf() {
            outside.insert(node.id, node);
        } else {
            open.extend(node.inputs.iter().flatten().cloned());
        }
    }
    outside.into_values().collect()
}

/// What the second run passes on to the inputs and to the captured values.
fn arrivals(
    walk: &Walk<'_>,
    output: &Var,
    gradient: Var,
    inputs: &[Var],
    captured: &[u64],
) -> Result<Flows> {
    let ids = inputs.iter().map(|input| input.node().map(|node| node.id));
    let ids: SmallVec<[Option<u64>; 3]> = ids.chain(captured.iter().copied().map(Some)).collect();
    let borders = ids.iter().flatten().copied().collect();
    let mut found = walk_between(output, gradient, &borders, walk.higher())?;
    if let Some(lost) = captured.iter().find(|id| !found.contains_key(id)) {
        let what = format!("the second run does not depend on value {lost}, the first one did");
        return Err(Error::Replay { what });
    }
    Ok(ids.iter().map(|id| id.and_then(|id| found.remove(&id))).collect())
}
