//! What a walk brings home: for each leaf its gradient, dense or by rows.

use crate::{Error, Param, Result, Var, ops::index::scatter_rows};
use brand_nn_tensor::{Shape, Tensor};
use std::{
    collections::BTreeMap,
    ops::{Add, AddAssign},
    sync::OnceLock,
};

/// Something to differentiate by: an input, a value on the way, or a parameter.
pub trait Leaf {
    /// The number that its gradient is kept under.
    fn id(&self) -> u64;

    /// The error that says that no gradient reached it.
    fn missing(&self) -> Error;
}

impl Leaf for Var {
    fn id(&self) -> u64 {
        self.node().map_or(0, |node| node.id)
    }

    fn missing(&self) -> Error {
        Error::Unconnected { what: format!("the {} of shape {}", self.op(), self.shape()) }
    }
}

impl<L: Leaf + ?Sized> Leaf for &L {
    fn id(&self) -> u64 {
        (**self).id()
    }

    fn missing(&self) -> Error {
        (**self).missing()
    }
}

/// The gradient of one leaf.
#[derive(Clone, Debug)]
pub enum Gradient {
    /// One number an element.
    Dense(Tensor),
    /// Some rows of a table; all others are zero.
    Rows(RowGradient),
}

/// A gradient that is zero but for some rows of a table.
#[derive(Clone, Debug)]
pub struct RowGradient {
    ids: Tensor,
    values: Tensor,
    shape: Shape,
    merged: Merged,
}

/// Ids and values with each row once, from when they are first asked for; `None` where the gradient
/// is so itself.
type Merged = OnceLock<Option<(Tensor, Tensor)>>;

impl Gradient {
    /// One number an element, with the rows written out.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Gradient, RowGradient};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (ids, values) = (Tensor::from([2_i64, 2]), Tensor::from([[1.0], [5.0]]));
    /// let rows = Gradient::Rows(RowGradient::new(ids, values, [3, 1])?);
    /// assert_eq!(rows.to_dense(), Tensor::from([[0.0], [0.0], [6.0]]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn to_dense(&self) -> Tensor {
        match self {
            Self::Dense(values) => values.clone(),
            Self::Rows(rows) => rows.to_dense(),
        }
    }

    /// The values that are stored: all of them, or those of the touched rows with repeats summed.
    fn stored(&mut self) -> &mut Tensor {
        match self {
            Self::Dense(values) => values,
            Self::Rows(rows) => {
                rows.settle();
                &mut rows.values
            }
        }
    }

    /// Rows that come several times become one row with the sum.
    fn merge_rows(&mut self) {
        if let Self::Rows(rows) = self {
            rows.merge();
            rows.settle();
        }
    }
}

/// The sum of two gradients of one leaf; two by rows stay by rows.
impl Add for Gradient {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Flow::from(self).add(more.into()).into_gradient()
    }
}

impl RowGradient {
    /// Makes it of the rows' numbers `[n]`, their values `[n, …]` and the shape of the table.
    ///
    /// A row may come several times; its values add up.
    ///
    /// # Errors
    /// If the values are not one row an id, or an id is not a row of the table.
    pub fn new(ids: Tensor, values: Tensor, shape: impl Into<Shape>) -> Result<Self> {
        let shape = shape.into();
        scatter_rows(&values, &ids, &shape)?;
        Ok(Self::looked_up(ids, values, shape))
    }

    /// Ids that were looked up in the table itself need no check.
    pub(crate) fn looked_up(ids: Tensor, values: Tensor, shape: Shape) -> Self {
        Self { ids, values, shape, merged: Merged::new() }
    }

    /// The rows' numbers, `[n]`.
    #[must_use]
    pub fn ids(&self) -> &Tensor {
        &self.ids
    }

    /// The rows' gradients, `[n, …]`.
    #[must_use]
    pub fn values(&self) -> &Tensor {
        &self.values
    }

    /// The shape of the table.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The same gradient with each row once, in rising order.
    ///
    /// It is made when it is first asked for, also by [`Gradients::norm`], and kept.
    #[must_use]
    pub fn merged(&self) -> Self {
        match self.merge() {
            None => self.clone(),
            Some((ids, values)) => Self {
                ids: ids.clone(),
                values: values.clone(),
                shape: self.shape.clone(),
                merged: None.into(),
            },
        }
    }

    fn merge(&self) -> Option<&(Tensor, Tensor)> {
        let merge = || self.values.sum_duplicate_rows(&self.ids);
        let checked = "ids and values were checked when this was made";
        self.merged.get_or_init(|| Some(merge().expect(checked))).as_ref()
    }

    /// Becomes the merged form where that was made, so that values can be changed in one place.
    fn settle(&mut self) {
        if let Some(Some(merged)) = self.merged.get_mut().map(Option::take) {
            (self.ids, self.values) = merged;
        }
    }

    fn to_dense(&self) -> Tensor {
        let dense = scatter_rows(&self.values, &self.ids, &self.shape);
        dense.expect("ids and values were checked when this was made")
    }

    fn join(self, more: Self) -> Self {
        let ids = Tensor::concat(&[self.ids, more.ids], 0);
        Self::looked_up(ids, Tensor::concat(&[self.values, more.values], 0), self.shape)
    }
}

/// The gradients of a walk, by leaf.
///
/// They are plain data: send them to another thread, add those of several walks with `+=`, clip
/// them, and give them to an optimizer.
#[derive(Clone, Debug, Default)]
pub struct Gradients {
    entries: BTreeMap<u64, Gradient>,
}

impl Gradients {
    /// The gradient of `leaf`, written out; `None` where none reached it.
    #[must_use]
    pub fn get(&self, leaf: &impl Leaf) -> Option<Tensor> {
        self.entry(leaf).map(Gradient::to_dense)
    }

