//! Rows of a table by number, with a gradient that only has the touched rows.

use crate::{
    Result, Var,
    gradients::{Flow, RowGradient},
    ops::index::put_rows,
};
use brand_nn_tensor::{Shape, Tensor};

/// Takes the rows of `table` that `ids` names.
///
/// The gradient of the table is row-sparse: a step costs what its ids cost, whatever the size of
/// the table.
///
/// # Shapes
/// `table` `[rows, dim]`, `ids` i64 of any shape → `[…ids, dim]`.
///
/// # Errors
/// If an id is not a row of the table.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Gradient, Var, embedding};
/// use brand_nn_tensor::Tensor;
///
/// let table = Var::leaf(Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]));
/// let ids = Tensor::from([2_i64, 0, 2]);
/// let rows = embedding(&table, &ids)?;
/// assert_eq!(rows.shape()[..], [3, 2]);
/// let gradients = rows.sum().backward()?;
/// assert!(matches!(gradients.entry(&table), Some(Gradient::Rows(_))));
/// assert_eq!(gradients.get(&table).unwrap(), Tensor::from([[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]));
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
pub fn embedding(table: &Var, ids: &Tensor) -> Result<Var> {
    let flat = ids.flatten();
    let shape = table.shape().clone();
    let output: Shape = ids.shape().iter().chain(&shape[1..]).copied().collect::<Vec<_>>().into();
    let value = table.tensor().index_select(0, &flat)?.reshape(&output);
    Ok(Var::record("embedding", [table], value, move |walk, gradient| {
        let mut rows = shape.to_vec();
        rows[0] = flat.len();
        let values = gradient.reshape(rows);
        if walk.higher() {
            return Ok([Some(put_rows(&values, &flat, &shape)?.into())]);
        }
        let rows = RowGradient::looked_up(flat.clone(), values.into_tensor(), shape.clone());
        Ok([Some(Flow::Rows(Box::new(rows)))])
    }))
}
