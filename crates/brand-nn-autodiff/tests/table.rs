//! Proves the gradient of every op of the table, and that no op is missing from it.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops where it fails")]

use brand_nn_autodiff::{
    Var, check,
    table::{Row, table},
};
use brand_nn_tensor::Tensor;
use std::{collections::BTreeSet, fs, path::Path};

/// The same values, stored with the last two axes swapped or every second element left out.
fn strided(tensor: &Tensor) -> Tensor {
    match tensor.ndim() {
        0 => tensor.clone(),
        1 => Tensor::stack(&[tensor.clone(), tensor.clone()], 1).select(1, 0),
        _ => tensor.t().contiguous().t(),
    }
}

#[track_caller]
fn check_row(row: &Row, inputs: &[Tensor], kind: &str) {
    let first = check::gradient(inputs, row.call).unwrap();
    assert!(first.is_empty(), "{} ({kind}): {}", row.name, first[0]);
    let second = check::second_order(inputs, row.call).unwrap();
    assert!(second.is_empty(), "{} ({kind}), second order: {}", row.name, second[0]);
}

#[test]
fn every_gradient_is_right() {
    let rows = table();
    for row in &rows {
        check_row(row, &row.inputs, "contiguous");
        check_row(row, &row.inputs.iter().map(strided).collect::<Vec<_>>(), "strided");
    }
    println!("ops: {}", rows.iter().map(|row| row.name).collect::<BTreeSet<_>>().len());
}

#[test]
fn values_do_not_depend_on_tracking_or_precision() {
    for row in table() {
        let tracked: Vec<_> = row.inputs.iter().cloned().map(Var::leaf).collect();
        let constant: Vec<_> = row.inputs.iter().map(Var::from).collect();
        let narrow: Vec<_> =
            row.inputs.iter().map(|x| Var::from(x.to(brand_nn_tensor::DType::F32))).collect();
        let expected = (row.call)(&tracked).unwrap();
        let plain = (row.call)(&constant).unwrap();
        assert_eq!(expected.tensor(), plain.tensor(), "{}", row.name);
        assert!(!plain.is_tracked(), "{}: constants are not recorded", row.name);
        let single = (row.call)(&narrow).unwrap().tensor().to(brand_nn_tensor::DType::F64);
        let distance = (single - expected.tensor()).abs().max().item();
        assert!(distance < 1e-5, "{}: f32 differs by {distance:e}", row.name);
    }
}

/// Reads the names that ops are recorded under from the sources.
fn recorded_names() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ops");
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        for call in ["record(", "record_many(", "extreme(", "chosen("] {
            let after = source.split(call).skip(1).map(str::trim_start);
            let quoted = after.filter_map(|rest| rest.strip_prefix('"')?.split('"').next());
            names.extend(quoted.map(str::to_owned));
        }
    }
    names
}

#[test]
fn no_op_is_missing_from_the_table() {
    let listed: BTreeSet<_> = table().iter().map(|row| row.name.to_owned()).collect();
    let recorded = recorded_names();
    assert!(recorded.len() > 30, "the sources are read: {recorded:?}");
    let missing: Vec<_> = recorded.difference(&listed).collect();
    assert!(missing.is_empty(), "ops without a row in src/table.rs: {missing:?}");
}