    /// The gradient of `leaf` as it is stored: dense or by rows.
    #[must_use]
    pub fn entry(&self, leaf: &impl Leaf) -> Option<&Gradient> {
        self.entries.get(&leaf.id())
    }

    /// Takes the gradient of `leaf` out.
    pub fn remove(&mut self, leaf: &impl Leaf) -> Option<Gradient> {
        self.entries.remove(&leaf.id())
    }

    /// The gradients of all `leaves`, written out.
    ///
    /// # Errors
    /// If one is missing; the message names it.
    pub fn of(&self, leaves: &[impl Leaf]) -> Result<Vec<Tensor>> {
        leaves.iter().map(|leaf| self.get(leaf).ok_or_else(|| leaf.missing())).collect()
    }

    /// The number of leaves that have a gradient.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no leaf has a gradient.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The Euclidean norm of all gradients taken as one vector.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([3.0, 4.0]));
    /// let gradients = (x.square() * 0.5).sum().backward()?;
    /// assert_eq!(gradients.norm(), 5.0);
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn norm(&self) -> f64 {
        self.entries.values().map(|gradient| norm(gradient).powi(2)).sum::<f64>().sqrt()
    }

    /// Scales all gradients by one factor, so that their common norm is at most `limit`.
    ///
    /// This is clipping by the global norm, which keeps the direction of the step: the factor is
    /// `limit / (norm + 1e-6)` where that is below one, as in PyTorch. A norm that is not a number
    /// leaves the gradients as they are, for the caller to see.
    #[must_use]
    pub fn clip_norm(self, limit: f64) -> Self {
        let factor = limit / (self.norm() + 1e-6);
        if factor < 1.0 { self.scale(factor) } else { self }
    }

    /// Scales each gradient on its own, so that the norm of none is above `limit`.
    #[must_use]
    pub fn clip_each_norm(mut self, limit: f64) -> Self {
        for gradient in self.entries.values_mut() {
            let factor = limit / (norm(gradient) + 1e-6);
            if factor < 1.0 {
                *gradient.stored() *= factor;
            }
        }
        self
    }

    /// Brings every element into `-limit..=limit`.
    #[must_use]
    pub fn clip_value(mut self, limit: f64) -> Self {
        for gradient in self.entries.values_mut() {
            gradient.merge_rows();
            let values = gradient.stored();
            *values = values.clamp(-limit, limit);
        }
        self
    }

    /// Multiplies every gradient by `factor`.
    #[must_use]
    pub fn scale(mut self, factor: f64) -> Self {
        self.entries.values_mut().for_each(|gradient| *gradient.stored() *= factor);
        self
    }

    /// Whether every element is finite.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.entries.values().all(|gradient| norm(gradient).is_finite())
    }

    /// The leaves that two walks share add up; all others are kept.
    fn merge(&mut self, id: u64, more: Gradient) {
        let sum = match self.entries.remove(&id) {
            Some(earlier) => earlier + more,
            None => more,
        };
        self.entries.insert(id, sum);
    }

    pub(crate) fn insert(&mut self, id: u64, gradient: Gradient) {
        self.entries.insert(id, gradient);
    }
}

/// The gradients of one more walk: shared leaves add up.
impl AddAssign for Gradients {
    fn add_assign(&mut self, more: Self) {
        more.entries.into_iter().for_each(|(id, gradient)| self.merge(id, gradient));
    }
}

/// Builds the gradients that some parameters shall have, for optimizers' tests and custom loops.
impl<'a> FromIterator<(&'a Param, Gradient)> for Gradients {
    fn from_iter<I: IntoIterator<Item = (&'a Param, Gradient)>>(pairs: I) -> Self {
        Self { entries: pairs.into_iter().map(|(param, entry)| (param.id(), entry)).collect() }
    }
}

fn norm(gradient: &Gradient) -> f64 {
    match gradient {
        Gradient::Dense(values) => values.norm().item(),
        Gradient::Rows(rows) => {
            let values = rows.merge().map_or(&rows.values, |(_, values)| values);
            values.norm().item()
        }
    }
}

/// A gradient on its way through the graph.
pub(crate) enum Flow {
    Dense(Var),
    Rows(Box<RowGradient>),
}

impl Flow {
    /// The sum of two gradients of the same value; two sparse ones stay sparse.
    pub(crate) fn add(self, other: Self) -> Self {
        match (self, other) {
            (Self::Rows(a), Self::Rows(b)) => Self::Rows(Box::new(a.join(*b))),
            (a, b) => Self::Dense(a.into_var() + b.into_var()),
        }
    }

    pub(crate) fn is_finite(&self) -> bool {
        match self {
            Self::Dense(gradient) => gradient.tensor().is_finite().all(),
            Self::Rows(rows) => rows.values.is_finite().all(),
        }
    }

    pub(crate) fn into_var(self) -> Var {
        match self {
            Self::Dense(gradient) => gradient,
            Self::Rows(rows) => rows.to_dense().into(),
        }
    }

    pub(crate) fn into_gradient(self) -> Gradient {
        match self {
            Self::Dense(gradient) => Gradient::Dense(gradient.into_tensor()),
            Self::Rows(rows) => Gradient::Rows(*rows),
        }
    }
}

impl From<Var> for Flow {
    fn from(gradient: Var) -> Self {
        Self::Dense(gradient)
    }
}

impl From<Gradient> for Flow {
    fn from(gradient: Gradient) -> Self {
        match gradient {
            Gradient::Dense(values) => Self::Dense(values.into()),
            Gradient::Rows(rows) => Self::Rows(Box::new(rows)),
        }
    }
}
