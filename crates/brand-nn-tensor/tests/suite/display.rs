//! Printing, against what NumPy prints (`golden/display.py`).

use brand_nn_tensor::{DType, Tensor};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    tensor: Tensor,
    text: String,
}

#[test]
fn tensors_print_as_in_numpy() {
    let rows: Vec<Row> = serde_json::from_str(include_str!("../golden/display.json")).unwrap();
    assert!(rows.len() > 40);
    for Row { tensor, text } in rows {
        let expected = format!("{text}\nshape {}, {}", tensor.shape(), tensor.dtype());
        assert_eq!(tensor.to_string(), expected);
        assert_eq!(format!("{tensor:?}"), expected);
    }
}

#[track_caller]
fn check(tensor: &Tensor, text: &str) {
    assert_eq!(tensor.to_string(), text);
}

#[test]
fn what_numpy_lacks_prints_alike() {
    let tenth = Tensor::from([0.1f32, 1.0, 1.0 / 3.0]).to(DType::Bf16);
    check(&tenth, "[0.1   1.    0.334]\nshape [3], bf16");
    check(&Tensor::zeros([0, 3]), "[]\nshape [0, 3], f32");
    check(&Tensor::ones([2, 2]).t().slice(0, ..1), "[[1. 1.]]\nshape [1, 2], f32");
}
