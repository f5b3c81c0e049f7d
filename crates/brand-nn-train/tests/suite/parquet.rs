//! Parquet files of pyarrow, which `golden/parquet.py` made: the same table whatever the settings.

#![cfg(feature = "parquet")]
use brand_nn_tensor::Rng;
use brand_nn_train::{
    Batches, ColumnType, EpochOrder, Result, Schema, Table, TablePieces, TableReader,
};
use std::{fs, ops::ControlFlow, path::PathBuf};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/parquet").join(name)
}

fn expected() -> Table {
    Table::read(file("table.csv")).unwrap()
}

#[track_caller]
fn same(found: &Table, expected: &Table) {
    assert_eq!(found.schema(), expected.schema());
    assert!(found.columns().eq(expected.columns()));
}

#[test]
fn every_setting_gives_the_same_table() {
    for name in ["none", "snappy", "gzip", "zstd", "lz4", "pages", "other_types"] {
        same(&Table::read(file(&format!("{name}.parquet"))).unwrap(), &expected());
    }
}

#[test]
fn pieces_are_full_across_groups_of_rows() {
    let expected = expected();
    let schema = Schema::new([
        ("city", ColumnType::Text),
        ("visits", ColumnType::F64),
        ("id", ColumnType::Text),
    ]);
    let reader = TableReader::new().schema(&schema);
    let pieces = reader.pieces(file("snappy.parquet"), 100).unwrap();
    let pieces: Vec<_> = pieces.map(Result::unwrap).collect();
    assert_eq!(pieces.iter().map(Table::len).collect::<Vec<_>>(), [100, 100, 50]);
    assert_eq!(pieces[1].schema(), schema);
    assert_eq!(pieces[2].numbers("visits").unwrap(), expected.numbers("visits").unwrap()[200..]);
    assert_eq!(pieces[2].column("id").unwrap().text(49).as_deref(), Some("249"));
}

#[test]
fn batches_come_from_the_file() {
    let schema = Schema::new([("id", ColumnType::F64), ("rate", ColumnType::F64)]);
    let reader = TableReader::new().schema(&schema);
    let data = TablePieces::new(file("zstd.parquet"), reader, |table| {
        let numbers = table.to_tensor(brand_nn_tensor::DType::F64)?;
        Ok((numbers.clone(), numbers))
    });
    let (mut sum, mut rows) = (0.0, 0);
    let mut seen = |batch: brand_nn_train::Examples<brand_nn_tensor::Tensor>| {
        sum += batch.input.sum().item();
        rows += batch.input.len();
        Ok(ControlFlow::Continue(()))
    };
    data.batches(3).each(&EpochOrder::new(10), &mut seen).unwrap();
    let ids = (0..250).sum::<i32>();
    assert_eq!((rows, sum), (250, f64::from(ids) * 1.125));
}

#[track_caller]
fn refused(name: &str, reader: &TableReader, message: &str) {
    let error = reader.read(file(name)).unwrap_err().to_string();
    let place = file("");
    let error = error.replace(place.to_str().unwrap(), "");
    assert!(error.starts_with(message), "{error}");
}

#[test]
fn what_is_no_table_is_refused() {
    let all = TableReader::new();
    refused("no_rows.parquet", &all, "no_rows.parquet: there is a header and no row");
    refused("lists.parquet", &all, "lists.parquet, column x: values of type List(");
    refused("times.parquet", &all, "times.parquet, column at, behind row 0: a time within a day");
    let wanted = |kind| TableReader::new().schema(&Schema::new([("y", kind)]));
    assert_eq!(wanted(ColumnType::I64).read(file("lists.parquet")).unwrap().len(), 2);
    let text =
        "lists.parquet, column y, behind row 0: no true or false; help: cast the column before";
    refused("lists.parquet", &wanted(ColumnType::Bool), text);
    let other = TableReader::new().schema(&Schema::new([("spent", ColumnType::F64)]));
    refused("none.parquet", &other, "none.parquet, header: no column `spent`");
}

/// None may panic or hang: what comes out is a table, or an error that names the file.
#[test]
fn damaged_files_are_tables_or_errors() {
    let scratch = tempfile::tempdir().unwrap();
    let mut rng = Rng::new(1);
    let (mut good, mut bad) = (0, 0);
    for name in ["none.parquet", "pages.parquet", "other_types.parquet"] {
        let bytes = fs::read(file(name)).unwrap();
        for _ in 0..300 {
            let mut bytes = bytes.clone();
            match rng.next_u64() % 4 {
                0 => bytes.truncate((rng.next_u64() % bytes.len() as u64) as usize),
                _ => {
                    let place = 4 + (rng.next_u64() % (bytes.len() as u64 - 4)) as usize;
                    bytes[place] ^= 1 << (rng.next_u64() % 8);
                }
            }
            let path = scratch.path().join(format!("damaged-{}", good + bad));
            #[allow(clippy::disallowed_methods, reason = "hundreds of damaged files")]
            fs::write(&path, &bytes).unwrap();
            match Table::read(&path) {
                Ok(table) => {
                    assert!(table.columns().all(|(_, column)| column.len() == table.len()));
                    good += 1;
                }
                Err(error) => {
                    let place = scratch.path().to_str().unwrap();
                    assert!(error.to_string().contains(place), "{name}: {error}");
                    bad += 1;
                }
            }
        }
    }
    assert!(good > 50 && bad > 300, "{good} good ones, {bad} bad ones");
}
