//! The columns of a table as numbers of mean 0 and deviation 1 to learn from.

use crate::{Error, Result};
use brand_nn_stats::linear::Matrix;
use brand_nn_train::{
    ColumnTransformer, ColumnType, FittedColumnTransformer, Imputer, OneHot, StandardScaler, Table,
    Transformer,
};

/// Learns how all columns but some become features: gaps are filled, texts become categories.
pub(crate) fn fit(
    method: &'static str,
    table: &Table,
    without: &[String],
    fill: f64,
) -> Result<FittedColumnTransformer> {
    let inputs = table.clone().without(without)?;
    let kinds = [ColumnType::I64, ColumnType::F64, ColumnType::Bool];
    let (numbers, texts) = (inputs.names_of(&kinds), inputs.names_of(&[ColumnType::Text]));
    if numbers.is_empty() && texts.is_empty() {
        let (case, help) = ("no column is left to learn from", "ignore fewer columns");
        return Err(Error::Undefined { method, case, help });
    }
    let fill = Imputer::constant(fill).then(StandardScaler::new());
    let encode = OneHot::new().drop_first().ignore_unknown().then(StandardScaler::new());
    Ok(ColumnTransformer::new().add(numbers, fill).add(texts, encode).fit(table)?)
}

/// The features of a table, a row a customer.
pub(crate) fn matrix(features: &FittedColumnTransformer, table: &Table) -> Result<Matrix> {
    let features = features.features(table)?;
    let names: Vec<String> = features.names().map(str::to_owned).collect();
    let columns = names.iter().map(|name| Ok(features.numbers(name)?));
    let columns = columns.collect::<Result<Vec<_>>>()?;
    // Every gap was filled; one that was not is refused by the model as not finite.
    let cell = |row: usize, column: usize| columns[column][row].unwrap_or(f64::NAN);
    Ok(Matrix::of(table.len(), names.len(), cell))
}
