//! Several values as one: their sum, their product, side by side.

use crate::{Error, Result, door, recipe::refused};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Shape;
use serde::{Deserialize, Serialize};

/// How several values become one.
///
/// Of all but `Concat` the axes must be as many and as long, or 1 long: those are repeated.
///
/// # Examples
/// ```
/// use brand_nn_layers::Merge;
///
/// let shape = Merge::Concat(-1).output_shape(&[[4, 2].into(), [4, 3].into()])?;
/// assert_eq!(shape[..], [4, 5]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "Concatenate")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Merge {
    /// Their sum.
    Add,
    /// The first one minus the others.
    Subtract,
    /// Their product.
    Multiply,
    /// The sum of their product along the last axis, which becomes 1 long: how alike two towers
    /// find their inputs.
    Dot,
    /// Their mean.
    Average,
    /// The largest of each element.
    Maximum,
    /// The smallest of each element.
    Minimum,
    /// One behind the other along an axis, counted with the batch, which is axis 0; −1 is the last.
    Concat(isize),
}

impl Merge {
    /// The shape of one example of the result, for examples of `shapes`.
    ///
    /// # Errors
    /// If there are none or they do not fit together.
    pub fn output_shape(self, shapes: &[Shape]) -> Result<Shape> {
        let Some((first, rest)) = shapes.split_first() else {
            return Err(refused("merge", &Shape::from([]), "at least one value", "name a value"));
        };
        let axis = self.concat_axis(first)?;
        let merged = rest.iter().try_fold(first.clone(), |sum, next| {
            let fits = |(at, (&a, &b)): (usize, (&usize, &usize))| match axis {
                Some(axis) if axis == at => a.checked_add(b),
                Some(_) => (a == b).then_some(a),
                None if a == 1 => Some(b),
                None => (a == b || b == 1).then_some(a),
            };
            let pairs = sum.iter().zip(next.iter()).enumerate();
            let joined: Option<Shape> = pairs.map(fits).collect();
            joined.filter(|_| sum.len() == next.len()).ok_or_else(|| self.misfit(next, &sum))
        })?;
        match merged.split_last() {
            _ if self != Self::Dot => Ok(merged),
            Some((_, rest)) => Ok(rest.iter().copied().chain([1]).collect()),
            None => {
                Err(refused("merge", &merged, "an axis besides the batch", "name values of one"))
            }
        }
    }

    /// Makes one value of several batches.
    ///
    /// # Errors
    /// If there are none, or their shapes or types do not fit together.
    pub fn apply(self, values: Vec<Var>) -> Result<Var> {
        let mut examples = Vec::with_capacity(values.len());
        for value in &values {
            let first = values[0].shape();
            if value.ndim() == 0 || value.shape()[0] != first[0] {
                let help = "values of one batch have as many examples";
                return Err(refused(
                    "merge",
                    value.shape(),
                    format!("a batch as of {first}"),
                    help,
                ));
            }
            examples.push(value.shape()[1..].into());
        }
        let example = self.output_shape(&examples)?;
        values.iter().try_for_each(|value| self.require_type(value, &values[0]))?;
        Ok(self.join(values, example.len()))
    }

    fn join(self, values: Vec<Var>, axes: usize) -> Var {
        let count = values.len() as f64;
        let fold = |values: Vec<Var>, join: fn(&Var, &Var) -> Var| {
            values.into_iter().reduce(|a, b| join(&a, &b)).expect("a value, by output_shape")
        };
        match self {
            Self::Concat(axis) if axis < 0 => Var::concat(&values, axis + axes as isize + 1),
            Self::Concat(axis) => Var::concat(&values, axis),
            Self::Add => fold(values, |a, b| a + b),
            Self::Subtract => fold(values, |a, b| a - b),
            Self::Multiply => fold(values, |a, b| a * b),
            Self::Dot => fold(values, |a, b| a * b).sum_axes(&[-1], true),
            Self::Average => fold(values, |a, b| a + b) * count.recip(),
            Self::Maximum => fold(values, Var::maximum),
            Self::Minimum => fold(values, Var::minimum),
        }
    }

    /// The axis of an example along which values are joined, if they are.
    fn concat_axis(self, example: &Shape) -> Result<Option<usize>> {
        let Self::Concat(axis) = self else { return Ok(None) };
        let places = example.len() as isize;
        match if axis < 0 { axis + places } else { axis - 1 } {
            place if (0..places).contains(&place) => Ok(Some(place as usize)),
            _ => {
                let expected = format!("an axis {axis} besides the batch");
                let help = "the batch is axis 0; −1 is the last axis";
                Err(refused("merge", example, expected, help))
            }
        }
    }

    fn misfit(self, got: &Shape, other: &Shape) -> Error {
        let expected = match self {
            Self::Concat(axis) => format!("that of {other}, but for axis {axis}"),
            _ => format!("that of {other}, or 1 along an axis"),
        };
        refused("merge", got, expected, "values that are merged have as many axes")
    }

    /// Refuses integers where there is arithmetic, and values of several types.
    fn require_type(self, value: &Var, first: &Var) -> Result<()> {
        if !matches!(self, Self::Concat(_)) {
            door::floats("merge", value)?;
        }
        if value.dtype() == first.dtype() {
            return Ok(());
        }
        Err(Error::InputType {
            place: "merge".into(),
            got: value.dtype(),
            expected: format!("{} as the first", first.dtype()),
            help: "cast numbers with .to(DType::F32)",
        })
    }
}
