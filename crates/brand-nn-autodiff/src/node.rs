//! The record of one op: where its inputs came from and how a gradient passes through it.

use crate::{Error, Result, Var, gradients::Flow, walk::Walk};
use brand_nn_tensor::Tensor;
use smallvec::SmallVec;
use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Where a gradient goes: one entry an input, `None` where the input needs none.
pub(crate) type Flows = SmallVec<[Option<Flow>; 3]>;

/// The nodes of an op's inputs, `None` for a constant.
pub(crate) type Inputs = SmallVec<[Option<Arc<Node>>; 3]>;

/// How a gradient of the output becomes gradients of the inputs.
pub(crate) type Rule = Box<dyn Fn(&Walk<'_>, Var) -> Result<Flows> + Send + Sync>;

/// One recorded op, or a leaf that gradients are collected for.
pub(crate) struct Node {
    pub(crate) id: u64,
    pub(crate) op: &'static str,
    pub(crate) inputs: Inputs,
    /// Whether its value and gradients are looked at for NaN and infinity.
    pub(crate) watched: bool,
    /// The first op on the way here whose value was not finite.
    pub(crate) anomaly: Option<&'static str>,
    state: Mutex<State>,
}

enum State {
    Leaf,
    Ready(Rule),
    Opaque,
    Freed,
}

impl Node {
    pub(crate) fn leaf() -> Arc<Self> {
        Arc::new(Self::make("leaf", SmallVec::new(), State::Leaf))
    }

    /// A node with a rule; `value` is looked at where an input is watched.
    pub(crate) fn op(op: &'static str, inputs: Inputs, value: &Tensor, rule: Rule) -> Arc<Self> {
        let mut node = Self::make(op, inputs, State::Ready(rule));
        node.watched = node.inputs.iter().flatten().any(|input| input.watched);
        if node.watched {
            node.look_at(value);
        }
        Arc::new(node)
    }

    /// A node whose value is looked at, and those of all that is made from it.
    pub(crate) fn watched(inputs: Inputs, value: &Tensor, rule: Rule) -> Arc<Self> {
        let mut node = Self::make("watch", inputs, State::Ready(rule));
        node.watched = true;
        node.look_at(value);
        Arc::new(node)
    }

    fn look_at(&mut self, value: &Tensor) {
        let earlier = self.inputs.iter().flatten().find_map(|input| input.anomaly);
        self.anomaly = earlier.or_else(|| (!value.is_finite().all()).then_some(self.op));
    }

    /// A node through which no gradient passes: a walk that reaches it fails with the op's name.
    pub(crate) fn opaque(op: &'static str, inputs: Inputs) -> Arc<Self> {
        Arc::new(Self::make(op, inputs, State::Opaque))
    }

    fn make(op: &'static str, inputs: Inputs, state: State) -> Self {
        let state = Mutex::new(state);
        Self { id: next_id(), op, inputs, watched: false, anomaly: None, state }
    }

    pub(crate) fn is_leaf(&self) -> bool {
        matches!(*self.lock(), State::Leaf)
    }

    /// Passes `gradient` to the inputs and keeps the rule for another walk.
    pub(crate) fn pass(&self, walk: &Walk<'_>, gradient: Var) -> Result<Flows> {
        match &*self.lock() {
            State::Ready(rule) => rule(walk, gradient),
            other => Err(self.refusal(other)),
        }
    }

    /// Passes `gradient` to the inputs and frees what the rule had saved.
    pub(crate) fn pass_and_free(&self, walk: &Walk<'_>, gradient: Var) -> Result<Flows> {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, State::Freed) {
            State::Ready(rule) => rule(walk, gradient),
            other => {
                let refusal = self.refusal(&other);
                *state = other;
                Err(refusal)
            }
        }
    }

    fn refusal(&self, state: &State) -> Error {
        match state {
            State::Freed => Error::BackwardTwice { op: self.op },
            _ => Error::NoGradient { op: self.op },
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Frees a chain of any length without recursion.
impl Drop for Node {
    fn drop(&mut self) {
        let mut orphans: Vec<_> = self.inputs.drain(..).flatten().collect();
        while let Some(node) = orphans.pop() {
            if let Some(mut node) = Arc::into_inner(node) {
                orphans.extend(node.inputs.drain(..).flatten());
            }
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.op, self.id)
    }
}

/// Numbers nodes in the order of their creation, which is the order that a walk reverses.
pub(crate) fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
