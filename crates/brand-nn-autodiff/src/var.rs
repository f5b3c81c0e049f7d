//! A tensor that remembers how it was made.

use crate::{
    Result,
    gradients::Flow,
    node::{Flows, Inputs, Node},
    saved::Bf16Copy,
    walk::Walk,
};
use brand_nn_tensor::{DType, Shape, Tensor};
use std::{fmt, sync::Arc};

/// A tensor that remembers how it was made, so that gradients can be found.
///
/// Operators broadcast and read like formulas; a [`Tensor`] or a number in one is a constant.
/// Nothing is recorded where nothing needs a gradient. Each tracked value owns its record: there is
/// no global tape, and trainings in several threads do not know of each other.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Var;
/// use brand_nn_tensor::Tensor;
///
/// let x = Var::leaf(Tensor::from([1.0, 2.0, 3.0]));
/// let loss = (&x * &x).sum();
/// let gradients = loss.backward()?;
/// assert_eq!(gradients.get(&x).unwrap(), Tensor::from([2.0, 4.0, 6.0]));
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
#[derive(Clone)]
pub struct Var {
    value: Tensor,
    node: Option<Arc<Node>>,
    logits: Option<Arc<Logits>>,
    bf16: Option<Bf16Copy>,
}

/// What a probability was made from; losses use it to stay finite.
#[derive(Clone, Debug)]
pub enum Logits {
    /// The value is the sigmoid of these logits.
    Sigmoid(Var),
    /// The value is the softmax of these logits over the last axis.
    Softmax(Var),
}

impl Var {
    /// Makes a tracked value: gradients with respect to it can be asked for.
    #[must_use]
    pub fn leaf(value: Tensor) -> Self {
        Self::with_node(value, Some(Node::leaf()))
    }

    /// The value.
    #[must_use]
    pub fn tensor(&self) -> &Tensor {
        &self.value
    }

    /// The value, without the record of how it was made.
    #[must_use]
    pub fn into_tensor(self) -> Tensor {
        self.value
    }

    /// The same value as a constant: no gradient flows through it.
    #[must_use]
    #[doc(alias = "detach")]
    pub fn stop_gradient(&self) -> Self {
        Self::from(&self.value)
    }

    /// The length of each axis.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        self.value.shape()
    }

    /// The number of axes.
    #[must_use]
    pub fn ndim(&self) -> usize {
        self.value.ndim()
    }

    /// The type of the elements.
    #[must_use]
    pub fn dtype(&self) -> DType {
        self.value.dtype()
    }

    /// The single number of a value with one element.
    ///
    /// # Panics
    /// If there is not exactly one element.
    #[must_use]
    #[track_caller]
    pub fn item(&self) -> f64 {
        self.value.item()
    }

    /// Whether a gradient can flow to this value.
    #[must_use]
    pub fn is_tracked(&self) -> bool {
        self.node.is_some()
    }

    /// The logits that this probability was made from, where it is one.
    #[must_use]
    pub fn logits(&self) -> Option<&Logits> {
        self.logits.as_deref()
    }

    /// The name of the op that made this value; `constant` or `leaf` where none did.
    #[must_use]
    pub fn op(&self) -> &'static str {
        self.node.as_ref().map_or("constant", |node| node.op())
    }

    /// A value made by `op`, through which no gradient can pass.
    ///
    /// A walk that reaches it is an error that names the op, where any of `inputs` is tracked:
    /// better than a gradient that is missing in silence.
    #[must_use]
    pub fn opaque(op: &'static str, inputs: &[&Self], value: Tensor) -> Self {
        if inputs.iter().all(|input| input.node.is_none()) {
            return value.into();
        }
        let inputs = inputs.iter().map(|input| input.node.clone()).collect();
        Self::with_node(value, Some(Node::opaque(op, inputs)))
    }

    /// Records `value` as made by `op` from `inputs`, with the rule that passes gradients on.
    pub(crate) fn record<const N: usize>(
        op: &'static str,
        inputs: [&Self; N],
        value: Tensor,
        rule: impl Fn(&Walk<'_>, Self) -> Result<[Option<Flow>; N]> + Send + Sync + 'static,
    ) -> Self {
        if inputs.iter().all(|input| input.node.is_none()) {
            return value.into();
        }
        Self::record_nodes(op, Self::nodes(&inputs), value, rule).saved_as(&inputs)
    }

    /// [`Var::record`] for a number of inputs that is known at run time only.
    pub(crate) fn record_many(
        op: &'static str,
        inputs: &[&Self],
        value: Tensor,
        rule: impl Fn(&Walk<'_>, Self) -> Result<Flows> + Send + Sync + 'static,
    ) -> Self {
        if inputs.iter().all(|input| input.node.is_none()) {
            return value.into();
        }
        Self::record_nodes(op, Self::nodes(inputs), value, rule).saved_as(inputs)
    }

    /// The nodes of some values; few are laid down without a loop over their list.
    fn nodes(inputs: &[&Self]) -> Inputs {
        let node = |slot: usize| inputs.get(slot).and_then(|input| input.node.clone());
        match inputs.len() {
            few @ 0..=2 => Inputs::from_buf_and_len([node(0), node(1)], few),
            many => (0..many).map(node).collect(),
        }
    }

    /// [`Var::record`] for inputs that are known by their nodes.
    pub(crate) fn record_nodes<I: IntoIterator<Item = Option<Flow>> + 'static>(
        op: &'static str,
        inputs: Inputs,
        value: Tensor,
        rule: impl Fn(&Walk<'_>, Self) -> Result<I> + Send + Sync + 'static,
    ) -> Self {
        let node = Node::op(op, inputs, &value, rule);
        Self::with_node(value, Some(node))
    }

    pub(crate) fn with_node(value: Tensor, node: Option<Arc<Node>>) -> Self {
        Self { value, node, logits: None, bf16: None }
    }

    /// The same value in one block of memory, in its usual order.
    pub(crate) fn contiguous(&self) -> Self {
        Self { value: self.value.contiguous(), ..self.plain() }
    }

    /// Where the copy in bf16 stands that rules keep of this value, if they keep it so.
    pub(crate) fn bf16(&self) -> Option<&Bf16Copy> {
        self.bf16.as_ref()
    }

    pub(crate) fn with_bf16(self, copy: Bf16Copy) -> Self {
        Self { bf16: Some(copy), ..self }
    }

    pub(crate) fn with_logits(mut self, logits: Logits) -> Self {
        self.logits = Some(Arc::new(logits));
        self
    }

    /// The same value and record without the memory of its logits, so that chains stay flat.
    pub(crate) fn plain(&self) -> Self {
        Self { logits: None, ..self.clone() }
    }

    pub(crate) fn node(&self) -> Option<&Arc<Node>> {
        self.node.as_ref()
    }
}

impl From<Tensor> for Var {
    fn from(value: Tensor) -> Self {
        Self::with_node(value, None)
    }
}

impl From<&Tensor> for Var {
    fn from(value: &Tensor) -> Self {
        Self::with_node(value.clone(), None)
    }
}

impl From<&Self> for Var {
    fn from(var: &Self) -> Self {
        var.clone()
    }
}

impl fmt::Debug for Var {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} from {}", self.value, self.op())
    }
}
