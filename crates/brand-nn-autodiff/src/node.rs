//! The record of one op: where its inputs came from and how a gradient passes through it.

use crate::{Error, Result, Var, gradients::Flow, walk::Walk};
use brand_nn_tensor::Tensor;
use smallvec::{SmallVec, smallvec};
use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Where a gradient goes: one entry an input, `None` where the input needs none.
pub(crate) type Flows = SmallVec<[Option<Flow>; 3]>;

/// The nodes of an op's inputs, `None` for a constant.
pub(crate) type Inputs = SmallVec<[Option<Arc<Node>>; 2]>;

/// Takes the gradient of an input by its slot.
pub(crate) type Sink<'a> = dyn FnMut(usize, Flow) + 'a;

/// One recorded op, or a leaf that gradients are collected for; its rule lies in the same block.
pub(crate) struct Node<R: ?Sized = dyn Passing> {
    head: Head,
    rule: R,
}

/// What is known of every node, whatever its rule.
///
/// It is kept small: the node of a small op then takes a block of a size that allocators hand out
/// and take back without looking at its neighbours.
pub(crate) struct Head {
    pub(crate) id: u64,
    name: Name,
    pub(crate) inputs: Inputs,
}

/// The op of a node, with what was seen where its value and gradients are looked at.
enum Name {
    Plain(&'static str),
    Watched(Box<Watch>),
}

struct Watch {
    op: &'static str,
    /// The first op on the way here whose value was not finite.
    anomaly: Option<&'static str>,
}

impl<R: ?Sized> Deref for Node<R> {
    type Target = Head;

    fn deref(&self) -> &Head {
        &self.head
    }
}

/// How a gradient of the output becomes gradients of the inputs.
pub(crate) trait Passing: Send + Sync {
    /// Hands the gradients of the inputs to the sink; `free` gives up what was saved for it.
    fn pass(&self, walk: &Walk<'_>, gradient: Var, free: bool, sink: &mut Sink<'_>) -> Result<()>;

    /// Whether the walk ends here.
    fn is_leaf(&self) -> bool {
        false
    }
}

/// A closure that makes the gradients, until it is freed.
struct Rule<F>(Mutex<Option<F>>);

impl<F, I> Passing for Rule<F>
where
    F: Fn(&Walk<'_>, Var) -> Result<I> + Send + Sync,
    I: IntoIterator<Item = Option<Flow>>,
{
    fn pass(&self, walk: &Walk<'_>, gradient: Var, free: bool, sink: &mut Sink<'_>) -> Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(rule) = &*state else { return Err(Error::BackwardTwice { op: walk.op() }) };
        let flows = rule(walk, gradient);
        if free {
            *state = None;
        }
        for (slot, flow) in flows?.into_iter().enumerate() {
            flow.into_iter().for_each(|flow| sink(slot, flow));
        }
        Ok(())
    }
}

/// Where a walk ends.
struct Leaf;

impl Passing for Leaf {
    fn pass(&self, walk: &Walk<'_>, _: Var, _: bool, _: &mut Sink<'_>) -> Result<()> {
        Err(Error::NoGradient { op: walk.op() })
    }

    fn is_leaf(&self) -> bool {
        true
    }
}

/// An op without a gradient.
struct Opaque;

impl Passing for Opaque {
    fn pass(&self, walk: &Walk<'_>, _: Var, _: bool, _: &mut Sink<'_>) -> Result<()> {
        Err(Error::NoGradient { op: walk.op() })
    }
}

impl Node {
    pub(crate) fn leaf() -> Arc<Self> {
        Arc::new(Node { head: Head::new("leaf", Inputs::new()), rule: Leaf })
    }

    /// A node with a rule; `value` is looked at where an input is watched.
    pub(crate) fn op<F, I>(op: &'static str, inputs: Inputs, value: &Tensor, rule: F) -> Arc<Self>
    where
        F: Fn(&Walk<'_>, Var) -> Result<I> + Send + Sync + 'static,
        I: IntoIterator<Item = Option<Flow>> + 'static,
    {
        let head = Head::of(op, inputs, value);
        Arc::new(Node { head, rule: Rule(Mutex::new(Some(rule))) })
    }

    /// A node whose value is looked at, and those of all that is made from it.
    pub(crate) fn watched(input: &Arc<Self>, value: &Tensor) -> Arc<Self> {
        let rule = |_: &Walk<'_>, gradient: Var| Ok([Some(gradient.into())]);
        let mut head = Head::new("watch", smallvec![Some(input.clone())]);
        head.look_at(value);
        Arc::new(Node { head, rule: Rule(Mutex::new(Some(rule))) })
    }

    /// A node through which no gradient passes: a walk that reaches it fails with the op's name.
    pub(crate) fn opaque(op: &'static str, inputs: Inputs) -> Arc<Self> {
        Arc::new(Node { head: Head::new(op, inputs), rule: Opaque })
    }

    pub(crate) fn is_leaf(&self) -> bool {
        self.rule.is_leaf()
    }

    /// Passes `gradient` to the inputs; `free` gives up what the rule had saved.
    pub(crate) fn pass(
        &self,
        walk: &Walk<'_>,
        gradient: Var,
        free: bool,
        sink: &mut Sink<'_>,
    ) -> Result<()> {
        self.rule.pass(walk, gradient, free, sink)
    }
}

impl Head {
    fn new(op: &'static str, inputs: Inputs) -> Self {
        Self { id: next_id(), name: Name::Plain(op), inputs }
    }

    /// The head of a node for `value`, which is looked at where an input is watched.
    fn of(op: &'static str, inputs: Inputs, value: &Tensor) -> Self {
        let mut head = Self::new(op, inputs);
        if head.inputs.iter().flatten().any(|input| input.is_watched()) {
            head.look_at(value);
        }
        head
    }

    pub(crate) fn op(&self) -> &'static str {
        match &self.name {
            Name::Plain(op) => op,
            Name::Watched(watch) => watch.op,
        }
    }

    /// Whether its value and gradients are looked at for NaN and infinity.
    pub(crate) fn is_watched(&self) -> bool {
        matches!(self.name, Name::Watched(_))
    }

    /// The first op on the way here whose value was not finite, where somebody looks.
    pub(crate) fn anomaly(&self) -> Option<&'static str> {
        match &self.name {
            Name::Plain(_) => None,
            Name::Watched(watch) => watch.anomaly,
        }
    }

    fn look_at(&mut self, value: &Tensor) {
        let op = self.op();
        let earlier = self.inputs.iter().flatten().find_map(|input| input.anomaly());
        let anomaly = earlier.or_else(|| (!value.is_finite().all()).then_some(op));
        self.name = Name::Watched(Box::new(Watch { op, anomaly }));
    }
}

/// Frees a chain of any length without recursion.
impl Drop for Head {
    fn drop(&mut self) {
        if self.inputs.is_empty() {
            return;
        }
        let mut orphans: SmallVec<[Arc<Node>; 8]> = SmallVec::new();
        let mut adopt = std::mem::take(&mut self.inputs);
        loop {
            adopt.into_iter().flatten().for_each(|input| orphans.push(input));
            let Some(mut input) = orphans.pop() else { return };
            adopt = match Arc::get_mut(&mut input) {
                Some(node) => std::mem::take(&mut node.head.inputs),
                None => Inputs::new(),
            };
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.op(), self.id)
    }
}

/// Numbers nodes in the order of their creation, which is the order that a walk reverses.
pub(crate) fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
