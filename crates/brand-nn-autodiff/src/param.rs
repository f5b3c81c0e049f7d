//! A named, shared weight that layers read and optimizers write.

use crate::{Error, Init, Leaf, LowRank, Params, Result, Var, Visitor, node::Node};
use brand_nn_tensor::{DType, Rng, Shape, Tensor};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A named, shared weight that layers read and optimizers write.
///
/// A new parameter is pending: it knows its shape and how to draw its values, and gets them from
/// [`Params::init`], [`Params::load`] or a trainer. It is not `Clone`, so `vec![block; 4]` can't
/// share weights by accident: [`Param::tie`] says so aloud, and [`Params::copy_from`] copies values.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Init, Param};
/// use brand_nn_tensor::Tensor;
///
/// let weight = Param::new([2, 3], Init::Zeros);
/// assert!(weight.value().is_err()); // pending
/// weight.set(Tensor::ones([2, 3]))?;
/// assert_eq!(weight.value()?.sum().item(), 6.0);
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
#[derive(Debug)]
pub struct Param {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    leaf: Arc<Node>,
    shape: Shape,
    init: Init,
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    value: Option<Tensor>,
    role: Role,
    name: String,
    update: Option<Arc<LowRank>>,
}

/// What a parameter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Optimizers change it.
    Trainable,
    /// It keeps its value for now; no gradient is computed for it.
    Frozen,
    /// It is saved with the model but never trained, like running statistics.
    Buffer,
}

impl Param {
    /// Makes a pending trainable parameter.
    #[must_use]
    pub fn new(shape: impl Into<Shape>, init: Init) -> Self {
        Self::with_role(shape.into(), init, Role::Trainable)
    }

    /// Makes a pending buffer: saved with the model, never trained.
    #[must_use]
    pub fn buffer(shape: impl Into<Shape>, init: Init) -> Self {
        Self::with_role(shape.into(), init, Role::Buffer)
    }

    fn with_role(shape: Shape, init: Init, role: Role) -> Self {
        let state = RwLock::new(State { value: None, role, name: String::new(), update: None });
        Self { shared: Arc::new(Shared { leaf: Node::leaf(), shape, init, state }) }
    }

    /// A second handle on the same weight: what trains one trains the other.
    #[must_use]
    pub fn tie(&self) -> Self {
        Self { shared: self.shared.clone() }
    }

    /// Whether both handles are of one weight.
    #[must_use]
    pub fn is_tied_to(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// The length of each axis.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shared.shape
    }

    /// How its first values are drawn.
    #[must_use]
    pub fn initialiser(&self) -> &Init {
        &self.shared.init
    }

    /// The dotted name that the last walk of a whole model gave it; empty before.
    #[must_use]
    pub fn name(&self) -> String {
        self.read().name.clone()
    }

    /// What it is for.
    #[must_use]
    pub fn role(&self) -> Role {
        self.read().role
    }

    /// Keeps its value from now on, and spends nothing on its gradient. A buffer stays a buffer.
    pub fn freeze(&self) {
        self.change_role(Role::Trainable, Role::Frozen);
    }

    /// Lets optimizers change it again. A buffer stays a buffer.
    pub fn unfreeze(&self) {
        self.change_role(Role::Frozen, Role::Trainable);
    }

    fn change_role(&self, from: Role, to: Role) {
        let mut state = self.write();
        if state.role == from {
            state.role = to;
        }
    }

    /// Whether it has no value yet.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.read().value.is_none()
    }

    /// Its value.
    ///
    /// # Errors
    /// If it is pending.
    pub fn value(&self) -> Result<Tensor> {
        let state = self.read();
        state.value.clone().ok_or_else(|| not_built(&state))
    }

    /// Gives it a value of its shape.
    ///
    /// # Errors
    /// If the shape is another, or the dtype is not a float.
    pub fn set(&self, value: Tensor) -> Result<()> {
        let mut state = self.write();
        let place = if state.name.is_empty() { "parameter" } else { &state.name };
        if value.shape() != self.shape() || !value.dtype().is_float() {
            return Err(Error::Setting {
                place: place.to_owned(),
                setting: "value",
                got: format!("a tensor of {} and shape {}", value.dtype(), value.shape()),
                expected: "floats of the parameter's shape",
                help: "the shape is fixed when the layer is made",
            });
        }
        state.value = Some(value);
        Ok(())
    }

    /// Changes its value in place; `change` sees the only handle, unless a graph still holds one.
    ///
    /// # Errors
    /// If it is pending, or what `change` returns.
    pub fn update<E: From<Error>>(
        &self,
        change: impl FnOnce(&mut Tensor) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut state = self.write();
        match &mut state.value {
            Some(value) => change(value),
            None => Err(not_built(&state).into()),
        }
    }

    /// Draws its value if it is pending, keyed by `seed` and `name` alone.
    pub(crate) fn draw(&self, seed: u64, name: &str) {
        let mut state = self.write();
        if state.value.is_none() {
            let mut rng = Rng::keyed(seed, name);
            state.value = Some(self.shared.init.draw(self.shape(), &mut rng));
        }
    }

    pub(crate) fn rename(&self, name: &str) {
        name.clone_into(&mut self.write().name);
    }

    /// Its value as a constant, or as a tracked leaf if `learning` and it is trainable.
    ///
    /// Layers get at it through their pass, which knows whether the trip learns. An update that
    /// hangs on it is added.
    ///
    /// # Errors
    /// If it is pending.
    pub fn var(&self, learning: bool) -> Result<Var> {
        let base = self.base(learning)?;
        match self.low_rank() {
            Some(update) => Ok(base + update.delta(learning)?),
            None => Ok(base),
        }
    }

    /// As [`var`](Self::var), without the update that may hang on it.
    ///
    /// # Errors
    /// If it is pending.
    pub fn base(&self, learning: bool) -> Result<Var> {
        let state = self.read();
        let value = state.value.clone().ok_or_else(|| not_built(&state))?;
        let tracked = learning && state.role == Role::Trainable;
        Ok(Var::with_node(value, tracked.then(|| self.shared.leaf.clone())))
    }

    /// Hangs an update of low rank on it, in the place of one that hung there.
    ///
    /// # Errors
    /// If the update is for another shape.
    pub fn adapt(&self, update: Arc<LowRank>) -> Result<()> {
        update.check(&self.name(), self.shape())?;
        self.write().update = Some(update);
        Ok(())
    }

    /// Takes the update off; the value stays as it was before.
    pub fn release(&self) -> Option<Arc<LowRank>> {
        self.write().update.take()
    }

    /// The update that hangs on it.
    #[must_use]
    pub fn low_rank(&self) -> Option<Arc<LowRank>> {
        self.read().update.clone()
    }

    /// The type of its elements; f32 while it is pending.
    #[must_use]
    pub fn dtype(&self) -> DType {
        self.read().value.as_ref().map_or(DType::F32, Tensor::dtype)
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.shared.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.shared.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_built(state: &State) -> Error {
    let place = if state.name.is_empty() { "parameter" } else { &state.name };
    Error::NotBuilt { place: place.to_owned() }
}

impl Leaf for Param {
    fn id(&self) -> u64 {
        self.shared.leaf.id
    }

    fn missing(&self) -> Error {
        Error::Unconnected { what: format!("the parameter `{}`", self.name()) }
    }
}

impl Params for Param {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.leaf(self);
        if let Some(update) = self.low_rank() {
            visitor.beside("lora_A.weight", &update.a);
            visitor.beside("lora_B.weight", &update.b);
        }
    }
}
