//! The way back: from one number to the gradients of everything it was made from.

use crate::{
    Error, Gradients, Leaf, Result, Var,
    gradients::Flow,
    node::{Flows, Node},
    saved::Saved,
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
    /// The name of the op that the gradient passes through.
    pub(crate) fn op(&self) -> &'static str {
        self.node.op()
    }

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
        Var::with_node(saved.value().into_owned(), node)
    }

    /// A gradient times a saved value, in the gradient's own buffer where that is possible.
    pub(crate) fn product(&self, gradient: Var, saved: &Saved) -> Var {
        match self.higher {
            true => gradient * self.open(saved),
            false => (gradient.into_tensor() * &*saved.value()).into(),
        }
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
        let seed = self.unit_seed()?;
        self.backward_from(seed)
    }

    /// [`Var::backward`] for a value of several numbers, each weighted by its `seed`: the gradients
    /// of the sum of both.
    ///
    /// # Errors
    /// As [`Var::backward`], but for the shape: the seed must have that of the value.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([3.0, 4.0]));
    /// let gradients = x.square().backward_from(Tensor::from([1.0, 10.0]))?;
    /// assert_eq!(gradients.get(&x).unwrap(), Tensor::from([6.0, 80.0]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn backward_from(&self, seed: Tensor) -> Result<Gradients> {
        let root = self.connected()?;
        self.require_seed(&seed)?;
        let mut gradients = Gradients::default();
        descend(root, Flow::Dense(seed.into()), false, |id, node, flow| {
            if !node.is_leaf() {
                return Some(flow);
            }
            gradients.insert(id, flow.into_gradient());
            None
        })?;
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
        let seed = self.unit_seed()?;
        self.grad_from(&seed.into(), leaves)
    }

    /// [`Var::grad`] for a value of several numbers, each weighted by its `seed`: the product of a
    /// vector with the Jacobian. It can be differentiated by the seed too.
    ///
    /// # Errors
    /// As [`Var::grad`], but for the shape: the seed must have that of the value.
    #[doc(alias = "vjp")]
    pub fn grad_from<L: Leaf>(&self, seed: &Self, leaves: &[L]) -> Result<Vec<Self>> {
        self.connected()?;
        self.require_seed(seed.tensor())?;
        let found = walk_to(self, seed.clone(), &leaves.iter().map(L::id).collect())?;
        let gradient = |leaf: &L| found.get(&leaf.id()).cloned().ok_or_else(|| leaf.missing());
        leaves.iter().map(gradient).collect()
    }

    /// The node to start from.
    fn connected(&self) -> Result<Arc<Node>> {
        let node = self.node().ok_or_else(|| Error::Unconnected { what: "a constant".into() })?;
        match node.anomaly() {
            Some(op) => Err(Error::NotFinite { op, what: "value" }),
            None => Ok(node.clone()),
        }
    }

    /// The gradient of a number by itself.
    fn unit_seed(&self) -> Result<Tensor> {
        let node = self.connected()?;
        if self.tensor().size() != 1 {
            return Err(Error::NotScalar { op: node.op(), shape: self.shape().clone() });
        }
        Ok(Tensor::ones_like(self.tensor()))
    }

    fn require_seed(&self, seed: &Tensor) -> Result<()> {
        if seed.shape() == self.shape() && seed.dtype() == self.dtype() {
            return Ok(());
        }
        Err(Error::Setting {
            place: format!("backward from `{}`", self.op()),
            setting: "seed",
            got: format!("{} of shape {}", seed.dtype(), seed.shape()),
            expected: "the shape and dtype of the value",
            help: "make it with Tensor::ones_like(value.tensor())",
        })
    }
}

/// Walks from `root`; `enter` gets each node's whole gradient and gives it back where the walk shall
/// go on. The record is freed on the way, but for gradients that are differentiable themselves.
fn descend(
    root: Arc<Node>,
    seed: Flow,
    higher: bool,
    mut enter: impl FnMut(u64, &Node, Flow) -> Option<Flow>,
) -> Result<()> {
    let mut pending = Pending::from(root, seed);
    while let Some((node, flow)) = pending.pop_last() {
        let id = node.id;
        let Some(flow) = enter(id, &node, flow) else { continue };
        pending.pass(&node, flow.into_var(), higher, !higher)?;
    }
    Ok(())
}

