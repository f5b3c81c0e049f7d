//! A named, shared weight that layers read and optimizers write.

use crate::{Error, Init, Leaf, LowRank, Params, Result, Var, Visitor, node::Node, stored::Stored};
use brand_nn_tensor::{DType, PackedWeight, Rng, Shape, Tensor};
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
    value: Stored,
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
        let (value, name) = (Stored::default(), String::new());
        let state = RwLock::new(State { value, role, name, update: None });
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
        self.read().value.value().is_none()
    }

    /// Its value, as it is stored.
    ///
    /// # Errors
    /// If it is pending.
    pub fn value(&self) -> Result<Tensor> {
        let state = self.read();
        state.value.value().cloned().ok_or_else(|| not_built(&state))
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
        *state.value.change() = Some(value);
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
        match state.value.change() {
            Some(value) => change(value),
            None => Err(not_built(&state).into()),
        }
    }

    /// Draws its value if it is pending, keyed by `seed` and `name` alone.
    pub(crate) fn draw(&self, seed: u64, name: &str) {
        let mut state = self.write();
        if state.value.value().is_none() {
            let mut rng = Rng::keyed(seed, name);
            *state.value.change() = Some(self.shared.init.draw(self.shape(), &mut rng));
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
    /// If it is pending; also if it is tracked and stored in 16 bits.
    pub fn base(&self, learning: bool) -> Result<Var> {
        let state = self.read();
        let value = state.value.value().cloned().ok_or_else(|| not_built(&state))?;
        let tracked = learning && state.role == Role::Trainable;
        if tracked && is_narrow(&value) {
            return Err(trained_in_16_bits(&state.name, value.dtype()));
        }
        let node = tracked.then(|| self.shared.leaf.clone());
        Ok(Var::with_node(computable(value), node))
    }

    /// Stores a frozen value in bf16, in half the memory; it is widened to f32 for each use.
    ///
    /// It saves memory, not time. A weight that is trained stays in f32, since a step is often
    /// smaller than what bf16 can tell apart. A buffer stays as it is.
    ///
    /// # Errors
    /// If it is trainable or pending.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param};
    /// use brand_nn_tensor::{DType, Tensor};
    ///
    /// let weight = Param::new([2], Init::Zeros);
    /// weight.set(Tensor::from([1.0_f32, 0.1]))?;
    /// assert!(weight.store_in_bf16().is_err()); // trainable
    /// weight.freeze();
    /// weight.store_in_bf16()?;
    /// assert_eq!(weight.value()?.dtype(), DType::Bf16);
    /// assert_eq!(weight.var(true)?.tensor(), &Tensor::from([1.0_f32, 0.100_097_656]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn store_in_bf16(&self) -> Result<()> {
        match self.role() {
            Role::Trainable => Err(trained_in_16_bits(&self.name(), DType::Bf16)),
            Role::Buffer => Ok(()),
            Role::Frozen => self.update(|value| {
                *value = value.to(DType::Bf16);
                Ok(())
            }),
        }
    }

    /// Keeps a packed copy of a matrix for inference; see [`Params::pack_for_inference`].
    ///
    /// The copy is made when a layer first multiplies with it, and again after each change.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Init, Param};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let weight = Param::new([2, 3], Init::Zeros);
    /// weight.set(Tensor::from([[0.0_f32; 3]; 2]))?;
    /// weight.pack();
    /// assert_eq!(weight.packed().unwrap().weight().sum().item(), 0.0);
    /// weight.set(Tensor::from([[1.0_f32; 3]; 2]))?;
    /// assert_eq!(weight.packed().unwrap().weight().sum().item(), 6.0);
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn pack(&self) {
        self.write().value.want_packed(true);
    }

    /// Gives the packed copy up, and keeps none from now on.
    pub fn unpack(&self) {
        self.write().value.want_packed(false);
    }

    /// The packed copy of its value, where one is wanted, it is a matrix of f32, and no update
    /// hangs on it.
    #[must_use]
    pub fn packed(&self) -> Option<Arc<PackedWeight>> {
        let state = self.read();
        state.value.packed().filter(|_| state.update.is_none())
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

    /// The rows of a table that is stored in 16 bits, which alone are widened; `None` for another.
    ///
    /// # Errors
    /// If an id is outside the table.
    pub fn narrow_rows(&self, ids: &Tensor) -> Result<Option<Tensor>> {
        let state = self.read();
        let stored = state.value.value().filter(|value| is_narrow(value));
        let Some(table) = stored.filter(|_| state.update.is_none()) else { return Ok(None) };
        let rows = computable(table.index_select(0, &ids.flatten())?);
        let shape = [&ids.shape()[..], &table.shape()[1..]].concat();
        Ok(Some(rows.reshape(shape)))
    }

    /// The type that it is computed with: f32 while it is pending or stored in 16 bits.
    #[must_use]
    pub fn dtype(&self) -> DType {
        let stored = self.read().value.value().map(Tensor::dtype);
        stored.filter(|dtype| *dtype == DType::F64).unwrap_or(DType::F32)
    }

    /// The bytes that it is stored in, or will be.
    #[must_use]
    pub fn num_bytes(&self) -> usize {
        let stored = self.read().value.value().map_or(DType::F32, Tensor::dtype);
        self.shape().size() * stored.size()
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.shared.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.shared.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Half-precision floats are for storage: computing is done in f32.
pub(crate) fn computable(value: Tensor) -> Tensor {
    if is_narrow(&value) { value.to(DType::F32) } else { value }
}

fn is_narrow(value: &Tensor) -> bool {
    matches!(value.dtype(), DType::Bf16 | DType::F16)
}

fn trained_in_16_bits(name: &str, dtype: DType) -> Error {
    Error::Setting {
        place: if name.is_empty() { "parameter" } else { name }.to_owned(),
        setting: "dtype",
        got: format!("{dtype} for a weight that is trained"),
        expected: "f32 or f64",
        help: "freeze it first; steps are often smaller than what 16 bits can tell apart",
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
