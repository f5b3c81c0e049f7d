//! Tables that ids look their vectors up in.

use crate::{Row, refused, row};
use brand_nn_autodiff::{Gradient, Params};
use brand_nn_layers::{Bag, Call, Embedding, EmbeddingBag, Pass, Sequential, embedding_bag};
use brand_nn_tensor::Tensor;

pub(crate) fn rows() -> Vec<Row> {
    let ids = || Tensor::from([[1_i64, 4, 1], [0, 2, 2]]);
    let bag =
        |mode, ids| row("EmbeddingBag", move || EmbeddingBag::new(5, 3).mode(mode).padding(0), ids);
    vec![
        row("Embedding", || Embedding::new(5, 3), ids()),
        bag(Bag::Sum, ids()),
        bag(Bag::Mean, ids()),
        bag(Bag::Max, ids()),
        bag(Bag::Max, Tensor::from([[0_i64, 0], [0, 1]])), // the first bag is empty
        row("EmbeddingBag", || EmbeddingBag::new(5, 3), Tensor::from([[1_i64], [4]])),
    ]
}

/// Bags by offsets and padded lists are two ways to say the same.
#[test]
fn offsets_are_padded_lists() {
    let padded = Tensor::from([[1_i64, 2, 1], [9, 9, 9], [3, 9, 9]]);
    let (flat, offsets) = (Tensor::from([1_i64, 2, 1, 3]), Tensor::from([0_i64, 3, 3]));
    for mode in [Bag::Sum, Bag::Mean, Bag::Max] {
        let layer = EmbeddingBag::new(5, 2).mode(mode).padding(9).init(1).unwrap();
        let pass = &mut Pass::inference().learning();
        let (a, b) = (layer.call(&padded, pass), layer.bags(&flat, &offsets, pass));
        let [a, b] = [a.unwrap(), b.unwrap()];
        assert_eq!(a.tensor(), b.tensor());
        assert_eq!(a.tensor().slice(0, 1..2), Tensor::zeros([1, 2]), "an empty bag");
        let slopes = b.sum().backward().unwrap();
        assert!(matches!(slopes.entry(layer.weight()), Some(Gradient::Rows(_))));
    }
    let layer = EmbeddingBag::new(5, 2).init(1).unwrap();
    let (ids, pass) = (Tensor::from(Vec::<i64>::new()), &mut Pass::inference());
    assert_eq!(layer.bags(&ids, &ids, pass).unwrap().shape()[..], [0, 2]);
}

#[test]
fn wrong_bags_are_refused() {
    let layer = EmbeddingBag::new(5, 2).init(1).unwrap();
    let call = |x: Tensor| layer.call(x, &mut Pass::inference());
    refused(call(Tensor::ones([1, 2])), "embedding_bag: the input is f32, expected i64 ids");
    refused(call(Tensor::from([1_i64])), "embedding_bag: the input has shape [], expected [ids]");
    refused(call(Tensor::from([[5_i64]])), "id 5, expected 0 to 4");
    refused(call(Tensor::from([[-1_i64]])), "id -1, expected 0 to 4");
    let bags =
        |offsets: Tensor| layer.bags(&Tensor::from([1_i64, 2]), &offsets, &mut Pass::inference());
    for offsets in [
        Tensor::from([1_i64]),
        Tensor::from([0_i64, 2, 1]),
        Tensor::from([0_i64, 3]),
        Tensor::from([0_i64, -1]),
        Tensor::from([0.0, 1.0]),
        Tensor::from([[0_i64]]),
        Tensor::from(Vec::<i64>::new()),
    ] {
        refused(bags(offsets), "embedding_bag: offsets is");
    }
    let (flat, pass) = (Tensor::from([0_i64]), &mut Pass::inference());
    refused(layer.bags(&Tensor::from([[1_i64]]), &flat, pass), "has shape [1, 1], expected [ids]");
    refused(layer.bags(&Tensor::from([1.0]), &flat, pass), "is f64, expected i64 ids");
    let build = |rows, dim| Sequential::new().add(embedding_bag(rows, dim)).build([3]);
    refused(build(0, 2), "embedding_bag: rows is 0, expected at least 1");
    refused(build(2, 0), "embedding_bag: dim is 0, expected at least 1");
}
