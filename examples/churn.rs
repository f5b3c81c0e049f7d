//! Customers in, a saved model of who leaves out: logistic regression from a raw table.
//!
//! `cargo run --release --example churn -- customers.csv` reads a table with the columns of the Telco
//! churn data; without a path it is `data/customers/telco_churn.csv` in the folder that
//! `BRAND_NN_DATA` names.

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use brand_nn::prelude::*;
use brand_nn::tensor::check::data;
use std::path::{Path, PathBuf};

#[allow(dead_code, reason = "the test of all examples calls run")]
fn main() -> Result<()> {
    let given = std::env::args().nth(1).map(PathBuf::from);
    match given.or_else(|| data("data/customers/telco_churn.csv")) {
        Some(path) => run(&path, Path::new("target/churn.safetensors")).map(|_| ()),
        None => Ok(()),
    }
}

/// The whole program: returns the area under the curve of the test rows.
pub(crate) fn run(path: &Path, save: &Path) -> Result<f64> {
    let table = Table::read(path)?;
    let (test, train): (Vec<_>, Vec<_>) = (0..table.len()).partition(|row| row % 5 == 4);
    let (train, test) = (table.rows(&train)?, table.rows(&test)?);
    let inputs = train.clone().without(&["customerID", "Churn"])?;
    let numbers = inputs.names_of(&[ColumnType::I64, ColumnType::F64]);
    let texts = inputs.names_of(&[ColumnType::Text]);

    let features = ColumnTransformer::new()
        .add(numbers, Imputer::constant(0.0).then(StandardScaler::new()))
        .add(texts, OneHot::new().drop_first().then(StandardScaler::new()))
        .fit(&train)?;
    let labels = LabelEncoder::new().fit(&train, "Churn")?;
    let data = |rows| Ok::<_, Error>((features.transform(rows)?, labels.transform(rows)?));

    let ridge = Group::of("*.weight").l2(0.5 / train.len() as f64); // C = 1
    let mut trainer = Sequential::new()
        .add(dense(1).activation(Activation::Sigmoid))
        .build([features.names().len()])?
        .compile(Adam::new(0.1).group(ridge), BinaryCrossEntropy)
        .metric(Auc::default());
    trainer.fit(&data(&train)?, Fit::epochs(600).batch_size(train.len()).seed(42).quiet())?;
    let scores = trainer.evaluate(&data(&test)?)?;
    println!("{} features, test: {scores}", features.names().len());
    trainer.attach("features", &features)?.save(save)?;

    let saved = SavedModel::open(save)?;
    let features: FittedColumnTransformer = saved.part("features")?;
    let raw = TableReader::new().schema(features.inputs()).read(path)?;
    let again = saved.predict(&features.transform(&raw)?)?;
    assert_eq!(again, trainer.predict(&features.transform(&table)?)?, "the same bits");
    Ok(scores["auc"])
}
