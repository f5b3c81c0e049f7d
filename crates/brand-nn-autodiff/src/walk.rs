//! The way back: from one number to the gradients of everything it was made from.

use crate::{
    Error, Gradients, Leaf, Result, Var,
    gradients::Flow,
    node::{Flows, Node},
    var::Saved,
};
use brand_nn_tensor::Tensor;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a rule may ask while a gradient passes through its node.
pub(crate) struct Walk<'a> {
    node: &'a Arc<Node>,
    higher: bool,
}

impl Walk<'_> {
    /// Whether input `slot` needs a gradient.
    pub(crate) fn needs(&self, slot: usize) -> bool {
        self.node.inputs[slot].is_some()
    }

    /// Whether the gradients shall be differentiable themselves.
    pub(crate) fn higher(&self) -> bool {
        self.higher
    }

    /// A saved value: a constant on a first-order walk, else tracked as it was.
    pub(crate) fn open(&self, saved: &Saved) -> Var {
        let node = match saved.slot {
            _ if !self.higher => None,
            Saved::OUTPUT => Some(self.node.clone()),
            slot => self.node.inputs[slot].clone(),
        };
        Var::with_node(saved.value.clone(), node)
    }

    /// `gradient()` for an input that needs one, nothing for another.
    pub(crate) fn when(&self, slot: usize, gradient: impl FnOnce() -> Var) -> Option<Flow> {
        self.needs(slot).then(|| Flow::Dense(gradient()))
    }

    /// The differentiable gradients of a fused op, through the plain ops of its `twin`.
    pub(crate) fn through_twin<const N: usize>(
        &self,
        saved: [&Saved; N],
        gradient: Var,
        twin: impl FnOnce([Var; N]) -> Result<Var>,
    ) -> Result<Flows> {
        // Two inputs may be one value: each gets a node of its own, so that none counts twice.
        let inputs = saved.map(|saved| identity(&self.open(saved)));
        let output = twin(inputs.clone())?;
        let targets = inputs.iter().filter_map(Var::node).map(|node| node.id).collect();
        let mut found = walk_to(&output, gradient, &targets)?;
        let flow = |input: &Var| Some(Flow::Dense(found.remove(&input.node()?.id)?));
        Ok(inputs.iter().map(flow).collect())
    }
}

impl Var {
    /// The gradients of this one number with respect to every leaf that it was made from.
    ///
    /// The record is freed on the way: walking it a second time is an error, never a silent zero.
    /// [`Var::grad`] keeps it.
    ///
    /// # Errors
    /// If this is not one number, is not connected to any leaf, was walked before, or was made by
    /// an op without a gradient.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::scalar(3.0));
    /// let gradients = x.square().backward()?;
    /// assert_eq!(gradients.get(&x).unwrap().item(), 6.0);
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn backward(&self) -> Result<Gradients> {
        let (root, seed) = self.start()?;
        let mut gradients = Gradients::default();
        let mut pending = Pending::from([(root.id, (root, Flow::Dense(seed)))]);
        while let Some((id, (node, flow))) = pending.pop_last() {
            if node.is_leaf() {
                gradients.insert(id, flow.into_gradient());
                continue;
            }
            let walk = Walk { node: &node, higher: false };
            let flows = node.pass_and_free(&walk, flow.into_var())?;
            queue(&node, flows, &mut pending);
        }
        Ok(gradients)
    }

    /// The gradients with respect to `leaves`, as values that can be differentiated again.
    ///
    /// The record is kept. A leaf may also be a value on the way.
    ///
    /// # Errors
    /// As [`Var::backward`]; also if a leaf is not connected, or a fused op has no second order.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::scalar(2.0));
    /// let slope = x.powf(3.0).grad(&[&x])?.remove(0); // 3 x²
    /// let curvature = slope.grad(&[&x])?.remove(0); //   6 x
    /// assert_eq!((slope.item(), curvature.item()), (12.0, 12.0));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn grad<L: Leaf>(&self, leaves: &[L]) -> Result<Vec<Self>> {
        let (_, seed) = self.start()?;
        let found = walk_to(self, seed, &leaves.iter().map(L::id).collect())?;
        let gradient = |leaf: &L| found.get(&leaf.id()).cloned().ok_or_else(|| leaf.missing());
        leaves.iter().map(gradient).collect()
    }

    /// The node to start from, and the gradient of a number by itself.
    fn start(&self) -> Result<(Arc<Node>, Self)> {
        let Some(node) = self.node() else {
            return Err(Error::Unconnected { what: "a constant".into() });
        };
        if self.tensor().size() != 1 {
            return Err(Error::NotScalar { op: node.op, shape: self.shape().clone() });
        }
        Ok((node.clone(), Tensor::ones_like(self.tensor()).into()))
    }
}

/// The gradients that wait for their node, by its number: the last one made goes first.
type Pending = BTreeMap<u64, (Arc<Node>, Flow)>;

/// Adds what a node passed on to the gradients that wait for its inputs.
fn queue(node: &Node, flows: Flows, pending: &mut Pending) {
    for (input, flow) in node.inputs.iter().zip(flows) {
        let (Some(input), Some(flow)) = (input, flow) else { continue };
        let sum = match pending.remove(&input.id) {
            Some((_, earlier)) => earlier.add(flow),
            None => flow,
        };
        pending.insert(input.id, (input.clone(), sum));
    }
}

/// Walks from `output` with a differentiable `seed`, keeping the graph, down to the `targets`.
fn walk_to(output: &Var, seed: Var, targets: &BTreeSet<u64>) -> Result<BTreeMap<u64, Var>> {
    let mut found = BTreeMap::new();
    let Some(root) = output.node() else { return Ok(found) };
    let lowest = targets.first().copied().unwrap_or(u64::MAX);
    let mut pending = Pending::from([(root.id, (root.clone(), Flow::Dense(seed)))]);
    while let Some((id, (node, flow))) = pending.pop_last() {
        if id < lowest {
            break;
        }
        let gradient = flow.into_var();
        if targets.contains(&id) {
            found.insert(id, gradient.clone());
        }
        if id > lowest && !node.is_leaf() {
            let flows = node.pass(&Walk { node: &node, higher: true }, gradient)?;
            queue(&node, flows, &mut pending);
        }
    }
    Ok(found)
}

/// The same value behind a node of its own.
fn identity(x: &Var) -> Var {
    Var::record("identity", [x], x.tensor().clone(), |_, gradient| Ok([Some(gradient.into())]))
}