/// The gradients that arrive at the `borders`, beyond which the walk doesn't go.
pub(crate) fn walk_between(
    output: &Var,
    seed: Var,
    borders: &BTreeSet<u64>,
    higher: bool,
) -> Result<BTreeMap<u64, Flow>> {
    let mut found = BTreeMap::new();
    descend(output.connected()?, Flow::Dense(seed), higher, |id, _, flow| {
        if !borders.contains(&id) {
            return Some(flow);
        }
        found.insert(id, flow);
        None
    })?;
    Ok(found)
}

/// The gradients that wait for their node: the last one made goes first.
struct Pending {
    /// The one that goes first, beside the others, so that a chain needs no tree.
    next: Option<(Arc<Node>, Flow)>,
    others: BTreeMap<u64, (Arc<Node>, Flow)>,
}

impl Pending {
    fn from(root: Arc<Node>, seed: Flow) -> Self {
        Self { next: Some((root, seed)), others: BTreeMap::new() }
    }

    fn pop_last(&mut self) -> Option<(Arc<Node>, Flow)> {
        let last = self.next.take()?;
        self.next = self.others.pop_last().map(|(_, entry)| entry);
        Some(last)
    }

    /// Adds a gradient to what waits for its node.
    fn add(&mut self, node: &Arc<Node>, flow: Flow) {
        let Some((next, waiting)) = self.next.take() else {
            self.next = Some((node.clone(), flow));
            return;
        };
        if next.id == node.id {
            self.next = Some((next, waiting.add(flow)));
        } else if next.id < node.id {
            self.others.insert(next.id, (next, waiting));
            self.next = Some((node.clone(), flow));
        } else {
            self.next = Some((next, waiting));
            let sum = match self.others.remove(&node.id) {
                Some((_, earlier)) => earlier.add(flow),
                None => flow,
            };
            self.others.insert(node.id, (node.clone(), sum));
        }
    }

    /// Passes a gradient through a node to what waits for its inputs; where the node is watched,
    /// one that is not finite is refused.
    fn pass(&mut self, node: &Arc<Node>, gradient: Var, higher: bool, free: bool) -> Result<()> {
        let mut finite = true;
        let mut sink = |slot: usize, flow: Flow| {
            finite = finite && (!node.is_watched() || flow.is_finite());
            if let Some(input) = &node.inputs[slot] {
                self.add(input, flow);
            }
        };
        let walk = Walk { node, higher };
        node.pass(&walk, gradient, free, &mut sink)?;
        match finite {
            true => Ok(()),
            false => Err(Error::NotFinite { op: node.op(), what: "gradient" }),
        }
    }
}

/// Walks from `output` with a differentiable `seed`, keeping the graph, down to the `targets`.
pub(crate) fn walk_to(
    output: &Var,
    seed: Var,
    targets: &BTreeSet<u64>,
) -> Result<BTreeMap<u64, Var>> {
    let mut found = BTreeMap::new();
    let Some(root) = output.node() else { return Ok(found) };
    let lowest = targets.first().copied().unwrap_or(u64::MAX);
    let mut pending = Pending::from(root.clone(), Flow::Dense(seed));
    while let Some((node, flow)) = pending.pop_last() {
        let id = node.id;
        if id < lowest {
            break;
        }
        let gradient = flow.into_var();
        if targets.contains(&id) {
            found.insert(id, gradient.clone());
        }
        if id > lowest && !node.is_leaf() {
            pending.pass(&node, gradient, true, false)?;
        }
    }
    Ok(found)
}

/// The same value behind a node of its own.
pub(crate) fn identity(x: &Var) -> Var {
    Var::record("identity", [x], x.tensor().clone(), |_, gradient| Ok([Some(gradient.into())]))
}
